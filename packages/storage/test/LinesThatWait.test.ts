import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import { Directory } from "@parley/core/ports/Directory"
import { LineStore } from "@parley/core/ports/LineStore"
import { MessageStore } from "@parley/core/ports/MessageStore"
import * as Fake from "./FakeCarrier.ts"
import { FakeCarrier, setCarrier } from "./FakeCarrier.ts"
import { called, callTimes, held, isInOrder, queue, statuses } from "./FirstLine.ts"
import * as World from "./World.ts"

const { drain, drainFor, first, message, send, state, world } = World

describe("a carrier that cannot take a text now", () => {
  it.effect("is tried again, later each time, and has every user's texts in order when it can", () =>
    Effect.gen(function*() {
      const started = yield* DateTime.now
      yield* setCarrier(Fake.isDown)
      const [one, two] = [yield* send("One"), yield* send("Two")]
      yield* drainFor("1 minute", 100)
      const times = yield* callTimes(started)
      assert.isTrue((yield* called).every((body) => body === "One"))
      const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0))
      for (const [index, wait] of waits.entries()) assert.isTrue(wait >= 500 * 2 ** index && wait <= 1_000 * 2 ** index + 100, `${waits}`)
      assert.deepInclude(yield* message(one.messageId), { status: "queued" })
      assert.deepInclude((yield* message(one.messageId)).trouble, { reason: "not_now", detail: "No connection." })
      yield* setCarrier(Fake.accepts)
      yield* drainFor("2 minutes")
      assert.deepStrictEqual(yield* held, ["One", "Two"])
      assert.deepStrictEqual(yield* statuses(one, two), ["sent", "sent"])
      assert.isNull((yield* message(one.messageId)).trouble)
    }).pipe(Effect.provide(world())))

  it.effect("is given the time that it asks for", () =>
    Effect.gen(function*() {
      const started = yield* DateTime.now
      yield* setCarrier(Fake.asksToWait(Duration.seconds(30)))
      yield* send("One")
      yield* drainFor("29 seconds")
      assert.deepStrictEqual(yield* callTimes(started), [0])
      yield* drainFor("2 seconds")
      assert.deepStrictEqual(yield* callTimes(started), [0, 30_000])
    }).pipe(Effect.provide(world())))

  it.effect("is never asked at broken milliseconds", () =>
    Effect.gen(function*() {
      yield* setCarrier(Fake.asksToWait(Duration.micros(1_500n)))
      yield* send("One")
      yield* drain()
      const { backOff } = Option.getOrThrow(yield* (yield* LineStore).get(first))
      assert.isTrue(backOff !== null && Number.isInteger(DateTime.toEpochMillis(backOff.until)))
    }).pipe(Effect.provide(world())))

  it.effect("is left alone by the whole line, and called with one text alone when the wait is over", () =>
    Effect.gen(function*() {
      const started = yield* DateTime.now
      yield* setCarrier(Fake.asksToWait(Duration.seconds(30)))
      yield* queue(200, 200)
      yield* drainFor("175 seconds", "5 seconds")
      // What was out when the first refusal came is sixteen calls at most; from then on it is one at a time.
      const times = yield* callTimes(started)
      assert.strictEqual(times.filter((at) => at === 0).length, 16)
      assert.deepStrictEqual(times.slice(16), [30_000, 60_000, 90_000, 120_000, 150_000])
      assert.deepInclude(yield* (yield* MessageStore).backlog(), { pending: 200 })
      yield* setCarrier(Fake.accepts)
      yield* drainFor("1 minute", 100)
      isInOrder((yield* FakeCarrier).held, 200)
    }).pipe(Effect.provide(world())))

  it.effect("is waited for longer each time, up to five minutes, however many texts there are and whoever owns the line", () =>
    Effect.gen(function*() {
      const started = yield* DateTime.now
      yield* setCarrier(Fake.isDown)
      yield* queue(40, 40)
      for (let owner = 0; owner < 12; owner++) yield* drainFor("5 minutes", "1 second")
      const times = (yield* callTimes(started)).slice(15)
      const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0))
      for (const [index, wait] of waits.entries()) {
        const most = Math.min(1_000 * 2 ** index, 300_000)
        assert.isTrue(wait >= most / 2 && wait <= most + 1_000, `${index}: ${wait}`)
      }
      assert.isAtMost(times.length, 9 + 60 / 2.5)
    }).pipe(Effect.provide(world())))

  it.effect("is believed to take texts again only by one that left after the refusal", () =>
    Effect.gen(function*() {
      const started = yield* DateTime.now
      let calls = 0
      // The first is refused at once, the second is accepted late.
      yield* setCarrier((text, accept) => {
        calls++
        return calls === 1 ? Fake.isDown(text, accept) : calls === 2 ? Effect.andThen(Effect.sleep(100), accept) : calls === 3 ? Fake.isDown(text, accept) : Effect.andThen(Effect.sleep(20), accept)
      })
      yield* queue(20, 20)
      yield* drainFor("1 minute", 50)
      const times = yield* callTimes(started)
      assert.strictEqual(times.filter((at) => at === 0).length, 16)
      const [probe = 0, next = 0] = times.slice(16)
      assert.isTrue(probe >= 500 && next >= probe + 20, `${times}`)
      isInOrder((yield* FakeCarrier).held, 20)
    }).pipe(Effect.provide(world())))

  it.effect("of which five answers in a row are lost is left alone too, so that an outage leaves few texts in doubt", () =>
    Effect.gen(function*() {
      yield* setCarrier(Fake.losesCalls)
      const fake = yield* FakeCarrier
      const { find } = fake
      fake.find = Fake.cannotBeAsked
      yield* queue(100, 100)
      yield* drainFor("10 minutes", "5 seconds")
      assert.isAtMost((yield* called).length, 16 + 12)
      // Each is asked about less and less often, so that the questions are no storm either.
      assert.isAtMost(fake.questions, 28 * 20)
      yield* setCarrier(Fake.accepts)
      fake.find = find
      yield* drainFor("10 minutes", "5 seconds")
      isInOrder((yield* FakeCarrier).held, 100)
    }).pipe(Effect.provide(world())))

  it.effect("that loses four answers is called on: it may be the misfortune of these", () =>
    Effect.gen(function*() {
      let lost = 0
      yield* setCarrier((text, accept) => lost++ < 4 ? Fake.losesAnswers(text, accept) : accept)
      yield* queue(16, 16)
      yield* drain()
      assert.strictEqual((yield* called).length, 16)
      assert.deepInclude(Option.getOrThrow(yield* (yield* LineStore).get(first)), { backOff: null })
    }).pipe(Effect.provide(world())))

  it.effect("and is full for today is tried after midnight, Pacific time", () =>
    Effect.gen(function*() {
      yield* setCarrier(Fake.isFullForToday)
      const { messageId } = yield* send("One")
      const next = yield* drain()
      // 2026-09-21T14:13Z is 07:13 there; its midnight is 07:00Z.
      assert.strictEqual(next === null ? null : DateTime.formatIso(next), "2026-09-22T07:00:00.000Z")
      assert.strictEqual((yield* message(messageId)).status, "queued")
    }).pipe(Effect.provide(world())))

  it.effect("for longer than a day loses the text visibly, and what stands behind it goes on at once", () =>
    Effect.gen(function*() {
      yield* setCarrier(Fake.isDown)
      const { messageId, sessionId } = yield* send("Old")
      yield* drain()
      yield* TestClock.adjust("24 hours")
      const fresh = yield* send("Fresh")
      yield* TestClock.adjust(1)
      yield* setCarrier(Fake.accepts)
      assert.isNull(yield* drain())
      assert.deepStrictEqual(yield* held, ["Fresh"])
      const lost = yield* message(messageId)
      assert.deepInclude(lost, { status: "failed" })
      assert.deepInclude(lost.trouble, { reason: "expired", detail: "The text could not leave within its validity. The last obstacle: No connection." })
      assert.strictEqual(yield* state(sessionId), "ended superseded")
      assert.deepStrictEqual(yield* statuses(fresh), ["sent"])
    }).pipe(Effect.provide(world())))

  it.effect("for an hour, with ten thousand texts in the line, has all of them in order afterwards, once each", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      yield* setCarrier(Fake.isDown)
      yield* queue(10_000, 2_500)
      yield* drainFor("1 hour", "10 seconds")
      assert.isEmpty(yield* held)
      yield* setCarrier(Fake.accepts)
      yield* directory.putNumber(Samples.number(yield* World.project, { number: first, segmentsPerSecond: 5_000 }))
      yield* drainFor("20 minutes", "1 second")
      isInOrder((yield* FakeCarrier).held, 10_000)
      assert.deepInclude(yield* (yield* MessageStore).backlog(), { pending: 0 })
    }).pipe(Effect.provide(world({ segmentsPerSecond: 0.25 }))), 60_000)
})
