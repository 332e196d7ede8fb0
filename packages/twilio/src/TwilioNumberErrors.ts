/** What Twilio's answers to calls about numbers and their registration mean. */
import { MarketFailure } from "@parley/core/ports/NumberMarket"
import { explain } from "./TwilioErrors.ts"
import { TwilioCallFailed } from "./TwilioHttpClient.ts"

interface NumberError {
  readonly meaning: string
  readonly isGone?: true
}

/** Source: twilio.com/docs/api/errors. */
const numberErrors: ReadonlyMap<string, NumberError> = new Map<string, NumberError>([
  ["21421", { meaning: "Twilio does not take this for a phone number: give it in E.164." }],
  ["21422", { meaning: "The number is not for sale, or no longer: search for another.", isGone: true }],
  ["21452", { meaning: "Twilio has no number in this area code: choose another.", isGone: true }],
  ["21502", { meaning: "Twilio does not accept the webhook's address: check PUBLIC_URL and FALLBACK_URL." }],
  ["21712", { meaning: "The number is a sender of another Messaging Service: take it out of that one first, or register the campaign for that one (pool)." }],
  ["21714", { meaning: "The Messaging Service holds as many numbers as it may: use another one, or take numbers out of it." }],
  ["21631", { meaning: "The regulator wants an address with this number: file one in Twilio's console and buy it there, then import it." }],
  ["21649", { meaning: "The regulator wants a bundle of papers with this number: file it in Twilio's console and buy it there, then import it." }]
])

const failure = (reason: MarketFailure["reason"], detail: string, code: string | null = null) => new MarketFailure({ reason, code, detail })

/**
 * @param changes whether the call changes something: then an answer that did not come leaves it open whether it did
 */
export const failureOf = (cause: unknown, changes: boolean): MarketFailure => {
  const unclear = changes ? "ambiguous" as const : "not_now" as const
  if (!(cause instanceof TwilioCallFailed)) return failure(unclear, "Twilio answered something that cannot be read.")
  const { reason } = cause
  if (reason._tag === "NotSent") return failure("not_now", `Twilio ${reason.detail}.`)
  if (reason._tag === "NoAnswer") return failure(unclear, `Twilio ${reason.detail}.`)
  const { code, said, status } = reason
  if (status === 429) return failure("not_now", "Too many requests to Twilio at once.", code)
  if (status < 400 || status === 408 || status >= 500) return failure(unclear, `Twilio answered HTTP ${status}.`, code)
  if (status === 401 || status === 403) return failure("refused", `Twilio refuses the gateway (HTTP ${status}): check the account's SID, its auth token or API key, and that it is active.`, code)
  if (code === null) return failure("rejected", `Twilio's address answered HTTP ${status} without an error code: check TWILIO_BASE_URL and proxies.`)
  const known = numberErrors.get(code)
  return failure(known?.isGone === true ? "not_for_sale" : "rejected", known?.meaning ?? explain(code, said), code)
}

/** A number is in the Messaging Service that it was to be added to. Source: twilio.com/docs/api/errors/21710. */
export const isMember = (cause: unknown): boolean => cause instanceof TwilioCallFailed && cause.reason._tag === "Answered" && cause.reason.code === "21710"

/** Twilio has no such thing. */
export const isMissing = (cause: unknown): boolean => cause instanceof TwilioCallFailed && cause.reason._tag === "Answered" && cause.reason.status === 404 && cause.reason.code !== null
