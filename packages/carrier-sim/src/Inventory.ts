/** Numbers for sale: invented, the same on every run, and taken from the ranges that regulators keep for fiction. */
import { areaCodeOf } from "@parley/schema/NumberPlan"
import { isPhoneNumber } from "@parley/schema/PhoneNumber"
import type { Capabilities } from "./CarrierOptions.ts"
import { friendlyNameOf } from "./Numbers.ts"
import { places, type Place } from "./Places.ts"

export type NumberType = "Local" | "Mobile" | "TollFree"

export interface Offer {
  readonly phoneNumber: string
  readonly country: string
  readonly type: NumberType
  readonly place: Place
  readonly capabilities: Capabilities
}

const nowhere: Place = { city: "", state: "", zip: "" }

const pad = (n: number, digits: number) => String(n).padStart(digits, "0")

const both: Capabilities = { sms: true, mms: true, voice: true }
const texting: Capabilities = { sms: true, mms: false, voice: true }
const voiceOnly: Capabilities = { sms: false, mms: false, voice: true }

/** 100 numbers, 555-0100 to 555-0199. */
const northAmerican = (code: string, country: string, type: NumberType, place: Place): ReadonlyArray<Offer> =>
  Array.from({ length: 100 }, (_, i) => ({ phoneNumber: `+1${code}55501${pad(i, 2)}`, country, type, place, capabilities: both }))

interface Range {
  readonly country: string
  readonly type: NumberType
  readonly prefix: string
  readonly digits: number
  readonly capabilities: Capabilities
}

/** Sources: Ofcom, BNetzA, ARCEP, ComReg and ACMA lists of numbers for drama; the Dutch range is Twilio's own kind, without such a list. */
const ranges: ReadonlyArray<Range> = [
  { country: "GB", type: "Mobile", prefix: "+447700900", digits: 3, capabilities: texting },
  { country: "GB", type: "Local", prefix: "+442079460", digits: 3, capabilities: voiceOnly },
  { country: "GB", type: "TollFree", prefix: "+448081570", digits: 3, capabilities: voiceOnly },
  { country: "DE", type: "Mobile", prefix: "+4917139200", digits: 2, capabilities: texting },
  { country: "FR", type: "Mobile", prefix: "+336399800", digits: 2, capabilities: texting },
  { country: "IE", type: "Mobile", prefix: "+35385555", digits: 4, capabilities: texting },
  { country: "NL", type: "Mobile", prefix: "+31970102", digits: 5, capabilities: texting },
  { country: "AU", type: "Mobile", prefix: "+61491570", digits: 3, capabilities: texting }
]

const tollFreeCodes = ["800", "833", "844", "855", "866", "877", "888"]

/** At most so many of a range are for sale. */
const shelf = 100

/** Never has a number for sale. Source: Twilio's "Test credentials". */
const emptyAreaCode = "533"

const local = (country: "US" | "CA", areaCode: string | undefined): ReadonlyArray<Offer> => {
  if (areaCode === emptyAreaCode) return []
  if (areaCode !== undefined) {
    const sample = `+1${areaCode}5550100`
    const place = places[areaCode]
    const belongs = place?.country ?? (isPhoneNumber(sample) && areaCodeOf(sample) === areaCode ? "US" : undefined)
    return belongs === country ? northAmerican(areaCode, country, "Local", place ?? nowhere) : []
  }
  return Object.entries(places).flatMap(([code, place]) => (place.country === country ? northAmerican(code, country, "Local", place) : []))
}

/** What is for sale of a type in a country; `undefined` when the country or the type is not sold. */
export const offers = (country: string, type: string, areaCode?: string): ReadonlyArray<Offer> | undefined => {
  if (country === "US" || country === "CA") {
    if (type === "Local") return local(country, areaCode)
    if (type !== "TollFree") return undefined
    return tollFreeCodes.filter((code) => areaCode === undefined || code === areaCode).flatMap((code) => northAmerican(code, country, "TollFree", nowhere))
  }
  const range = ranges.find((each) => each.country === country && each.type === type)
  if (range === undefined) return undefined
  return Array.from({ length: shelf }, (_, i) => ({
    phoneNumber: range.prefix + pad(i, range.digits),
    country,
    type: range.type,
    place: nowhere,
    capabilities: range.capabilities
  }))
}

/** Whether any search could have found the number. */
export const offerOf = (phoneNumber: string): Offer | undefined => {
  const code = /^\+1(\d{3})/u.exec(phoneNumber)?.[1]
  const found = (country: string, type: NumberType, areaCode?: string) => offers(country, type, areaCode)?.find((offer) => offer.phoneNumber === phoneNumber)
  if (code !== undefined) return found("US", "TollFree", code) ?? found("US", "Local", code) ?? found("CA", "Local", code)
  for (const range of ranges) {
    if (phoneNumber.startsWith(range.prefix)) return found(range.country, range.type)
  }
  return undefined
}

/** Twilio's `Contains`: digits and letters of a keypad; `*` stands for one digit, `%` for any; `+` or `^` at the start and `$` at the end hold it there. */
export const containsFilter = (pattern: string): ((phoneNumber: string) => boolean) => {
  const keypad = "22233344455566677778889999"
  let source = ""
  for (const character of pattern.trim().toUpperCase()) {
    if (/\d/u.test(character)) source += character
    else if (/[A-Z]/u.test(character)) source += keypad[character.charCodeAt(0) - 65] ?? ""
    else if (character === "*") source += "\\d"
    else if (character === "%") source += "\\d*"
    else if (character === "^" || character === "+") source += "^"
    else if (character === "$") source += "$"
  }
  const expression = new RegExp(source, "u")
  return (phoneNumber) => expression.test(phoneNumber.slice(1))
}

/** The resource of a search result. */
export const toOfferResource = (offer: Offer): Readonly<Record<string, unknown>> => ({
  address_requirements: offer.type === "Local" && offer.country === "GB" ? "local" : "none",
  beta: false,
  capabilities: { fax: false, ...offer.capabilities },
  friendly_name: friendlyNameOf(offer.phoneNumber),
  iso_country: offer.country,
  lata: null,
  latitude: null,
  locality: offer.place.city === "" ? null : offer.place.city.replace(/\B[A-Z]+/gu, (rest) => rest.toLowerCase()),
  longitude: null,
  phone_number: offer.phoneNumber,
  postal_code: offer.place.zip === "" ? null : offer.place.zip,
  rate_center: null,
  region: offer.place.state === "" ? null : offer.place.state
})
