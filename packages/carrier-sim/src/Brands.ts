/** A2P 10DLC brands: who sends, as The Campaign Registry vets it, and what its score is worth. */
import type { Form } from "./CreateMessage.ts"
import { flagField, oneOfField, requiredField } from "./FormFields.ts"
import { iso8601, messagingUrl, newSid } from "./ResourceFormat.ts"

export const brandStatuses = ["PENDING", "APPROVED", "FAILED", "IN_REVIEW", "DELETION_PENDING", "DELETION_FAILED", "SUSPENDED"] as const
export type BrandStatus = (typeof brandStatuses)[number]

/** Why a registration was refused, as its resource tells it. */
export interface Refusal {
  readonly code: number
  readonly reason: string
  readonly fields: ReadonlyArray<string>
}

export interface Brand {
  readonly kind: "brand"
  readonly sid: string
  readonly accountSid: string
  readonly customerProfileBundleSid: string
  readonly a2pProfileBundleSid: string
  readonly brandType: "STANDARD" | "SOLE_PROPRIETOR"
  readonly mock: boolean
  readonly skipAutomaticSecVet: boolean
  readonly createdAtMillis: number
  updatedAtMillis: number
  status: BrandStatus
  /** 1 to 100. Null: not vetted, which is the low-volume tier. */
  score: number | null
  tcrId: string | null
  refusal: Refusal | null
  /** Segments for the networks that count them, in a Pacific day. Null: by the score. */
  dailyCap: number | null
}

/** Throws `RestFailure`. */
export const newBrand = (form: Form, accountSid: string, nowMillis: number): Brand => ({
  kind: "brand",
  sid: newSid("BN"),
  accountSid,
  customerProfileBundleSid: requiredField(form, "CustomerProfileBundleSid"),
  a2pProfileBundleSid: requiredField(form, "A2PProfileBundleSid"),
  brandType: oneOfField(form, "BrandType", ["STANDARD", "SOLE_PROPRIETOR"]) ?? "STANDARD",
  mock: flagField(form, "Mock") ?? false,
  skipAutomaticSecVet: flagField(form, "SkipAutomaticSecVet") ?? false,
  createdAtMillis: nowMillis,
  updatedAtMillis: nowMillis,
  status: "PENDING",
  score: null,
  tcrId: null,
  refusal: null,
  dailyCap: null
})

export interface Tier {
  /** All three networks together, per sender of a campaign. */
  readonly segmentsPerSecond: number
  readonly attPerSecond: number
  readonly attClass: string
  readonly tmobileTier: string
  /** T-Mobile's, per brand and Pacific day. */
  readonly segmentsPerDay: number
}

/** What a campaign of the brand may move. Source: Twilio's tables of 10DLC throughput by trust score, and of T-Mobile's daily limits. */
export const tierOf = (brand: Brand, useCase: string): Tier => {
  if (brand.brandType === "SOLE_PROPRIETOR") return { segmentsPerSecond: 1, attPerSecond: 1, attClass: "W", tmobileTier: "LOW", segmentsPerDay: 1000 }
  const score = brand.score ?? 0
  const day = score >= 75 ? { tmobileTier: "TOP", segmentsPerDay: 200_000 } : score >= 50 ? { tmobileTier: "HIGH_MID", segmentsPerDay: 40_000 } : score >= 25 ? { tmobileTier: "LOW_MID", segmentsPerDay: 10_000 } : { tmobileTier: "LOW", segmentsPerDay: 2000 }
  if (useCase === "LOW_VOLUME" || brand.score === null) return { segmentsPerSecond: 3.75, attPerSecond: 1.25, attClass: "T", ...day, tmobileTier: "LOW", segmentsPerDay: 2000 }
  if (score >= 75) return { segmentsPerSecond: 225, attPerSecond: 75, attClass: "A", ...day }
  if (score >= 50) return { segmentsPerSecond: 120, attPerSecond: 40, attClass: "C", ...day }
  return { segmentsPerSecond: 12, attPerSecond: 4, attClass: "E", ...day }
}

/** Twilio's BrandRegistration resource. */
export const toBrandResource = (brand: Brand): Readonly<Record<string, unknown>> => {
  const url = messagingUrl(`/a2p/BrandRegistrations/${brand.sid}`)
  const isVerified = brand.status === "APPROVED" || brand.status === "SUSPENDED"
  return {
    a2p_profile_bundle_sid: brand.a2pProfileBundleSid,
    account_sid: brand.accountSid,
    brand_feedback: [],
    brand_score: brand.score,
    brand_type: brand.brandType,
    customer_profile_bundle_sid: brand.customerProfileBundleSid,
    date_created: iso8601(brand.createdAtMillis),
    date_updated: iso8601(brand.updatedAtMillis),
    errors: brand.refusal === null ? [] : [{ code: brand.refusal.code, description: brand.refusal.reason, fields: brand.refusal.fields, url: `https://www.twilio.com/docs/api/errors/${brand.refusal.code}` }],
    failure_reason: brand.refusal?.reason ?? null,
    government_entity: false,
    identity_status: !isVerified ? (brand.status === "FAILED" ? "UNVERIFIED" : "SELF_DECLARED") : brand.score === null ? "VERIFIED" : "VETTED_VERIFIED",
    links: { brand_registration_otps: `${url}/SmsOtp`, brand_vettings: `${url}/Vettings` },
    mock: brand.mock,
    russell_3000: false,
    sid: brand.sid,
    skip_automatic_sec_vet: brand.skipAutomaticSecVet,
    status: brand.status,
    tax_exempt_status: null,
    tcr_id: brand.tcrId,
    url
  }
}
