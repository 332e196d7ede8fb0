/** Filings as Twilio's forms, and what Twilio would not take in them. */
import type { BrandFiling, CampaignFiling, Filing, TollFreeFiling } from "@parley/core/CarrierRegistration"
import type { FilingMistake } from "@parley/core/ports/CarrierRegistrations"
import type { RegistrationId } from "@parley/schema/Ids"
import type { Client } from "./TwilioPackage.ts"

type Messaging = Client["messaging"]["v1"]
type BrandForm = Parameters<Messaging["brandRegistrations"]["create"]>[0]
type CampaignForm = Parameters<ReturnType<Messaging["services"]>["usAppToPerson"]["create"]>[0]
type CampaignUpdate = Parameters<ReturnType<ReturnType<Messaging["services"]>["usAppToPerson"]>["update"]>[0]
type TollFreeForm = Parameters<Messaging["tollfreeVerifications"]["create"]>[0]

/** The package's types tell a field that is absent from one that is undefined. */
type Given<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }
const given = <A extends object>(fields: A) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<A>

/** A low-volume brand is a standard one that skips the vetting. */
export const brandForm = (filing: BrandFiling): BrandForm => ({
  customerProfileBundleSid: filing.customerProfile,
  a2PProfileBundleSid: filing.messagingProfile,
  brandType: filing.type === "sole_proprietor" ? "SOLE_PROPRIETOR" : "STANDARD",
  ...given({ mock: filing.mock, skipAutomaticSecVet: filing.type === "low_volume" ? true : undefined })
})

const policies = (filing: CampaignFiling) => given({ privacyPolicyUrl: filing.privacyPolicyUrl, termsAndConditionsUrl: filing.termsUrl })

export const campaignForm = (filing: CampaignFiling, brandSid: string): CampaignForm => ({
  brandRegistrationSid: brandSid,
  description: filing.description,
  messageFlow: filing.messageFlow,
  messageSamples: [...filing.messageSamples],
  usAppToPersonUsecase: filing.useCase,
  hasEmbeddedLinks: filing.hasEmbeddedLinks,
  hasEmbeddedPhone: filing.hasEmbeddedPhone,
  subscriberOptIn: filing.subscriberOptIn ?? true,
  ...policies(filing),
  ...given({
    ageGated: filing.ageGated,
    directLending: filing.directLending,
    optInMessage: filing.optInMessage,
    optOutMessage: filing.optOutMessage,
    helpMessage: filing.helpMessage,
    optInKeywords: filing.optInKeywords === undefined ? undefined : [...filing.optInKeywords],
    optOutKeywords: filing.optOutKeywords === undefined ? undefined : [...filing.optOutKeywords],
    helpKeywords: filing.helpKeywords === undefined ? undefined : [...filing.helpKeywords]
  })
})

/** A campaign that failed is filed anew by correcting it. Twilio's form of a correction has no more than this. */
export const campaignUpdate = (filing: CampaignFiling): CampaignUpdate => ({
  description: filing.description,
  messageFlow: filing.messageFlow,
  messageSamples: [...filing.messageSamples],
  hasEmbeddedLinks: filing.hasEmbeddedLinks,
  hasEmbeddedPhone: filing.hasEmbeddedPhone,
  ageGated: filing.ageGated ?? false,
  directLending: filing.directLending ?? false,
  ...policies(filing)
})

/** `numberSid`: PN…; `mark` is echoed by Twilio as the external reference. */
export const tollFreeForm = (filing: TollFreeFiling, numberSid: string, mark: RegistrationId): TollFreeForm => ({
  tollfreePhoneNumberSid: numberSid,
  externalReferenceId: mark,
  businessName: filing.businessName,
  businessWebsite: filing.businessWebsite,
  businessType: filing.businessType,
  businessStreetAddress: filing.street,
  businessCity: filing.city,
  businessStateProvinceRegion: filing.region,
  businessPostalCode: filing.postalCode,
  businessCountry: filing.country,
  businessContactFirstName: filing.contactFirstName,
  businessContactLastName: filing.contactLastName,
  businessContactEmail: filing.contactEmail,
  businessContactPhone: filing.contactPhone,
  notificationEmail: filing.notificationEmail,
  useCaseCategories: [...filing.useCases],
  useCaseSummary: filing.useCaseSummary,
  productionMessageSample: filing.messageSample,
  optInType: filing.optInType,
  optInImageUrls: [...filing.optInImageUrls],
  messageVolume: filing.monthlyVolume,
  ...given({
    businessStreetAddress2: filing.street2,
    businessRegistrationNumber: filing.businessRegistrationNumber,
    businessRegistrationAuthority: filing.businessRegistrationAuthority,
    businessRegistrationCountry: filing.businessRegistrationCountry,
    doingBusinessAs: filing.doingBusinessAs,
    optInConfirmationMessage: filing.optInConfirmation,
    optInKeywords: filing.optInKeywords === undefined ? undefined : [...filing.optInKeywords],
    helpMessageSample: filing.helpMessage,
    privacyPolicyUrl: filing.privacyPolicyUrl,
    termsAndConditionsUrl: filing.termsUrl,
    ageGatedContent: filing.ageGated,
    additionalInformation: filing.additionalInformation
  })
})

const bundle = (path: string, sid: string): ReadonlyArray<FilingMistake> =>
  /^BU[0-9a-f]{32}$/iu.test(sid) ? [] : [{ path, detail: "must be the SID of a Trust Hub bundle at Twilio: BU and 32 hex digits" }]

// Source: Twilio's Usa2p resource.
const replyLength = [20, 320] as const
const keywordsLength = 255

const reply = (path: string, text: string | undefined): ReadonlyArray<FilingMistake> =>
  text === undefined || (text.length >= replyLength[0] && text.length <= replyLength[1])
    ? []
    : [{ path, detail: `must have ${replyLength[0]} to ${replyLength[1]} characters, not ${text.length}` }]

const keywords = (path: string, words: ReadonlyArray<string> | undefined): ReadonlyArray<FilingMistake> => {
  if (words === undefined) return []
  const odd = words.findIndex((word) => !/^[a-z0-9]+$/iu.test(word))
  if (odd >= 0) return [{ path: `${path}.${odd}`, detail: "must be letters and digits alone" }]
  const { length } = words.join(",")
  return length > keywordsLength ? [{ path, detail: `must have at most ${keywordsLength} characters together, not ${length}` }] : []
}

/** What Twilio's own forms would not take. */
export const mistakesOf = (filing: Filing): ReadonlyArray<FilingMistake> => {
  switch (filing.kind) {
    case "brand":
      return [...bundle("customer_profile", filing.customerProfile), ...bundle("messaging_profile", filing.messagingProfile)]
    case "campaign":
      return [
        ...(filing.pool === undefined || /^MG[0-9a-f]{32}$/iu.test(filing.pool) ? [] : [{ path: "pool", detail: "must be the SID of a Messaging Service at Twilio: MG and 32 hex digits" }]),
        ...reply("opt_in_message", filing.optInMessage),
        ...reply("opt_out_message", filing.optOutMessage),
        ...reply("help_message", filing.helpMessage),
        ...keywords("opt_in_keywords", filing.optInKeywords),
        ...keywords("opt_out_keywords", filing.optOutKeywords),
        ...keywords("help_keywords", filing.helpKeywords)
      ]
    case "toll_free":
      return keywords("opt_in_keywords", filing.optInKeywords)
  }
}
