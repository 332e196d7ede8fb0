/** Registrations on Twilio's messaging API, through Twilio's own package: brands, campaigns of Messaging Services, toll-free verifications. */
import { type Duration, Effect, Layer, Option } from "effect"
import type { BrandFiling, CampaignFiling, CarrierRegistration, CarrierWord, TollFreeFiling } from "@parley/core/CarrierRegistration"
import { CarrierRegistrations, type Filed, RegistrationFailure } from "@parley/core/ports/CarrierRegistrations"
import type { MarketFailure } from "@parley/core/ports/NumberMarket"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { AccountFor } from "./TwilioAccount.ts"
import type { Client } from "./TwilioPackage.ts"
import { clients } from "./AccountClients.ts"
import { brandForm, campaignForm, campaignUpdate, mistakesOf, tollFreeForm } from "./TwilioFilingForms.ts"
import { failureOf, isMissing } from "./TwilioNumberErrors.ts"
import { gone, ofBrand, ofCampaign, ofTollFree } from "./TwilioVerdicts.ts"

export interface TwilioRegistrationsOptions {
  readonly accountFor: AccountFor
  /** In place of Twilio's own addresses: a simulator or a proxy. */
  readonly baseUrl?: URL | null
  /** For one call. Default 10 s. */
  readonly timeout?: Duration.Duration
}

const failure = (reason: RegistrationFailure["reason"], detail: string, code: string | null = null) => new RegistrationFailure({ reason, code, detail })

const ofMarket = ({ code, detail, reason }: MarketFailure) => failure(reason === "not_for_sale" ? "rejected" : reason, detail, code)

/** Filing changes something at Twilio: an answer that did not come leaves it open whether it did. */
const change = <A>(use: () => Promise<A>) => Effect.tryPromise({ try: use, catch: (cause) => ofMarket(failureOf(cause, true)) })
const read = <A>(use: () => Promise<A>) => Effect.tryPromise({ try: use, catch: (cause) => ofMarket(failureOf(cause, false)) })

/** What Twilio has, or nothing. */
const readIfThere = <A>(use: () => Promise<A>) =>
  Effect.tryPromise({ try: use, catch: (cause) => cause }).pipe(
    Effect.map(Option.some),
    Effect.catch((cause) => isMissing(cause) ? Effect.succeed(Option.none<A>()) : Effect.fail(ofMarket(failureOf(cause, false))))
  )

const pageSize = 100

/** A carrier's id, without which nothing could be followed. */
const filed = (sid: unknown, poolId: string | null): Effect.Effect<Filed, RegistrationFailure> =>
  typeof sid === "string" && sid !== "" ? Effect.succeed({ carrierId: sid, poolId }) : Effect.fail(failure("ambiguous", "Twilio answered the submission without its SID."))

/** After a refusal that somebody filed here before, the same is filed anew: what was refused then is no sign of this submission. */
const isSign = ({ attemptedAt }: CarrierRegistration, isRefused: boolean) => attemptedAt !== null || !isRefused

const brandOf = Effect.fnUntraced(function*(client: Client, filing: BrandFiling) {
  const brands = yield* read(() => client.messaging.v1.brandRegistrations.list({ pageSize }))
  return Option.fromNullishOr(brands.find(({ a2pProfileBundleSid, status }) => a2pProfileBundleSid === filing.messagingProfile && status !== "DELETION_PENDING"))
})

const submitBrand = Effect.fnUntraced(function*(client: Client, filing: BrandFiling) {
  const before = Option.getOrNull(yield* brandOf(client, filing))
  const brand = before === null
    ? yield* change(() => client.messaging.v1.brandRegistrations.create(brandForm(filing)))
    // A profile has one brand: what was wrong was corrected in the profile, and the update asks for another look.
    : yield* change(() => client.messaging.v1.brandRegistrations(before.sid).update())
  return yield* filed(brand.sid, null)
})

/** The Messaging Service that the campaign is for: the caller's, or the one that bears its id. */
const serviceOf = Effect.fnUntraced(function*(client: Client, { id }: CarrierRegistration, filing: CampaignFiling) {
  if (filing.pool !== undefined) return Option.some(filing.pool)
  const services = yield* read(() => client.messaging.v1.services.list({ pageSize }))
  return Option.map(Option.fromNullishOr(services.find(({ friendlyName }) => friendlyName === id)), ({ sid }) => sid)
})

const campaignIn = (client: Client, serviceSid: string) =>
  Effect.map(readIfThere(() => client.messaging.v1.services(serviceSid).usAppToPerson.list({ limit: 1 })), (found) => Option.flatMap(found, ([first]) => Option.fromNullishOr(first)))

const submitCampaign = Effect.fnUntraced(function*(client: Client, registration: CarrierRegistration, filing: CampaignFiling, brandSid: string) {
  const known = Option.getOrNull(yield* serviceOf(client, registration, filing))
  // Numbers keep their own webhooks: those bear the project and the environment.
  const service = known ?? (yield* change(() => client.messaging.v1.services.create({ friendlyName: registration.id, useInboundWebhookOnNumber: true, usecase: "undeclared" }))).sid
  const before = known === null ? null : Option.getOrNull(yield* campaignIn(client, service))
  const { usAppToPerson } = client.messaging.v1.services(service)
  const campaign = before === null
    ? yield* change(() => usAppToPerson.create(campaignForm(filing, brandSid)))
    : yield* change(() => client.messaging.v1.services(service).usAppToPerson(before.sid).update(campaignUpdate(filing)))
  return yield* filed(campaign.sid, service)
})

