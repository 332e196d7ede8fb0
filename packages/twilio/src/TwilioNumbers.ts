/** The market of numbers on Twilio's REST API, through Twilio's own package. */
import { Clock, Duration, Effect, Layer, Option } from "effect"
import type { Destination, NumberOffer, NumberWish, OwnedNumber } from "@parley/core/ports/NumberMarket"
import { MarketFailure, NumberMarket } from "@parley/core/ports/NumberMarket"
import type { Country } from "@parley/schema/Country"
import { isNorthAmericanTollFree } from "@parley/schema/NumberPlan"
import { isPhoneNumber } from "@parley/schema/PhoneNumber"
import type { MarketType, Price } from "@parley/schema/Provisioning"
import type { AccountFor } from "./TwilioAccount.ts"
import type { Client } from "./TwilioPackage.ts"
import { clients } from "./AccountClients.ts"
import { leavingIf } from "./TwilioHttpClient.ts"
import { failureOf, isMember, isMissing } from "./TwilioNumberErrors.ts"

export interface TwilioNumbersOptions {
  readonly accountFor: AccountFor
  /** Where Twilio reaches the gateway. Null: no number can be set up. */
  readonly publicUrl: URL | null
  /** Another address of the gateway, for Twilio's last try with a text. Null: `publicUrl` once more. */
  readonly fallbackUrl?: URL | null
  /** In place of Twilio's own addresses: a simulator or a proxy. */
  readonly baseUrl?: URL | null
  /** For one call. Default 10 s. */
  readonly timeout?: Duration.Duration
}

/** Asks Twilio to bring a text five more times, whatever failed: without it a text that met an error is lost. Neither sent nor signed. */
const repeats = "#rc=5&rp=all"

const route = (base: URL, { environment, projectId }: Destination) => `${base.origin}${base.pathname.replace(/\/+$/u, "")}/twilio/${projectId}/${environment}/sms`

/** The address that Twilio brings a number's texts to. */
export const inboundUrl = (publicUrl: URL, destination: Destination): string => route(publicUrl, destination) + repeats

