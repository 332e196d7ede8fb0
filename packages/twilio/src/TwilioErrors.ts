/** Twilio's error codes as data, and what each means for a text. The only place that knows them. */
import { Duration } from "effect"
import { Ambiguous, NotNow, RecipientOptedOut, Refused, Rejected } from "@parley/core/ports/Carrier"
import type { CarrierFailure, SenderVerdict, Withheld } from "@parley/core/ports/Carrier"

/**
 * When a text with this error may be tried again. `no`: never. `later`: after some minutes. `slower`: at a lower rate. `next_day`: after the daily
 * cap is reset. `few_times`: now and then, with little hope. `ambiguous`: it may have been sent, so only after proof that it was not.
 */
export type Retry = "no" | "later" | "slower" | "next_day" | "few_times" | "ambiguous"

export interface TwilioError {
  /** A sentence for people: what is wrong and what to do. */
  readonly meaning: string
  readonly retry: Retry
  /** The recipient opted out with the carrier. */
  readonly optOut?: true
  /** What it says of the number that sent it. */
  readonly sender?: SenderVerdict
  /** No text can leave before somebody changes the gateway's settings. */
  readonly operator?: true
}

const no = (meaning: string): TwilioError => ({ meaning, retry: "no" })

/** Source: twilio.com/docs/api/errors and the OpenAPI files. 21xxx come with the create call, 30xxx later with a status callback. */
export const twilioErrors: ReadonlyMap<string, TwilioError> = new Map<string, TwilioError>([
  ["20003", { meaning: "Twilio does not accept the credentials: check the account SID and the auth token or API key.", retry: "no", operator: true }],
  ["20429", { meaning: "Too many requests to Twilio at once: the text waits and is tried again.", retry: "slower" }],
  ["20500", { meaning: "Twilio had an internal error; whether it took the text is being found out.", retry: "ambiguous" }],
  ["20503", { meaning: "Twilio is unavailable; whether it took the text is being found out.", retry: "ambiguous" }],
  ["21211", no("The recipient is not a valid phone number: correct the number.")],
  ["21212", no("The sender is not a valid phone number: correct the project's number.")],
  ["21408", no("Texts to the recipient's country are not enabled: allow it in Twilio's messaging geographic permissions.")],
  ["21602", no("The text is empty: write something to send.")],
  ["21603", no("The text has no sender: give the project a number.")],
  ["21604", no("The text has no recipient: give a phone number.")],
  ["21606", no("The sender cannot text this recipient: use a number that can send SMS to that country.")],
  ["21608", no("A trial account texts verified recipients only: verify this number with Twilio, or upgrade the account.")],
  ["21610", { meaning: "The recipient opted out of texts from this number: they have to text START before they can be reached again.", retry: "no", optOut: true }],
  ["21611", { meaning: "The sender's queue at Twilio is full (over ten hours long): the text waits and is tried again.", retry: "later" }],
  ["21612", no("Twilio knows no way from this sender to this recipient: use another sender, or correct the number.")],
  ["21614", no("The recipient is not a mobile number: use a number that receives texts.")],
  ["21617", no("The text is longer than 1600 characters: shorten it or send it as several.")],
  ["21620", no("A file's address is not one that Twilio can fetch: check media_urls.")],
  ["21623", no("The message has more than ten files: send the others with another message.")],
  ["21659", no("The sender is not a Twilio number: provision it, or correct the project's number.")],
  ["21660", no("The sender does not belong to this Twilio account: correct the project's account or its number.")],
  ["21703", no("No number of the Messaging Service can text this recipient: add one that can.")],
  ["21704", no("The Messaging Service has no numbers: add some, or take it out of sender_pools.")],
  ["21705", no("There is no such Messaging Service in the Twilio account: correct sender_pools.")],
  ["30001", { meaning: "A queue at Twilio overflowed: the text can be sent again later.", retry: "later" }],
  ["30003", { meaning: "The handset cannot be reached: it is off or has no network. Try again some time later.", retry: "few_times" }],
  ["30004", no("The recipient or their network blocks this text: ask them on another way.")],
  ["30005", no("The handset is unknown or no longer in use: check the number.")],
  ["30006", no("The recipient is a landline, or their network takes no texts: use a mobile number.")],
  ["30007", no("The network filtered the text as unwanted: change its wording, and check the sender's registration.")],
  ["30008", { meaning: "The network gave no reason for not delivering: try again some time later.", retry: "few_times" }],
  ["30019", no("The files are larger than the network carries: make them smaller, at best under 600 KB.")],
  ["30017", { meaning: "The network is congested: send more slowly, and try again later.", retry: "slower" }],
  ["30022", { meaning: "The sender is over its 10DLC rate: send more slowly, and try again later.", retry: "slower" }],
  ["30023", { meaning: "The brand is over its daily 10DLC limit: texts go out again after midnight Pacific time.", retry: "next_day", sender: "daily_cap_reached" }],
  ["30027", { meaning: "The campaign is over the network's daily limit: texts go out again after midnight Pacific time.", retry: "next_day", sender: "daily_cap_reached" }],
  ["30032", { ...no("The toll-free sender is not verified: have it verified with parley registration toll-free."), sender: "unregistered" }],
  ["30033", { ...no("The sender's 10DLC campaign is suspended: settle it with Twilio."), sender: "suspended" }],
  ["30034", { ...no("The sender has no 10DLC registration: put it under a campaign with parley registration campaign."), sender: "unregistered" }],
  ["30035", { meaning: "The sender's 10DLC registration is still being set up: try again later.", retry: "later", sender: "being_set_up" }],
  ["30410", { meaning: "A provider timed out; the text may have arrived, so it is not sent again by itself.", retry: "ambiguous" }],
  ["30450", no("Twilio blocked the text as SMS pumping: check who asked for it, or adjust the fraud settings.")],
  ["63038", { meaning: "The account is over its daily limit of texts: they go out again the next day.", retry: "next_day" }]
])