/** Twilio's own id of a number. */
const numberSid = Effect.fnUntraced(function*(client: Client, number: PhoneNumber) {
  // Twilio takes the filter for a pattern, so that others may be among the answers.
  const { instances } = yield* read(() => client.incomingPhoneNumbers.page({ phoneNumber: number, pageSize: 20 }))
  const own = instances.find((each) => each.phoneNumber === number)
  return own === undefined ? yield* failure("rejected", "The Twilio account does not have this number.") : own.sid
})

const verificationOf = Effect.fnUntraced(function*(client: Client, sid: string) {
  const found = yield* read(() => client.messaging.v1.tollfreeVerifications.list({ tollfreePhoneNumberSid: sid, limit: 1 }))
  return Option.fromNullishOr(found[0])
})

const submitTollFree = Effect.fnUntraced(function*(client: Client, { id }: CarrierRegistration, filing: TollFreeFiling) {
  const sid = yield* numberSid(client, filing.number)
  const before = Option.getOrNull(yield* verificationOf(client, sid))
  const { externalReferenceId: _, tollfreePhoneNumberSid: __, ...correction } = tollFreeForm(filing, sid, id)
  const verification = before === null
    ? yield* change(() => client.messaging.v1.tollfreeVerifications.create(tollFreeForm(filing, sid, id)))
    : yield* change(() => client.messaging.v1.tollfreeVerifications(before.sid).update(correction))
  return yield* filed(verification.sid, null)
})

const lookAt = Effect.fnUntraced(function*(client: Client, { carrierId, filing, poolId }: CarrierRegistration) {
  if (carrierId === null) return gone
  const word = filing.kind === "brand"
    ? Effect.map(readIfThere(() => client.messaging.v1.brandRegistrations(carrierId).fetch()), Option.map(ofBrand))
    : filing.kind === "toll_free"
    ? Effect.map(readIfThere(() => client.messaging.v1.tollfreeVerifications(carrierId).fetch()), Option.map(ofTollFree))
    : poolId === null
    ? Effect.succeed(Option.none<CarrierWord>())
    : Effect.map(readIfThere(() => client.messaging.v1.services(poolId).usAppToPerson(carrierId).fetch()), Option.map(ofCampaign))
  return Option.getOrElse(yield* word, () => gone)
})

/** "Phone Number already exists in Messaging Service". Source: Twilio's error dictionary. */
const alreadyThere = "21710"

const attachTo = Effect.fnUntraced(function*(client: Client, { poolId }: CarrierRegistration, number: PhoneNumber) {
  if (poolId === null) return yield* failure("rejected", "The campaign has no Messaging Service.")
  const phoneNumberSid = yield* numberSid(client, number)
  yield* change(() => client.messaging.v1.services(poolId).phoneNumbers.create({ phoneNumberSid })).pipe(
    Effect.catch((failure) => failure.code === alreadyThere ? Effect.void : Effect.fail(failure))
  )
})

export const layer = (options: TwilioRegistrationsOptions): Layer.Layer<CarrierRegistrations> =>
  Layer.effect(CarrierRegistrations, Effect.gen(function*() {
    const client = yield* clients(options, failure)

    return CarrierRegistrations.of({
      mistakes: mistakesOf,

      find: Effect.fn("TwilioRegistrations.find")(function*({ registration }) {
        const twilio = yield* client(registration.projectId)
        const { filing } = registration
        if (filing.kind === "brand") {
          const found = Option.filter(yield* brandOf(twilio, filing), ({ status }) => isSign(registration, status === "FAILED"))
          return Option.map(found, ({ sid }): Filed => ({ carrierId: sid, poolId: null }))
        }
        if (filing.kind === "toll_free") {
          const found = yield* verificationOf(twilio, yield* numberSid(twilio, filing.number))
          return Option.map(Option.filter(found, ({ status }) => isSign(registration, status === "TWILIO_REJECTED")), ({ sid }): Filed => ({ carrierId: sid, poolId: null }))
        }
        const service = yield* serviceOf(twilio, registration, filing)
        if (Option.isNone(service)) return Option.none()
        const found = yield* campaignIn(twilio, service.value)
        return Option.map(Option.filter(found, ({ campaignStatus }) => isSign(registration, campaignStatus === "FAILED")), ({ sid }): Filed => ({ carrierId: sid, poolId: service.value }))
      }),

      submit: Effect.fn("TwilioRegistrations.submit")(function*({ brandCarrierId, registration }) {
        const twilio = yield* client(registration.projectId)
        const { filing } = registration
        if (filing.kind === "brand") return yield* submitBrand(twilio, filing)
        if (filing.kind === "toll_free") return yield* submitTollFree(twilio, registration, filing)
        if (brandCarrierId === null) return yield* failure("rejected", "The campaign's brand has no SID at Twilio.")
        return yield* submitCampaign(twilio, registration, filing, brandCarrierId)
      }),

      look: Effect.fn("TwilioRegistrations.look")(function*(registration) {
        return yield* lookAt(yield* client(registration.projectId), registration)
      }),

      attach: Effect.fn("TwilioRegistrations.attach")(function*(campaign, number) {
        yield* attachTo(yield* client(campaign.projectId), campaign, number)
      })
    })
  }))
