import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import type { SessionId } from "@parley/schema/Ids"
import * as Inbound from "@parley/core/Inbound"
import * as Operators from "@parley/core/Operators"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as Timers from "@parley/core/Timers"
import { FakeAgent } from "./FakeAgent.ts"
import { accepts, cannotBeAsked, FakeCarrier, isDown, losesAnswers, losesCalls, rejects, setCarrier } from "./FakeCarrier.ts"
import * as World from "./World.ts"

const { converse, first, history, later, second, send, state, text, world } = World

const warning = "Are you still there? Reply within 10 minutes to keep this conversation open."
const ending = "I am going to end conversation now"

const heard = Effect.gen(function*() {
  yield* World.drainAll
  return (yield* FakeCarrier).held.splice(0).map(({ text }) => text.body)
})
const dueTimers = Effect.gen(function*() {
  const sessions = yield* SessionStore
  return yield* sessions.timersDue(yield* DateTime.now, 10)
})
const dueIn = Effect.fnUntraced(function*(id: SessionId) {
  const { timer } = yield* World.session(id)
  return timer === null ? null : Duration.toMinutes(DateTime.distance(yield* DateTime.now, timer.dueAt))
})

/** A conversation in which the agent has just answered. */
const engaged = Effect.gen(function*() {
  const id = World.conversed(yield* text("Hi"))
  yield* converse(id)
  yield* heard
  return id
})

/** The same a day later, with its warning in the line. */
const warned = Effect.gen(function*() {
  const id = yield* engaged
  yield* later("24 hours", id)
  return id
})

/** A reply to be given while a call is out. */
const replies = Effect.map(Effect.context<World.World>(), (context) => Effect.orDie(Effect.provideContext(text("Hi"), context)))

