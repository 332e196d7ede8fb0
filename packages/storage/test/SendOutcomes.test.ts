import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { LineStore } from "@parley/core/ports/LineStore"
import * as Receipts from "@parley/core/Receipts"
import * as Fake from "./FakeCarrier.ts"
import { setCarrier } from "./FakeCarrier.ts"
import { called, statuses } from "./FirstLine.ts"
import * as World from "./World.ts"

const { drain, first, message, send, state, user, world } = World

describe("what came of a call", () => {
  it.effect("a callback that overtakes the create call's answer is not undone by it", () =>
    Effect.gen(function*() {
      const context = yield* Effect.context<World.World>()
      const { id: projectId } = yield* World.project
      yield* setCarrier((text, accept) =>
        Effect.gen(function*() {
          const { carrierId } = yield* accept
          const receipt = { projectId, environment: "live" as const, carrierId, messageId: text.messageId, status: "delivered" as const, code: null, detail: null }
          yield* Effect.orDie(Receipts.record(receipt).pipe(Effect.provideContext(context)))
          return { carrierId }
        }))
      const { messageId } = yield* send("One")
      yield* drain()
      assert.strictEqual((yield* message(messageId)).status, "delivered")
    }).pipe(Effect.provide(world())))

  it.effect("the carrier id that a callback brought is kept when the create call's answer names another copy", () =>
    Effect.gen(function*() {
      const context = yield* Effect.context<World.World>()
      const { id: projectId } = yield* World.project
      yield* setCarrier((text, accept) => {
        const receipt = { projectId, environment: "live" as const, carrierId: "SM-first", messageId: text.messageId, status: "sent" as const, code: null, detail: null }
        return Effect.andThen(Effect.orDie(Receipts.record(receipt).pipe(Effect.provideContext(context))), accept)
      })
      const { messageId } = yield* send("One")
      yield* drain()
      assert.deepInclude(yield* message(messageId), { status: "sent", carrierId: "SM-first" })
    }).pipe(Effect.provide(world())))

  it.effect("a callback of failure that overtakes an ambiguous answer stands", () =>
    Effect.gen(function*() {
      const context = yield* Effect.context<World.World>()
      const { id: projectId } = yield* World.project
      yield* setCarrier((text, accept) => {
        const receipt = { projectId, environment: "live" as const, carrierId: "SM7", messageId: text.messageId, status: "failed" as const, code: "30004", detail: "Blocked." }
        return Effect.andThen(Effect.orDie(Receipts.record(receipt).pipe(Effect.provideContext(context))), Fake.losesAnswers(text, accept))
      })
      const { messageId } = yield* send("One")
      yield* drain()
      const kept = yield* message(messageId)
      assert.deepInclude(kept, { status: "failed", carrierId: "SM7" })
      assert.deepInclude(kept.trouble, { code: "30004", detail: "Blocked." })
    }).pipe(Effect.provide(world())))

  describe("a permanent error", () => {
    it.effect("fails at once with the carrier's code and a sentence, ends a session that it opened, and is remembered of the number", () =>
      Effect.gen(function*() {
        yield* setCarrier(Fake.rejects)
        const { messageId, sessionId } = yield* send("One")
        yield* drain()
        const lost = yield* message(messageId)
        assert.strictEqual(lost.status, "failed")
        assert.deepStrictEqual(lost.trouble, { reason: "rejected", code: "21614", detail: "The number is a landline." })
        assert.strictEqual(yield* state(sessionId), "ended delivery_failed")
        assert.strictEqual((yield* World.session(sessionId)).endDetail, "The number is a landline.")
        const line = Option.getOrThrow(yield* (yield* LineStore).get(first))
        assert.deepInclude(line, { recentSends: 1, recentFailures: 1 })
        assert.deepStrictEqual(yield* called, ["One"])
      }).pipe(Effect.provide(world())))

    it.effect("of the gateway's own credentials is told as such", () =>
      Effect.gen(function*() {
        yield* setCarrier(Fake.refuses)
        const { messageId } = yield* send("One")
        yield* drain()
        assert.deepInclude((yield* message(messageId)).trouble, { reason: "refused", code: "20003" })
      }).pipe(Effect.provide(world())))

    it.effect("of an opt-out at the carrier is recorded, and later sends do not try", () =>
      Effect.gen(function*() {
        yield* setCarrier(Fake.optedOut)
        const { messageId, sessionId } = yield* send("One")
        yield* drain()
        assert.deepInclude(yield* message(messageId), { status: "suppressed" })
        assert.deepInclude((yield* message(messageId)).trouble, { reason: "opted_out", code: "21610" })
        assert.strictEqual(yield* state(sessionId), "ended delivery_failed")
        const optOut = Option.getOrThrow(yield* (yield* ConsentStore).get(user, first))
        assert.strictEqual(optOut.source, "carrier_refusal")
        const again = yield* send("Two")
        assert.deepStrictEqual(yield* statuses(again), ["suppressed"])
        assert.deepStrictEqual(yield* called, ["One"])
      }).pipe(Effect.provide(world())))

    it.effect("of an answer leaves its session open", () =>
      Effect.gen(function*() {
        const id = World.conversed(yield* World.text("Hi"))
        yield* World.converse(id)
        yield* setCarrier(Fake.rejects)
        yield* drain()
        assert.strictEqual(yield* state(id), "engaged")
      }).pipe(Effect.provide(world())))
  })
})
