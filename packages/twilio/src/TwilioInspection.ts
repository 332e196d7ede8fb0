/** What an account and its numbers look like at Twilio: for whoever asks why no text comes or goes. Reads only. */
import { DateTime, Duration, Effect, Redacted, Schema } from "effect"
import { isPhoneNumber, type PhoneNumber } from "@parley/schema/PhoneNumber"
import { isMissing } from "./TwilioNumberErrors.ts"
import type { TwilioAccount } from "./TwilioAccount.ts"
import { type Client, connect } from "./TwilioPackage.ts"
import { make as makeHttp, TwilioCallFailed, type TwilioHttpClient } from "./TwilioHttpClient.ts"

/** A number as Twilio has it. */
export interface InspectedNumber {
  /** Twilio's own id of it. */
  readonly sid: string
  readonly number: PhoneNumber
  /** Called with the texts that arrive, as it was set: the fragment holds connection overrides. Empty: nothing is called. */
  readonly smsUrl: string
  readonly smsMethod: string
  /** Called when `smsUrl` failed; empty: nothing is. */
  readonly smsFallbackUrl: string
  /** `AP…`: a TwiML application, whose addresses count in place of the number's; empty: none. */
  readonly smsApplicationSid: string
  readonly canText: boolean
}

/** A Messaging Service as Twilio has it. */
export interface InspectedService {
  readonly sid: string
  /** Called with the texts that arrive; null: nothing is. */
  readonly inboundRequestUrl: string | null
  /** The numbers' own addresses are called in its place. */
  readonly useInboundWebhookOnNumber: boolean
  readonly senders: ReadonlyArray<PhoneNumber>
}

export interface InspectedAccount {
  readonly status: "active" | "suspended" | "closed"
  /** A trial account texts verified recipients only. */
  readonly isTrial: boolean
  /** How far this machine's clock is ahead of Twilio's, about half a second exact; null when the answer bears no date. */
  readonly aheadMillis: number | null
}

/**
 * `credentials`: not accepted. `not_active`: suspended or closed, so that it answers nothing. `unreachable`: no answer, or none for now; worth another try.
 * `unreadable`: what answered does not speak Twilio's API. `detail`: a sentence, without secrets.
 */
