/**
 * Finds what is due and belongs to nobody: timers, sends for later, texts that quiet hours held. It runs once in the whole cluster, in
 * bounded batches; everything it does is a transaction that is safe to run twice.
 */
import { DateTime, Duration, Effect } from "effect"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as Erasures from "@parley/core/Erasures"
import * as QuietHolds from "@parley/core/QuietHolds"
import * as ScheduledSends from "@parley/core/ScheduledSends"
import * as Timers from "@parley/core/Timers"
import * as Rounds from "./Rounds.ts"

/** From one look to the next; the most that a timer is late, on an idle machine. */
export const interval = Duration.millis(500)

const batch = 200
const timersAtOnce = 16

/** One look at all that is due; true when there is more. */
export const look = Effect.fn("Sweep.look")(function*() {
  const sessions = yield* SessionStore
  const timers = yield* sessions.timersDue(yield* DateTime.now, batch)
  yield* Effect.forEach(timers, (id) => Timers.fire(id), { concurrency: timersAtOnce, discard: true })
  const scheduled = yield* ScheduledSends.fireDue(batch)
  const released = yield* QuietHolds.releaseDue(batch)
  const isErasing = yield* Erasures.advanceDue(batch)
  return timers.length === batch || scheduled === batch || released === batch || isErasing
})

export const layer = Rounds.layer("Sweep", {
  round: look(),
  every: interval,
  failed: (cause) => Effect.logError("The sweep could not look", cause)
})
