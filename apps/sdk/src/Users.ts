/** Users who are to be forgotten. */
import type { ApiCall } from "./ApiCall.ts"
import type { RequestOptions } from "./Options.ts"
import { get, remove, Resource, segment } from "./Resource.ts"

/** How much of each was erased so far. */
export interface ErasureReport {
  /** Conversations that were open; they ended as `operator_end`, silently. */
  readonly sessionsEnded: number
  readonly sessions: number
  /** Texts of both sides whose words, files and user number are gone. */
  readonly messages: number
  /** Texts that waited, and will not leave. */
  readonly messagesCancelled: number
  readonly scheduledSends: number
  /** Opt-outs that hold on, known by a hash of the number alone. */
  readonly optOutsKept: number
  /** Texts whose words the carrier has erased, where the project's policy asks for it. */
  readonly redacted: number
  /** The same, where the carrier refused for a week. */
  readonly notRedacted: number
}

/** A user who is forgotten. Whatever stops it half-way, it goes on from there. */
export interface Erasure {
  /** `erase_` and a time-ordered part. */
  readonly id: string
  /** `done` is final. */
  readonly stage: "erasing" | "redacting" | "done"
  /** What stands in the number's place: +999 and twelve digits of chance. */
  readonly pseudonym: string
  readonly report: ErasureReport
  readonly requestedAt: Date
  readonly finishedAt: Date | null
}

/**
 * Users' data: `parley.users`.
 * @example
 * ```ts
 * import type { Users } from "@parley/sdk"
 *
 * const forget = async (users: Users, numbers: ReadonlyArray<string>) => await Promise.all(numbers.map((number) => users.erase(number)))
 * console.log((await forget(parley.users, ["+15005550188"])).length)
 * ```
 */
export class Users extends Resource {
  /**
   * Forgets a user in the whole account. When it succeeds nothing more is sent to them, and the rest will be done: follow it with `erasure`.
   * @example
   * ```ts
   * import type { Erasure } from "@parley/sdk"
   *
   * const erasure: Erasure = await parley.users.erase("+15005550188")
   * console.log(erasure.stage)
   * ```
   */
  erase(number: string, options?: RequestOptions): ApiCall<Erasure> {
    return remove(this.transport, `/v1/users/${segment(number)}`, options)
  }

  /**
   * How far an erasure is, and what was erased.
   * @example
   * ```ts
   * import type { ErasureReport } from "@parley/sdk"
   *
   * const begun = await parley.users.erase("+15005550188")
   * const report: ErasureReport = (await parley.users.erasure(begun.id)).report
   * console.log(report.messages)
   * ```
   */
  erasure(erasureId: string, options?: RequestOptions): ApiCall<Erasure> {
    return get(this.transport, `/v1/users/erasures/${segment(erasureId)}`, options)
  }
}
