import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Deferred, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as LinePacing from "@parley/core/LinePacing"
import * as LineWorker from "@parley/core/LineWorker"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import * as Fake from "./FakeCarrier.ts"
import { FakeCarrier, setCarrier } from "./FakeCarrier.ts"
import { callTimes, held, isInOrder, other, queue, statuses, third } from "./FirstLine.ts"
import * as World from "./World.ts"

const { drain, drainFor, first, send, state, user, world } = World

describe("a line", () => {
  describe("order and pace", () => {
    it.effect("a user's second text waits for the first one's outcome, and other users go on", () =>
      Effect.gen(function*() {
        const go = yield* Deferred.make<void>()
        yield* setCarrier((text, accept) => text.body === "A1" ? Effect.andThen(Deferred.await(go), accept) : accept)
        yield* send("A1")
        yield* send("A2")
        yield* send("B1", { userNumber: other })
        yield* send("B2", { userNumber: other })
        const draining = yield* Effect.forkChild(drain())
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* held, ["B1", "B2"])
        yield* Deferred.succeed(go, undefined)
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(draining)
        assert.deepStrictEqual(yield* held, ["B1", "B2", "A1", "A2"])
      }).pipe(Effect.provide(world())))

    it.effect("a text that is due does not wait for another user's slow call", () =>
      Effect.gen(function*() {
        const go = yield* Deferred.make<void>()
        let refusals = 0
        yield* setCarrier((text, accept) => text.body === "slow" ? Effect.andThen(Deferred.await(go), accept) : refusals++ === 0 ? Fake.isDown(text, accept) : accept)
        yield* send("slow")
        yield* send("again", { userNumber: other })
        const draining = yield* Effect.forkChild(drain())
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual(yield* held, ["again"])
        yield* Deferred.succeed(go, undefined)
        yield* TestClock.adjust("3 seconds")
        yield* Fiber.join(draining)
      }).pipe(Effect.provide(world())))

    it.effect("no second holds more segments than the number may send", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* queue(60, 60)
        yield* drainFor("1 minute", 50)
        const times = yield* callTimes(started)
        assert.strictEqual(times.length, 60)
        for (const [index, at] of times.entries()) assert.isBelow(times.filter((one, i) => i >= index && one < at + 1_000).length, 6)
        // And not much slower than it may: 12 seconds, and the guard of a twentieth.
        assert.isBelow(times.at(-1) ?? 0, 13_000)
      }).pipe(Effect.provide(world({ segmentsPerSecond: 5 }))))

    it.effect("a clock that is set makes the line neither burst nor stand still", () =>
      World.withClockThatIsSet((move) =>
        Effect.gen(function*() {
          const started = yield* Clock.monotonicTimeNanos
          const times: Array<number> = []
          const moves: Readonly<Record<number, number>> = { 11: 1, 23: -2, 38: 1, 44: -1 }
          yield* setCarrier((_, accept) =>
            Effect.gen(function*() {
              const at = yield* Clock.monotonicTimeNanos
              times.push(Number((at - started) / 1_000_000n))
              yield* move(Duration.hours(moves[times.length] ?? 0))
              return yield* accept
            }))
          yield* queue(60, 60)
          yield* drainFor("3 hours", 50)
          assert.strictEqual(times.length, 60)
          for (const [index, at] of times.entries()) assert.isBelow(times.filter((one, i) => i >= index && one < at + 1_000).length, 6)
          // Texts that were claimed when the clock went forward are given back, as after a standstill, and have used their second.
          assert.isBelow(times.at(-1) ?? 0, 15_000)
        }).pipe(Effect.provide(world({ segmentsPerSecond: 5 })))
      ))

    it.effect("a new owner counts what the one before has sent in its last second, to the segment", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* queue(3, 3)
        yield* drain()
        yield* TestClock.adjust("500 millis")
        yield* queue(4, 4)
        yield* drainFor("10 seconds", 50)
        const window = LinePacing.guardWindowMillis
        const [first3, next2, last2] = [(yield* callTimes(started)).slice(0, 3), (yield* callTimes(started)).slice(3, 5), (yield* callTimes(started)).slice(5)]
        assert.deepStrictEqual(first3, [0, 0, 0])
        assert.isTrue(next2.every((at) => at < window) && last2.every((at) => at >= window), `${next2} ${last2}`)
      }).pipe(Effect.provide(world({ segmentsPerSecond: 5 }))))

    it.effect("sixteen calls are out at once, and no more", () =>
      Effect.gen(function*() {
        let out = 0
        let most = 0
        yield* setCarrier((_, accept) =>
          Effect.gen(function*() {
            most = Math.max(most, ++out)
            yield* Effect.sleep(100)
            out--
            return yield* accept
          }))
        yield* queue(50, 50)
        yield* drainFor("10 seconds", 50)
        assert.strictEqual(most, 16)
        isInOrder((yield* FakeCarrier).held, 50)
      }).pipe(Effect.provide(world())))

    it.effect("a number that was taken away while texts waited sends them at the slowest pace", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* queue(3, 3)
        yield* (yield* Directory).removeNumber(first)
        yield* drainFor("10 seconds", 50)
        assert.deepStrictEqual(yield* callTimes(started), [0, 1_050, 2_100])
      }).pipe(Effect.provide(world())))
  })

  describe("the moment of sending", () => {
    it.effect("looks at consent again, and what was meant for another user behind it goes on", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        const { id } = yield* World.project
        const blocked = yield* send("Blocked")
        yield* consent.put(Samples.optOut(yield* World.project, { userNumber: user, agentNumber: first, projectId: id }))
        const free = yield* send("Free", { userNumber: other })
        yield* drain()
        assert.deepStrictEqual(yield* held, ["Free"])
        assert.deepStrictEqual(yield* statuses(blocked, free), ["suppressed", "sent"])
        assert.strictEqual(yield* state(blocked.sessionId), "ended delivery_failed")
      }).pipe(Effect.provide(world())))

    it.effect("lets all that stands behind withheld texts go without another ring", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        yield* queue(40, 2)
        yield* consent.put(Samples.optOut(yield* World.project, { userNumber: PhoneNumber.make("+14156660000"), agentNumber: first }))
        assert.isNull(yield* drain())
        assert.strictEqual((yield* held).length, 20)
        assert.deepInclude(yield* (yield* MessageStore).backlog(), { pending: 0 })
      }).pipe(Effect.provide(world())))
  })

  it.effect("an owner that stops waits for the calls that are out, and leaves nothing unknown", () =>
    Effect.gen(function*() {
      yield* setCarrier((_, accept) => Effect.andThen(Effect.sleep("3 seconds"), accept))
      const [one, two] = [yield* send("One"), yield* send("Two", { userNumber: third })]
      const owner = yield* Effect.forkChild(Effect.scoped(Effect.flatMap(LineWorker.make(first, () => true), ({ drain }) => drain)))
      yield* TestClock.adjust("1 second")
      const stopping = yield* Effect.forkChild(Fiber.interrupt(owner))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(stopping)
      assert.deepStrictEqual(yield* statuses(one, two), ["sent", "sent"])
    }).pipe(Effect.provide(world())))

  it.effect("lines with a text whose time has come are found by the sweep", () =>
    Effect.gen(function*() {
      const messages = yield* MessageStore
      const due = Effect.flatMap(DateTime.now, (now) => messages.linesDue(now, 10))
      assert.deepStrictEqual(yield* due, [])
      yield* setCarrier(Fake.asksToWait(Duration.seconds(30)))
      yield* send("One")
      assert.deepStrictEqual(yield* due, [first])
      yield* drain()
      assert.deepStrictEqual(yield* due, [])
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* due, [first])
      yield* setCarrier(Fake.accepts)
      yield* drain()
      assert.deepStrictEqual(yield* due, [])
    }).pipe(Effect.provide(world())))
})
