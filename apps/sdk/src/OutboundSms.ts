/** The send: one call opens a conversation by text. */
import { ApiCall, correlationIdOf } from "./ApiCall.ts"
import type { RequestOptions } from "./Options.ts"
import { Resource } from "./Resource.ts"
import type { Answer } from "./Transport.ts"
import { toWire } from "./Wire.ts"

/** A text that opens a conversation. */
export interface SendTextParams {
  /** Plain text, at most 1600 characters and 10 segments. */
  readonly message: string
  readonly template?: never
  /** The recipient, E.164. */
  readonly userNumber: string
  /** The sender, E.164: a number of the connector's environment. Chosen for you when absent. */
  readonly agentNumber?: string
  /** Pictures and other files, which the carrier fetches: https, at most 10, 5 MB in all. Only where the number and the user's country have MMS. */
  readonly mediaUrls?: ReadonlyArray<string>
  /** When to send, at most 35 days ahead. Absent: now. */
  readonly sendAt?: Date
}

/**
 * Pictures and other files that open a conversation, with a text or without.
 * @example
 * ```ts
 * import type { SendMediaParams } from "@parley/sdk"
 *
 * const picture: SendMediaParams = { mediaUrls: ["https://example.com/menu.png"], userNumber: "+15005550123" }
 * const outcome = await parley.outboundSms.send(picture).catch((error: unknown) => error)
 * console.log(outcome)
 * ```
 */
export interface SendMediaParams {
  readonly message?: string
  readonly template?: never
  readonly userNumber: string
  readonly agentNumber?: string
  /** At least one; see `SendTextParams`. */
  readonly mediaUrls: ReadonlyArray<string>
  readonly sendAt?: Date
}

/**
 * A template whose text opens a conversation.
 * @example
 * ```ts
 * import type { SendParams, SendTemplateParams } from "@parley/sdk"
 *
 * const reminder: SendTemplateParams = { template: "reminder", variables: { first_name: "Ada" }, userNumber: "+15005550123" }
 * const later: SendParams = { ...reminder, sendAt: new Date(Date.now() + 86_400_000) }
 * console.log(later.sendAt)
 * ```
 */
export interface SendTemplateParams {
  readonly message?: never
  /** The name of a template of the connector's environment. */
  readonly template: string
  /** What stands in the template's places. Others are ignored. */
  readonly variables?: { readonly [name: string]: string }
  readonly userNumber: string
  readonly agentNumber?: string
  readonly mediaUrls?: ReadonlyArray<string>
  readonly sendAt?: Date
}

/** A text, files, or a template to make the text of. */
export type SendParams = SendTextParams | SendMediaParams | SendTemplateParams

/** What is known once a send is accepted: the text is durable, and delivery follows. */
export interface SendResult {
  /** Empty for a send for later, which is no session yet; and if the server does not say, which Parley's always does. */
  readonly sessionId: string
  /** A send for later; null for one that is sent now. */
  readonly scheduledSendId: string | null
  /** The path of the session or of the scheduled send, as the API gave it. */
  readonly location: string
  readonly correlationId: string | null
  /** True when the idempotency key brought the answer of an earlier call. */
  readonly replayed: boolean
}

const sendResult = ({ response }: Answer): SendResult => {
  const location = response.headers.get("location") ?? ""
  const id = decodeURIComponent(location.slice(location.lastIndexOf("/") + 1))
  const isLater = location.includes("/scheduled-sends/")
  return {
    sessionId: isLater ? "" : id,
    scheduledSendId: isLater ? id : null,
    location,
    correlationId: correlationIdOf(response),
    replayed: response.headers.get("idempotency-replayed") === "true"
  }
}

/**
 * Opens conversations: `parley.outboundSms`.
 * @example
 * ```ts
 * import type { OutboundSms } from "@parley/sdk"
 *
 * const remind = (sms: OutboundSms, userNumber: string) => sms.send({ message: "See you at 10:00.", userNumber })
 * console.log((await remind(parley.outboundSms, "+15005550123")).location)
 * ```
 */
export class OutboundSms extends Resource {
  /**
   * Opens a conversation by text. When it succeeds the text is durable: it will be delivered, or visibly fail.
   * @example
   * ```ts
   * import type { SendResult, SendTextParams } from "@parley/sdk"
   *
   * const params: SendTextParams = { message: "Hi Ada, shall we keep your table?", userNumber: "+15005550123" }
   * const { sessionId, replayed }: SendResult = await parley.outboundSms.send(params, { idempotencyKey: "table-17" })
   * console.log(sessionId, replayed)
   * ```
   */
  send(params: SendParams, options?: RequestOptions): ApiCall<SendResult> {
    return new ApiCall(this.transport.run({ method: "POST", path: "/v1/outbound-sms", body: toWire(params) }, options), sendResult)
  }
}
