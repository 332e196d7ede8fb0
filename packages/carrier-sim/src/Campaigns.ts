/** A2P 10DLC campaigns, `Usa2p`: what Twilio checks of one before it is reviewed, and its resource. */
import { CampaignUseCase } from "@parley/schema/Campaign"
import { tierOf, type Brand, type Refusal } from "./Brands.ts"
import { restFailure } from "./CarrierErrors.ts"
import { field, type Form } from "./CreateMessage.ts"
import { flagField, urlField } from "./FormFields.ts"
import { iso8601, messagingUrl, newSid } from "./ResourceFormat.ts"

/** `PENDING` and `SUSPENDED` come from Twilio only; the simulator sets them on demand. */
export const campaignStatuses = ["PENDING", "IN_PROGRESS", "VERIFIED", "FAILED", "SUSPENDED"] as const
export type CampaignStatus = (typeof campaignStatuses)[number]

interface Words {
  readonly description: string
  readonly messageFlow: string
  readonly messageSamples: ReadonlyArray<string>
  readonly hasEmbeddedLinks: boolean
  readonly hasEmbeddedPhone: boolean
  readonly ageGated: boolean
  readonly directLending: boolean
  readonly privacyPolicyUrl: string | null
  readonly termsAndConditionsUrl: string | null
}

export interface Campaign {
  readonly kind: "campaign"
  readonly sid: string
  readonly accountSid: string
  readonly serviceSid: string
  readonly brandSid: string
  readonly mock: boolean
  readonly useCase: string
  readonly subscriberOptIn: boolean
  readonly optInMessage: string | null
  readonly optOutMessage: string | null
  readonly helpMessage: string | null
  readonly optInKeywords: ReadonlyArray<string>
  readonly optOutKeywords: ReadonlyArray<string>
  readonly helpKeywords: ReadonlyArray<string>
  readonly createdAtMillis: number
  words: Words
  updatedAtMillis: number
  status: CampaignStatus
  /** The registry's own id, once it is verified. */
  campaignId: string | null
  /** When it was verified last; its numbers are configured from then on. */
  verifiedAtMillis: number | null
  refusal: Refusal | null
}

/** Source: Twilio's A2P 10DLC `Usa2p` resource. */
const lengths = { description: [40, 4096], messageFlow: [40, 2048], sample: [20, 1024], answer: [20, 320] } as const
const sampleCounts = [2, 5] as const
const longestKeywords = 255

const within = (name: string, text: string, [least, most]: readonly [number, number]): string => {
  if (text.length < least || text.length > most) throw restFailure(21728, `${name} must have ${least} to ${most} characters, and has ${text.length}`)
  return text
}

const needed = (form: Form, name: string): string => {
  const value = field(form, name)
  if (value === undefined || value === "") throw restFailure(21727, `${name} is required`)
  return value
}

const neededFlag = (form: Form, name: string): boolean => {
  needed(form, name)
  return flagField(form, name) ?? false
}

const answer = (form: Form, name: string): string | null => {
  const text = field(form, name)
  return text === undefined ? null : within(name, text, lengths.answer)
}

const keywords = (form: Form, name: string): ReadonlyArray<string> => {
  const words = form.get(name) ?? []
  if (words.join().length > longestKeywords) throw restFailure(21728, `${name} must have at most ${longestKeywords} characters`)
  if (!words.every((word) => /^[\p{L}\p{N}]+$/u.test(word))) throw restFailure(20001, `${name} must be alphanumeric`)
  return words
}

const wordsOf = (form: Form): Words => {
  const description = within("Description", needed(form, "Description"), lengths.description)
  const messageFlow = within("MessageFlow", needed(form, "MessageFlow"), lengths.messageFlow)
  needed(form, "MessageSamples")
  const messageSamples = form.get("MessageSamples") ?? []
  if (messageSamples.length < sampleCounts[0] || messageSamples.length > sampleCounts[1]) {
    throw restFailure(21728, `There must be ${sampleCounts[0]} to ${sampleCounts[1]} MessageSamples, and there are ${messageSamples.length}`)
  }
  for (const sample of messageSamples) within("A MessageSample", sample, lengths.sample)
  return {
    description,
    messageFlow,
    messageSamples,
    hasEmbeddedLinks: neededFlag(form, "HasEmbeddedLinks"),
    hasEmbeddedPhone: neededFlag(form, "HasEmbeddedPhone"),
    ageGated: flagField(form, "AgeGated") ?? false,
    directLending: flagField(form, "DirectLending") ?? false,
    privacyPolicyUrl: urlField(form, "PrivacyPolicyUrl", 20001) ?? null,
    termsAndConditionsUrl: urlField(form, "TermsAndConditionsUrl", 20001) ?? null
  }
}

