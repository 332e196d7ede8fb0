/**
 * Whether somebody may be texted at their own time of day, and if not, when. Local time comes from the number: its area code in the US
 * and Canada, its country elsewhere. Where that leaves several time zones, all of them have to be awake.
 */
import { DateTime, Effect, Option, Schema } from "effect"
import { Country } from "@parley/schema/Country"
import { countryOf } from "@parley/schema/NumberPlan"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { zonesOf } from "./CountryZones.ts"
import type { Region } from "./NorthAmericanRegions.ts"
import { areaCodes, farthestZones } from "./NorthAmericanRegions.ts"
import type { QuietRule } from "./QuietRules.ts"
import { minutesLeft, rulesOfState } from "./QuietRules.ts"

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

const Clock = Schema.String.check(Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/u, { message: "must be a time of day, like \"21:00\"" }))

/** Quiet from one time of the day to another, over midnight if need be. */
export const QuietSpan = Schema.Struct({ from: Clock, to: Clock }).check(
  Schema.makeFilter(({ from, to }) => from === to ? "must not be quiet from a time to the same time" : undefined)
)
export type QuietSpan = typeof QuietSpan.Type

/** Texts that nobody has asked for at that hour. `opening` includes what a person writes before the user has answered. */
export const HeldPurpose = Schema.Literals(["opening", "warning", "ending"])
export type HeldPurpose = typeof HeldPurpose.Type

const everyPurpose: ReadonlyArray<HeldPurpose> = ["opening", "warning", "ending"]

/** What a project decides. Off unless it says otherwise. */
export const QuietHoursPolicy = Schema.Struct({
  enabled: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false))),
  /** Where `countries` has nothing of its own; null: no hour is quiet there. */
  default: Schema.NullOr(QuietSpan).pipe(Schema.withDecodingDefaultKey(Effect.succeed({ from: "21:00", to: "08:00" }))),
  countries: Schema.Record(Country, Schema.NullOr(QuietSpan)).pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  /** What waits; everything else leaves at any hour. */
  hold: Schema.Array(HeldPurpose).pipe(Schema.withDecodingDefaultKey(Effect.succeed(everyPurpose))),
  /** Whether US numbers also have what federal and state law says of solicitations, on top of the project's own hours. */
  laws: Schema.Literals(["enforce", "ignore"]).pipe(Schema.withDecodingDefaultKey(Effect.succeed("enforce" as const)))
})
export type QuietHoursPolicy = typeof QuietHoursPolicy.Type

/** Where a number's owner is taken to be. `subdivision` is null where the number does not tell. */
export interface Whereabouts {
  readonly country: Country
  readonly subdivision: string | null
  readonly zones: Region["zones"]
}

/** Undefined for a number of no country: satellite phones and other global networks. */
export const whereabouts = (number: PhoneNumber): Whereabouts | undefined => {
  if (number.startsWith("+1")) {
    const known = areaCodes.get(number.slice(2, 5))
    if (known !== undefined) return known
  }
  const country = countryOf(number)
  if (country === undefined) return undefined
  const zones = zonesOf(country)
  return { country, subdivision: zones === undefined ? null : "", zones: zones ?? farthestZones }
}

export type Verdict =
  /** Texts may leave. */
  | { readonly _tag: "Open" }
  /** Quiet at `zone`, by `source`; everybody is awake at `until`, to the minute. */
  | { readonly _tag: "Quiet"; readonly until: DateTime.Utc; readonly zone: string; readonly source: string }
  /** No minute of a week suits every zone of the number under these rules. */
  | { readonly _tag: "NeverOpen"; readonly zones: ReadonlyArray<string> }

const open: Verdict = { _tag: "Open" }

const ownRule = (policy: QuietHoursPolicy, country: Country): ReadonlyArray<QuietRule> => {
  const span = policy.countries[country] === undefined ? policy.default : policy.countries[country]
  return span === null ? [] : [{ fromMinute: minuteOf(span.from), toMinute: minuteOf(span.to), weekday: null, source: "the project's quiet hours" }]
}

// Territories of the US have their own country codes, and federal law.
const underUsLaw = new Set(["US", "PR", "VI", "GU", "MP", "AS"])

