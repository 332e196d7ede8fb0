/** The use cases on a real SQLite store, with one project, a carrier and an agent that do as they are told, and virtual time. */
import { Clock, Context, DateTime, Duration, Effect, Fiber, Layer, Option, References } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import type { MessageId, SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Ids } from "@parley/core/Ids"
import * as Inbound from "@parley/core/Inbound"
import * as LinePacing from "@parley/core/LinePacing"
import * as LineWorker from "@parley/core/LineWorker"
import type { Message } from "@parley/core/Message"
import * as Outbound from "@parley/core/Outbound"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { Wakeups } from "@parley/core/ports/Wakeups"
import type { AgentNumber } from "@parley/core/Project"
import type { Session } from "@parley/core/Session"
import * as Timers from "@parley/core/Timers"
import * as Turns from "@parley/core/Turns"
import * as SqliteStore from "../src/SqliteStore.ts"
import type { SqlStore } from "../src/SqlStores.ts"
import * as FakeAgent from "./FakeAgent.ts"
import * as FakeCarrier from "./FakeCarrier.ts"

export const epochMillis = Samples.epochMillis
export const user = PhoneNumber.make("+14155550100")
export const first = PhoneNumber.make("+14155550001")
export const second = PhoneNumber.make("+14155550002")
const demo = Samples.project()
export const connector = Samples.connector(demo)
export const { accountId } = demo

/** Who was woken, in order: session ids and numbers. */
export class Woken extends Context.Service<Woken, { readonly all: Array<string> }>()("@parley/storage/test/Woken") {}

const wakeups = Layer.effectContext(Effect.sync(() => {
  const all: Array<string> = []
  const push = (who: string) => Effect.sync(() => void all.push(who))
  return Context.make(Woken, Woken.of({ all })).pipe(Context.add(Wakeups, Wakeups.of({ session: push, line: push })))
}))

export interface WorldOptions {
  /** As `parley apply` reads it. */
  readonly session?: object
  readonly limits?: object
  readonly senderPools?: ReadonlyArray<object>
  readonly quietHours?: object
  readonly templates?: ReadonlyArray<object>
  readonly events?: object
  readonly segmentsPerSecond?: number
  readonly numbers?: ReadonlyArray<Partial<AgentNumber>>
}

const settled = (options: WorldOptions) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(epochMillis)
    const directory = yield* Directory
    yield* directory.putProject({ ...demo, config: Samples.config({ session: options.session ?? {}, limits: options.limits ?? {}, sender_pools: options.senderPools ?? [], quiet_hours: options.quietHours ?? {}, templates: options.templates ?? [], events: options.events ?? null }) })
    yield* directory.putConnector(connector)
    const segmentsPerSecond = options.segmentsPerSecond ?? 1_000
    for (const changes of options.numbers ?? [{ number: first }, { number: second }]) {
      yield* directory.putNumber(Samples.number(demo, { segmentsPerSecond, ...changes }))
    }
  })

/** The store beneath the worlds, empty; `settle` waits until it has done what it was asked for. */
export const beneath: { store: Layer.Layer<SqlStore, SqliteStore.OpenFailure>; settle: Effect.Effect<void> } = {
  store: SqliteStore.layerSingleCommit({ filename: ":memory:" }),
  settle: Effect.void
}

/** A test whose clock can be set, as an operator or a time server does it: what is measured without it goes on. */
export const withClockThatIsSet = <A, E, R>(test: (move: (by: Duration.Input) => Effect.Effect<void>) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    let movedMillis = 0
    const millis = () => clock.currentTimeMillisUnsafe() + movedMillis
    const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(movedMillis) * 1_000_000n
    const moved = { ...clock, currentTimeMillisUnsafe: millis, currentTimeMillis: Effect.sync(millis), currentTimeNanosUnsafe: nanos, currentTimeNanos: Effect.sync(nanos) }
    const move = (by: Duration.Input) => Effect.sync(() => {
      movedMillis += Duration.toMillis(Duration.fromInputUnsafe(by))
    })
    return yield* Effect.provideService(test(move), Clock.Clock, moved)
  })

/** A world of its own for each test: give it to `Effect.provide` in the test. */
export const world = (options: WorldOptions = {}) =>
  Layer.effectDiscard(settled(options)).pipe(
    Layer.provideMerge(Layer.mergeAll(Layer.fresh(beneath.store), Ids.layer, FakeCarrier.layer, FakeAgent.layer, wakeups)),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
  )

export type World = Layer.Success<ReturnType<typeof world>>

export const send = (text: string, of: Partial<Omit<Outbound.SendRequest, "text">> = {}) =>
  Outbound.accept({ connector, text, userNumber: user, agentNumber: first, idempotency: null, ...of })