/** Throws `RestFailure`. */
export const newCampaign = (form: Form, serviceSid: string, brandOf: (sid: string) => Brand | undefined, nowMillis: number): Campaign => {
  const brandSid = needed(form, "BrandRegistrationSid")
  const useCase = needed(form, "UsAppToPersonUsecase")
  const words = wordsOf(form)
  if (!CampaignUseCase.literals.some((each) => each === useCase)) throw restFailure(21720, `${useCase} is not a valid A2P use case`)
  const brand = brandOf(brandSid)
  if (brand === undefined || brand.status !== "APPROVED") throw restFailure(21717, `Brand registration ${brandSid} is ${brand === undefined ? "not registered" : brand.status}`)
  if ((brand.brandType === "SOLE_PROPRIETOR") !== (useCase === "SOLE_PROPRIETOR")) throw restFailure(21717, `A ${brand.brandType} brand cannot register a ${useCase} campaign`)
  return {
    kind: "campaign",
    sid: newSid("QE"),
    accountSid: brand.accountSid,
    serviceSid,
    brandSid,
    mock: brand.mock,
    useCase,
    subscriberOptIn: flagField(form, "SubscriberOptIn") ?? false,
    optInMessage: answer(form, "OptInMessage"),
    optOutMessage: answer(form, "OptOutMessage"),
    helpMessage: answer(form, "HelpMessage"),
    optInKeywords: keywords(form, "OptInKeywords"),
    optOutKeywords: keywords(form, "OptOutKeywords"),
    helpKeywords: keywords(form, "HelpKeywords"),
    createdAtMillis: nowMillis,
    words,
    updatedAtMillis: nowMillis,
    status: "IN_PROGRESS",
    campaignId: null,
    verifiedAtMillis: null,
    refusal: null
  }
}

/** A failed campaign is written anew and reviewed once more. Throws `RestFailure`. */
export const rewriteCampaign = (campaign: Campaign, form: Form): void => {
  // Which code Twilio gives this is not documented.
  if (campaign.status !== "FAILED") throw restFailure(20001, `Only a campaign that FAILED can be updated; this one is ${campaign.status}`)
  for (const name of ["AgeGated", "DirectLending"]) needed(form, name)
  campaign.words = wordsOf(form)
  campaign.status = "IN_PROGRESS"
  campaign.refusal = null
}

/** Twilio's UsAppToPerson resource. */
export const toCampaignResource = (campaign: Campaign, brand: Brand | undefined): Readonly<Record<string, unknown>> => {
  const { refusal, words } = campaign
  const tier = brand === undefined || campaign.campaignId === null ? undefined : tierOf(brand, campaign.useCase)
  return {
    account_sid: campaign.accountSid,
    age_gated: words.ageGated,
    brand_registration_sid: campaign.brandSid,
    campaign_id: campaign.campaignId,
    campaign_status: campaign.status,
    date_created: iso8601(campaign.createdAtMillis),
    date_updated: iso8601(campaign.updatedAtMillis),
    description: words.description,
    direct_lending: words.directLending,
    errors: refusal === null ? [] : [{ error_code: refusal.code, description: refusal.reason, fields: refusal.fields, url: `https://www.twilio.com/docs/api/errors/${refusal.code}` }],
    has_embedded_links: words.hasEmbeddedLinks,
    has_embedded_phone: words.hasEmbeddedPhone,
    help_keywords: campaign.helpKeywords,
    help_message: campaign.helpMessage,
    is_externally_registered: false,
    message_flow: words.messageFlow,
    message_samples: words.messageSamples,
    messaging_service_sid: campaign.serviceSid,
    mock: campaign.mock,
    opt_in_keywords: campaign.optInKeywords,
    opt_in_message: campaign.optInMessage,
    opt_out_keywords: campaign.optOutKeywords,
    opt_out_message: campaign.optOutMessage,
    privacy_policy_url: words.privacyPolicyUrl,
    rate_limits: tier === undefined ? null : { att: { mps: tier.attPerSecond, msg_class: tier.attClass }, tmobile: { brand_tier: tier.tmobileTier } },
    sid: campaign.sid,
    subscriber_opt_in: campaign.subscriberOptIn,
    terms_and_conditions_url: words.termsAndConditionsUrl,
    url: messagingUrl(`/Services/${campaign.serviceSid}/Compliance/Usa2p/${campaign.sid}`),
    us_app_to_person_usecase: campaign.useCase
  }
}
