/** The port of what a line remembers between its texts. */
import { Context, type Effect, type Option, Schema } from "effect"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { LineBackOff } from "../LineBackOff.ts"
import type { StoreFailure } from "./Store.ts"

/** What a line has handed to its carrier, and when. */
const HandedOver = Schema.Struct({ at: Schema.DateTimeUtcFromMillis, segments: Schema.Int })

/**
 * `epoch`: how many owners the line has had; only the last may claim. `handedOver`: what left lately, so that a new owner counts it too.
 * `recentSends` and `recentFailures` fade with time; they tell healthy numbers from ones whose sends fail. `backOff`: null while the
 * carrier takes texts.
 */
export const LineState = Schema.Struct({
  number: PhoneNumber,
  epoch: Schema.Int,
  handedOver: Schema.Array(HandedOver),
  recentSends: Schema.Finite,
  recentFailures: Schema.Finite,
  countedAt: Schema.DateTimeUtcFromMillis,
  backOff: Schema.NullOr(LineBackOff)
})
export type LineState = typeof LineState.Type

export class LineStore extends Context.Service<LineStore, {
  get(number: PhoneNumber): Effect.Effect<Option.Option<LineState>, StoreFailure>
  put(line: LineState): Effect.Effect<void, StoreFailure>
}>()("@parley/core/LineStore") {}
