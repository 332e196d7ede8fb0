/** Quiet hours on a real store. The user's number is San Francisco's, and it is 7:13 there when a world begins. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import * as Operators from "@parley/core/Operators"
import * as QuietHolds from "@parley/core/QuietHolds"
import * as Timers from "@parley/core/Timers"
import * as Samples from "@parley/conformance/Samples"
import * as FakeCarrier from "./FakeCarrier.ts"
import * as World from "./World.ts"
import { first, send, user, world } from "./World.ts"

const quiet = world({ quietHours: { enabled: true } })
const eight = "2026-09-21T15:00:00.000Z"

const held = (carrier: FakeCarrier.FakeCarrier["Service"]) => carrier.held.map(({ text }) => text.body)
const until = (at: DateTime.Utc | null) => at === null ? null : DateTime.formatIso(at)

/** What the sweep does, then the line. */
const morning = Effect.gen(function*() {
  const released = yield* QuietHolds.releaseDue(100)
  yield* World.drain()
  return released
})

describe("A send in quiet hours", () => {
  it.effect("waits for the window, says so, and leaves when it opens", () =>
    Effect.gen(function*() {
      const { messageId, sessionId } = yield* send("Good morning")
      const waiting = yield* World.message(messageId)
      assert.deepInclude(waiting, { status: "queued", attempts: 0 })
      assert.strictEqual(until(waiting.heldUntil), eight)
      assert.deepInclude(waiting.trouble, { reason: "quiet_hours" })
      assert.match(waiting.trouble?.detail ?? "", /America\/Los_Angeles/u)
      assert.strictEqual(yield* World.drain(), null)
      assert.strictEqual(yield* QuietHolds.releaseDue(100), 0)
      assert.isEmpty((yield* FakeCarrier.FakeCarrier).held)
      assert.deepInclude(yield* (yield* MessageStore).backlog(), { pending: 0, held: 1 })

      yield* World.advanceTo(DateTime.makeUnsafe(eight))
      assert.strictEqual(yield* morning, 1)
      assert.deepStrictEqual(held(yield* FakeCarrier.FakeCarrier), ["Good morning"])
      const sent = yield* World.message(messageId)
      assert.deepInclude(sent, { status: "sent", trouble: null })
      assert.strictEqual(until(sent.heldUntil), eight)
      assert.strictEqual(yield* World.state(sessionId), "unanswered")
    }).pipe(Effect.provide(quiet)))

  it.effect("leaves at once elsewhere on the globe, or where quiet hours are off", () =>
    Effect.gen(function*() {
      yield* send("Guten Tag", { userNumber: PhoneNumber.make("+4915123456789") })
      yield* World.drain()
      assert.deepStrictEqual(held(yield* FakeCarrier.FakeCarrier), ["Guten Tag"])
    }).pipe(Effect.provide(quiet)))

  it.effect("is checked again when it is released: hours that were made longer hold it again", () =>
    Effect.gen(function*() {
      const directory = yield* Directory
      const { messageId } = yield* send("Good morning")
      const project = yield* World.project
      const config = Samples.config({ quiet_hours: { enabled: true, default: { from: "21:00", to: "10:00" } } })
      yield* directory.putProject({ ...project, config })
      yield* World.advanceTo(DateTime.makeUnsafe(eight))
      assert.strictEqual(yield* morning, 1)
      assert.isEmpty((yield* FakeCarrier.FakeCarrier).held)
      assert.strictEqual(until((yield* World.message(messageId)).heldUntil), "2026-09-21T17:00:00.000Z")
    }).pipe(Effect.provide(quiet)))

  it.effect("that was accepted by day and could not leave until night is held at the gate", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("13 hours")
      const { messageId } = yield* send("Good evening")
      yield* TestClock.adjust("50 minutes")
      yield* World.drain()
      assert.strictEqual(until((yield* World.message(messageId)).heldUntil), "2026-09-22T15:00:00.000Z")
      assert.isEmpty((yield* FakeCarrier.FakeCarrier).held)
    }).pipe(Effect.provide(quiet)))

  it.effect("keeps its validity: it counts from the end of the hold", () =>
    Effect.gen(function*() {
      const { messageId } = yield* send("Good morning")
      yield* TestClock.adjust("24 hours")
      yield* TestClock.adjust("2 hours")
      yield* QuietHolds.releaseDue(100)
      yield* World.drain()
      assert.strictEqual((yield* World.message(messageId)).status, "failed")
    }).pipe(Effect.provide(quiet)))

  it.effect("for whom no hour would do is suppressed with the reason, and its session ended", () =>
    Effect.gen(function*() {
      const pensacola = PhoneNumber.make("+18505550100")
      const { messageId, sessionId } = yield* send("Hello", { userNumber: pensacola })
      assert.deepInclude((yield* World.message(messageId)).trouble, { reason: "quiet_hours" })
      assert.strictEqual(yield* World.state(sessionId), "ended delivery_failed")
    }).pipe(Effect.provide(world({ quietHours: { enabled: true, laws: "ignore", default: { from: "10:00", to: "09:00" } } }))))

  it.effect("that is held is withdrawn by STOP, whose confirmation is not", () =>
    Effect.gen(function*() {
      const { messageId, sessionId } = yield* send("Good morning")
      yield* World.text("STOP")
      yield* World.drain()
      assert.deepInclude(yield* World.message(messageId), { status: "suppressed" })
      assert.strictEqual(yield* World.state(sessionId), "ended user_end")
      assert.strictEqual((yield* FakeCarrier.FakeCarrier).held.length, 1)
      assert.match(held(yield* FakeCarrier.FakeCarrier)[0] ?? "", /unsubscribed/u)
    }).pipe(Effect.provide(quiet)))

  it.effect("does not stand in the way of the reply to HELP", () =>
    Effect.gen(function*() {
      yield* send("Good morning")
      yield* World.text("HELP")
      yield* World.drain()
      assert.match(held(yield* FakeCarrier.FakeCarrier)[0] ?? "", /^Reply STOP/u)
    }).pipe(Effect.provide(quiet)))

  it.effect("leaves before the answer when the user speaks, since the user is awake", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Good morning")
      const received = yield* World.text("Are you there?")
      assert.strictEqual(World.conversed(received), sessionId)
      yield* World.converse(sessionId)
      yield* World.drain()
      const bodies = held(yield* FakeCarrier.FakeCarrier)
      assert.strictEqual(bodies[0], "Good morning")
      assert.strictEqual(bodies.length, 2)
    }).pipe(Effect.provide(quiet)))

  it.effect("is released in batches, oldest first, whatever their number", () =>
    Effect.gen(function*() {
      for (let i = 0; i < 5; i++) yield* send(`Text ${i}`)
      yield* World.advanceTo(DateTime.makeUnsafe(eight))
      assert.deepStrictEqual([yield* QuietHolds.releaseDue(2), yield* QuietHolds.releaseDue(2), yield* QuietHolds.releaseDue(2), yield* QuietHolds.releaseDue(2)], [2, 2, 1, 0])
      yield* World.drain()
      assert.deepStrictEqual(held(yield* FakeCarrier.FakeCarrier), ["Text 0", "Text 1", "Text 2", "Text 3", "Text 4"])
    }).pipe(Effect.provide(quiet)))
})