/** A sentence for people about an error code of Twilio; `said` is Twilio's own message, used for a code that the table does not know. */
export const explain = (code: string, said: string | null): string =>
  twilioErrors.get(code)?.meaning ?? `${said === null ? "Twilio gives no reason" : shorten(said)} (Twilio error ${code}, see https://www.twilio.com/docs/errors/${code}).`

/** Whether a text failed because its recipient opted out with Twilio. */
export const isOptOut = (code: string): boolean => twilioErrors.get(code)?.optOut === true

/** What an error code says of the number that sent the text; null: nothing. */
export const senderVerdict = (code: string | null): SenderVerdict | null => code === null ? null : twilioErrors.get(code)?.sender ?? null

const shorten = (said: string): string => said.toWellFormed().slice(0, 300).toWellFormed().replace(/[.\s]+$/u, "")

/** How long to leave a sender alone whose queue is full, when Twilio names no time. Parley's own choice: a queue of ten hours does not empty in seconds. */
export const fullQueuePause = Duration.minutes(5)

/** An HTTP answer other than success. */
export interface ErrorAnswer {
  readonly status: number
  readonly code: string | null
  /** Twilio's own message. */
  readonly said: string | null
  readonly retryAfter: Duration.Duration | null
  /** `Twilio-Request-Id`, for Twilio's support. */
  readonly requestId: string | null
}

const notNow = (answer: ErrorAnswer, retry: Retry | undefined, detail: string) =>
  new NotNow({
    code: answer.code,
    detail,
    retryAfter: answer.retryAfter ?? (retry === "later" ? fullQueuePause : null),
    nextDay: retry === "next_day"
  })

const withRequest = (answer: ErrorAnswer, sentence: string) => answer.requestId === null ? sentence : `${sentence} Twilio's request: ${answer.requestId}.`

const sentenceOf = (answer: ErrorAnswer) =>
  answer.code === null
    ? `Twilio's address answered HTTP ${answer.status} without an error code: check TWILIO_BASE_URL and proxies.`
    : explain(answer.code, answer.said)

/** What an error answer to the create call means for the text: the HTTP status decides first, then the code. */
export const ofCreate = (answer: ErrorAnswer): Exclude<CarrierFailure["reason"], Withheld> => {
  const { code, status } = answer
  const known = code === null ? undefined : twilioErrors.get(code)
  const ambiguous = () => new Ambiguous({ code, detail: withRequest(answer, `Twilio answered HTTP ${status}; whether it took the text is being found out.`) })
  if (status === 429) return notNow(answer, known?.retry, known?.meaning ?? "Too many requests to Twilio: the text waits and is tried again.")
  // 408 is a time-out somewhere on the way, and a redirect promises nothing: both may follow an accepted text.
  if (status < 400 || status === 408 || status >= 500) return ambiguous()
  if (status === 401 || status === 403) return new Refused({ code, detail: known?.meaning ?? refusedSentence(answer) })
  if (known?.optOut === true) return new RecipientOptedOut({ code })
  if (known?.operator === true) return new Refused({ code, detail: known.meaning })
  switch (known?.retry) {
    case "later":
    case "slower":
    case "next_day":
      return notNow(answer, known.retry, known.meaning)
    case "ambiguous":
      return ambiguous()
    default:
      return new Rejected({ code, detail: sentenceOf(answer) })
  }
}

/** What an error answer to a reading call means. Nothing was sent by it, so it may be asked again. */
export const ofRead = (answer: ErrorAnswer): CarrierFailure["reason"] => {
  const { code, status } = answer
  if (status === 401 || status === 403) return new Refused({ code, detail: refusedSentence(answer) })
  if (status === 429 || status === 408 || status < 400 || status >= 500) {
    return new NotNow({ code, detail: `Twilio answered HTTP ${status} when asked about a text.`, retryAfter: answer.retryAfter, nextDay: false })
  }
  return new Rejected({ code, detail: sentenceOf(answer) })
}

const refusedSentence = (answer: ErrorAnswer) =>
  `Twilio refuses the gateway (HTTP ${answer.status}${answer.code === null ? "" : `, error ${answer.code}`}): check the account's SID, its auth token or API key, and that it is active.`
