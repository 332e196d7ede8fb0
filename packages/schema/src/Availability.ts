/** What a country offers to text with, as the core uses it, the API shows it and an operator's file writes it: one shape for all three. */
import { Effect, Schema } from "effect"
import { Country } from "./Country.ts"
import { OfferedSender, SenderRegistration } from "./Sender.ts"

const Weeks = Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 520 })))
const Pace = Schema.NullOr(Schema.Finite.check(Schema.isGreaterThan(0)))

/** Where a statement is from, and when it was read: a date, or as much of one as is known. */
export const AvailabilitySource = Schema.Struct({
  name: Schema.NonEmptyString,
  readOn: Schema.NonEmptyString.annotate({ description: "When it was read: a date, or as much of one as is known.", examples: ["2026-11-24", "mid 2026"] })
}).pipe(Schema.encodeKeys({ readOn: "read_on" }), Schema.annotateEncoded({ identifier: "AvailabilitySource", description: "Where a statement is from." }))
export type AvailabilitySource = typeof AvailabilitySource.Type

/** How long it takes to get a sender. The weeks are null unless `kind` is `weeks`. */
export const LeadTime = Schema.Struct({
  kind: Schema.Literals(["immediate", "weeks", "private_offering", "not_published"]),
  weeksFrom: Weeks,
  weeksTo: Weeks
}).pipe(
  Schema.encodeKeys({ weeksFrom: "weeks_from", weeksTo: "weeks_to" }),
  Schema.annotateEncoded({ identifier: "LeadTime", description: "How long it takes to get a sender." })
)
export type LeadTime = typeof LeadTime.Type

/** Message segments per second of one sender. `to` is null where the source gives no end, both are null where it gives no figure. */
export const SegmentsPerSecond = Schema.Struct({ from: Pace, to: Pace }).annotate({
  identifier: "SegmentsPerSecond",
  description: "Message segments per second of one sender; null where the source gives no figure."
})

export const SenderOffer = Schema.Struct({
  type: OfferedSender,
  segmentsPerSecond: SegmentsPerSecond,
  leadTime: LeadTime,
  registration: SenderRegistration,
  mms: Schema.Boolean.annotate({ description: "Whether people there can be sent pictures and other files (MMS) from such a sender; no when absent." }).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(false))
  ),
  notes: Schema.Array(Schema.NonEmptyString),
  source: AvailabilitySource
}).pipe(
  Schema.encodeKeys({ segmentsPerSecond: "segments_per_second", leadTime: "lead_time" }),
  Schema.annotateEncoded({ identifier: "SenderOffer", description: "A type of sender that a country has." })
)
export type SenderOffer = typeof SenderOffer.Type

export const CountryAvailability = Schema.Struct({
  country: Country,
  twoWay: Schema.Boolean.annotate({ description: "Whether people there can answer a text. Parley's texts are conversations: it sends none where they cannot." }),
  senders: Schema.Array(SenderOffer),
  notes: Schema.Array(Schema.NonEmptyString),
  source: AvailabilitySource
}).pipe(
  Schema.encodeKeys({ twoWay: "two_way" }),
  Schema.annotateEncoded({ identifier: "CountryAvailability", description: "What can be texted with in a country." })
)
export type CountryAvailability = typeof CountryAvailability.Type

/** Rows by country: what the API answers, and what an operator's file holds. */
export const AvailabilityRows = Schema.Struct({ data: Schema.Array(CountryAvailability) }).annotate({
  identifier: "AvailabilityRows",
  description: "Every country that something is known of, by its code."
})
export type AvailabilityRows = typeof AvailabilityRows.Type
