import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import type { MessageStatus } from "@parley/schema/Conversation"
import type { MessageId } from "@parley/schema/Ids"
import { LineStore } from "@parley/core/ports/LineStore"
import * as Receipts from "@parley/core/Receipts"
import { FakeCarrier, losesAnswers } from "./FakeCarrier.ts"
import * as World from "./World.ts"

const { drain, first, message, send, state, text, world } = World

const receipt = Effect.fnUntraced(function*(carrierId: string, status: MessageStatus, of: Partial<Receipts.Receipt> = {}) {
  const { id: projectId } = yield* World.project
  return yield* Receipts.record({ projectId, environment: "live", carrierId, messageId: null, status, code: null, detail: null, ...of })
})

/** A text that the carrier has accepted, and the id that it has there. */
const accepted = Effect.gen(function*() {
  const { messageId, sessionId } = yield* send("Hello")
  yield* drain()
  const { carrierId } = yield* message(messageId)
  return { messageId, sessionId, carrierId: carrierId ?? "" }
})

const permutations = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  items.length <= 1 ? [items] : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))

describe("Receipts", () => {
  const reports: ReadonlyArray<readonly [reports: ReadonlyArray<MessageStatus>, end: MessageStatus]> = [
    [["queued", "sending", "sent", "delivered"], "delivered"],
    [["sending", "sent", "undelivered"], "undelivered"],
    [["sent", "failed"], "failed"],
    [["sent", "failed", "undelivered"], "undelivered"],
    [["sent", "undelivered", "delivered"], "delivered"]
  ]
  for (const [all, end] of reports) {
    it.effect(`${all.join(", ")} end at ${end} in whatever order they come, and however often`, () =>
      Effect.gen(function*() {
        for (const order of permutations(all)) {
          const { carrierId, messageId } = yield* accepted
          for (const status of [...order, ...order]) {
            const trouble = status === "failed" || status === "undelivered" ? { code: "30005", detail: "Unknown handset." } : {}
            assert.strictEqual(yield* receipt(carrierId, status, trouble), "recorded")
          }
          const kept = yield* message(messageId)
          assert.deepInclude(kept, { status: end, carrierId })
          assert.strictEqual(kept.trouble?.code ?? null, end === "delivered" ? null : "30005", order.join())
          yield* TestClock.adjust("2 seconds")
        }
      }).pipe(Effect.provide(world())))
  }

  it.effect("a status never moves back, and a repeat changes nothing at all", () =>
    Effect.gen(function*() {
      const { carrierId, messageId } = yield* accepted
      yield* receipt(carrierId, "delivered")
      const kept = yield* message(messageId)
      yield* TestClock.adjust("1 minute")
      for (const status of ["queued", "sending", "sent", "delivered", "failed", "undelivered", "unknown", "received"] as const) yield* receipt(carrierId, status)
      assert.deepStrictEqual(yield* message(messageId), kept)
    }).pipe(Effect.provide(world())))

  it.effect("a text that nobody knows is told as such, and so are another project's and the user's own", () =>
    Effect.gen(function*() {
      const { carrierId, messageId } = yield* accepted
      yield* text("Hi", { carrierId: "IN-1" })
      assert.strictEqual(yield* receipt("SM-nobody's", "sent"), "unknown_message")
      assert.strictEqual(yield* receipt("SM-nobody's", "sent", { messageId: `${messageId.slice(0, -1)}Z` as MessageId }), "unknown_message")
      assert.strictEqual(yield* receipt("IN-1", "delivered"), "unknown_message")
      const { id } = yield* World.project
      assert.strictEqual(yield* receipt(carrierId, "delivered", { projectId: `${id}x` as typeof id }), "unknown_message")
      assert.strictEqual((yield* message(messageId)).status, "sent")
    }).pipe(Effect.provide(world())))

  it.effect("a report of a second copy of a text does not touch what is known of the first", () =>
    Effect.gen(function*() {
      const { carrierId, messageId } = yield* accepted
      yield* receipt(carrierId, "delivered")
      assert.strictEqual(yield* receipt("SM-copy", "failed", { messageId }), "other_copy")
      assert.deepInclude(yield* message(messageId), { status: "delivered", carrierId })
    }).pipe(Effect.provide(world())))

  it.effect("a report by message id gives a text of unknown outcome its carrier id and its status", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCarrier
      fake.send = losesAnswers
      const { messageId } = yield* send("Hello")
      yield* drain()
      const { sessionId } = yield* message(messageId)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* receipt("SM-7", "sending", { messageId }), "recorded")
      const kept = yield* message(messageId)
      assert.deepInclude(kept, { status: "sent", carrierId: "SM-7", trouble: null })
      assert.isNotNull(kept.acceptedAt)
      assert.isTrue(sessionId !== null && (yield* World.session(sessionId)).timer?.kind === "unanswered")
      assert.include((yield* World.Woken).all.slice(1), first)
    }).pipe(Effect.provide(world())))

  it.effect("an opening text that fails after all ends its session visibly", () =>
    Effect.gen(function*() {
      const { carrierId, sessionId } = yield* accepted
      yield* receipt(carrierId, "undelivered", { code: "30005", detail: "Unknown handset." })
      assert.strictEqual(yield* state(sessionId), "ended delivery_failed")
      assert.strictEqual((yield* World.session(sessionId)).endDetail, "Unknown handset.")
    }).pipe(Effect.provide(world())))

  it.effect("an opening text that fails after the user has replied ends nothing", () =>
    Effect.gen(function*() {
      const { carrierId, sessionId } = yield* accepted
      yield* text("Hi")
      yield* receipt(carrierId, "undelivered")
      assert.strictEqual(yield* state(sessionId), "engaged")
    }).pipe(Effect.provide(world())))

  it.effect("a failure that comes before any acceptance counts once against its number", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCarrier
      fake.send = losesAnswers
      const { messageId, sessionId } = yield* send("Hello")
      yield* drain()
      for (const status of ["failed", "undelivered", "failed"] as const) yield* receipt("SM-7", status, { messageId, code: "30004" })
      assert.strictEqual((yield* message(messageId)).status, "undelivered")
      assert.strictEqual(yield* state(sessionId), "ended delivery_failed")
      const line = Option.getOrThrow(yield* (yield* LineStore).get(first))
      assert.deepInclude(line, { recentSends: 1, recentFailures: 1 })
    }).pipe(Effect.provide(world())))

  it.effect("a delivery counts once for its number, and a failure without a reason has a sentence all the same", () =>
    Effect.gen(function*() {
      const one = yield* accepted
      yield* receipt(one.carrierId, "delivered")
      yield* receipt(one.carrierId, "delivered")
      assert.deepInclude(Option.getOrThrow(yield* (yield* LineStore).get(first)), { recentSends: 1, recentFailures: 0 })
      yield* TestClock.adjust("2 seconds")
      const other = yield* accepted
      yield* receipt(other.carrierId, "failed")
      assert.strictEqual((yield* message(other.messageId)).trouble?.detail, "The carrier could not deliver this text and gave no reason.")
    }).pipe(Effect.provide(world())))
})