const rulesFor = (policy: QuietHoursPolicy, where: Whereabouts): ReadonlyArray<QuietRule> => {
  const own = ownRule(policy, where.country)
  return policy.laws === "enforce" && underUsLaw.has(where.country) ? [...own, ...rulesOfState(where.subdivision)] : own
}

const minuteMillis = 60_000
const minutesPerDay = 1_440
const searchedMinutes = 8 * minutesPerDay
// 1 January 1970 was a Thursday.
const epochWeekday = 4

/** How far a zone's clock is ahead of UTC, in minutes. */
type Offsets = (zone: string, epochMinute: number) => number

/** Asking is what a check costs, so each answer is kept for as long as the check. A zone that the runtime does not know counts as UTC. */
const askOnce = (): Offsets => {
  const known = new Map<string, number>()
  return (zone, epochMinute) => {
    const question = `${zone} ${epochMinute}`
    const before = known.get(question)
    if (before !== undefined) return before
    const offset = Option.match(DateTime.setZoneNamed(DateTime.makeUnsafe(epochMinute * minuteMillis), zone), {
      onNone: () => 0,
      onSome: (local) => DateTime.zonedOffset(local) / minuteMillis
    })
    known.set(question, offset)
    return offset
  }
}

interface Quiet {
  readonly minutes: number
  readonly source: string
}

/** The longest of the rules that apply at this minute of a local clock; null when none does. */
const quietAt = (rules: ReadonlyArray<QuietRule>, localMinute: number): Quiet | null => {
  const day = Math.floor(localMinute / minutesPerDay)
  const weekday = (day + epochWeekday) % 7
  let longest: Quiet | null = null
  for (const rule of rules) {
    const minutes = minutesLeft(rule, localMinute - day * minutesPerDay, weekday)
    if (minutes > (longest?.minutes ?? 0)) longest = { minutes, source: rule.source }
  }
  return longest
}

/** The end of a quiet time of `minutes` that a zone is in: the clocks may change before it is over. */
const endOf = (rules: ReadonlyArray<QuietRule>, offsets: Offsets, zone: string, epochMinute: number, minutes: number): number => {
  const offset = offsets(zone, epochMinute)
  const byThisClock = epochMinute + minutes
  const forward = offsets(zone, byThisClock) - offset
  if (forward <= 0) return byThisClock
  // Clocks that went forward reach the end earlier; one that they skipped is reached as they do.
  let before = byThisClock - forward - 1
  let after = byThisClock
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (quietAt(rules, middle + offsets(zone, middle)) === null) after = middle
    else before = middle
  }
  return after
}

/** @param now as it is: a minute that has begun counts whole */
export const check = (policy: QuietHoursPolicy, userNumber: PhoneNumber, now: DateTime.Utc): Verdict => {
  if (!policy.enabled) return open
  const where = whereabouts(userNumber)
  if (where === undefined) return open
  const rules = rulesFor(policy, where)
  const begun = Math.floor(DateTime.toEpochMillis(now) / minuteMillis)
  const offsets = askOnce()
  let minute = begun
  let first: { readonly zone: string; readonly source: string } | null = null
  for (let settled = 0, index = 0; settled < where.zones.length; index = (index + 1) % where.zones.length) {
    const zone = where.zones[index] ?? where.zones[0]
    const quiet = quietAt(rules, minute + offsets(zone, minute))
    if (quiet === null) {
      settled++
      continue
    }
    first ??= { zone, source: quiet.source }
    minute = endOf(rules, offsets, zone, minute, quiet.minutes)
    settled = 0
    if (minute - begun > searchedMinutes) return { _tag: "NeverOpen", zones: where.zones }
  }
  return first === null ? open : { _tag: "Quiet", until: DateTime.makeUnsafe(minute * minuteMillis), ...first }
}

/** A sentence for people. */
export const explain = (verdict: Exclude<Verdict, { readonly _tag: "Open" }>): string =>
  verdict._tag === "Quiet"
    ? `It is a quiet hour where this number is from (${verdict.zone}), by ${verdict.source}.`
    : `Quiet hours leave no time of day at which everybody with such a number may be texted (${verdict.zones.join(", ")}).`
