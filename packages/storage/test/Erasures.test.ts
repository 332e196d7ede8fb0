import { assert, describe, it } from "@effect/vitest"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import type { ErasureId } from "@parley/schema/Ids"
import * as Erasures from "@parley/core/Erasures"
import { AuditStore } from "@parley/core/ports/AuditStore"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { RedactionFailure, Redactor } from "@parley/core/ports/Redactor"
import { RedactionStore } from "@parley/core/ports/RedactionStore"
import * as Redactions from "@parley/core/Redactions"
import * as ScheduledSends from "@parley/core/ScheduledSends"
import * as FakeCarrier from "./FakeCarrier.ts"
import { accountId, activeSession, arrival, connector, conversed, converse, drain, first, history, message, project, send, session, state, text, told, user, world } from "./World.ts"

const advance = Effect.gen(function*() {
  while (yield* Erasures.advanceDue(10));
})

const found = (id: ErasureId) => Effect.map(Erasures.find(accountId, id), Option.getOrThrow)

/** Accepted, and as far as it goes now. */
const erased = Effect.gen(function*() {
  const { id } = yield* Erasures.request(accountId, user)
  yield* advance
  return yield* found(id)
})

const page = { limit: 100, cursor: null }

describe("an erasure", () => {
  it.effect("takes words and number from all that was said, and keeps who, when and what became of it", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Your code is 4711")
      yield* drain()
      yield* text("It is Ada Lovelace")
      yield* converse(sessionId)
      yield* drain()
      const erasure = yield* erased
      assert.deepStrictEqual([erasure.stage, erasure.number, erasure.dueAt], ["done", null, null])
      assert.match(erasure.pseudonym, /^\+999\d{12}$/u)
      assert.strictEqual(erasure.report.sessionsEnded, 1)
      assert.strictEqual(yield* state(sessionId), "ended operator_end")
      assert.strictEqual((yield* session(sessionId)).userNumber, erasure.pseudonym)
      const all = yield* history(sessionId)
      assert.strictEqual(erasure.report.messages, all.length)
      assert.deepStrictEqual([...new Set(all.map(({ body, userNumber }) => `${userNumber}${body}`))], [erasure.pseudonym])
      assert.deepStrictEqual(all.slice(0, 2).map(({ author, status }) => [author, status]), [["api", "sent"], ["user", "received"]])
      const { items } = yield* (yield* AuditStore).list({ accountId }, page)
      assert.deepStrictEqual(items.toReversed().map(({ action, detail, subject }) => [action, subject, detail.split(",")[0]]), [
        ["user.erasure_begun", erasure.id, "+14*******00"],
        ["user.erased", erasure.id, `${all.length} texts of 1 sessions`]
      ])
    }).pipe(Effect.provide(world())))

  it.effect("takes back what waits before anything else, and a text that comes later begins anew", () =>
    Effect.gen(function*() {
      const { messageId, sessionId } = yield* send("Not yet sent")
      yield* ScheduledSends.schedule({ connector, text: "Tomorrow", userNumber: user, agentNumber: first, idempotency: null }, DateTime.addDuration(yield* DateTime.now, "1 day"))
      const { id } = yield* Erasures.request(accountId, user)
      assert.deepStrictEqual([(yield* message(messageId)).status, yield* state(sessionId)], ["suppressed", "ended operator_end"])
      yield* TestClock.adjust(1)
      const later = conversed(yield* text("Hello again"))
      yield* advance
      yield* converse(later)
      yield* drain()
      assert.deepStrictEqual((yield* found(id)).report, { sessionsEnded: 1, sessions: 1, messages: 1, messagesCancelled: 1, scheduledSends: 1, optOutsKept: 0, redacted: 0, notRedacted: 0 })
      assert.include((yield* told(later)).join("\n"), "user: Hello again")
      assert.strictEqual(Option.getOrThrow(yield* activeSession).userNumber, user)
      const { held } = yield* FakeCarrier.FakeCarrier
      assert.isFalse(held.some(({ text }) => text.body === "Not yet sent" || text.body === "Tomorrow"))
    }).pipe(Effect.provide(world())))

  it.effect("keeps an opt-out as a hash: a later send is suppressed, and START takes it back", () =>
    Effect.gen(function*() {
      yield* text("STOP")
      yield* drain()
      const erasure = yield* erased
      assert.strictEqual(erasure.report.optOutsKept, 1)
      const { messageId } = yield* send("Hello?")
      assert.deepStrictEqual((yield* message(messageId)).trouble?.reason, "opted_out")
      yield* text("START")
      const { messageId: again } = yield* send("Welcome back")
      assert.strictEqual((yield* message(again)).status, "queued")
    }).pipe(Effect.provide(world())))

  it.effect("waits for a text that is out: its outcome is found by number and words", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCarrier.FakeCarrier
      fake.send = FakeCarrier.losesAnswers
      const { messageId } = yield* send("Out there")
      yield* drain()
      const before = yield* erased
      assert.deepStrictEqual([before.stage, (yield* message(messageId)).body], ["erasing", "Out there"])
      yield* TestClock.adjust("1 minute")
      yield* drain()
      assert.strictEqual((yield* message(messageId)).status, "sent")
      yield* advance
      assert.deepStrictEqual([(yield* found(before.id)).stage, (yield* message(messageId)).body], ["done", ""])
    }).pipe(Effect.provide(world())))

  it.effect("goes on from its rows, a bounded step at a time, whatever stopped it", () =>
    Effect.gen(function*() {
      const messages = yield* MessageStore
      const { id: projectId } = yield* project
      for (let i = 0; i < 450; i++) yield* messages.insert(Samples.inboundText({ accountId, projectId, userNumber: user, agentNumber: first }))
      const { id } = yield* Erasures.request(accountId, user)
      const steps: Array<number> = []
      for (let hasMore = true; hasMore;) {
        hasMore = yield* Erasures.advanceDue(10)
        steps.push((yield* found(id)).report.messages)
      }
      assert.deepStrictEqual(steps, [200, 400, 450])
      assert.strictEqual((yield* found(id)).stage, "done")
    }).pipe(Effect.provide(world())))

  it.effect("that is asked for again while it is under way is the same, and afterwards another", () =>
    Effect.gen(function*() {
      yield* send("Hello")
      const begun = yield* Erasures.request(accountId, user)
      assert.strictEqual((yield* Erasures.request(accountId, user)).id, begun.id)
      yield* advance
      const second = yield* erased
      assert.notStrictEqual(second.id, begun.id)
      assert.deepStrictEqual([second.stage, second.report.messages], ["done", 0])
    }).pipe(Effect.provide(world())))

  it.effect("of another account finds nothing here, and is not told of", () =>
    Effect.gen(function*() {
      const { sessionId } = yield* send("Ours")
      const theirs = Samples.accountId()
      const { id } = yield* Erasures.request(theirs, user)
      yield* advance
      assert.strictEqual(yield* state(sessionId), "unanswered")
      assert.deepStrictEqual(yield* told(sessionId), ["api: Ours (queued)"])
      assert.isTrue(Option.isNone(yield* Erasures.find(accountId, id)))
    }).pipe(Effect.provide(world())))

  it.effect("does not let a webhook that is told again bring a text back", () =>
    Effect.gen(function*() {
      const words = arrival("Secret words")
      yield* text("", words)
      yield* erased
      assert.strictEqual((yield* text("", words))._tag, "Repeated")
      assert.isTrue(Option.isNone(yield* activeSession))
    }).pipe(Effect.provide(world())))
})

