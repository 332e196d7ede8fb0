/** Sends for later: see what waits, and take it back. */
import type { ApiCall } from "./ApiCall.ts"
import type { Environment } from "./Environment.ts"
import type { RequestOptions } from "./Options.ts"
import { list, type PageCall, type PageParams } from "./Page.ts"
import { get, remove, Resource, segment } from "./Resource.ts"

/** `scheduled`: it waits. `sent`: it has opened a session. `failed`: it was refused when its time came. `cancelled`: taken back. */
export type ScheduledStatus = "scheduled" | "sent" | "failed" | "cancelled"

/** A send for later. */
export interface ScheduledSend {
  /** `sched_` and a time-ordered part. */
  readonly id: string
  readonly environment: Environment
  readonly userNumber: string
  /** The sender that was asked for. */
  readonly agentNumber: string | null
  readonly text: string
  /** Pictures and other files that go with it. */
  readonly mediaUrls: ReadonlyArray<string>
  /** The template that the text was made of. */
  readonly template: string | null
  readonly status: ScheduledStatus
  readonly sendAt: Date
  /** When it is tried: `sendAt`, or later where the project's rate made it wait. */
  readonly dueAt: Date
  /** The session that it has opened. */
  readonly sessionId: string | null
  readonly messageId: string | null
  /** Why it failed, or why it waits longer. */
  readonly trouble: { readonly reason: string; readonly code: string | null; readonly detail: string } | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Filters are combined. */
export interface ScheduledSendListParams extends PageParams {
  readonly userNumber?: string
  readonly status?: ScheduledStatus
}

/**
 * Sends for later: `parley.scheduledSends`.
 * @example
 * ```ts
 * import type { ScheduledSends } from "@parley/sdk"
 *
 * const waiting = async (sends: ScheduledSends) => (await sends.list({ status: "scheduled" })).data.length
 * console.log(await waiting(parley.scheduledSends))
 * ```
 */
export class ScheduledSends extends Resource {
  /**
   * The project's sends for later, the newest call first.
   * @example
   * ```ts
   * import type { ScheduledSendListParams } from "@parley/sdk"
   *
   * const failed: ScheduledSendListParams = { status: "failed" }
   * for await (const { trouble } of parley.scheduledSends.list(failed)) console.log(trouble?.detail)
   * ```
   */
  list(params: ScheduledSendListParams = {}, options?: RequestOptions): PageCall<ScheduledSend> {
    return list(this.transport, "/v1/scheduled-sends", params, options)
  }

  /**
   * Whether it waits, which session it has opened, or why it could not be sent.
   * @example
   * ```ts
   * import type { ScheduledSend, ScheduledStatus } from "@parley/sdk"
   *
   * const { scheduledSendId } = await parley.outboundSms.send({ message: "Good morning!", userNumber: "+15005550123", sendAt: new Date(Date.now() + 3_600_000) })
   * if (scheduledSendId !== null) {
   *   const send: ScheduledSend = await parley.scheduledSends.retrieve(scheduledSendId)
   *   const status: ScheduledStatus = send.status
   *   console.log(status, send.dueAt)
   * }
   * ```
   */
  retrieve(scheduledSendId: string, options?: RequestOptions): ApiCall<ScheduledSend> {
    return get(this.transport, scheduledPath(scheduledSendId), options)
  }

  /**
   * Takes it back, if it has not been sent. Cancelling again changes nothing.
   * @example
   * ```ts
   * const { scheduledSendId } = await parley.outboundSms.send({ message: "Good morning!", userNumber: "+15005550123", sendAt: new Date(Date.now() + 3_600_000) })
   * if (scheduledSendId !== null) console.log((await parley.scheduledSends.cancel(scheduledSendId)).status)
   * ```
   */
  cancel(scheduledSendId: string, options?: RequestOptions): ApiCall<ScheduledSend> {
    return remove(this.transport, scheduledPath(scheduledSendId), options)
  }
}

const scheduledPath = (scheduledSendId: string) => `/v1/scheduled-sends/${segment(scheduledSendId)}`
