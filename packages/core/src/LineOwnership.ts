/**
 * How a line passes from owner to owner. It has one, but one that was frozen or cut off may not know that it is the owner no more. So each
 * owner takes the next epoch of the line, and a claim under an earlier one fails.
 */
import { Clock, DateTime, Duration, Effect, Option, Schema } from "effect"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { changeText } from "./Facts.ts"
import * as LineHealth from "./LineHealth.ts"
import type { LinePacing } from "./LinePacing.ts"
import { CurrentLineTimes } from "./LineTimes.ts"
import type { LineState } from "./ports/LineStore.ts"
import { LineStore } from "./ports/LineStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { transactAndWake } from "./Wake.ts"

/** The line has a later owner: this one has nothing to do any more. */
export class LineTakenOver extends Schema.TaggedError<LineTakenOver>()("LineTakenOver", { number: PhoneNumber }) {}

/**
 * A new owner takes the line over: its epoch, to claim under, and the pacing to go on with. What the owner before had handed over and never
 * recorded becomes `unknown`.
 */
export const takeOver = Effect.fn("LineOwnership.takeOver")((number: PhoneNumber) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const lines = yield* LineStore
    const times = yield* CurrentLineTimes
    const now = yield* DateTime.now
    for (const message of yield* messages.inFlight(number)) {
      yield* changeText(message, {
        ...message,
        status: "unknown",
        nextAttemptAt: DateTime.addDuration(message.attemptedAt ?? now, times.askAfter),
        trouble: { reason: "ambiguous", code: null, detail: "The gateway stopped while this text was being handed to the carrier." },
        updatedAt: now
      })
    }
    const line = Option.getOrElse(yield* lines.get(number), () => LineHealth.fresh(number, now))
    const epoch = line.epoch + 1
    yield* lines.put({ ...line, epoch })
    return { value: { epoch, pacing: yield* asPacing(line.handedOver) }, wakes: [] }
  }))
)

/** Pacing keeps this time, which no correction of the clock moves. */
export const monotonicMillis = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))

/** The row is for another process perhaps, whose monotonic clock began at another time. */
export const asHandedOver = Effect.fnUntraced(function*({ recent }: LinePacing) {
  const now = yield* DateTime.now
  const nowMillis = yield* monotonicMillis
  return recent.map(({ atMillis, segments }) => ({ at: DateTime.subtractDuration(now, Duration.millis(nowMillis - atMillis)), segments }))
})

const asPacing = Effect.fnUntraced(function*(handedOver: LineState["handedOver"]) {
  const now = yield* DateTime.now
  const nowMillis = yield* monotonicMillis
  // What seems to come from the future, where clocks differ, has just left.
  const recent = handedOver.map(({ at, segments }) => ({ atMillis: nowMillis - Math.max(0, DateTime.toEpochMillis(now) - DateTime.toEpochMillis(at)), segments }))
  const pacing: LinePacing = { recent }
  return pacing
})
