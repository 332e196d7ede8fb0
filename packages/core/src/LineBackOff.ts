/**
 * How a line waits when its carrier does not take texts. What a carrier cannot take now is a matter of the line and not of the
 * text: the next text of the line would fare the same. So the whole line waits, longer each time, and then one text alone finds
 * out how things are.
 */
import { DateTime, Duration, Schema } from "effect"

export const LineBackOff = Schema.Struct({
  /** Waits in a row; 0 while only answers were lost, and too few of them to wait for. */
  waits: Schema.Int,
  /** Calls in a row whose outcome nobody knows. */
  losses: Schema.Int,
  /** When the last wait began. A call that was made before it tells nothing new. */
  since: Schema.DateTimeUtcFromMillis,
  until: Schema.DateTimeUtcFromMillis
})
export type LineBackOff = typeof LineBackOff.Type

/** So many lost answers in a row are taken for the misfortune of single calls. Parley's own choice: a quarter of what may be out at once. */
export const toleratedLosses = 4

export interface BackOffTimes {
  /** The first wait; doubled for each further one in a row, up to `backOffAtMost`. */
  readonly backOff: Duration.Duration
  readonly backOffAtMost: Duration.Duration
}

/** What a line may do: send at its pace, wait, or send one text once none that was sent since `since` is out. */
export type Gate =
  | { readonly _tag: "Open" }
  | { readonly _tag: "Waiting"; readonly until: DateTime.Utc }
  | { readonly _tag: "Probing"; readonly since: DateTime.Utc }

export const gate = (backOff: LineBackOff | null, now: DateTime.Utc): Gate => {
  if (backOff === null || backOff.waits === 0) return { _tag: "Open" }
  return DateTime.isGreaterThan(backOff.until, now) ? { _tag: "Waiting", until: backOff.until } : { _tag: "Probing", since: backOff.since }
}

/** Moved with a clock that was set back, so that the line waits no longer than it was to. */
export const rebased = (backOff: LineBackOff | null, now: DateTime.Utc): LineBackOff | null =>
  backOff === null || DateTime.isLessThanOrEqualTo(backOff.since, now)
    ? backOff
    : { ...backOff, since: now, until: DateTime.addDuration(now, DateTime.distance(backOff.since, backOff.until)) }

/** One call of the carrier. */
export interface Call {
  readonly madeAt: DateTime.Utc
  readonly now: DateTime.Utc
  /** From 0 to 1: where in its range a wait lies, so that lines do not all come back at once. */
  readonly chance: number
}

const isOld = (backOff: LineBackOff, call: Call): boolean => backOff.waits > 0 && DateTime.isLessThanOrEqualTo(call.madeAt, backOff.since)

/** The upper half of the range: waits spread out, and none is short. In whole milliseconds. */
const waitAfter = (waits: number, chance: number, times: BackOffTimes): Duration.Duration => {
  const grown = Duration.min(Duration.times(times.backOff, 2 ** Math.min(waits, 20)), times.backOffAtMost)
  return Duration.millis(Math.ceil(Duration.toMillis(grown) * (0.5 + chance / 2)))
}

/** After a call that was certainly not accepted. `wish`: how long the carrier itself asks to be left alone. */
export const refused = (backOff: LineBackOff | null, call: Call, wish: Duration.Duration, times: BackOffTimes): LineBackOff => {
  const wished = DateTime.addDuration(call.now, Duration.millis(Math.ceil(Duration.toMillis(wish))))
  if (backOff !== null && isOld(backOff, call)) return { ...backOff, until: DateTime.max(backOff.until, wished) }
  const waits = backOff?.waits ?? 0
  return {
    waits: waits + 1,
    losses: backOff?.losses ?? 0,
    since: call.now,
    until: DateTime.max(DateTime.addDuration(call.now, waitAfter(waits, call.chance, times)), wished)
  }
}

/** After a call whose outcome nobody knows. */
export const lost = (backOff: LineBackOff | null, call: Call, times: BackOffTimes): LineBackOff => {
  if (backOff !== null && isOld(backOff, call)) return backOff
  const losses = (backOff?.losses ?? 0) + 1
  return backOff !== null && (backOff.waits > 0 || losses > toleratedLosses)
    ? { ...refused(backOff, call, Duration.zero, times), losses }
    : { waits: 0, losses, since: call.now, until: call.now }
}

/** After a call that the carrier took, or refused for good: null, as the line may go on, unless the call is from before the wait. */
export const answered = (backOff: LineBackOff | null, madeAt: DateTime.Utc | null): LineBackOff | null =>
  backOff !== null && backOff.waits > 0 && (madeAt === null || DateTime.isLessThanOrEqualTo(madeAt, backOff.since)) ? backOff : null
