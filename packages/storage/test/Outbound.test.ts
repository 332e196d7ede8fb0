import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Country } from "@parley/schema/Country"
import type * as Inbound from "@parley/core/Inbound"
import * as Outbound from "@parley/core/Outbound"
import { Directory } from "@parley/core/ports/Directory"
import { LineStore } from "@parley/core/ports/LineStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { FakeAgent } from "./FakeAgent.ts"
import { FakeCarrier } from "./FakeCarrier.ts"
import { recorded } from "@parley/conformance/HotQueries"
import * as World from "./World.ts"

const { first, second, send, state, told, user, world } = World
const tag = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) => Effect.map(Effect.flip(effect), ({ _tag }) => _tag)
const keyed = (key: string, fingerprint = "body") => ({ idempotency: { key, fingerprint } })

describe("Outbound", () => {
  it.effect("a send opens an unanswered session whose first text waits in its line", () =>
    Effect.gen(function*() {
      const accepted = yield* send("Hello")
      assert.strictEqual(yield* state(accepted.sessionId), "unanswered")
      const message = yield* World.message(accepted.messageId)
      assert.deepInclude(message, { status: "queued", purpose: "opening", author: "api", body: "Hello", agentNumber: first, sessionId: accepted.sessionId })
      assert.deepStrictEqual((yield* World.Woken).all, [first])
      assert.match(accepted.sessionId, /^TW_SMS_/u)
    }).pipe(Effect.provide(world())))

  it.effect("asks for how lines are doing, and for the last number, only where that could change the choice", () =>
    Effect.gen(function*() {
      const reads = (of: Partial<Outbound.SendRequest>) =>
        Effect.map(recorded(Effect.asVoid(Effect.orDie(send("Hello", of)))), (all) => {
          const about = (what: RegExp) => all.filter(([sql]) => what.test(sql)).length
          return { lines: about(/FROM lines/u), queues: about(/count\(\*\)/u), history: about(/ORDER BY m\.id DESC/u) }
        })
      assert.deepStrictEqual(yield* reads({ agentNumber: first }), { lines: 0, queues: 0, history: 0 })
      assert.deepStrictEqual(yield* reads({ agentNumber: null, userNumber: PhoneNumber.make("+14155550177") }), { lines: 2, queues: 2, history: 1 })
      assert.deepStrictEqual(yield* reads({ agentNumber: null, userNumber: PhoneNumber.make("+14155550177") }), { lines: 0, queues: 0, history: 1 })
      yield* Effect.flatMap(Directory, (directory) => directory.removeNumber(second))
      assert.deepStrictEqual(yield* reads({ agentNumber: null, userNumber: PhoneNumber.make("+14155550178") }), { lines: 0, queues: 0, history: 0 })
    }).pipe(Effect.provide(world())))

  it.effect("the text of a send is in the agent's context when the user replies", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Your parcel is late")
      yield* World.drain()
      yield* World.text("Why?")
      yield* World.converse(sessionId)
      const request = (yield* FakeAgent).requests[0]
      assert.strictEqual(request?.kind, "reply")
      assert.deepStrictEqual(request?.history.map(({ author, text }) => [author, text]), [["api", "Your parcel is late"], ["user", "Why?"]])
      assert.deepStrictEqual(request?.texts.map(({ text }) => text), ["Why?"])
    }).pipe(Effect.provide(world())))

  it.effect("an active session is superseded silently, and what it had queued still leaves, first", () =>
    Effect.gen(function*() {
      const before = yield* send("First")
      const after = yield* send("Second")
      assert.strictEqual(yield* state(before.sessionId), "ended superseded")
      assert.strictEqual(yield* state(after.sessionId), "unanswered")
      yield* World.drain()
      assert.deepStrictEqual((yield* FakeCarrier).held.map(({ text }) => text.body), ["First", "Second"])
      assert.deepStrictEqual(yield* told(before.sessionId), ["api: First (sent)"])
      yield* World.converse(before.sessionId)
      assert.deepStrictEqual((yield* FakeAgent).requests.map(({ kind, session }) => [kind, session.endReason]), [["end", "superseded"]])
    }).pipe(Effect.provide(world())))

  it.effect("a user in another environment, and another user, keep their sessions", () =>
    Effect.gen(function*() {
      const mine = yield* send("Mine")
      yield* send("Another's", { userNumber: PhoneNumber.make("+14155550199") })
      assert.strictEqual(yield* state(mine.sessionId), "unanswered")
    }).pipe(Effect.provide(world())))

  it.effect("a recipient who opted out is not written to: accepted, suppressed, ended, and never at the carrier", () =>
    Effect.gen(function*() {
      yield* World.text("STOP")
      const { messageId, sessionId } = yield* send("Hello")
      assert.strictEqual(yield* state(sessionId), "ended delivery_failed")
      assert.include((yield* World.session(sessionId)).endDetail ?? "", "opted out")
      assert.deepInclude(yield* World.message(messageId), { status: "suppressed" })
      assert.strictEqual((yield* World.message(messageId)).trouble?.reason, "opted_out")
      yield* World.drain()
      assert.notInclude((yield* FakeCarrier).held.map(({ text }) => text.body), "Hello")
      assert.isTrue(Option.isNone(yield* World.activeSession))
    }).pipe(Effect.provide(world())))

  it.effect("an opt-out holds for one number only", () =>
    Effect.gen(function*() {
      yield* World.text("STOP", { to: second })
      const { messageId } = yield* send("Hello")
      assert.strictEqual((yield* World.message(messageId)).status, "queued")
    }).pipe(Effect.provide(world())))

  describe("an idempotency key", () => {
    it.effect("brings the first answer back, and sends nothing", () =>
      Effect.gen(function*() {
        const one = yield* send("Hello", keyed("k"))
        const again = yield* send("Hello", keyed("k"))
        assert.isFalse(one.replayed)
        assert.deepInclude(again, { replayed: true, sessionId: one.sessionId, messageId: one.messageId, agentNumber: one.agentNumber })
        assert.strictEqual(again.rate.remaining, one.rate.remaining)
        assert.strictEqual(yield* state(one.sessionId), "unanswered")
        assert.deepStrictEqual(yield* told(one.sessionId), ["api: Hello (queued)"])
      }).pipe(Effect.provide(world())))

    it.effect("with another body is a conflict, which costs nothing", () =>
      Effect.gen(function*() {
        const one = yield* send("Hello", keyed("k"))
        assert.strictEqual(yield* tag(send("Goodbye", keyed("k", "other"))), "IdempotencyConflict")
        assert.strictEqual((yield* send("Hello", keyed("k"))).rate.remaining, one.rate.remaining)
      }).pipe(Effect.provide(world())))

    it.effect("is forgotten after 24 hours", () =>
      Effect.gen(function*() {
        const one = yield* send("Hello", keyed("k"))
        yield* TestClock.adjust("24 hours")
        assert.strictEqual((yield* send("Hello", keyed("k"))).sessionId, one.sessionId)
        yield* TestClock.adjust(1)
        const other = yield* send("Goodbye", keyed("k", "other"))
        assert.isFalse(other.replayed)
        assert.notStrictEqual(other.sessionId, one.sessionId)
        assert.isTrue((yield* send("Goodbye", keyed("k", "other"))).replayed)
      }).pipe(Effect.provide(world())))

    it.effect("that comes many times at once acts once", () =>
      Effect.gen(function*() {
        const all = yield* Effect.all(Effect.replicate(send("Hello", keyed("k")), 20), { concurrency: "unbounded" })
        assert.strictEqual(new Set(all.map(({ messageId }) => messageId)).size, 1)
        assert.strictEqual(all.filter(({ replayed }) => !replayed).length, 1)
        const sessions = yield* SessionStore
        assert.strictEqual((yield* sessions.list({ accountId: World.accountId }, { limit: 50, cursor: null })).items.length, 1)
      }).pipe(Effect.provide(world())))

    it.effect("is not used up by a call that was refused", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* tag(send("Hello", { ...keyed("k"), agentNumber: PhoneNumber.make("+15005550099") })), "NotProvisioned")
        assert.isFalse((yield* send("Hello", keyed("k"))).replayed)
      }).pipe(Effect.provide(world())))
  })

  describe("the rate", () => {
    it.effect("allows the minute's sends at once, then tells when the next may come", () =>
      Effect.gen(function*() {
        for (const left of [2, 1, 0]) assert.strictEqual((yield* send("Hello")).rate.remaining, left)
        const refused = yield* Effect.flip(send("Hello"))
        assert.deepInclude(refused, { _tag: "OutboundRateExceeded", retryAfterSeconds: 20, limit: 3 })
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual((yield* send("Hello")).rate.remaining, 0)
        assert.strictEqual(yield* tag(send("Hello")), "OutboundRateExceeded")
      }).pipe(Effect.provide(world({ limits: { outbound_per_minute: 3 } }))))

    it.effect("counts a call that was refused for its number, and nothing else of it stays", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* tag(send("Hello", { agentNumber: null })), "NoNumbers")
        assert.strictEqual(yield* tag(send("Hello", { agentNumber: null })), "NoNumbers")
        assert.strictEqual(yield* tag(send("Hello", { agentNumber: null })), "OutboundRateExceeded")
        const sessions = yield* SessionStore
        assert.isEmpty((yield* sessions.list({ accountId: World.accountId }, { limit: 50, cursor: null })).items)
      }).pipe(Effect.provide(world({ limits: { outbound_per_minute: 2 }, numbers: [] }))))

    it.effect("is not exceeded by calls that come at once", () =>
      Effect.gen(function*() {
        const all = yield* Effect.all(Effect.replicate(Effect.result(send("Hello")), 30), { concurrency: "unbounded" })
        assert.strictEqual(all.filter(({ _tag }) => _tag === "Success").length, 10)
      }).pipe(Effect.provide(world({ limits: { outbound_per_minute: 10 } }))))
  })

  describe("the number", () => {
    it.effect("that was asked for sends, if it is provisioned and may", () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* send("Hello", { agentNumber: second })).agentNumber, second)
        assert.strictEqual(yield* tag(send("Hello", { agentNumber: PhoneNumber.make("+15005550099") })), "NotProvisioned")
      }).pipe(Effect.provide(world())))

    it.effect("without an approved registration sends nothing in live", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* tag(send("Hello", { agentNumber: null })), "NoneEligible")
      }).pipe(Effect.provide(world({ numbers: [{ number: first, registration: "pending" }] }))))

    it.effect("is the one that the user last talked with", () =>
      Effect.gen(function*() {
        yield* World.text("Hi", { to: second })
        const one = yield* send("Hello", { agentNumber: null })
        assert.strictEqual(one.agentNumber, second)
        assert.strictEqual(one.reasons[0]?.criterion, "last_talked_with")
        yield* World.text("Hi", { to: first })
        assert.strictEqual((yield* send("Hello", { agentNumber: null })).agentNumber, first)
      }).pipe(Effect.provide(world())))

    it.effect("is rather one whose sends do not fail", () =>
      Effect.gen(function*() {
        const lines = yield* LineStore
        const chosen = (yield* send("Hello", { agentNumber: null, userNumber: user })).agentNumber
        const other = chosen === first ? second : first
        yield* lines.put({ number: chosen, epoch: 0, handedOver: [], recentSends: 10, recentFailures: 9, countedAt: (yield* World.session((yield* send("Hi")).sessionId)).openedAt, backOff: null })
        const stranger = { agentNumber: null, userNumber: PhoneNumber.make("+14155550177") }
        assert.strictEqual((yield* send("Hello", stranger)).agentNumber, other)
      }).pipe(Effect.provide(world())))

    it.effect("is rather one of the user's own country", () =>
      Effect.gen(function*() {
        const one = yield* send("Hello", { agentNumber: null, userNumber: PhoneNumber.make("+447400123456") })
        assert.strictEqual(one.agentNumber, "+447700900001")
      }).pipe(Effect.provide(world({ numbers: [{ number: first }, { number: PhoneNumber.make("+447700900001"), country: "GB" as Country }] }))))
  })

  it.effect("smart quotes become look-alikes when the policy says so", () =>
    Effect.gen(function*() {
      const { messageId } = yield* send("“Hello” – you’re here…")
      assert.strictEqual((yield* World.message(messageId)).body, "\"Hello\" - you're here...")
    }).pipe(Effect.provide(world({ session: { lookalikes: true } }))))

  it.effect("sends to one user leave in the order in which they were accepted", () =>
    Effect.gen(function*() {
      for (let i = 0; i < 20; i++) yield* send(`Text ${i}`)
      yield* World.drain()
      assert.deepStrictEqual((yield* FakeCarrier).held.map(({ text }) => text.body), Array.from({ length: 20 }, (_, i) => `Text ${i}`))
    }).pipe(Effect.provide(world())))

  it.effect("a send to a user in conversation ends it, and its reply goes to the new session", () =>
    Effect.gen(function*() {
      const received = yield* World.text("Hi")
      const before = World.conversed(received)
      const { sessionId } = yield* send("News")
      assert.strictEqual(yield* state(before), "ended superseded")
      const replied: Inbound.Received = yield* World.text("Thanks")
      assert.deepStrictEqual(replied, { _tag: "Conversed", sessionId, opened: false })
      assert.strictEqual(yield* state(sessionId), "engaged")
    }).pipe(Effect.provide(world())))

  it.effect("what is left of the minute can be seen without using any", () =>
    Effect.gen(function*() {
      yield* send("Hello")
      const project = yield* World.project
      assert.strictEqual((yield* Outbound.allowance(project)).remaining, 99)
      assert.strictEqual((yield* Outbound.allowance(project)).remaining, 99)
    }).pipe(Effect.provide(world())))
})
