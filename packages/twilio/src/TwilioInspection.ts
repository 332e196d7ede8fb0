/** What an account and its numbers look like at Twilio: for whoever asks why no text comes or goes. Reads only. */
import { DateTime, Duration, Effect } from "effect"
import type { Country } from "@parley/schema/Country"
import { isPhoneNumber, type PhoneNumber } from "@parley/schema/PhoneNumber"
import { isMissing } from "./TwilioNumberErrors.ts"
import type { TwilioAccount } from "./TwilioAccount.ts"
import { atOnce, failureOf, type InspectionFailed, ownerOf, senderOf } from "./InspectionLogin.ts"
import { type InspectedCampaign, type InspectedCountry, type InspectedVerification, inspectCampaigns, inspectCountries, inspectVerifications } from "./PermissionInspection.ts"
import { make as makeHttp, type TwilioHttpClient } from "./TwilioHttpClient.ts"

export { InspectionFailed } from "./InspectionLogin.ts"
export type { InspectedCampaign, InspectedCountry, InspectedVerification } from "./PermissionInspection.ts"

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
  /** The campaigns of these Messaging Services, of which each has one or none. */
  readonly campaigns: (account: TwilioAccount, services: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<InspectedCampaign>, InspectionFailed>
  /** The verifications of toll-free numbers, which Twilio knows by its own ids (`PN…`). */
  readonly verifications: (account: TwilioAccount, numberSids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<InspectedVerification>, InspectionFailed>
  /** Whether the account may text people in these countries: Twilio's messaging geographic permissions. Logs in with the auth token. */
  readonly countries: (account: TwilioAccount, wanted: ReadonlyArray<Country>) => Effect.Effect<ReadonlyArray<InspectedCountry>, InspectionFailed>
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
  const client = yield* ownerOf(http, account)
  const { body, headers } = yield* Effect.tryPromise({
    try: () => client.api.v2010.accounts(account.accountSid).fetchWithHttpInfo(),
    catch: (cause) => failureOf(cause, "auth token")
  })
  const now = yield* DateTime.now
  if (!isStatus(body.status)) return yield* failureOf(undefined, "auth token")
  return { status: body.status, isTrial: body.type === "Trial", aheadMillis: aheadOf(Object(headers).date, now) }
})

/** The newest services that are looked into: each costs a question. Parley's own choice. */
export const servicesSeen = 20
/** The most that a service holds. Source: twilio.com/docs/api/errors/21714. */
const poolSize = 400

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
      services: (account, wanted) => inspectServices(http, account, wanted),
      campaigns: (account, services) => inspectCampaigns(http, account, services),
      verifications: (account, numberSids) => inspectVerifications(http, account, numberSids),
      countries: (account, wanted) => inspectCountries(http, account, wanted)
    })
  )
