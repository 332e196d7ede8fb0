/** The phone numbers that accounts own. */
import { countryOf, isNorthAmericanTollFree } from "@parley/schema/NumberPlan"
import { isPhoneNumber } from "@parley/schema/PhoneNumber"
import type { Capabilities, NumberOptions } from "./CarrierOptions.ts"
import { accountPath, apiVersion, newSid, rfc2822 } from "./ResourceFormat.ts"

export type NumberKind = "long_code" | "toll_free" | "short_code"

export interface OwnedNumber {
  readonly sid: string
  readonly accountSid: string
  readonly phoneNumber: string
  readonly kind: NumberKind
  readonly country: string
  readonly createdAtMillis: number
  updatedAtMillis: number
  capabilities: Capabilities
  segmentsPerSecond: number
  /** It was given its rate, which no registration changes then. */
  hasOwnRate: boolean
  registered: boolean
  friendlyName: string
  smsUrl: string
  smsMethod: "GET" | "POST"
  smsFallbackUrl: string
  statusCallback: string
  /** Fields that the simulator shows back and does nothing with, by their name in the resource. */
  readonly others: Record<string, string | null>
}

/** ISO 3166-1 alpha-2, empty when no numbering plan has the number. */
export const countryCodeOf = (number: string): string => (isPhoneNumber(number) ? (countryOf(number) ?? "") : "")

const kindOf = (number: string): NumberKind =>
  !isPhoneNumber(number) ? "short_code" : isNorthAmericanTollFree(number) ? "toll_free" : "long_code"

export const isNorthAmerican = (country: string): boolean => country === "US" || country === "CA"

/** Source: Twilio's table of message segments per second; a registered US long code is taken at the highest trust score. */
export const segmentsPerSecondOf = (kind: NumberKind, country: string, registered: boolean): number => {
  if (kind === "short_code") return 100
  if (kind === "toll_free") return 3
  if (isNorthAmerican(country)) return registered ? 225 : 1
  return 10
}

/** `(500) 555-0006` for North America, the number itself elsewhere. */
export const friendlyNameOf = (number: string): string => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/u, "($1) $2-$3")

export const makeNumber = (options: NumberOptions, accountSid: string, nowMillis: number): OwnedNumber => {
  const phoneNumber = options.phoneNumber
  const kind = kindOf(phoneNumber)
  const country = kind === "short_code" ? "US" : countryCodeOf(phoneNumber)
  const registered = options.registered ?? true
  return {
    sid: newSid("PN"),
    accountSid,
    phoneNumber,
    kind,
    country,
    createdAtMillis: nowMillis,
    updatedAtMillis: nowMillis,
    capabilities: { sms: true, mms: isNorthAmerican(country), voice: kind !== "short_code", ...options.capabilities },
    segmentsPerSecond: options.segmentsPerSecond ?? segmentsPerSecondOf(kind, country, registered),
    hasOwnRate: options.segmentsPerSecond !== undefined,
    registered,
    friendlyName: friendlyNameOf(phoneNumber),
    smsUrl: options.smsUrl ?? "",
    smsMethod: options.smsMethod ?? "POST",
    smsFallbackUrl: options.smsFallbackUrl ?? "",
    statusCallback: options.statusCallback ?? "",
    others: {}
  }
}

/** Changes what `options` names, and keeps the rest. */
export const changeNumber = (number: OwnedNumber, options: NumberOptions, nowMillis: number): void => {
  number.capabilities = { ...number.capabilities, ...options.capabilities }
  if (options.registered !== undefined && options.registered !== number.registered) {
    number.registered = options.registered
    number.segmentsPerSecond = segmentsPerSecondOf(number.kind, number.country, options.registered)
  }
  number.segmentsPerSecond = options.segmentsPerSecond ?? number.segmentsPerSecond
  number.hasOwnRate ||= options.segmentsPerSecond !== undefined
  number.smsUrl = options.smsUrl ?? number.smsUrl
  number.smsMethod = options.smsMethod ?? number.smsMethod
  number.smsFallbackUrl = options.smsFallbackUrl ?? number.smsFallbackUrl
  number.statusCallback = options.statusCallback ?? number.statusCallback
  number.updatedAtMillis = nowMillis
}

/** Twilio's IncomingPhoneNumber resource. */
export const toNumberResource = (number: OwnedNumber): Readonly<Record<string, unknown>> => ({
  account_sid: number.accountSid,
  address_requirements: "none",
  address_sid: null,
  api_version: apiVersion,
  beta: false,
  bundle_sid: null,
  capabilities: { fax: false, ...number.capabilities },
  date_created: rfc2822(number.createdAtMillis),
  date_updated: rfc2822(number.updatedAtMillis),
  emergency_address_sid: null,
  emergency_address_status: "unregistered",
  emergency_status: "Inactive",
  friendly_name: number.friendlyName,
  identity_sid: null,
  origin: "twilio",
  phone_number: number.phoneNumber,
  sid: number.sid,
  sms_application_sid: "",
  sms_fallback_method: "POST",
  sms_fallback_url: number.smsFallbackUrl,
  sms_method: number.smsMethod,
  sms_url: number.smsUrl,
  status: "in-use",
  status_callback: number.statusCallback,
  status_callback_method: "POST",
  subresource_uris: { assigned_add_ons: accountPath(number.accountSid, `/IncomingPhoneNumbers/${number.sid}/AssignedAddOns.json`) },
  trunk_sid: null,
  type: number.kind === "toll_free" ? "tollfree" : "local",
  uri: accountPath(number.accountSid, `/IncomingPhoneNumbers/${number.sid}.json`),
  voice_application_sid: "",
  voice_caller_id_lookup: false,
  voice_fallback_method: "POST",
  voice_fallback_url: "",
  voice_method: "POST",
  voice_receive_mode: "voice",
  voice_url: "",
  ...number.others
})
