/** What carriers and the account let its numbers send: campaigns, toll-free verifications, countries. Reads only. */
import { Effect, Schema } from "effect"
import type { CarrierWord } from "@parley/core/CarrierRegistration"
import { campaignSegmentsPerSecond, type Standing } from "@parley/core/TrustScore"
import { CampaignUseCase } from "@parley/schema/Campaign"
import type { Country } from "@parley/schema/Country"
import { atOnce, failureOf, ownerOf, senderOf } from "./InspectionLogin.ts"
import type { TwilioAccount } from "./TwilioAccount.ts"
import type { TwilioHttpClient } from "./TwilioHttpClient.ts"
import { isMissing } from "./TwilioNumberErrors.ts"
import { ofBrand, ofCampaign, ofTollFree } from "./TwilioVerdicts.ts"

/** The campaign of a Messaging Service. */
export interface InspectedCampaign {
  /** `QE…`. */
  readonly sid: string
  /** `MG…`: its senders text under the campaign. */
  readonly service: string
  readonly word: CarrierWord
  /** What its brand lets all of its numbers send together; null: Twilio did not tell of the brand. */
  readonly segmentsPerSecond: number | null
}

export interface InspectedVerification {
  /** `HH…`. */
  readonly sid: string
  /** `PN…`. */
  readonly numberSid: string
  readonly word: CarrierWord
}

/** `isEnabled`: whether people there may be texted; null: Twilio did not tell. */
export interface InspectedCountry {
  readonly country: Country
  readonly isEnabled: boolean | null
}

const isUseCase = Schema.is(CampaignUseCase)

/** One of no more than one. */
const onlyOf = <A>(list: () => Promise<Array<A>>, credential: string) =>
  Effect.tryPromise({ try: list, catch: (cause) => cause }).pipe(
    Effect.catch((cause) => isMissing(cause) ? Effect.succeed([]) : Effect.fail(failureOf(cause, credential)))
  )

interface BrandResource {
  readonly brandType: unknown
  readonly brandScore: unknown
  readonly skipAutomaticSecVet: unknown
  readonly status: unknown
  readonly errors: unknown
  readonly failureReason: unknown
}

/** A standard brand that skipped the vetting, and has no score since, is a low-volume one. */
const standingOf = (brand: BrandResource): Standing => {
  const { trustScore } = ofBrand(brand)
  const isLow = trustScore === null && brand.skipAutomaticSecVet === true
  return { type: brand.brandType === "SOLE_PROPRIETOR" ? "sole_proprietor" : isLow ? "low_volume" : "standard", trustScore }
}

export const inspectCampaigns = Effect.fnUntraced(function*(http: TwilioHttpClient, account: TwilioAccount, services: ReadonlyArray<string>) {
  const { client, credential } = yield* senderOf(http, account)
  const { brandRegistrations, services: pools } = client.messaging.v1
  const one = Effect.fnUntraced(function*(service: string) {
    const [campaign] = yield* onlyOf(() => pools(service).usAppToPerson.list({ limit: 1 }), credential)
    if (campaign === undefined) return []
    const [brand] = yield* onlyOf(() => brandRegistrations(campaign.brandRegistrationSid).fetch().then((found) => [found]), credential)
    const useCase = campaign.usAppToPersonUsecase
    const segmentsPerSecond = brand === undefined || !isUseCase(useCase) ? null : campaignSegmentsPerSecond(standingOf(brand), useCase)
    return [{ sid: campaign.sid, service, word: ofCampaign(campaign), segmentsPerSecond }]
  })
  return (yield* Effect.forEach(services, one, { concurrency: atOnce })).flat()
})

export const inspectVerifications = Effect.fnUntraced(function*(http: TwilioHttpClient, account: TwilioAccount, numberSids: ReadonlyArray<string>) {
  const { client, credential } = yield* senderOf(http, account)
  const one = Effect.fnUntraced(function*(numberSid: string) {
    const found = yield* onlyOf(() => client.messaging.v1.tollfreeVerifications.list({ tollfreePhoneNumberSid: numberSid, limit: 1 }), credential)
    return found.map((each) => ({ sid: each.sid, numberSid, word: ofTollFree(each) }))
  })
  return (yield* Effect.forEach(numberSids, one, { concurrency: atOnce })).flat()
})

/** Twilio's types leave the permissions open; their form is documented. */
const isEnabled = (permissions: unknown, country: Country): boolean | null => {
  const found: unknown = (Array.isArray(permissions) ? permissions : []).find((each: unknown) => Object(each).country_code === country)
  const { enabled } = Object(found)
  return typeof enabled === "boolean" ? enabled : null
}

export const inspectCountries = Effect.fnUntraced(function*(http: TwilioHttpClient, account: TwilioAccount, wanted: ReadonlyArray<Country>) {
  const client = yield* ownerOf(http, account)
  return yield* Effect.forEach(wanted, (country) =>
    onlyOf(() => client.accounts.v1.messagingGeopermissions.fetch({ countryCode: country }).then((found) => [found]), "auth token").pipe(
      Effect.map(([found]): InspectedCountry => ({ country, isEnabled: isEnabled(found?.permissions, country) }))
    ), { concurrency: atOnce })
})