describe("Timers", () => {
  it.effect("a whole life: a day of silence, the warning, ten minutes, the ending text, the end", () =>
    Effect.gen(function*() {
      const id = yield* engaged
      yield* TestClock.adjust("24 hours")
      assert.deepStrictEqual(yield* dueTimers, [id])
      yield* Timers.fire(id)
      assert.strictEqual(yield* state(id), "warned")
      assert.deepStrictEqual(yield* heard, [warning])
      assert.strictEqual(yield* dueIn(id), 10)
      yield* later("10 minutes", id)
      assert.strictEqual(yield* state(id), "ended abandoned")
      assert.deepStrictEqual(yield* heard, [ending])
      assert.deepStrictEqual(yield* dueTimers, [])
      yield* converse(id)
      const last = (yield* FakeAgent).requests.at(-1)
      assert.deepStrictEqual([last?.kind, last?.session.endReason], ["end", "abandoned"])
      const next = yield* text("Hello?")
      assert.deepInclude(next, { opened: true })
      assert.notStrictEqual(World.conversed(next), id)
    }).pipe(Effect.provide(world())))

  it.effect("a reply within the grace keeps the session, and brings a whole new day", () =>
    Effect.gen(function*() {
      const id = yield* warned
      yield* heard
      yield* TestClock.adjust("9 minutes")
      yield* text("Yes, here")
      assert.strictEqual(yield* state(id), "engaged")
      assert.strictEqual(yield* dueIn(id), 24 * 60)
      yield* later("1 minute", id)
      assert.strictEqual(yield* state(id), "engaged")
      yield* converse(id)
      yield* heard
      yield* later("23 hours", id)
      assert.strictEqual(yield* state(id), "engaged")
      yield* later("2 hours", id)
      assert.strictEqual(yield* state(id), "warned")
    }).pipe(Effect.provide(world())))

  it.effect("the day begins when the carrier accepts the last answer", () =>
    Effect.gen(function*() {
      const id = World.conversed(yield* text("Hi"))
      yield* converse(id)
      yield* TestClock.adjust("5 hours")
      yield* heard
      assert.strictEqual(yield* dueIn(id), 24 * 60)
    }).pipe(Effect.provide(world())))

  it.effect("the warning and the ending leave from the number that the user last texted", () =>
    Effect.gen(function*() {
      const id = yield* engaged
      yield* text("Over here", { to: second })
      yield* converse(id)
      yield* heard
      yield* later("24 hours", id)
      yield* World.drainAll
      yield* later("10 minutes", id)
      yield* World.drainAll
      assert.deepStrictEqual((yield* FakeCarrier).held.map(({ text }) => [text.from, text.body]), [[second, warning], [second, ending]])
    }).pipe(Effect.provide(world())))

  it.effect("the grace begins when the carrier accepts the warning, however long that takes", () =>
    Effect.gen(function*() {
      const id = yield* warned
      yield* setCarrier(isDown)
      yield* World.drain()
      for (let i = 0; i < 6; i++) yield* later("10 minutes", id)
      assert.strictEqual(yield* state(id), "warned")
      yield* setCarrier(accepts)
      assert.deepStrictEqual(yield* heard, [warning])
      assert.strictEqual(yield* dueIn(id), 10)
      yield* later("9 minutes", id)
      assert.strictEqual(yield* state(id), "warned")
      yield* later("1 minute", id)
      assert.strictEqual(yield* state(id), "ended abandoned")
    }).pipe(Effect.provide(world())))

  it.effect("a warning that can never be sent closes at its deadline", () =>
    Effect.gen(function*() {
      const id = yield* warned
      yield* setCarrier(rejects)
      yield* World.drain()
      yield* later("9 minutes", id)
      assert.strictEqual(yield* state(id), "warned")
      yield* later("1 minute", id)
      assert.strictEqual(yield* state(id), "ended abandoned")
    }).pipe(Effect.provide(world())))

  it.effect("a warning of which nobody ever knows whether it left closes too", () =>
    Effect.gen(function*() {
      const id = yield* warned
      yield* setCarrier(losesCalls)
      const carrier = yield* FakeCarrier
      carrier.find = cannotBeAsked
      yield* World.drainFor("20 minutes", "5 seconds")
      assert.strictEqual((yield* history(id)).at(-1)?.status, "unknown")
      yield* Timers.fire(id)
      assert.strictEqual(yield* state(id), "ended abandoned")
    }).pipe(Effect.provide(world())))

  it.effect("a warning whose answer was lost starts the grace when the carrier is asked", () =>
    Effect.gen(function*() {
      const id = yield* warned
      yield* setCarrier(losesAnswers)
      yield* World.drainFor("6 seconds")
      assert.strictEqual((yield* World.session(id)).warning?.outcome, "accepted")
      assert.strictEqual((yield* FakeCarrier).held.length, 1)
    }).pipe(Effect.provide(world())))

  it.effect("a session that nobody answered ends silently after seven days", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Hello")
      yield* heard
      yield* later("6 days", sessionId)
      assert.strictEqual(yield* state(sessionId), "unanswered")
      yield* later("1 day", sessionId)
      assert.strictEqual(yield* state(sessionId), "ended unanswered_expiry")
      assert.deepStrictEqual(yield* heard, [])
    }).pipe(Effect.provide(world())))

  it.effect("a timer that fires early, twice or late does nothing more", () =>
    Effect.gen(function*() {
      const id = yield* engaged
      const fireOften = Effect.all(Effect.replicate(Timers.fire(id), 5), { concurrency: "unbounded" })
      yield* later("23 hours", id)
      yield* fireOften
      assert.strictEqual(yield* state(id), "engaged")
      yield* TestClock.adjust("30 hours")
      yield* fireOften
      assert.deepStrictEqual(yield* heard, [warning])
      yield* fireOften
      assert.strictEqual(yield* state(id), "warned")
      yield* TestClock.adjust("3 days")
      yield* fireOften
      assert.deepStrictEqual(yield* heard, [ending])
      yield* later("30 days", id)
      assert.strictEqual(yield* state(id), "ended abandoned")
      assert.deepStrictEqual(yield* heard, [])
    }).pipe(Effect.provide(world())))

  describe("a reply that races the warning", () => {
    it.effect("and is first: no warning", () =>
      Effect.gen(function*() {
        const id = yield* engaged
        yield* TestClock.adjust("24 hours")
        yield* text("Hi")
        yield* Timers.fire(id)
        assert.strictEqual(yield* state(id), "engaged")
        assert.notInclude(yield* heard, warning)
      }).pipe(Effect.provide(world())))

    it.effect("and is second: the warning is taken back before it leaves", () =>
      Effect.gen(function*() {
        const id = yield* warned
        yield* text("Hi")
        assert.strictEqual(yield* state(id), "engaged")
        assert.deepStrictEqual(yield* heard, [])
        const kept = (yield* history(id)).find(({ purpose }) => purpose === "warning")
        assert.deepInclude(kept, { status: "suppressed" })
        assert.strictEqual(kept?.trouble?.reason, "no_longer_needed")
      }).pipe(Effect.provide(world())))

    it.effect("and arrived first, but is handled second: it wins", () =>
      Effect.gen(function*() {
        const id = yield* engaged
        yield* TestClock.adjust("24 hours")
        const arrivedAt = yield* DateTime.now
        yield* TestClock.adjust(20)
        yield* Timers.fire(id)
        yield* Inbound.receive(World.arrival("Hi"), arrivedAt)
        assert.strictEqual(yield* state(id), "engaged")
        assert.deepStrictEqual(yield* heard, [])
      }).pipe(Effect.provide(world())))

    it.effect("while the warning is at the carrier: the session goes on, and the warning's outcome changes nothing", () =>
      Effect.gen(function*() {
        const id = yield* warned
        const reply = yield* replies
        yield* setCarrier((_, accept) => Effect.andThen(reply, accept))
        assert.deepStrictEqual(yield* heard, [warning])
        assert.strictEqual((yield* history(id)).find(({ purpose }) => purpose === "warning")?.status, "sent")
        assert.strictEqual(yield* state(id), "engaged")
        assert.strictEqual(Math.round((yield* dueIn(id)) ?? 0), 24 * 60)
      }).pipe(Effect.provide(world())))

    it.effect("while the carrier puts the warning off: it does not leave later", () =>
      Effect.gen(function*() {
        const id = yield* warned
        const reply = yield* replies
        yield* setCarrier((out, accept) => Effect.andThen(reply, isDown(out, accept)))
        yield* World.drain()
        yield* setCarrier(accepts)
        yield* World.drainFor("10 minutes")
        assert.deepStrictEqual((yield* FakeCarrier).held.map(({ text }) => text.body), [])
        assert.strictEqual((yield* history(id)).find(({ purpose }) => purpose === "warning")?.status, "suppressed")
      }).pipe(Effect.provide(world())))

    it.effect("while nobody knows whether the warning left: it is not sent again", () =>
      Effect.gen(function*() {
        yield* warned
        yield* setCarrier(losesCalls)
        yield* World.drain()
        yield* text("Hi")
        yield* setCarrier(accepts)
        yield* World.drainFor("10 minutes")
        assert.deepStrictEqual((yield* FakeCarrier).held.map(({ text }) => text.body), [])
      }).pipe(Effect.provide(world())))
  })

  describe("a reply that races the close", () => {
    it.effect("and is first: the session lives", () =>
      Effect.gen(function*() {
        const id = yield* warned
        yield* heard
        yield* TestClock.adjust("10 minutes")
        yield* text("Hi")
        yield* Timers.fire(id)
        assert.strictEqual(yield* state(id), "engaged")
        assert.notInclude(yield* heard, ending)
      }).pipe(Effect.provide(world())))

    it.effect("and is second: a new session, which the ending text does not touch", () =>
      Effect.gen(function*() {
        const id = yield* warned
        yield* heard
        yield* later("10 minutes", id)
        const next = World.conversed(yield* text("Hi"))
        assert.notStrictEqual(next, id)
        const before = yield* World.session(next)
        assert.deepStrictEqual(yield* heard, [ending])
        assert.deepStrictEqual(yield* World.session(next), before)
        assert.strictEqual(yield* state(id), "ended abandoned")
      }).pipe(Effect.provide(world())))
  })

  it.effect("the ending text's own acceptance extends nothing, and opens nothing", () =>
    Effect.gen(function*() {
      const id = yield* warned
      yield* heard
      yield* later("10 minutes", id)
      const before = yield* World.session(id)
      yield* heard
      assert.deepStrictEqual(yield* World.session(id), before)
      assert.isTrue(Option.isNone(yield* World.activeSession))
    }).pipe(Effect.provide(world())))

  it.effect("an expiry does not fire on the session that replaced its own", () =>
    Effect.gen(function*() {
      const id = yield* engaged
      yield* TestClock.adjust("24 hours")
      const { sessionId } = yield* send("News")
      yield* Timers.fire(id)
      assert.strictEqual(yield* state(sessionId), "unanswered")
      assert.strictEqual(yield* state(id), "ended superseded")
      assert.deepStrictEqual(yield* heard, ["News"])
    }).pipe(Effect.provide(world())))

  it.effect("an operator's end of a warned session takes the warning back", () =>
    Effect.gen(function*() {
      const id = yield* warned
      yield* Operators.end(World.accountId, id)
      assert.deepStrictEqual(yield* heard, [])
    }).pipe(Effect.provide(world())))

  it.effect("durations and texts are the project's own", () =>
    Effect.gen(function*() {
      const id = yield* engaged
      yield* later("1 hour", id)
      assert.deepStrictEqual(yield* heard, ["Da?"])
      yield* later("1 minute", id)
      assert.deepStrictEqual(yield* heard, ["Weg"])
    }).pipe(Effect.provide(world({ session: { idle_after: "1 hour", warning_grace: "1 minute", warning_text: "Da?", ending_text: "Weg" } }))))

  it.effect("a session of nobody fires nothing", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Hello")
      yield* Timers.fire(sessionId.replace(/.$/u, "Z") as SessionId)
      assert.strictEqual(yield* state(sessionId), "unanswered")
      assert.strictEqual((yield* history(sessionId))[0]?.agentNumber, first)
    }).pipe(Effect.provide(world())))
})
