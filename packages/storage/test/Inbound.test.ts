import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import type { Country } from "@parley/schema/Country"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as Inbound from "@parley/core/Inbound"
import * as Operators from "@parley/core/Operators"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { FakeAgent } from "./FakeAgent.ts"
import { accepts, FakeCarrier, isDown, losesAnswers, losesCalls } from "./FakeCarrier.ts"
import * as World from "./World.ts"

const { first, second, send, state, text, told, user, world } = World
const canadian = PhoneNumber.make("+14165550001")

const isOptedOut = (number = first) => Effect.map(Effect.flatMap(ConsentStore, (consent) => consent.get(user, number)), Option.isSome)
/** What reached the user since the last look. */
const heard = Effect.gen(function*() {
  yield* World.drainAll
  return (yield* FakeCarrier).held.splice(0).map(({ text }) => text.body)
})
const stopReply = "You have been unsubscribed and will not receive further messages. Reply START to resubscribe."
const startReply = "You have been resubscribed and will receive messages again."
const helpReply = "Reply STOP to unsubscribe or START to resubscribe."

describe("Inbound", () => {
  it.effect("a text opens a session, and the next ones continue it, whichever number they came to", () =>
    Effect.gen(function*() {
      const one = yield* text("Hi")
      assert.deepInclude(one, { _tag: "Conversed", opened: true })
      const id = World.conversed(one)
      assert.deepStrictEqual(yield* text("It's me", { to: second }), { _tag: "Conversed", sessionId: id, opened: false })
      assert.strictEqual(yield* state(id), "engaged")
      assert.deepStrictEqual(yield* told(id), ["user: Hi", "user: It's me"])
      assert.include((yield* World.Woken).all, id)
    }).pipe(Effect.provide(world())))

  it.effect("the answer leaves from the number that the user last texted, also when it changed while the agent thought", () =>
    Effect.gen(function*() {
      const id = World.conversed(yield* text("Hi"))
      yield* World.converse(id)
      yield* text("Over here", { to: second })
      yield* World.converse(id)
      yield* World.drainAll
      const { held } = yield* FakeCarrier
      assert.deepStrictEqual(held.map(({ text }) => [text.from, text.body]), [
        [first, "Hello, how can I help?"],
        [first, "re: Hi"],
        [second, "re: Over here"]
      ])
    }).pipe(Effect.provide(world())))

  it.effect("a text keeps its pictures and the time at which its webhook arrived", () =>
    Effect.gen(function*() {
      const arrivedAt = DateTime.makeUnsafe(World.epochMillis - 2_000)
      const picture = { url: "https://carrier.example/1", contentType: "image/png" }
      const id = World.conversed(yield* Inbound.receive(World.arrival("Look", { media: [picture] }), arrivedAt))
      const [kept] = yield* World.history(id)
      assert.deepInclude(kept, { media: [{ ...picture, sizeBytes: null }], createdAt: arrivedAt, status: "received" })
      assert.deepStrictEqual((yield* World.session(id)).lastActivityAt, arrivedAt)
    }).pipe(Effect.provide(world())))

  it.effect("a number of another project or environment is refused", () =>
    Effect.gen(function*() {
      for (const of of [{ to: PhoneNumber.make("+15005550099") }, { environment: "sandbox" as const }]) {
        assert.strictEqual((yield* Effect.flip(text("Hi", of)))._tag, "UnknownDestination")
      }
    }).pipe(Effect.provide(world())))

  describe("a repeated webhook", () => {
    it.effect("is known at once, many times at once, and after the session has ended", () =>
      Effect.gen(function*() {
        const all = yield* Effect.all(Effect.replicate(text("Hi", { carrierId: "IN-same" }), 10), { concurrency: "unbounded" })
        assert.strictEqual(all.filter(({ _tag }) => _tag === "Conversed").length, 1)
        const id = World.conversed(all.find(({ _tag }) => _tag === "Conversed") ?? { _tag: "Repeated" })
        yield* World.converse(id)
        yield* Operators.end(World.accountId, id)
        yield* TestClock.adjust("3 days")
        assert.deepStrictEqual(yield* text("Hi", { carrierId: "IN-same" }), { _tag: "Repeated" })
        assert.isTrue(Option.isNone(yield* World.activeSession))
        assert.deepStrictEqual((yield* FakeAgent).requests.map(({ kind }) => kind), ["start", "reply"])
      }).pipe(Effect.provide(world())))

    it.effect("of a STOP stops nothing again after a START", () =>
      Effect.gen(function*() {
        yield* text("STOP", { carrierId: "IN-stop" })
        yield* text("START")
        assert.deepStrictEqual(yield* text("STOP", { carrierId: "IN-stop" }), { _tag: "Repeated" })
        assert.isFalse(yield* isOptedOut())
        assert.deepStrictEqual(yield* heard, [stopReply, startReply])
      }).pipe(Effect.provide(world())))

    it.effect("of a dropped text is dropped once", () =>
      Effect.gen(function*() {
        yield* text("STOP")
        assert.strictEqual((yield* text("Hi", { carrierId: "IN-drop" }))._tag, "Dropped")
        assert.strictEqual((yield* text("Hi", { carrierId: "IN-drop" }))._tag, "Repeated")
      }).pipe(Effect.provide(world())))
  })

  describe("a keyword", () => {
    const stops = ["STOP", "stop", " Stop ", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "Stop.", "stop!", "STOP;"]
    it.effect.each(stops)("stops: %s", (word) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* text(word), { _tag: "Keyword", action: "stop" })
        assert.isTrue(yield* isOptedOut())
        assert.isFalse(yield* isOptedOut(second))
        assert.deepStrictEqual(yield* heard, [stopReply])
        assert.isTrue(Option.isNone(yield* World.activeSession))
      }).pipe(Effect.provide(world())))

    it.effect.each(["START", "UNSTOP", "YES", "yes!"])("starts again: %s", (word) =>
      Effect.gen(function*() {
        yield* text("STOP")
        assert.deepStrictEqual(yield* text(word), { _tag: "Keyword", action: "start" })
        assert.isFalse(yield* isOptedOut())
        assert.deepStrictEqual(yield* heard, [stopReply, startReply])
        assert.strictEqual((yield* text("Hi"))._tag, "Conversed")
      }).pipe(Effect.provide(world())))

    it.effect.each(["HELP", "info"])("helps, also who has opted out: %s", (word) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* text(word), { _tag: "Keyword", action: "help" })
        yield* text("STOP")
        yield* text(word)
        assert.deepStrictEqual(yield* heard, [helpReply, stopReply, helpReply])
      }).pipe(Effect.provide(world())))

    it.effect("YES is an answer from anyone who has not opted out", () =>
      Effect.gen(function*() {
        const id = World.conversed(yield* text("YES"))
        yield* World.converse(id)
        assert.strictEqual((yield* FakeAgent).requests.at(-1)?.texts[0]?.text, "YES")
      }).pipe(Effect.provide(world())))

    it.effect("ARRET stops on a Canadian number, and is a word elsewhere", () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* text("ARRET"))._tag, "Conversed")
        assert.deepStrictEqual(yield* text("Arrêt", { to: canadian }), { _tag: "Keyword", action: "stop" })
      }).pipe(Effect.provide(world({ numbers: [{ number: first }, { number: canadian, country: "CA" as Country }] }))))

    it.effect("within a sentence is a word", () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* text("please stop"))._tag, "Conversed")
        assert.strictEqual((yield* text("STOP STOP"))._tag, "Conversed")
      }).pipe(Effect.provide(world())))

    it.effect("never reaches the agent, neither as a text nor in the history", () =>
      Effect.gen(function*() {
        const id = World.conversed(yield* text("Hi"))
        yield* text("HELP")
        yield* World.converse(id)
        for (const { history, texts } of (yield* FakeAgent).requests) {
          assert.notInclude([...history, ...texts].map(({ text }) => text), "HELP")
          assert.notInclude(history.map(({ text }) => text), helpReply)
        }
        assert.include(yield* told(id), "user: HELP")
      }).pipe(Effect.provide(world())))

    it.effect("that the carrier has answered is taken over without a second reply", () =>
      Effect.gen(function*() {
        yield* text("STOP", { carrierOptOut: "STOP" })
        assert.isTrue(yield* isOptedOut())
        yield* text("START", { carrierOptOut: "START" })
        assert.isFalse(yield* isOptedOut())
        assert.deepStrictEqual(yield* heard, [])
      }).pipe(Effect.provide(world())))
  })

  describe("STOP", () => {
    it.effect("ends the session, takes back what is queued, and its confirmation leaves all the same", () =>
      Effect.gen(function*() {
        const { messageId, sessionId } = yield* send("Hello")
        yield* text("Who is it?")
        yield* World.converse(sessionId)
        yield* text("STOP")
        assert.strictEqual(yield* state(sessionId), "ended user_end")
        assert.strictEqual((yield* World.message(messageId)).status, "suppressed")
        assert.deepStrictEqual(yield* heard, [stopReply])
        assert.deepStrictEqual(yield* told(sessionId), [
          "api: Hello (suppressed)",
          "user: Who is it?",
          "agent: re: Who is it? (suppressed)",
          "user: STOP",
          `system: ${stopReply} (sent)`
        ])
      }).pipe(Effect.provide(world())))

    // The call is out when the user says STOP: what has left can't be taken back, and what has not never leaves.
    it.effect.each([
      ["takes it", accepts, ["Hello", stopReply], "sent"],
      ["takes it, and its answer is lost", losesAnswers, ["Hello", stopReply], "sent"],
      ["does not get it", losesCalls, [stopReply], "suppressed"],
      ["puts it off", isDown, [stopReply], "suppressed"]
    ] as const)("while a text is at the carrier, which %s: it goes out no second time, and the confirmation follows", ([, outcome, arrived, status]) =>
      Effect.gen(function*() {
        const { messageId, sessionId } = yield* send("Hello")
        const context = yield* Effect.context<World.World>()
        const fake = yield* FakeCarrier
        fake.send = (out, accept) => {
          fake.send = accepts
          return Effect.andThen(Effect.orDie(Effect.provideContext(text("STOP"), context)), outcome(out, accept))
        }
        yield* World.drainFor("20 minutes", "10 seconds")
        assert.deepStrictEqual(fake.held.map(({ text }) => text.body), [...arrived])
        assert.strictEqual((yield* World.message(messageId)).status, status)
        assert.strictEqual(yield* state(sessionId), "ended user_end")
      }).pipe(Effect.provide(world())))

    it.effect("tells the agent the end, with its reason", () =>
      Effect.gen(function*() {
        const id = World.conversed(yield* text("Hi"))
        yield* World.converse(id)
        yield* text("STOP")
        yield* World.converse(id)
        const last = (yield* FakeAgent).requests.at(-1)
        assert.deepStrictEqual([last?.kind, last?.session.endReason], ["end", "user_end"])
      }).pipe(Effect.provide(world())))

    it.effect("twice is confirmed twice, and recorded once", () =>
      Effect.gen(function*() {
        yield* text("STOP")
        yield* TestClock.adjust("1 hour")
        yield* text("STOP")
        assert.deepStrictEqual(yield* heard, [stopReply, stopReply])
        const kept = yield* Effect.flatMap(ConsentStore, (consent) => consent.get(user, first))
        assert.strictEqual(DateTime.toEpochMillis(Option.getOrThrow(kept).optedOutAt), World.epochMillis)
      }).pipe(Effect.provide(world())))

    it.effect("is followed by silence: later texts are dropped, shown, and open nothing", () =>
      Effect.gen(function*() {
        yield* text("STOP")
        yield* heard
        assert.deepStrictEqual(yield* text("Hello?"), { _tag: "Dropped", reason: "opted_out" })
        assert.isTrue(Option.isNone(yield* World.activeSession))
        assert.deepStrictEqual(yield* heard, [])
      }).pipe(Effect.provide(world())))

    it.effect("on one number leaves the other open", () =>
      Effect.gen(function*() {
        yield* text("STOP")
        assert.deepInclude(yield* text("Hi", { to: second }), { _tag: "Conversed", opened: true })
      }).pipe(Effect.provide(world())))
  })

  describe("a limit", () => {
    const many = (count: number, body = (index: number) => `text ${index}`) => Effect.forEach(Array.from({ length: count }, (_, index) => index), (index) => text(body(index)))

    it.effect("of ten texts a minute for each user is told once", () =>
      Effect.gen(function*() {
        const received = yield* many(13)
        assert.deepStrictEqual(received.map(({ _tag }) => _tag), [...Array(10).fill("Conversed"), ...Array(3).fill("Dropped")])
        assert.deepStrictEqual(yield* heard, ["You're sending messages too quickly. Please wait a moment and try again."])
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* text("again"))._tag, "Conversed")
      }).pipe(Effect.provide(world())))

    it.effect("of five identical texts pauses their user for ten minutes", () =>
      Effect.gen(function*() {
        const received = yield* many(5, () => "Same")
        assert.deepStrictEqual(received.at(-1), { _tag: "Dropped", reason: "identical" })
        assert.deepStrictEqual(yield* heard, ["Your messages have been temporarily paused. Please try again later."])
        yield* TestClock.adjust("9 minutes")
        assert.deepStrictEqual(yield* text("Another"), { _tag: "Dropped", reason: "blocked" })
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* text("Another"))._tag, "Conversed")
      }).pipe(Effect.provide(world())))

    it.effect("for the whole project is told each user", () =>
      Effect.gen(function*() {
        for (const name of ["1", "2", "3"]) yield* text("Hi", { from: PhoneNumber.make(`+1415555020${name}`) })
        assert.deepStrictEqual(yield* text("Hi"), { _tag: "Dropped", reason: "project_rate" })
        assert.deepStrictEqual(yield* heard, ["This service is temporarily unavailable. Please try again shortly."])
      }).pipe(Effect.provide(world({ limits: { inbound_per_project_per_minute: 3 } }))))

    it.effect("does not count keywords, and lets them through", () =>
      Effect.gen(function*() {
        yield* many(12)
        assert.deepStrictEqual(yield* text("HELP"), { _tag: "Keyword", action: "help" })
        assert.deepStrictEqual(yield* text("STOP"), { _tag: "Keyword", action: "stop" })
      }).pipe(Effect.provide(world())))

    it.effect("leaves a dropped text out of the session", () =>
      Effect.gen(function*() {
        const [opened] = yield* many(12)
        const id = World.conversed(opened ?? { _tag: "Repeated" })
        assert.strictEqual((yield* told(id)).length, 10)
      }).pipe(Effect.provide(world())))
  })
})
