/** Toll-free verifications: what Twilio asks of one, and its resource. */
import type { Refusal } from "./Brands.ts"
import { restFailure } from "./CarrierErrors.ts"
import type { Form } from "./CreateMessage.ts"
import { oneOfField, requiredField } from "./FormFields.ts"
import type { OwnedNumber } from "./Numbers.ts"
import { iso8601, messagingUrl, newSid } from "./ResourceFormat.ts"

export const tollfreeStatuses = ["PENDING_REVIEW", "IN_REVIEW", "TWILIO_APPROVED", "TWILIO_REJECTED"] as const
export type TollfreeStatus = (typeof tollfreeStatuses)[number]

/** Source: Twilio's Toll-Free Verification resource. */
const optInTypes = ["VERBAL", "WEB_FORM", "PAPER_FORM", "VIA_TEXT", "MOBILE_QR_CODE", "IMPORT", "IMPORT_PLEASE_REPLACE"] as const
const volumes = ["10", "100", "1,000", "10,000", "100,000", "250,000", "500,000", "750,000", "1,000,000", "5,000,000", "10,000,000+"] as const
const categories = new Set([
  "TWO_FACTOR_AUTHENTICATION", "ACCOUNT_NOTIFICATIONS", "CUSTOMER_CARE", "CHARITY_NONPROFIT", "DELIVERY_NOTIFICATIONS", "FRAUD_ALERT_MESSAGING", "EVENTS",
  "HIGHER_EDUCATION", "K12", "MARKETING", "POLLING_AND_VOTING_NON_POLITICAL", "POLITICAL_ELECTION_CAMPAIGNS", "PUBLIC_SERVICE_ANNOUNCEMENT", "SECURITY_ALERT"
])

/** Texts of the form and their names in the resource; the first group is required. */
const required: Readonly<Record<string, string>> = {
  BusinessName: "business_name",
  BusinessWebsite: "business_website",
  NotificationEmail: "notification_email",
  UseCaseSummary: "use_case_summary",
  ProductionMessageSample: "production_message_sample"
}
const optional: Readonly<Record<string, string>> = {
  AdditionalInformation: "additional_information",
  BusinessCity: "business_city",
  BusinessContactEmail: "business_contact_email",
  BusinessContactFirstName: "business_contact_first_name",
  BusinessContactLastName: "business_contact_last_name",
  BusinessContactPhone: "business_contact_phone",
  BusinessCountry: "business_country",
  BusinessPostalCode: "business_postal_code",
  BusinessRegistrationAuthority: "business_registration_authority",
  BusinessRegistrationCountry: "business_registration_country",
  BusinessRegistrationNumber: "business_registration_number",
  BusinessRegistrationPhoneNumber: "business_registration_phone_number",
  BusinessStateProvinceRegion: "business_state_province_region",
  BusinessStreetAddress: "business_street_address",
  BusinessStreetAddress2: "business_street_address2",
  BusinessType: "business_type",
  CustomerProfileSid: "customer_profile_sid",
  DoingBusinessAs: "doing_business_as",
  ExternalReferenceId: "external_reference_id",
  HelpMessageSample: "help_message_sample",
  OptInConfirmationMessage: "opt_in_confirmation_message",
  PrivacyPolicyUrl: "privacy_policy_url",
  TermsAndConditionsUrl: "terms_and_conditions_url",
  VettingId: "vetting_id",
  VettingProvider: "vetting_provider"
}

export interface TollfreeVerification {
  readonly kind: "toll_free"
  readonly sid: string
  readonly accountSid: string
  readonly numberSid: string
  readonly phoneNumber: string
  readonly createdAtMillis: number
  updatedAtMillis: number
  /** By their names in the resource. */
  fields: Readonly<Record<string, unknown>>
  status: TollfreeStatus
  refusal: Refusal | null
}

