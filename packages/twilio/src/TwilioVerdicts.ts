/** Twilio's words for how a registration stands, in Parley's. */
import type { CarrierWord, Trouble } from "@parley/core/CarrierRegistration"

type State = CarrierWord["state"]

const brandStates: ReadonlyMap<string, State> = new Map<string, State>([
  ["PENDING", "in_review"],
  ["IN_REVIEW", "in_review"],
  ["APPROVED", "approved"],
  ["FAILED", "rejected"],
  ["SUSPENDED", "suspended"],
  ["DELETION_PENDING", "suspended"],
  ["DELETION_FAILED", "suspended"]
])

const campaignStates: ReadonlyMap<string, State> = new Map<string, State>([
  ["PENDING", "in_review"],
  ["IN_PROGRESS", "in_review"],
  ["VERIFIED", "approved"],
  ["FAILED", "rejected"],
  ["SUSPENDED", "suspended"]
])

const tollFreeStates: ReadonlyMap<string, State> = new Map<string, State>([
  ["PENDING_REVIEW", "in_review"],
  ["IN_REVIEW", "in_review"],
  ["TWILIO_APPROVED", "approved"],
  ["TWILIO_REJECTED", "rejected"]
])

const said = (value: unknown): string | null => typeof value === "string" && value.trim() !== "" ? value.trim().toWellFormed().slice(0, 1_000).toWellFormed() : null
const codeOf = (value: unknown): string | null => typeof value === "number" || (typeof value === "string" && value !== "") ? String(value) : null

/** `code` or `error_code`, `description` or `reason`: the three resources write it each in their own way. */
const oneTrouble = (error: unknown): Trouble | null => {
  const fields = Object(error)
  const detail = said(fields.description) ?? said(fields.reason)
  return detail === null ? null : { code: codeOf(fields.error_code ?? fields.code), detail }
}

/** All reasons as one: the first one's code. */
const troubleOf = (errors: unknown, fallback: Trouble | null): Trouble | null => {
  const all = (Array.isArray(errors) ? errors : []).map(oneTrouble).filter((trouble) => trouble !== null)
  const [first] = all
  return first === undefined ? fallback : { code: first.code, detail: all.map(({ detail }) => detail).join(" ") }
}

const word = (states: ReadonlyMap<string, State>, status: unknown, trouble: Trouble | null, trustScore: number | null = null): CarrierWord => {
  const state = typeof status === "string" ? states.get(status) : undefined
  // A word that nobody knows leaves it open; it is asked for again.
  if (state === undefined) return { state: "in_review", trustScore, trouble: { code: null, detail: `Twilio says "${String(status)}", which is not documented.` } }
  return { state, trustScore, trouble: state === "rejected" || state === "suspended" ? trouble : null }
}

const fallbackOf = (reason: unknown, code: unknown = null): Trouble | null => {
  const detail = said(reason)
  return detail === null ? null : { code: codeOf(code), detail }
}

export const ofBrand = (brand: { readonly status: unknown; readonly brandScore: unknown; readonly errors: unknown; readonly failureReason: unknown }): CarrierWord =>
  word(brandStates, brand.status, troubleOf(brand.errors, fallbackOf(brand.failureReason)), typeof brand.brandScore === "number" ? brand.brandScore : null)

export const ofCampaign = (campaign: { readonly campaignStatus: unknown; readonly errors: unknown }): CarrierWord =>
  word(campaignStates, campaign.campaignStatus, troubleOf(campaign.errors, null))

export const ofTollFree = (verification: { readonly status: unknown; readonly rejectionReasons: unknown; readonly rejectionReason: unknown; readonly errorCode: unknown }): CarrierWord =>
  word(tollFreeStates, verification.status, troubleOf(verification.rejectionReasons, fallbackOf(verification.rejectionReason, verification.errorCode)))

/** Twilio does not have it any more. */
export const gone: CarrierWord = { state: "rejected", trustScore: null, trouble: { code: null, detail: "Twilio does not have it any more: somebody has deleted it there." } }
