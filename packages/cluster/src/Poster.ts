/**
 * Has events posted to the webhooks of projects, once in the whole cluster. Each webhook has a fiber of its own while it has something to
 * post, so that a slow receiver holds up nobody else.
 */
import { DateTime, Duration, Effect, FiberMap } from "effect"
import { Singleton } from "effect/cluster"
import { CurrentEventSignal } from "@parley/core/EventSignal"
import type { WebhookProgress } from "@parley/core/EventWebhook"
import * as EventWebhooks from "@parley/core/EventWebhooks"
import { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"

/** From one look to the next: for what other processes append, and what is to be tried again. */
const looksEvery = Duration.millis(500)

/** Between looks while events are appended here: one look finds what many transactions bring. */
const looksAtMostEvery = Duration.millis(25)

/** Webhooks that are posted to at once. */
const atOnce = 128

const keyOf = ({ name, projectId }: WebhookProgress) => `${projectId} ${name}`

const failed = (message: string) => Effect.catchCause((cause) => Effect.logWarning(message, cause))

export const layer = Singleton.make("Poster", Effect.gen(function*() {
  const store = yield* EventWebhookStore
  const signal = yield* CurrentEventSignal
  const posting = yield* FiberMap.make<string>()
  const post = ({ name, projectId }: WebhookProgress) =>
    Effect.repeat(EventWebhooks.step(projectId, name), { while: (getsOn) => getsOn }).pipe(failed("Events could not be posted"))
  const look = Effect.gen(function*() {
    const free = atOnce - (yield* FiberMap.size(posting))
    if (free <= 0) return
    // Those that are posted to may be due as well: beside them there are as many as are free.
    const due = yield* store.due(yield* DateTime.now, atOnce)
    const waiting = due.filter((each) => !FiberMap.hasUnsafe(posting, keyOf(each)))
    for (const each of waiting.slice(0, free)) yield* FiberMap.run(posting, keyOf(each), post(each))
  })
  return yield* Effect.forever(Effect.gen(function*() {
    const appended = signal.next()
    yield* look.pipe(failed("The webhooks that have events to come could not be looked up"))
    yield* Effect.raceFirst(appended, Effect.sleep(looksEvery))
    yield* Effect.sleep(looksAtMostEvery)
  }))
}).pipe(Effect.scoped))