let arrivals = 0

export const arrival = (body: string, of: Partial<Inbound.ArrivedText> = {}): Inbound.ArrivedText => ({
  projectId: demo.id,
  environment: "live",
  carrierId: `IN${++arrivals}`,
  from: user,
  to: first,
  body,
  media: [],
  carrierOptOut: null,
  ...of
})

/** A text of the user, now. */
export const text = (body: string, of: Partial<Inbound.ArrivedText> = {}) =>
  Effect.flatMap(DateTime.now, (now) => Inbound.receive(arrival(body, of), now))

/** The session that a text went to. */
export const conversed = (received: Inbound.Received): SessionId => {
  if (received._tag !== "Conversed") throw new Error(`the text was ${received._tag}`)
  return received.sessionId
}

export const project = Effect.map(Effect.flatMap(Directory, (directory) => directory.project(demo.id)), Option.getOrThrow)
export const session = (id: SessionId) => Effect.map(Effect.flatMap(SessionStore, (store) => store.get(id)), Option.getOrThrow)
export const message = (id: MessageId) => Effect.map(Effect.flatMap(MessageStore, (store) => store.get(id)), Option.getOrThrow)
export const history = (id: SessionId) => Effect.flatMap(MessageStore, (store) => store.history(id))
export const activeSession = Effect.flatMap(SessionStore, (store) => store.active({ projectId: demo.id, environment: "live", userNumber: user }))

/** A conversation as a person would read it: `user: Hi`, `agent: Hello (sent)`. */
export const told = (id: SessionId) => Effect.map(history(id), (messages) => messages.map(line))
const line = ({ author, body, direction, status }: Message) => direction === "inbound" ? `${author}: ${body}` : `${author}: ${body} (${status})`

export const state = (id: SessionId): Effect.Effect<string, Effect.Error<ReturnType<typeof session>>, SessionStore> =>
  Effect.map(session(id), ({ endReason, state }: Session) => endReason === null ? state : `${state} ${endReason}`)

/** What an owner does with a session: steps until nothing is owed, or not within `patience`. */
export const converse = Effect.fnUntraced(function*(id: SessionId, patience: Duration.Input = "1 minute") {
  const until = DateTime.addDuration(yield* DateTime.now, patience)
  while (true) {
    const next = yield* Turns.step(id, false)
    if (next === null || DateTime.isGreaterThan(next, until)) return next
    yield* advanceTo(next)
  }
})

export const advanceTo = Effect.fnUntraced(function*(at: DateTime.Utc) {
  const wait = DateTime.toEpochMillis(at) - DateTime.toEpochMillis(yield* DateTime.now)
  if (wait > 0) yield* TestClock.adjust(wait)
})

/** What a line's owner does, until nothing is due; then tells when something is. Time passes only where pacing asks for it. */
export const drain = (number: PhoneNumber = first) =>
  Effect.scoped(Effect.gen(function*() {
    const worker = yield* LineWorker.make(number, () => true)
    const owner = yield* Effect.forkScoped(worker.drain)
    yield* TestClock.adjust(0)
    yield* beneath.settle
    while (owner.pollUnsafe() === undefined) {
      yield* TestClock.adjust(LinePacing.guardWindowMillis)
      yield* beneath.settle
    }
    return yield* Fiber.join(owner)
  }))

/** What a line's owner does while time passes: drains, and drains again when something is due. */
export const drainFor = Effect.fnUntraced(function*(duration: Duration.Input, step: Duration.Input = "1 second", number: PhoneNumber = first) {
  const until = DateTime.addDuration(yield* DateTime.now, duration)
  yield* Effect.scoped(Effect.gen(function*() {
    const worker = yield* LineWorker.make(number, () => true)
    const owner = yield* Effect.forkScoped(Effect.gen(function*() {
      while (true) {
        const next = yield* worker.drain
        if (next === null) return
        yield* Effect.sleep(DateTime.distance(yield* DateTime.now, next))
      }
    }))
    while (DateTime.isLessThan(yield* DateTime.now, until)) {
      yield* TestClock.adjust(step)
      yield* beneath.settle
      if (owner.pollUnsafe() !== undefined) return yield* Fiber.join(owner)
    }
  }))
})

/** Both numbers' lines, once. */
export const drainAll = Effect.andThen(drain(first), drain(second))

/** Time passes, and the session's timer fires at its end. */
export const later = Effect.fnUntraced(function*(duration: Duration.Input, id: SessionId) {
  yield* TestClock.adjust(duration)
  yield* Timers.fire(id)
})