const lists = (form: Form): Record<string, unknown> => {
  const found: Record<string, unknown> = {}
  const useCases = form.get("UseCaseCategories")
  const unknown = useCases?.find((each) => !categories.has(each))
  if (unknown !== undefined) throw restFailure(20001, `UseCaseCategories has no ${unknown}`)
  if (useCases !== undefined) found["use_case_categories"] = useCases
  const images = form.get("OptInImageUrls")
  if (images !== undefined) found["opt_in_image_urls"] = images
  const optIn = oneOfField(form, "OptInType", optInTypes)
  if (optIn !== undefined) found["opt_in_type"] = optIn
  const volume = oneOfField(form, "MessageVolume", volumes)
  if (volume !== undefined) found["message_volume"] = volume
  const keywords = form.get("OptInKeywords")
  if (keywords !== undefined) found["opt_in_keywords"] = keywords
  const gated = oneOfField(form, "AgeGatedContent", ["true", "false"])
  if (gated !== undefined) found["age_gated_content"] = gated === "true"
  for (const [name, key] of Object.entries({ ...required, ...optional })) {
    const value = form.get(name)?.[0]
    if (value !== undefined) found[key] = value
  }
  return found
}

/** Throws `RestFailure`. */
export const newVerification = (form: Form, accountSid: string, numbers: ReadonlyArray<OwnedNumber>, nowMillis: number): TollfreeVerification => {
  for (const name of [...Object.keys(required), "UseCaseCategories", "OptInImageUrls", "OptInType", "MessageVolume", "TollfreePhoneNumberSid"]) requiredField(form, name)
  const sid = requiredField(form, "TollfreePhoneNumberSid")
  const number = numbers.find((each) => each.sid === sid && each.accountSid === accountSid)
  if (number === undefined || number.kind !== "toll_free") throw restFailure(20001, `TollfreePhoneNumberSid ${sid} is not a toll-free number of this account`)
  return { kind: "toll_free", sid: newSid("HH"), accountSid, numberSid: number.sid, phoneNumber: number.phoneNumber, createdAtMillis: nowMillis, updatedAtMillis: nowMillis, fields: lists(form), status: "PENDING_REVIEW", refusal: null }
}

/** A rejected verification is corrected, and reviewed once more. Throws `RestFailure`. */
export const editVerification = (verification: TollfreeVerification, form: Form): void => {
  if (verification.status === "TWILIO_APPROVED") throw restFailure(20001, "A verification that is approved cannot be edited")
  verification.fields = { ...verification.fields, ...lists(form) }
  verification.status = "PENDING_REVIEW"
  verification.refusal = null
}

/** How long a rejection may be corrected. Source: Twilio, "Toll-Free Verification rejected: why and next steps". */
const editMillis = 7 * 86_400_000

/** Twilio's TollfreeVerification resource. */
export const toVerificationResource = (verification: TollfreeVerification): Readonly<Record<string, unknown>> => {
  const { refusal } = verification
  return {
    ...Object.fromEntries([...Object.values(required), ...Object.values(optional)].map((key) => [key, null])),
    account_sid: verification.accountSid,
    age_gated_content: false,
    date_created: iso8601(verification.createdAtMillis),
    date_updated: iso8601(verification.updatedAtMillis),
    edit_allowed: refusal === null ? null : true,
    edit_expiration: refusal === null ? null : iso8601(verification.updatedAtMillis + editMillis),
    error_code: refusal?.code ?? null,
    opt_in_keywords: [],
    regulated_item_sid: null,
    rejection_reason: refusal?.reason ?? null,
    rejection_reasons: refusal === null ? null : [{ code: refusal.code, reason: refusal.reason }],
    resource_links: {},
    sid: verification.sid,
    status: verification.status,
    tollfree_phone_number: verification.phoneNumber,
    tollfree_phone_number_sid: verification.numberSid,
    trust_product_sid: null,
    url: messagingUrl(`/Tollfree/Verifications/${verification.sid}`),
    vetting_id_expiration: null,
    ...verification.fields
  }
}
