/** Who texts and about what, as US and Canadian carriers want to know it. */
import type { ApiCall } from "./ApiCall.ts"
import type { Campaign } from "./Campaigns.ts"
import type { AgentNumber } from "./Numbers.ts"
import type { RequestOptions } from "./Options.ts"
import { list, type PageCall, type PageParams } from "./Page.ts"
import { get, post, Resource, segment } from "./Resource.ts"

/** `brand`: who texts. `campaign`: what a brand texts about, from long codes. `toll_free`: the verification of one toll-free number. */
export type RegistrationKind = "brand" | "campaign" | "toll_free"

/** `submitting`: on its way to the carrier. `in_review`: the carrier has it. The others are its verdict. */
export type RegistrationState = "submitting" | "in_review" | "approved" | "rejected" | "suspended"

/** A brand, a campaign or a toll-free verification. It is submitted once, whatever stops half-way, and followed to its verdict. */
export interface CarrierRegistration {
  /** `reg_` and a time-ordered part. */
  readonly id: string
  readonly kind: RegistrationKind
  /** The brand's name; of a toll-free number, the business's. */
  readonly name: string
  readonly state: RegistrationState
  /** A campaign's brand. */
  readonly brand: string | null
  /** The carrier's own id of it. */
  readonly carrierId: string | null
  /** A brand's, 0 to 100. */
  readonly trustScore: number | null
  /** What a campaign's numbers send together. */
  readonly segmentsPerSecond: number | null
  /** What a brand's campaigns send together to US numbers in one Pacific day. */
  readonly dailySegments: number | null
  readonly numbers: ReadonlyArray<{ readonly number: string; readonly registration: AgentNumber["registration"]; readonly waitingFor: string | null }>
  /** What holds it up, or why it was rejected or suspended. */
  readonly trouble: { readonly code: string | null; readonly detail: string } | null
  /** When the carrier is asked next. */
  readonly nextCheckAt: Date | null
  /** When the state last changed. */
  readonly changedAt: Date
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A brand to register. Who is behind it is filed with the carrier, whose two references are given here. */
export interface BrandParams {
  readonly name: string
  /** `standard` when absent. */
  readonly type?: "standard" | "low_volume" | "sole_proprietor"
  /** The carrier's reference of the customer profile (Twilio: BU…). */
  readonly customerProfile: string
  /** The carrier's reference of the messaging profile (Twilio: the A2P profile bundle, BU…). */
  readonly messagingProfile: string
  /** A brand to try things with. */
  readonly mock?: boolean
  /** Segments a day to US numbers, in place of the cap that the trust score gives. */
  readonly dailySegments?: number
}

/** A campaign to register: what is scanned, its brand, and the numbers that are to text under it. */
export interface CampaignParams extends Campaign {
  /** The brand, as it was registered here. */
  readonly brand: string
  readonly numbers?: ReadonlyArray<string>
  /** The carrier's pool of senders that the campaign is for (Twilio: a Messaging Service, MG…); one is made when absent. */
  readonly pool?: string
  readonly subscriberOptIn?: boolean
  readonly ageGated?: boolean
  readonly directLending?: boolean
  readonly privacyPolicyUrl?: string
  readonly termsUrl?: string
  /** Submit it although the scan says that carriers would reject it. */
  readonly ignoreFindings?: boolean
}

/** A toll-free number to have verified. */
export interface TollFreeParams {
  readonly number: string
  readonly businessName: string
  readonly businessWebsite: string
  readonly businessType: "PRIVATE_PROFIT" | "PUBLIC_PROFIT" | "SOLE_PROPRIETOR" | "NON_PROFIT" | "GOVERNMENT"
  readonly businessRegistrationNumber?: string
  readonly businessRegistrationAuthority?:
    | "EIN" | "CBN" | "CRN" | "PROVINCIAL_NUMBER" | "VAT" | "ACN" | "ABN" | "BRN" | "SIREN" | "SIRET" | "NZBN" | "USt-IdNr" | "CIF" | "NIF" | "CNPJ" | "UID" | "NEQ" | "OTHER"
  readonly businessRegistrationCountry?: string
  readonly doingBusinessAs?: string
  readonly street: string
  readonly street2?: string
  readonly city: string
  readonly region: string
  readonly postalCode: string
  readonly country: string
  readonly contactFirstName: string
  readonly contactLastName: string
  readonly contactEmail: string
  readonly contactPhone: string
  readonly notificationEmail: string
  readonly useCases: ReadonlyArray<
    | "TWO_FACTOR_AUTHENTICATION" | "ACCOUNT_NOTIFICATIONS" | "CUSTOMER_CARE" | "CHARITY_NONPROFIT" | "DELIVERY_NOTIFICATIONS" | "FRAUD_ALERT_MESSAGING" | "EVENTS" | "HIGHER_EDUCATION"
    | "K12" | "MARKETING" | "POLLING_AND_VOTING_NON_POLITICAL" | "POLITICAL_ELECTION_CAMPAIGNS" | "PUBLIC_SERVICE_ANNOUNCEMENT" | "SECURITY_ALERT"
  >
  readonly useCaseSummary: string
  readonly messageSample: string
  readonly optInType: "VERBAL" | "WEB_FORM" | "PAPER_FORM" | "VIA_TEXT" | "MOBILE_QR_CODE"
  readonly optInImageUrls: ReadonlyArray<string>
  readonly optInConfirmation?: string
  readonly optInKeywords?: ReadonlyArray<string>
  readonly helpMessage?: string
  /** About how many texts a month. */
  readonly monthlyVolume: "10" | "100" | "1,000" | "10,000" | "100,000" | "250,000" | "500,000" | "750,000" | "1,000,000" | "5,000,000" | "10,000,000+"
  readonly privacyPolicyUrl?: string
  readonly termsUrl?: string
  readonly ageGated?: boolean
  readonly additionalInformation?: string
}

/** Filters are combined. */
export interface RegistrationListParams extends PageParams {
  readonly kind?: RegistrationKind
  readonly state?: RegistrationState
}

/**
 * Brands, campaigns and toll-free verifications: `parley.registrations`.
 * @example
 * ```ts
 * import type { Registrations } from "@parley/sdk"
 *
 * const inReview = async (registrations: Registrations) => (await registrations.list({ state: "in_review" })).data.map(({ name }) => name)
 * console.log(await inReview(parley.registrations))
 * ```
 */
export class Registrations extends Resource {
  /**
   * Registers a brand. When it succeeds the filing is durable, and is submitted from then on, once: follow it with `retrieve`.
   * @example
   * ```ts
   * import type { BrandParams } from "@parley/sdk"
   *
   * const brand: BrandParams = {
   *   name: "Harbor Family Clinic",
   *   customerProfile: "BU11111111111111111111111111111111",
   *   messagingProfile: "BU22222222222222222222222222222222"
   * }
   * console.log((await parley.registrations.createBrand(brand)).state)
   * ```
   */
  createBrand(params: BrandParams, options?: RequestOptions): ApiCall<CarrierRegistration> {
    return post(this.transport, "/v1/registrations/brands", params, options)
  }

