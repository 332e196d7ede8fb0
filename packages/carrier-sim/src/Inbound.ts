/** A text from a handset: the message resource, the number's webhook, its fallback, and the replies of the answer. */
import { segment } from "@parley/schema/MessageText"
import type { AccountOptions } from "./CarrierOptions.ts"
import type { Faults } from "./Faults.ts"
import { urlOf } from "./Media.ts"
import type { MessageRecord } from "./MessageResource.ts"
import type { MessagingService } from "./MessagingServices.ts"
import { countryCodeOf, type OwnedNumber } from "./Numbers.ts"
import { regionOf } from "./Places.ts"
import { apiVersion } from "./ResourceFormat.ts"
import { withoutFragment, type FormParams } from "./Signature.ts"
import type { SimClock } from "./SimClock.ts"
import { twimlReplies, type TwimlReply } from "./Twiml.ts"
import { webhookErrorCode, type WebhookAttempt, type WebhookOutcome, type Webhooks } from "./Webhooks.ts"

/** What became of a number's webhook. */
export interface InboundWebhook {
  /** `ok`: the application answered. `fallback`: its fallback URL did. `lost`: neither. `dropped`: by a fault. `none`: the number (or its Messaging Service) has no URL. */
  readonly result: "ok" | "fallback" | "lost" | "dropped" | "none"
  /** The HTTP status of the last attempt, `null` without an answer. */
  readonly status: number | null
  /** What the last answer said. */
  readonly body: string
  readonly attempts: ReadonlyArray<WebhookAttempt>
  /** Why the answer itself was of no use: 12100, 12300. */
  readonly error_code: number | null
}

export interface InboundParts {
  readonly account: AccountOptions
  readonly number: OwnedNumber
  /** The service that the number is a sender of. */
  readonly service: MessagingService | undefined
  readonly webhooks: Webhooks
  readonly faults: Faults
  readonly clock: SimClock
  /** Where the carrier's own files are. */
  readonly origin: string
  /** False after a reset: nothing more may be sent. */
  isCurrent(): boolean
  /** Sends a reply of the answer. */
  reply(reply: TwimlReply): void
}

/** The fields of an inbound webhook, in Twilio's order. */
export const inboundParams = (record: MessageRecord, messagingServiceSid: string | undefined, optOutType: string | undefined, origin: string): FormParams => {
  const from = regionOf(record.from ?? "")
  const to = regionOf(record.to)
  const media: Record<string, string> = {}
  record.media.forEach((file, i) => {
    media[`MediaContentType${i}`] = file.contentType
    media[`MediaUrl${i}`] = urlOf(record, file, origin)
  })
  return {
    ToCountry: countryCodeOf(record.to),
    ...media,
    ToState: to.state,
    SmsMessageSid: record.sid,
    NumMedia: String(record.media.length),
    ToCity: to.city,
    FromZip: from.zip,
    SmsSid: record.sid,
    ...(optOutType === undefined ? {} : { OptOutType: optOutType }),
    FromState: from.state,
    SmsStatus: "received",
    FromCity: from.city,
    Body: record.originalBody,
    FromCountry: countryCodeOf(record.from ?? ""),
    To: record.to,
    ...(messagingServiceSid === undefined ? {} : { MessagingServiceSid: messagingServiceSid }),
    ToZip: to.zip,
    NumSegments: String(record.numSegments),
    MessageSid: record.sid,
    AccountSid: record.accountSid,
    From: record.from ?? "",
    ApiVersion: apiVersion
  }
}

export const inboundSegments = (body: string, media: number): number => Math.max(segment(body).segments, media > 0 ? media : 1)

interface Target {
  readonly url: string
  readonly method: "GET" | "POST"
  readonly fallbackUrl: string
  readonly fallbackMethod: "GET" | "POST"
}