class FakeRedactor extends Context.Service<FakeRedactor, { readonly asked: Array<string>; refusal: RedactionFailure["reason"] | null }>()("@parley/storage/test/FakeRedactor") {}

const redactor = Layer.effectContext(Effect.sync(() => {
  const fake = FakeRedactor.of({ asked: [], refusal: null })
  const port = Redactor.of({
    redact: ({ carrierId }) =>
      Effect.suspend(() => {
        fake.asked.push(carrierId)
        return fake.refusal === null ? Effect.void : Effect.fail(new RedactionFailure({ reason: fake.refusal, detail: "Not now." }))
      })
  })
  return Context.make(FakeRedactor, fake).pipe(Context.add(Redactor, port))
}))

const redacting = Effect.gen(function*() {
  const directory = yield* Directory
  const made = yield* project
  yield* directory.putProject({ ...made, config: Samples.config({ retention: { redact_at_carrier: true } }) })
})

describe("at the carrier, an erasure", () => {
  const redactingWorld = redactor.pipe(Layer.provideMerge(world()))

  it.effect("has each text forgotten that the carrier knows, and is done when it has", () =>
    Effect.gen(function*() {
      yield* redacting
      const { messageId } = yield* send("Hello")
      yield* drain()
      yield* text("Hi", { carrierId: "IN-redacted" })
      const begun = yield* erased
      assert.deepStrictEqual([begun.stage, begun.number], ["redacting", null])
      assert.strictEqual(yield* Redactions.runDue(10), 2)
      const { asked } = yield* FakeRedactor
      assert.deepStrictEqual(new Set(asked), new Set([(yield* message(messageId)).carrierId, "IN-redacted"]))
      yield* TestClock.adjust("1 second")
      yield* advance
      const done = yield* found(begun.id)
      assert.deepStrictEqual([done.stage, done.report.redacted, done.report.notRedacted], ["done", 2, 0])
    }).pipe(Effect.provide(redactingWorld)))

  it.effect("asks again ever later while it is refused, and says so after a week", () =>
    Effect.gen(function*() {
      yield* redacting
      const fake = yield* FakeRedactor
      fake.refusal = "later"
      yield* text("Hi")
      const begun = yield* erased
      for (let hour = 0; hour < 24 * 8; hour++) {
        yield* Redactions.runDue(10)
        yield* TestClock.adjust("1 hour")
        yield* advance
      }
      const done = yield* found(begun.id)
      assert.deepStrictEqual([done.stage, done.report.redacted, done.report.notRedacted], ["done", 0, 1])
      assert.isBelow(fake.asked.length, 40)
      assert.deepStrictEqual(yield* (yield* RedactionStore).count(), { waiting: 0, refused: 1 })
    }).pipe(Effect.provide(redactingWorld)))

  it.effect("asks for nothing where the project's policy does not", () =>
    Effect.gen(function*() {
      yield* text("Hi")
      assert.strictEqual((yield* erased).stage, "done")
      assert.strictEqual(yield* Redactions.runDue(10), 0)
    }).pipe(Effect.provide(redactingWorld)))
})
