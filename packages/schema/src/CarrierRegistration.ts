/** The words of registering with US and Canadian carriers who texts, and what: brands, campaigns, toll-free verifications. */
import { Effect, Schema } from "effect"
import { campaignFields } from "./Campaign.ts"
import { Country } from "./Country.ts"
import { RegistrationId } from "./Ids.ts"
import { PhoneNumber } from "./PhoneNumber.ts"

/** `brand`: who texts. `campaign`: what a brand texts about, from long codes. `toll_free`: the verification of one toll-free number. */
export const RegistrationKind = Schema.Literals(["brand", "campaign", "toll_free"])
export type RegistrationKind = typeof RegistrationKind.Type

/** `submitting`: accepted here, on its way to the carrier. `in_review`: the carrier has it. `suspended`: it was approved, and is not for now. */
export const RegistrationState = Schema.Literals(["submitting", "in_review", "approved", "rejected", "suspended"])
export type RegistrationState = typeof RegistrationState.Type

/** `low_volume`: under 6,000 segments a day, without the vetting that gives a trust score. `sole_proprietor`: one person without a tax number. */
export const BrandType = Schema.Literals(["standard", "low_volume", "sole_proprietor"])
export type BrandType = typeof BrandType.Type

/** At least one character that can be seen, at most so many. */
const text = (most: number) =>
  Schema.String.check(
    Schema.makeFilter((given: string) => given.trim() !== "" && given.length <= most ? undefined : `must have 1 to ${most} characters, not ${given.trim() === "" ? "none" : given.length}`)
  )

const url = Schema.String.check(Schema.isPattern(/^https?:\/\/[^\s/]+\.\S+$/u, { message: "must be a web address that anybody can open, like https://example.com" }))
const email = Schema.String.check(Schema.isPattern(/^[^\s@]+@[^\s@]+\.[^\s@]+$/u, { message: "must be an e-mail address, like ada@example.com" }))

/** A brand that is to be registered. Who is behind it was filed with the carrier, which gave a reference for each of the two files. */
export const brandFields = {
  name: text(255).annotate({ description: "The brand's name as it is filed: 1 to 255 characters." }),
  type: BrandType.pipe(Schema.withDecodingDefaultKey(Effect.succeed("standard" as const))).annotate({ description: "`standard` when absent." }),
  customerProfile: text(64).annotate({ description: "The carrier's reference of the customer profile." }),
  messagingProfile: text(64).annotate({ description: "The carrier's reference of the messaging profile." }),
  mock: Schema.optionalKey(Schema.Boolean.annotate({ description: "A brand to try things with, which costs nothing and may text nobody." })),
  dailySegments: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000_000 })).annotate({
      description: "Segments a day to US numbers, in place of the cap that the trust score gives: for a brand that has another, or whose users are mostly with other networks than T-Mobile."
    })
  )
} as const

/** A campaign that is to be registered: what is scanned, and what a registration wants besides. */
export const campaignSubmissionFields = {
  ...campaignFields,
  brand: RegistrationId.annotate({ description: "The brand, as it was registered here. The campaign waits until the brand is approved." }),
  numbers: Schema.optionalKey(Schema.Array(PhoneNumber).annotate({ description: "Long codes of the project that are to text under it. More can be added later." })),
  pool: Schema.optionalKey(
    text(64).annotate({ description: "The carrier's pool of senders that the campaign is for, which holds one campaign; one is made when absent." })
  ),
  subscriberOptIn: Schema.optionalKey(Schema.Boolean.annotate({ description: "Whether people opt in themselves; true when absent." })),
  ageGated: Schema.optionalKey(Schema.Boolean.annotate({ description: "Content behind an age gate." })),
  directLending: Schema.optionalKey(Schema.Boolean.annotate({ description: "Loans of the brand's own." })),
  privacyPolicyUrl: Schema.optionalKey(url),
  termsUrl: Schema.optionalKey(url),
  ignoreFindings: Schema.optionalKey(Schema.Boolean.annotate({ description: "Submit it although the scan says that carriers would reject it. Lengths and counts are held to all the same." }))
} as const