/** The addresses of the number's service, unless it leaves them to its numbers. An empty `url`: nobody is told. */
const targetOf = ({ number, service }: InboundParts): Target =>
  service === undefined || service.useInboundWebhookOnNumber
    ? { url: number.smsUrl, method: number.smsMethod, fallbackUrl: number.smsFallbackUrl, fallbackMethod: "POST" }
    : { url: service.inboundRequestUrl ?? "", method: service.inboundMethod, fallbackUrl: service.fallbackUrl ?? "", fallbackMethod: service.fallbackMethod }

/** One delivery to the application: the webhook with its retries, then the fallback. */
const deliver = async (record: MessageRecord, params: FormParams, parts: InboundParts): Promise<InboundWebhook> => {
  const { account, webhooks } = parts
  const target = targetOf(parts)
  const call = (url: string, extra: FormParams, fallback: boolean) =>
    webhooks.send({ kind: "inbound", messageSid: record.sid, url, method: fallback ? target.fallbackMethod : target.method, params: { ...params, ...extra }, authToken: account.authToken, fallback })
  /** Replies of an answer go out; an answer that cannot be read counts as a failure. */
  const useAnswer = (outcome: WebhookOutcome): number | undefined => {
    if (!outcome.succeeded || outcome.last._tag !== "Answered") return webhookErrorCode(outcome.last)
    const replies = twimlReplies(outcome.last.contentType, outcome.last.body)
    if (typeof replies === "number") return replies
    for (const each of replies) parts.reply(each)
    return undefined
  }
  const resultOf = (result: InboundWebhook["result"], outcome: WebhookOutcome, attempts: ReadonlyArray<WebhookAttempt>, errorCode: number | undefined): InboundWebhook => ({
    result,
    status: outcome.last._tag === "Answered" ? outcome.last.status : null,
    body: outcome.last._tag === "Answered" ? outcome.last.body : outcome.last.error,
    attempts,
    error_code: errorCode ?? null
  })
  const first = await call(target.url, {}, false)
  const error = useAnswer(first)
  if (error === undefined) return resultOf("ok", first, first.attempts, undefined)
  if (target.fallbackUrl === "" || !parts.isCurrent()) return resultOf("lost", first, first.attempts, error)
  const second = await call(target.fallbackUrl, { ErrorCode: String(error), ErrorUrl: withoutFragment(target.url) }, true)
  const secondError = useAnswer(second)
  return resultOf(secondError === undefined ? "fallback" : "lost", second, [...first.attempts, ...second.attempts], secondError)
}

const silent = (result: "none" | "dropped"): InboundWebhook => ({ result, status: null, body: "", attempts: [], error_code: null })

/** Tells the application of a text, as often as the faults say. Resolves with what the first copy brought and the attempts of all. */
export const tellApplication = async (record: MessageRecord, optOutType: string | undefined, parts: InboundParts): Promise<InboundWebhook> => {
  if (targetOf(parts).url === "") return silent("none")
  const effects = parts.faults.strike("webhook", { webhook: "inbound", to: record.to, from: record.from, body: record.originalBody })
  if (effects.some((effect) => effect.type === "drop")) return silent("dropped")
  const delayMillis = effects.reduce((sum, effect) => sum + (effect.type === "delay" ? effect.ms : 0), 0)
  if (delayMillis > 0 && !(await parts.clock.sleep(delayMillis))) return silent("dropped")
  const params = inboundParams(record, parts.service?.sid, optOutType, parts.origin)
  const duplicate = effects.find((effect) => effect.type === "duplicate")
  const copies = duplicate?.copies ?? 1
  const results: Array<InboundWebhook> = []
  if (duplicate?.concurrent === true) results.push(...(await Promise.all(Array.from({ length: copies }, () => deliver(record, params, parts)))))
  else for (let i = 0; i < copies && parts.isCurrent(); i++) results.push(await deliver(record, params, parts))
  return { ...(results[0] ?? silent("none")), attempts: results.flatMap((each) => each.attempts) }
}