const withoutFragment = (url: string): string => url.replace(/#.*$/su, "")

/** Why the texts of a Messaging Service's numbers do not come to `wanted`: the service gives them to nobody, or to somebody else. Null: they do. */
export const obstacleOf = (
  service: { readonly inboundRequestUrl: string | null; readonly useInboundWebhookOnNumber: boolean },
  wanted: string
): "nowhere" | "elsewhere" | null => {
  const url = withoutFragment(service.inboundRequestUrl ?? "")
  if (service.useInboundWebhookOnNumber || url === withoutFragment(wanted)) return null
  return url === "" ? "nowhere" : "elsewhere"
}

const rejected = (detail: string) => new MarketFailure({ reason: "rejected", code: null, detail })

type Incoming = Awaited<ReturnType<Client["incomingPhoneNumbers"]["page"]>>["instances"][number]
/** What the three types' resources share. */
type Available = Pick<Awaited<ReturnType<ReturnType<Client["availablePhoneNumbers"]>["local"]["page"]>>["instances"][number], "phoneNumber" | "isoCountry" | "locality" | "region" | "addressRequirements">

/** `name` of the number is where a purchase leaves its mark; Twilio allows 64 characters. */
const toOwned = (incoming: Incoming): OwnedNumber | null => {
  const { friendlyName, phoneNumber, sid } = incoming
  if (typeof sid !== "string" || sid === "" || !isPhoneNumber(phoneNumber)) return null
  const type = incoming.type === "tollfree" || isNorthAmericanTollFree(phoneNumber) ? "toll_free" : incoming.type === "mobile" ? "mobile" : "long_code"
  const mms: unknown = incoming.capabilities?.mms
  return { carrierId: sid, number: phoneNumber, type, mms: typeof mms === "boolean" ? mms : null, mark: friendlyName ?? "" }
}

const textOrNull = (text: unknown) => typeof text === "string" && text !== "" ? text : null

const toOffer = (available: Available, wish: NumberWish, monthlyPrice: Price | null): ReadonlyArray<NumberOffer> =>
  isPhoneNumber(available.phoneNumber)
    ? [{
      number: available.phoneNumber,
      country: (textOrNull(available.isoCountry) ?? wish.country) as Country,
      type: wish.type,
      locality: textOrNull(available.locality),
      region: textOrNull(available.region),
      needsAddress: (available.addressRequirements ?? "none") !== "none",
      monthlyPrice
    }]
    : []

/** Twilio's own words for the types in its price list. */
const priceTypes: Readonly<Record<MarketType, string>> = { local: "local", mobile: "mobile", toll_free: "toll free" }

const priceOf = (client: Client, { country, type }: NumberWish): Effect.Effect<Price | null> =>
  Effect.tryPromise(() => client.pricing.v1.phoneNumbers.countries(country).fetch()).pipe(
    Effect.map(({ phoneNumberPrices, priceUnit }): Price | null => {
      const current: unknown = phoneNumberPrices?.find(({ numberType }) => numberType === priceTypes[type])?.currentPrice
      return (typeof current === "string" || typeof current === "number") && textOrNull(priceUnit) !== null
        ? { amount: String(current), currency: priceUnit.toUpperCase() }
        : null
    }),
    // A price that is not told stops nobody from searching.
    Effect.catch(() => Effect.succeed(null))
  )

interface Filter {
  readonly smsEnabled: true
  readonly pageSize: number
  readonly areaCode?: number
  readonly contains?: string
}

const pageOf = async (client: Client, { country, type }: NumberWish, filter: Filter): Promise<ReadonlyArray<Available>> => {
  const { local, mobile, tollFree } = client.availablePhoneNumbers(country)
  const { instances } = type === "local" ? await local.page(filter) : type === "mobile" ? await mobile.page(filter) : await tollFree.page(filter)
  return instances
}

/** From the decision to buy to the last moment in which the call may leave; far below the time after which a purchase counts as not made. */
const buysWithin = Duration.minutes(1)

/** True until then, by each of two clocks, of which one may stand still while the other goes on. */
const within = (duration: Duration.Duration) =>
  Effect.map(Clock.Clock, (clock) => {
    const untilMillis = clock.currentTimeMillisUnsafe() + Duration.toMillis(duration)
    const untilNanos = clock.monotonicTimeNanosUnsafe() + BigInt(Duration.toMillis(duration)) * 1_000_000n
    return () => clock.currentTimeMillisUnsafe() < untilMillis && clock.monotonicTimeNanosUnsafe() < untilNanos
  })

export const layer = (options: TwilioNumbersOptions): Layer.Layer<NumberMarket> =>
  Layer.effect(NumberMarket, Effect.gen(function*() {
    const { publicUrl } = options
    const client = yield* clients(options, (reason, detail) => new MarketFailure({ reason, code: null, detail }))

    const call = <A>(use: () => Promise<A>, changes: boolean) => Effect.tryPromise({ try: use, catch: (cause) => failureOf(cause, changes) })

    return NumberMarket.of({
      inboundAddress: (destination) => publicUrl === null ? null : inboundUrl(publicUrl, destination),

      search: Effect.fn("TwilioNumbers.search")(function*(projectId, wish, limit) {
        const twilio = yield* client(projectId)
        const filter: Filter = {
          smsEnabled: true,
          pageSize: limit,
          ...(wish.areaCode === null ? {} : { areaCode: Number(wish.areaCode) }),
          ...(wish.contains === null ? {} : { contains: wish.contains })
        }
        const found = Effect.tryPromise({ try: () => pageOf(twilio, wish, filter), catch: (cause) => cause }).pipe(
          Effect.catch((cause) => isMissing(cause) ? Effect.succeed([]) : Effect.fail(failureOf(cause, false)))
        )
        const [available, price] = yield* Effect.all([found, priceOf(twilio, wish)], { concurrency: 2 })
        return available.slice(0, limit).flatMap((each) => toOffer(each, wish, price))
      }),

      buy: Effect.fn("TwilioNumbers.buy")(function*(projectId, number, mark) {
        const twilio = yield* client(projectId)
        // A process that was frozen before the call does not buy when it thaws: somebody else goes on with the operation by then.
        const inTime = yield* within(buysWithin)
        const owned = toOwned(yield* call(() => leavingIf(inTime, () => twilio.incomingPhoneNumbers.create({ phoneNumber: number, friendlyName: mark })), true))
        return owned ?? (yield* new MarketFailure({ reason: "ambiguous", code: null, detail: "Twilio answered the purchase without the number." }))
      }),

      find: Effect.fn("TwilioNumbers.find")(function*(projectId, number) {
        const twilio = yield* client(projectId)
        // Twilio takes the filter for a pattern, so that others may be among the answers.
        const { instances } = yield* call(() => twilio.incomingPhoneNumbers.page({ phoneNumber: number, pageSize: 20 }), false)
        return Option.fromNullishOr(instances.map(toOwned).find((owned) => owned?.number === number))
      }),

      configure: Effect.fn("TwilioNumbers.configure")(function*(carrierId, destination) {
        if (publicUrl === null) return yield* new MarketFailure({ reason: "rejected", code: null, detail: "The gateway has no public address: set PUBLIC_URL." })
        const twilio = yield* client(destination.projectId)
        yield* call(() =>
          twilio.incomingPhoneNumbers(carrierId).update({
            smsUrl: inboundUrl(publicUrl, destination),
            smsMethod: "POST",
            smsFallbackUrl: route(options.fallbackUrl ?? publicUrl, destination),
            smsFallbackMethod: "POST",
            // An application's addresses would count in place of these.
            smsApplicationSid: ""
          }), true)
      }),

      preparePool: Effect.fn("TwilioNumbers.preparePool")(function*(destination, pool) {
        const service = (yield* client(destination.projectId)).messaging.v1.services(pool)
        const { inboundRequestUrl, useInboundWebhookOnNumber } = yield* Effect.tryPromise({ try: () => service.fetch(), catch: (cause) => cause }).pipe(
          Effect.catch((cause) => Effect.fail(isMissing(cause) ? rejected(`There is no Messaging Service ${pool} in the project's Twilio account: correct sender_pools.`) : failureOf(cause, false)))
        )
        const obstacle = publicUrl === null ? null : obstacleOf({ inboundRequestUrl, useInboundWebhookOnNumber }, inboundUrl(publicUrl, destination))
        if (obstacle === "elsewhere") return yield* rejected(`Messaging Service ${pool} brings its numbers' texts to ${withoutFragment(inboundRequestUrl)}: set it to "Defer to sender's webhook" in Twilio's console.`)
        if (obstacle === "nowhere") yield* call(() => service.update({ useInboundWebhookOnNumber: true }), true)
      }),

      joinPool: Effect.fn("TwilioNumbers.joinPool")(function*(projectId, carrierId, pool) {
        const twilio = yield* client(projectId)
        yield* Effect.tryPromise({ try: () => twilio.messaging.v1.services(pool).phoneNumbers.create({ phoneNumberSid: carrierId }), catch: (cause) => cause }).pipe(
          Effect.catch((cause) => isMember(cause) ? Effect.void : Effect.fail(failureOf(cause, true)))
        )
      }),

      leavePool: Effect.fn("TwilioNumbers.leavePool")(function*(projectId, carrierId, pool) {
        const twilio = yield* client(projectId)
        yield* Effect.tryPromise({ try: () => twilio.messaging.v1.services(pool).phoneNumbers(carrierId).remove(), catch: (cause) => cause }).pipe(
          Effect.catch((cause) => isMissing(cause) ? Effect.void : Effect.fail(failureOf(cause, true)))
        )
      }),

      release: Effect.fn("TwilioNumbers.release")(function*(projectId, carrierId) {
        const twilio = yield* client(projectId)
        yield* Effect.tryPromise({ try: () => twilio.incomingPhoneNumbers(carrierId).remove(), catch: (cause) => cause }).pipe(
          Effect.catch((cause) => isMissing(cause) ? Effect.void : Effect.fail(failureOf(cause, true)))
        )
      })
    })
  }))