export class InspectionFailed extends Schema.TaggedError<InspectionFailed>()("InspectionFailed", {
  reason: Schema.Literals(["credentials", "not_active", "unreachable", "unreadable"]),
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

export interface InspectionOptions {
  /** In place of Twilio's own addresses: a simulator or a proxy. */
  readonly baseUrl: URL | null
  /** For one call. Default 10 s. */
  readonly timeout?: Duration.Duration
}

export interface TwilioInspection {
  /** The account's own state. Logs in with its auth token, since Twilio shows an account to no API key; thereby the token that verifies webhooks is tried too. */
  readonly account: (account: TwilioAccount) => Effect.Effect<InspectedAccount, InspectionFailed>
  /** The numbers among `wanted` that the account has. Logs in as sending does: with the API key where there is one. */
  readonly numbers: (account: TwilioAccount, wanted: ReadonlyArray<PhoneNumber>) => Effect.Effect<ReadonlyArray<InspectedNumber>, InspectionFailed>
  /** The account's newest Messaging Services, and those among `wanted` that it has. */
  readonly services: (account: TwilioAccount, wanted: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<InspectedService>, InspectionFailed>
}

const failed = (reason: InspectionFailed["reason"], detail: string) => new InspectionFailed({ reason, detail })

/** "Account not active". Source: Twilio's error dictionary. */
const notActive = "20005"

const failureOf = (cause: unknown, credential: string): InspectionFailed => {
  if (!(cause instanceof TwilioCallFailed)) return failed("unreadable", "Twilio answered something that cannot be read: check TWILIO_BASE_URL and proxies.")
  const { reason } = cause
  if (reason._tag !== "Answered") return failed("unreachable", `Twilio ${reason.detail}: check the network, proxies and TWILIO_BASE_URL.`)
  const { code, status } = reason
  const answer = `HTTP ${status}${code === null ? "" : `, error ${code}`}`
  if (code === notActive) return failed("not_active", `The account is not active (${answer}), so no text leaves: settle it with Twilio.`)
  if (status === 401 || status === 403) return failed("credentials", `Twilio does not accept the ${credential} (${answer}): set the account's current one.`)
  if (status === 404 && code !== null) return failed("credentials", `Twilio has no such account for the ${credential} (${answer}): check the account's SID.`)
  if (status === 429 || status >= 500) return failed("unreachable", `Twilio cannot answer now (${answer}): try again later.`)
  return failed("unreadable", `Twilio's address answered ${answer}: check TWILIO_BASE_URL and proxies.`)
}

const unusable = failed("credentials", "The account cannot be used: its SID must begin with AC, and its auth token or API key must not be empty.")

const clientOf = (http: TwilioHttpClient, accountSid: string, username: string, password: Redacted.Redacted): Effect.Effect<Client, InspectionFailed> =>
  Redacted.value(password) === "" || username === ""
    ? Effect.fail(unusable)
    : Effect.try({ try: () => connect(http, { accountSid, username, password: Redacted.value(password) }), catch: () => unusable })

const tokenOf = (account: TwilioAccount) => {
  const [token] = account.authTokens
  return token === undefined
    ? Effect.fail(failed("credentials", "The account has no auth token: without it no webhook can be verified."))
    : Effect.succeed(token)
}

const statuses: ReadonlySet<string> = new Set<InspectedAccount["status"]>(["active", "suspended", "closed"])
const isStatus = (status: unknown): status is InspectedAccount["status"] => typeof status === "string" && statuses.has(status)

/** HTTP dates are whole seconds, cut off. */
const halfSecondMillis = 500

const aheadOf = (date: unknown, now: DateTime.Utc): number | null => {
  const carrierMillis = typeof date === "string" ? Date.parse(date) : Number.NaN
  return Number.isNaN(carrierMillis) ? null : DateTime.toEpochMillis(now) - carrierMillis - halfSecondMillis
}

const inspectAccount = Effect.fnUntraced(function*(http: TwilioHttpClient, account: TwilioAccount) {
  const client = yield* clientOf(http, account.accountSid, account.accountSid, yield* tokenOf(account))
  const { body, headers } = yield* Effect.tryPromise({
    try: () => client.api.v2010.accounts(account.accountSid).fetchWithHttpInfo(),
    catch: (cause) => failureOf(cause, "auth token")
  })
  const now = yield* DateTime.now
  if (!isStatus(body.status)) return yield* failureOf(undefined, "auth token")
  return { status: body.status, isTrial: body.type === "Trial", aheadMillis: aheadOf(Object(headers).date, now) }
})

/** Questions at a time. Parley's own choice. */
const atOnce = 4
/** The newest services that are looked into: each costs a question. Parley's own choice. */
const servicesSeen = 20
/** The most that a service holds. Source: twilio.com/docs/api/errors/21714. */
const poolSize = 400

/** Logs in as sending does. */
const senderOf = Effect.fnUntraced(function*(http: TwilioHttpClient, account: TwilioAccount) {
  const { apiKey } = account
  const [credential, username, password] = apiKey === null
    ? ["auth token", account.accountSid, yield* tokenOf(account)] as const
    : ["API key", apiKey.sid, apiKey.secret] as const
  return { client: yield* clientOf(http, account.accountSid, username, password), credential }
})

const inspectServices = Effect.fnUntraced(function*(http: TwilioHttpClient, account: TwilioAccount, wanted: ReadonlyArray<string>) {
  const { client, credential } = yield* senderOf(http, account)
  const read = <A>(call: () => Promise<A>) => Effect.tryPromise({ try: call, catch: (cause) => cause })
  const failing = (cause: unknown) => failureOf(cause, credential)
  const { services } = client.messaging.v1
  const newest = (yield* Effect.mapError(read(() => services.page({ pageSize: servicesSeen })), failing)).instances
  const others = wanted.filter((sid) => !newest.some((each) => each.sid === sid))
  const older = yield* Effect.forEach(others, (sid) =>
    read(() => services(sid).fetch()).pipe(
      Effect.map((service) => [service]),
      Effect.catch((cause) => isMissing(cause) ? Effect.succeed([]) : Effect.fail(failing(cause)))
    ), { concurrency: atOnce })
  return yield* Effect.forEach([...newest, ...older.flat()], (service) =>
    read(() => services(service.sid).phoneNumbers.page({ pageSize: poolSize })).pipe(
      Effect.mapError(failing),
      Effect.map(({ instances }): InspectedService => ({
        sid: service.sid,
        inboundRequestUrl: service.inboundRequestUrl ?? null,
        useInboundWebhookOnNumber: service.useInboundWebhookOnNumber === true,
        senders: instances.map(({ phoneNumber }) => phoneNumber).filter(isPhoneNumber)
      }))
    ), { concurrency: atOnce })
})

const inspectNumbers = Effect.fnUntraced(function*(http: TwilioHttpClient, account: TwilioAccount, wanted: ReadonlyArray<PhoneNumber>) {
  const { client, credential } = yield* senderOf(http, account)
  const one = Effect.fnUntraced(function*(number: PhoneNumber) {
    // Twilio takes the filter for a pattern, so that others may be among the answers.
    const { instances } = yield* Effect.tryPromise({
      try: () => client.incomingPhoneNumbers.page({ phoneNumber: number, pageSize: 20 }),
      catch: (cause) => failureOf(cause, credential)
    })
    return instances.filter((each) => each.phoneNumber === number).map((each): InspectedNumber => ({
      sid: each.sid,
      number,
      smsUrl: each.smsUrl ?? "",
      smsMethod: each.smsMethod ?? "POST",
      smsFallbackUrl: each.smsFallbackUrl ?? "",
      smsApplicationSid: each.smsApplicationSid ?? "",
      canText: Object(each.capabilities).sms === true
    }))
  })
  return (yield* Effect.forEach(wanted, one, { concurrency: atOnce })).flat()
})

/** Its connections are closed with the scope. */
export const make = (options: InspectionOptions) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => makeHttp({ baseUrl: options.baseUrl, timeout: options.timeout ?? Duration.seconds(10) })),
      (http) => Effect.sync(http.close)
    ),
    (http): TwilioInspection => ({
      account: (account) => inspectAccount(http, account),
      numbers: (account, wanted) => inspectNumbers(http, account, wanted),
      services: (account, wanted) => inspectServices(http, account, wanted)
    })
  )
