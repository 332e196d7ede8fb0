/**
 * What a brand may still send to US numbers in a Pacific day. The cap is one network's (T-Mobile's), and nobody tells whose network a number is on, so
 * every segment counts: the carrier is never asked for more than it takes, and a brand may be given a cap of its own.
 */
import { DateTime, Effect, Option, Schema } from "effect"
import type { RegistrationId } from "@parley/schema/Ids"
import { countryOf } from "@parley/schema/NumberPlan"
import type { CarrierRegistration } from "./CarrierRegistration.ts"
import { nameOf } from "./CarrierRegistration.ts"
import { hold, type Message } from "./Message.ts"
import { nextPacificMidnight, pacificDay } from "./PacificDay.ts"
import { LimitStore } from "./ports/LimitStore.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import type { AgentNumber } from "./Project.ts"
import { registeredUnder } from "./RegisteredNumbers.ts"
import { brandDailySegments } from "./TrustScore.ts"

/** Segments of one Pacific day. `isFull`: the carrier said so, whatever was counted here. */
const DayCount = Schema.Struct({ day: Schema.String, segments: Schema.Int, isFull: Schema.Boolean })
type DayCount = typeof DayCount.Type

const countJson = Schema.fromJsonString(DayCount)
const keyOf = (brand: RegistrationId) => `daily/${brand}`

const countOf = Effect.fnUntraced(function*(brand: RegistrationId, day: string) {
  const kept = Option.flatMap(yield* (yield* LimitStore).counter(keyOf(brand)), Schema.decodeOption(countJson))
  const fresh: DayCount = { day, segments: 0, isFull: false }
  return Option.getOrElse(Option.filter(kept, (count) => count.day === day), () => fresh)
})

const put = Effect.fnUntraced(function*(brand: RegistrationId, count: DayCount, now: DateTime.Utc) {
  yield* (yield* LimitStore).putCounter(keyOf(brand), Schema.encodeSync(countJson)(count), now)
})

/** What a brand may send in a day; null where nothing limits it. */
export const capOf = ({ filing, trustScore }: CarrierRegistration): number | null =>
  filing.kind === "brand" ? filing.dailySegments ?? brandDailySegments({ type: filing.type, trustScore }) : null

/** Whether a text fits under what is left. One that is longer than a whole day's cap goes when the day is empty. */
export const fits = (segments: number, used: number, cap: number): boolean => used === 0 || used + segments <= cap

/** The brand that a number texts for. Only long codes of the US and Canada have one, so that no other line pays for the question. */
const brandOf = Effect.fnUntraced(function*(number: AgentNumber) {
  if ((number.country !== "US" && number.country !== "CA") || (number.type !== "long_code" && number.type !== "mobile")) return null
  const under = yield* registeredUnder(number.number)
  const filing = under?.registration.filing
  return filing?.kind === "campaign" ? Option.getOrNull(yield* (yield* RegistrationStore).get(filing.brand)) : null
})

/** A claim's view of the cap. */
export interface Cap {
  /** The text as it waits for the next day, or null when it may go. The reply to a keyword is never kept. */
  readonly hold: (message: Message) => Message | null
  /** The text goes. */
  readonly count: (message: Message) => void
  /** Writes what was counted. */
  readonly keep: ReturnType<typeof put>
}

const unlimited: Cap = { hold: () => null, count: () => {}, keep: Effect.void }

const concerns = ({ userNumber }: Message) => countryOf(userNumber) === "US"

/** What is left for a line. Inside the transaction of its claim. */
export const of = Effect.fnUntraced(function*(number: Option.Option<AgentNumber>, now: DateTime.Utc): Effect.fn.Return<Cap, Effect.Error<ReturnType<typeof put>>, LimitStore | RegistrationStore> {
  const brand = Option.isNone(number) ? null : yield* brandOf(number.value)
  const cap = brand === null ? null : capOf(brand)
  if (brand === null || cap === null) return unlimited
  const before = yield* countOf(brand.id, pacificDay(now))
  let { segments } = before
  return {
    hold: (message) => {
      if (message.purpose === "consent" || !concerns(message) || (!before.isFull && fits(message.segments, segments, cap))) return null
      const detail = before.isFull
        ? `The carrier takes no more of the day's segments of ${nameOf(brand)}. It goes after midnight Pacific time.`
        : `The ${cap} segments that ${nameOf(brand)} may send in a day are used up. It goes after midnight Pacific time.`
      return hold(message, nextPacificMidnight(now), "daily_cap", detail, now)
    },
    count: (message) => {
      if (concerns(message)) segments += message.segments
    },
    keep: Effect.suspend(() => segments === before.segments ? Effect.void : put(brand.id, { ...before, segments }, now))
  }
})

/** The carrier says that the number's brand has had its day. Inside a transaction. */
export const reached = Effect.fnUntraced(function*(number: AgentNumber, sentAt: DateTime.Utc) {
  const now = yield* DateTime.now
  const day = pacificDay(now)
  const brand = yield* brandOf(number)
  // A report of yesterday's text says nothing of today.
  if (brand === null || pacificDay(sentAt) !== day) return
  yield* put(brand.id, { ...yield* countOf(brand.id, day), isFull: true }, now)
})
