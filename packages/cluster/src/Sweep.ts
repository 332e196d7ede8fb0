/**
 * Finds what is due and has nobody awake for it: timers, turns, texts. It runs once in the whole cluster, in bounded batches;
 * everything it starts is safe to start twice.
 */
import { DateTime, Duration, Effect } from "effect"
import { Singleton } from "effect/cluster"
import { LimitStore } from "@parley/core/ports/LimitStore"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { Wakeups } from "@parley/core/ports/Wakeups"
import * as QuietHolds from "@parley/core/QuietHolds"
import * as ScheduledSends from "@parley/core/ScheduledSends"
import * as Timers from "@parley/core/Timers"

/** From one look to the next; the most that a timer is late, on an idle machine. */
export const interval = Duration.millis(500)

const batch = 200
const timersAtOnce = 16
const rememberedHours = 25
const purgeEvery = Duration.minutes(1)

/** One look at all that is due. `horizon`: how far ahead turns count as due; zero but for the first look after a start. */
export const look = Effect.fn("Sweep.look")(function*(horizon: Duration.Duration) {
  const sessions = yield* SessionStore
  const messages = yield* MessageStore
  const wakeups = yield* Wakeups
  const now = yield* DateTime.now

  const timers = yield* sessions.timersDue(now, batch)
  yield* Effect.forEach(timers, (id) => Timers.fire(id), { concurrency: timersAtOnce, discard: true })

  const turns = yield* sessions.agentsDue(DateTime.addDuration(now, horizon), batch)
  yield* Effect.forEach(turns, (id) => wakeups.session(id), { discard: true })

  const scheduled = yield* ScheduledSends.fireDue(batch)
  const released = yield* QuietHolds.releaseDue(batch)

  const lines = yield* messages.linesDue(now, batch)
  yield* Effect.forEach(lines, (number) => wakeups.line(number), { discard: true })

  return timers.length === batch || turns.length === batch || scheduled === batch || released === batch
})

/** Removes counters and remembered answers that have no more effect. */
export const purge = Effect.fn("Sweep.purge")(function*() {
  const limits = yield* LimitStore
  return yield* limits.purge(DateTime.subtract(yield* DateTime.now, { hours: rememberedHours }), 1_000)
})

// The owner before may have died with turns that its rows show as running.
const firstHorizon = Duration.minutes(10)

const forever = Effect.gen(function*() {
  let horizon = firstHorizon
  let purgedAt = yield* DateTime.now
  while (true) {
    const hasMore = yield* look(horizon).pipe(
      Effect.tap(() => Effect.sync(() => {
        horizon = Duration.zero
      })),
      Effect.catchCause((cause) => Effect.as(Effect.logError("The sweep could not look", cause), false))
    )
    const now = yield* DateTime.now
    if (Duration.isGreaterThan(DateTime.distance(purgedAt, now), purgeEvery)) {
      purgedAt = now
      yield* purge().pipe(Effect.catchCause((cause) => Effect.logWarning("The sweep could not purge", cause)))
    }
    yield* hasMore ? Effect.yieldNow : Effect.sleep(interval)
  }
})

export const layer = Singleton.make("Sweep", forever)