/** A conversation that the user began and the agent has answered; what was said is off the carrier's list. */
const answered = Effect.gen(function*() {
  const id = World.conversed(yield* World.text("Hi"))
  yield* World.converse(id)
  yield* World.drain()
  const carrier = yield* FakeCarrier.FakeCarrier
  carrier.held.length = 0
  return id
})

describe("A conversation in quiet hours", () => {
  it.effect("that the user began is answered at any hour", () =>
    Effect.gen(function*() {
      const id = World.conversed(yield* World.text("Hi"))
      yield* World.converse(id)
      yield* World.drain()
      assert.isNotEmpty((yield* FakeCarrier.FakeCarrier).held)
    }).pipe(Effect.provide(quiet)))

  it.effect("lets a person speak once the user has, and not before", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Good morning")
      const early = yield* Operators.speak(World.accountId, sessionId, { text: "It is Grace." }, null)
      yield* World.drain()
      assert.strictEqual(until((yield* World.message(early.message.id)).heldUntil), eight)
      yield* World.text("Hi Grace")
      yield* World.drain()
      assert.deepStrictEqual(held(yield* FakeCarrier.FakeCarrier), ["Good morning", "It is Grace."])
    }).pipe(Effect.provide(quiet)))

  it.effect("holds the warning; the grace runs from the morning, and an end by day is announced", () =>
    Effect.gen(function*() {
      const id = yield* answered
      yield* World.later("24 hours", id)
      yield* World.drain()
      assert.strictEqual(yield* World.state(id), "warned")
      yield* World.later("15 minutes", id)
      assert.strictEqual(yield* World.state(id), "warned")
      yield* World.advanceTo(DateTime.makeUnsafe("2026-09-22T15:00:00.000Z"))
      yield* morning
      assert.match(held(yield* FakeCarrier.FakeCarrier)[0] ?? "", /^Are you still there/u)
      yield* World.later("10 minutes", id)
      yield* World.drain()
      assert.strictEqual(yield* World.state(id), "ended abandoned")
      assert.strictEqual((yield* FakeCarrier.FakeCarrier).held.length, 2)
    }).pipe(Effect.provide(quiet)))

  it.effect("a held warning is taken back when the user writes", () =>
    Effect.gen(function*() {
      const id = yield* answered
      yield* World.later("24 hours", id)
      yield* World.drain()
      yield* World.text("Still here")
      yield* World.advanceTo(DateTime.makeUnsafe("2026-09-22T15:00:00.000Z"))
      assert.strictEqual(yield* morning, 0)
      assert.strictEqual(yield* World.state(id), "engaged")
    }).pipe(Effect.provide(quiet)))

  it.effect("does not announce an end that falls into the night", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("13 hours")
      yield* TestClock.adjust("40 minutes")
      const id = yield* answered
      yield* World.later("24 hours", id)
      yield* World.drain()
      yield* World.later("10 minutes", id)
      yield* World.drain()
      assert.strictEqual(yield* World.state(id), "ended abandoned")
      const ending = (yield* World.history(id)).find(({ purpose }) => purpose === "ending")
      assert.deepInclude(ending, { status: "suppressed", heldUntil: null })
    }).pipe(Effect.provide(quiet)))

  it.effect("holds what the project lists, and nothing else", () =>
    Effect.gen(function*() {
      const id = yield* answered
      yield* TestClock.adjust("24 hours")
      yield* Timers.fire(id)
      yield* World.drain()
      assert.strictEqual((yield* FakeCarrier.FakeCarrier).held.length, 1)
      const { messageId } = yield* send("Good morning")
      assert.isNotNull((yield* World.message(messageId)).heldUntil)
    }).pipe(Effect.provide(world({ quietHours: { enabled: true, hold: ["opening"] } }))))

  it.effect("sends to other users on the line pass held ones", () =>
    Effect.gen(function*() {
      yield* send("Good morning", { userNumber: user })
      yield* send("Good day", { userNumber: PhoneNumber.make("+447400123456"), agentNumber: first })
      yield* World.drain()
      assert.deepStrictEqual(held(yield* FakeCarrier.FakeCarrier), ["Good day"])
    }).pipe(Effect.provide(quiet)))
})
