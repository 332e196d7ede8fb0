/** Which senders a country has, and whether people there can answer: a table of published facts. */
import { Array, Option } from "effect"
import type { Country } from "@parley/schema/Country"
import type { SenderType } from "@parley/schema/Sender"

/** How long it takes to get a sender: weeks from and to, at once, on request only, or not published. */
export type LeadTime = { readonly weeks: readonly [from: number, to: number] } | "immediate" | "private_offering" | "not_published"

export interface SenderOffer {
  readonly type: SenderType
  /** Message segments per second of one sender, from and to; `to` is null where the source gives no end, both are null where it gives no figure. */
  readonly segmentsPerSecond: { readonly from: number | null; readonly to: number | null }
  readonly leadTime: LeadTime
  /** What carriers ask for before they carry its texts. */
  readonly registration: "none" | "10dlc"
}

export interface CountryAvailability {
  readonly country: Country
  /** Whether people there can answer a text. */
  readonly twoWay: boolean
  readonly senders: ReadonlyArray<SenderOffer>
  /** Where the row is from, and when it was read. */
  readonly source: string
  readonly readOn: string
}

const source = "number availability table of the published documentation of the API that Parley implements"
const readOn = "mid 2026"

const offer = (type: SenderType, from: number | null, to: number | null, leadTime: LeadTime, registration: "none" | "10dlc" = "none"): SenderOffer => ({
  type,
  segmentsPerSecond: { from, to },
  leadTime,
  registration
})
const row = (country: string, twoWay: boolean, ...senders: ReadonlyArray<SenderOffer>): CountryAvailability => ({
  country: country as Country,
  twoWay,
  senders,
  source,
  readOn
})

/** 225 segments a second for a number of the best trust score: 75 for each of three carriers. */
const northAmerican = [offer("short_code", 1_000, 3_000, { weeks: [6, 10] }), offer("long_code", 225, 225, "immediate", "10dlc")]

export const availability: ReadonlyArray<CountryAvailability> = [
  row("US", true, ...northAmerican),
  row("CA", true, ...northAmerican),
  row("GB", true, offer("short_code", 300, null, { weeks: [10, 16] }), offer("long_code", 10, 10, "immediate")),
  row("DE", true, offer("short_code", null, null, "private_offering"), offer("long_code", 10, 10, "immediate")),
  row("FR", true, offer("short_code", null, null, "private_offering"), offer("long_code", 10, 10, "private_offering")),
  row("IE", true, offer("long_code", 10, 10, "not_published")),
  row("NL", true, offer("long_code", 10, 10, "immediate")),
  row("CZ", true, offer("long_code", 10, 10, "immediate")),
  row("IT", true, offer("long_code", 10, 10, "private_offering")),
  row("HR", false),
  row("BG", false),
  row("SK", false)
]

const byCountry: ReadonlyMap<Country, CountryAvailability> = new Map(availability.map((entry) => [entry.country, entry]))

/** The row of a country, `undefined` where nothing is published. */
export const availabilityOf = (country: Country): CountryAvailability | undefined => byCountry.get(country)

/** The published pace of a sender, the lowest where a range is given; none where nothing is published. */
export const publishedSegmentsPerSecond = (country: Country, type: SenderType): Option.Option<number> =>
  Array.findFirst(byCountry.get(country)?.senders ?? [], (sender) => sender.type === type).pipe(
    Option.flatMap((sender) => Option.fromNullishOr(sender.segmentsPerSecond.from))
  )