/** What a toll-free number is for. Source: the carrier's API of toll-free verifications. */
export const TollFreeUseCase = Schema.Literals([
  "TWO_FACTOR_AUTHENTICATION",
  "ACCOUNT_NOTIFICATIONS",
  "CUSTOMER_CARE",
  "CHARITY_NONPROFIT",
  "DELIVERY_NOTIFICATIONS",
  "FRAUD_ALERT_MESSAGING",
  "EVENTS",
  "HIGHER_EDUCATION",
  "K12",
  "MARKETING",
  "POLLING_AND_VOTING_NON_POLITICAL",
  "POLITICAL_ELECTION_CAMPAIGNS",
  "PUBLIC_SERVICE_ANNOUNCEMENT",
  "SECURITY_ALERT"
])

export const OptInType = Schema.Literals(["VERBAL", "WEB_FORM", "PAPER_FORM", "VIA_TEXT", "MOBILE_QR_CODE"])

/** Texts a month, as the carrier's form has them. */
export const MonthlyVolume = Schema.Literals(["10", "100", "1,000", "10,000", "100,000", "250,000", "500,000", "750,000", "1,000,000", "5,000,000", "10,000,000+"])

export const BusinessType = Schema.Literals(["PRIVATE_PROFIT", "PUBLIC_PROFIT", "SOLE_PROPRIETOR", "NON_PROFIT", "GOVERNMENT"])

/** Who gave the business its number. Source: the carrier's API of toll-free verifications. */
export const BusinessAuthority = Schema.Literals(["EIN", "CBN", "CRN", "PROVINCIAL_NUMBER", "VAT", "ACN", "ABN", "BRN", "SIREN", "SIRET", "NZBN", "USt-IdNr", "CIF", "NIF", "CNPJ", "UID", "NEQ", "OTHER"])

/** A toll-free number that is to be verified. Lengths: the carrier's 500 characters of a summary; a sample is a text that could be sent. */
export const tollFreeFields = {
  number: PhoneNumber.annotate({ description: "A toll-free number of the project." }),
  businessName: text(255),
  businessWebsite: url,
  businessType: BusinessType,
  businessRegistrationNumber: Schema.optionalKey(text(100).annotate({ description: "Required of all but sole proprietors: the EIN of a US business." })),
  businessRegistrationAuthority: Schema.optionalKey(BusinessAuthority.annotate({ description: "Who gave that number; required with it." })),
  businessRegistrationCountry: Schema.optionalKey(Country.annotate({ description: "Where; required with it." })),
  doingBusinessAs: Schema.optionalKey(text(255)),
  street: text(255),
  street2: Schema.optionalKey(text(255)),
  city: text(100),
  region: text(100).annotate({ description: "State or province." }),
  postalCode: text(20),
  country: Country,
  contactFirstName: text(100),
  contactLastName: text(100),
  contactEmail: email,
  contactPhone: PhoneNumber,
  notificationEmail: email.annotate({ description: "Who is told of the verdict." }),
  useCases: Schema.Array(TollFreeUseCase).check(Schema.isMinLength(1)).annotate({ description: "At least one." }),
  useCaseSummary: text(500).annotate({ description: "Who texts whom, and why: 1 to 500 characters." }),
  messageSample: text(1600).annotate({ description: "A text as it will be sent." }),
  optInType: OptInType,
  optInImageUrls: Schema.Array(url).check(Schema.isMinLength(1)).annotate({ description: "Pictures of how people opt in, where anybody can see them; at least one." }),
  optInConfirmation: Schema.optionalKey(text(1600)),
  optInKeywords: Schema.optionalKey(Schema.Array(Schema.String)),
  helpMessage: Schema.optionalKey(text(1600)),
  monthlyVolume: MonthlyVolume.annotate({ description: "About how many texts a month." }),
  privacyPolicyUrl: Schema.optionalKey(url),
  termsUrl: Schema.optionalKey(url),
  ageGated: Schema.optionalKey(Schema.Boolean),
  additionalInformation: Schema.optionalKey(text(500))
} as const