  /**
   * Registers a campaign, once its brand is approved. What carriers would reject is a `BadRequestError` with a sentence for each mistake.
   * @example
   * ```ts
   * import { BadRequestError, type CampaignParams } from "@parley/sdk"
   *
   * const campaign: CampaignParams = {
   *   brand: "reg_01KAV5RK8ETQ8Y4V2N6W3Z7J9G",
   *   brandName: "Harbor Family Clinic",
   *   useCase: "ACCOUNT_NOTIFICATION",
   *   description: "Reminders of appointments.",
   *   messageFlow: "A form.",
   *   messageSamples: ["Your results: https://bit.ly/3xYz12"],
   *   hasEmbeddedLinks: true,
   *   hasEmbeddedPhone: false
   * }
   * await parley.registrations.createCampaign(campaign).catch((error: unknown) => {
   *   if (error instanceof BadRequestError) for (const { detail, path } of error.errors) console.log(path, detail)
   * })
   * ```
   */
  createCampaign(params: CampaignParams, options?: RequestOptions): ApiCall<CarrierRegistration> {
    return post(this.transport, "/v1/registrations/campaigns", params, options)
  }

  /**
   * Has a toll-free number verified. After a rejection the same number is filed anew.
   * @example
   * ```ts
   * import type { TollFreeParams } from "@parley/sdk"
   *
   * const verify = async (params: TollFreeParams) => (await parley.registrations.createTollFree(params)).id
   * console.log(typeof verify)
   * ```
   */
  createTollFree(params: TollFreeParams, options?: RequestOptions): ApiCall<CarrierRegistration> {
    return post(this.transport, "/v1/registrations/toll-free", params, options)
  }

  /**
   * The project's registrations, the newest first.
   * @example
   * ```ts
   * import type { RegistrationKind, RegistrationListParams, RegistrationState } from "@parley/sdk"
   *
   * const kind: RegistrationKind = "campaign"
   * const state: RegistrationState = "rejected"
   * const filter: RegistrationListParams = { kind, state }
   * for await (const { name, trouble } of parley.registrations.list(filter)) console.log(name, trouble?.detail)
   * ```
   */
  list(params: RegistrationListParams = {}, options?: RequestOptions): PageCall<CarrierRegistration> {
    return list(this.transport, "/v1/registrations", params, options)
  }

  /**
   * How it stands with the carriers, why, and what it makes of its numbers.
   * @example
   * ```ts
   * import type { CarrierRegistration } from "@parley/sdk"
   *
   * const [newest] = (await parley.registrations.list({ limit: 1 })).data
   * if (newest !== undefined) {
   *   const { nextCheckAt, numbers, state }: CarrierRegistration = await parley.registrations.retrieve(newest.id)
   *   console.log(state, nextCheckAt, numbers.map(({ waitingFor }) => waitingFor))
   * }
   * ```
   */
  retrieve(registrationId: string, options?: RequestOptions): ApiCall<CarrierRegistration> {
    return get(this.transport, `/v1/registrations/${segment(registrationId)}`, options)
  }

  /**
   * Puts a long code of the project under a campaign. Again: nothing more.
   * @example
   * ```ts
   * const attach = async (campaign: string, number: string) => (await parley.registrations.attach(campaign, number)).numbers
   * console.log(typeof attach)
   * ```
   */
  attach(campaignId: string, number: string, options?: RequestOptions): ApiCall<CarrierRegistration> {
    return post(this.transport, `/v1/registrations/${segment(campaignId)}/numbers`, { number }, options)
  }
}
