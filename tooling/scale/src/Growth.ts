/** What a bigger store costs: each part of the sweep, the operator's metrics, a send. */
import { Clock, Effect, Layer } from "effect"
import * as Samples from "@parley/conformance/Samples"
import { Ids } from "@parley/core/Ids"
import * as Outbound from "@parley/core/Outbound"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { Wakeups } from "@parley/core/ports/Wakeups"
import { bytesPerMillion, fill, type Sizes } from "./Fill.ts"

/** Milliseconds of one call, the quickest of some. */
const quickest = Effect.fnUntraced(function*<A, E, R>(call: Effect.Effect<A, E, R>) {
  let best = Infinity
  for (let i = 0; i < 7; i++) {
    const began = yield* Clock.monotonicTimeNanos
    yield* call
    best = Math.min(best, Number((yield* Clock.monotonicTimeNanos) - began) / 1_000_000)
  }
  return best
})

const atOnce = 64
const forMillis = 4_000

/** Sends accepted in a second, many at once, each a transaction. */
const sendsPerSecond = Effect.gen(function*() {
  const directory = yield* Directory
  const project = Samples.project({ config: Samples.config({ limits: { outbound_per_minute: 1_000_000 } }) })
  const connector = Samples.connector(project)
  yield* directory.putProject(project)
  yield* directory.putConnector(connector)
  yield* directory.putNumber(Samples.number(project))
  yield* directory.putNumber(Samples.number(project))
  const began = yield* Clock.monotonicTimeNanos
  const elapsedMillis = Effect.map(Clock.monotonicTimeNanos, (now) => Number(now - began) / 1_000_000)
  let accepted = 0
  yield* Effect.all(
    Array.from({ length: atOnce }, () =>
      Effect.gen(function*() {
        while ((yield* elapsedMillis) < forMillis) {
          yield* Outbound.accept({ connector, text: "Your appointment is tomorrow at 10:00.", userNumber: Samples.userNumber(), agentNumber: null, idempotency: null })
          accepted++
        }
      })),
    { concurrency: "unbounded", discard: true }
  )
  return accepted * 1_000 / (yield* elapsedMillis)
})

const alone = Layer.mergeAll(Ids.layer, Layer.succeed(Wakeups, { session: () => Effect.void, line: () => Effect.void }))

export const measure = Effect.fn("Growth")(function*(url: string, sizes: Sizes) {
  yield* fill(url, sizes)
  const sessions = yield* SessionStore
  const messages = yield* MessageStore
  const now = Samples.at(0)
  const sweep = {
    timers: yield* quickest(sessions.timersDue(now, 200)),
    turns: yield* quickest(sessions.agentsDue(now, 200)),
    lines: yield* quickest(messages.linesDue(now, 200)),
    held: yield* quickest(messages.heldDue(now, 200)),
    receipts: yield* quickest(messages.receiptsDue(now, 100))
  }
  const metrics = {
    states: yield* quickest(sessions.countByState()),
    backlog: yield* quickest(messages.backlog()),
    firstDue: yield* quickest(sessions.firstDue())
  }
  const sends = yield* sendsPerSecond.pipe(Effect.provide(alone))
  return { sweep, metrics, sends, messages: yield* bytesPerMillion("messages"), sessions: yield* bytesPerMillion("sessions") }
})
