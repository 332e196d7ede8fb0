/** Which senders a country has, and whether people there can answer: a table of published facts that an operator may correct. */
import { Array, Context, Option, Order } from "effect"
import type { AvailabilitySource, CountryAvailability, LeadTime, SenderOffer } from "@parley/schema/Availability"
import type { Country } from "@parley/schema/Country"
import type { OfferedSender, SenderRegistration, SenderType } from "@parley/schema/Sender"

/** Countries to their rows. A country without a row is one that nothing is known of. */
export type AvailabilityTable = ReadonlyMap<Country, CountryAvailability>

const published: AvailabilitySource = { name: "Number availability table of the published documentation of the API that Parley implements", readOn: "mid 2026" }
const throughput: AvailabilitySource = { name: "The carrier's documentation of throughput per sender", readOn: "mid 2026" }

const kind = (kind: LeadTime["kind"]): LeadTime => ({ kind, weeksFrom: null, weeksTo: null })
const weeks = (weeksFrom: number, weeksTo: number): LeadTime => ({ kind: "weeks", weeksFrom, weeksTo })

const offer = (type: OfferedSender, from: number | null, to: number | null, leadTime: LeadTime, registration: SenderRegistration = "none", ...notes: ReadonlyArray<string>): SenderOffer => ({
  type,
  segmentsPerSecond: { from, to },
  leadTime,
  registration,
  mms: false,
  notes,
  source: published
})
const row = (country: string, twoWay: boolean, senders: ReadonlyArray<SenderOffer>, ...notes: ReadonlyArray<string>): CountryAvailability => ({
  country: country as Country,
  twoWay,
  senders,
  notes,
  source: published
})

const immediate = kind("immediate")
const onRequest = kind("private_offering")

/** Pictures and other files go from North American numbers to North American people, and nowhere else. Source: the carrier's documentation of MMS, read mid 2026. */
const withMms = (offer: SenderOffer, ...notes: ReadonlyArray<string>): SenderOffer => ({ ...offer, mms: true, notes: [...offer.notes, ...notes] })

const shortCode = offer("short_code", 1_000, 3_000, weeks(6, 10), "none", "Works in its own country only.")

/** 225 segments a second for a number of the best trust score: 75 for each of three carriers. */
const northAmerican: ReadonlyArray<SenderOffer> = [
  withMms(offer(
    "long_code",
    225,
    225,
    immediate,
    "10dlc",
    "Carriers block its texts until its A2P 10DLC registration is approved.",
    "By trust score: 225 segments a second (75 to 100), 120 (50 to 74), 12 (1 to 49); low volume 3.75, sole proprietor 1."
  )),
  withMms({ ...offer("toll_free", 3, 3, kind("not_published"), "toll_free_verification", "Carriers block its texts until its verification is approved."), source: throughput })
]
const noNames = "Alphanumeric senders are not carried."

const longCode = (leadTime: LeadTime) => offer("long_code", 10, 10, leadTime)

const nobodyAnswers = "Nobody can answer a text there, and Parley's texts are conversations."

/** What Parley knows by itself. */
export const builtIn: AvailabilityTable = new Map([
  row("US", true, [withMms(shortCode, "Media (MMS) are enabled on request."), ...northAmerican], noNames),
  row("CA", true, [shortCode, ...northAmerican], noNames, "Short codes must honour ARRET as well as STOP."),
  row("GB", true, [offer("short_code", 300, null, weeks(10, 16)), longCode(immediate)]),
  row("DE", true, [offer("short_code", null, null, onRequest), longCode(immediate)]),
  row("FR", true, [offer("short_code", null, null, onRequest), longCode(onRequest)]),
  row("IE", true, [longCode(kind("not_published"))]),
  row("NL", true, [longCode(immediate)]),
  row("CZ", true, [longCode(immediate)]),
  row("IT", true, [longCode(onRequest)]),
  row("HR", false, [], nobodyAnswers),
  row("BG", false, [], nobodyAnswers),
  row("SK", false, [], nobodyAnswers)
].map((entry) => [entry.country, entry]))

/** The table that sending and the API go by: the built-in one, unless the composition root provides another. */
export const CurrentAvailability = Context.Reference<AvailabilityTable>("@parley/core/CurrentAvailability", { defaultValue: () => builtIn })

/** A table with more rows. A row replaces its country's whole: nothing of the one before is kept. */
export const override = (table: AvailabilityTable, rows: ReadonlyArray<CountryAvailability>): AvailabilityTable =>
  new Map([...table, ...rows.map((row) => [row.country, row] as const)])

const byCountry = Order.mapInput(Order.String, (row: CountryAvailability) => row.country)

/** Every row, by country code. */
export const rows = (table: AvailabilityTable): ReadonlyArray<CountryAvailability> => Array.sort([...table.values()], byCountry)

/** The plans of many countries give mobile numbers to machines where others give long ones: an offer of one is an offer of the other. */
const interchangeable = (type: OfferedSender): OfferedSender => type === "mobile" ? "long_code" : type

/** What a country says of a type of sender; none where it has no row, or its row has no such sender. */
export const offerOf = (table: AvailabilityTable, country: Country, type: SenderType): Option.Option<SenderOffer> =>
  Array.findFirst(table.get(country)?.senders ?? [], (sender) => interchangeable(sender.type) === interchangeable(type))

/** The published pace of a sender, the lowest where a range is given; none where nothing is published. */
export const publishedSegmentsPerSecond = (table: AvailabilityTable, country: Country, type: SenderType): Option.Option<number> =>
  Option.flatMap(offerOf(table, country, type), (sender) => Option.fromNullishOr(sender.segmentsPerSecond.from))
