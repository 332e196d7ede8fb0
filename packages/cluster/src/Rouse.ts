/**
 * Each process finds for itself what its own sessions and lines have to do, and wakes their owners. So no message between processes is
 * needed for work to go on: those that are sent only make it quicker.
 */
import { DateTime, Duration, Effect, Layer } from "effect"
import type { SessionId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { Wakeups } from "@parley/core/ports/Wakeups"
import { allShards, Tenure } from "./Tenure.ts"

/** From one look to the next; the most that a lost wake-up costs, on an idle machine. */
export const interval = Duration.millis(500)

const batch = 200
const atMost = 100_000

/** As many of one's own as a batch holds, however many of others' stand before them. */
const own = Effect.fnUntraced(function*<Id, E, R>(due: (limit: number) => Effect.Effect<ReadonlyArray<Id>, E, R>, isOwn: (id: Id) => boolean) {
  for (let limit = batch;; limit *= 4) {
    const found = yield* due(limit)
    const ours = found.filter(isOwn)
    if (found.length < limit || ours.length >= batch || limit >= atMost) return ours
  }
})

/** One look at the turns and texts that are due. `horizon`: how far ahead turns count as due; zero but for shards that have just come. */
export const look = Effect.fn("Rouse.look")(function*(isOwn: (id: SessionId | PhoneNumber) => boolean, horizon: Duration.Duration) {
  const sessions = yield* SessionStore
  const messages = yield* MessageStore
  const wakeups = yield* Wakeups
  const now = yield* DateTime.now
  const turns = yield* own((limit) => sessions.agentsDue(DateTime.addDuration(now, horizon), limit), isOwn)
  yield* Effect.forEach(turns, (id) => wakeups.session(id), { discard: true })
  const lines = yield* own((limit) => messages.linesDue(now, limit), isOwn)
  yield* Effect.forEach(lines, (number) => wakeups.line(number), { discard: true })
})

// The owner before may have died with turns that its rows show as running.
const firstHorizon = Duration.minutes(10)

const forever = Effect.gen(function*() {
  const tenure = yield* Tenure
  let known: ReadonlySet<number> = new Set()
  while (true) {
    const here = allShards.filter(tenure.isHere)
    const isNew = here.some((shard) => !known.has(shard))
    yield* look((id) => tenure.holds(id), isNew ? firstHorizon : Duration.zero).pipe(
      Effect.tap(() => Effect.sync(() => {
        known = new Set(here)
      })),
      Effect.catchCause((cause) => Effect.logError("What is due could not be looked up", cause)),
      Effect.when(Effect.succeed(here.length > 0))
    )
    yield* Effect.sleep(interval)
  }
})

export const layer = Layer.effectDiscard(Effect.forkScoped(forever))
