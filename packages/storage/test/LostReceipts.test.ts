import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import type { MessageStatus } from "@parley/schema/Conversation"
import * as LostReceipts from "@parley/core/LostReceipts"
import * as Receipts from "@parley/core/Receipts"
import { cannotBeAsked, FakeCarrier } from "./FakeCarrier.ts"
import * as World from "./World.ts"

const { drain, message, send, state, world } = World

/** A text that the carrier has accepted. */
const accepted = Effect.gen(function*() {
  const { messageId, sessionId } = yield* send("Hello")
  yield* drain()
  const { carrierId } = yield* message(messageId)
  return { messageId, sessionId, carrierId: carrierId ?? "" }
})

/** What the carrier lists from now on: texts with the same words, by their carrier ids. */
const lists = Effect.fnUntraced(function*(texts: Readonly<Record<string, MessageStatus>>) {
  const carrier = yield* FakeCarrier
  const createdAt = yield* DateTime.now
  carrier.find = () =>
    Effect.succeed(Object.entries(texts).map(([carrierId, status]) => ({
      carrierId,
      status,
      createdAt,
      ...(status === "undelivered" ? { code: "30003", detail: "The handset is out of reach." } : { code: null, detail: null })
    })))
})

const ask = LostReceipts.askDue(10)

describe("A receipt that did not come", () => {
  it.effect("is asked for, so that a text that failed is visibly failed", () =>
    Effect.gen(function*() {
      const { carrierId, messageId, sessionId } = yield* accepted
      yield* lists({ SM_another: "delivered", [carrierId]: "undelivered" })
      yield* TestClock.adjust("299 seconds")
      assert.strictEqual(yield* ask, 0)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* ask, 1)
      const kept = yield* message(messageId)
      assert.deepInclude(kept, { status: "undelivered", nextAttemptAt: null })
      assert.deepEqual(kept.trouble, { reason: "undelivered", code: "30003", detail: "The handset is out of reach." })
      assert.strictEqual(yield* state(sessionId), "ended delivery_failed")
      assert.strictEqual(yield* ask, 0)
    }).pipe(Effect.provide(world())))

  it.effect("is asked for, so that a text that arrived is known to have", () =>
    Effect.gen(function*() {
      const { carrierId, messageId } = yield* accepted
      yield* lists({ [carrierId]: "delivered" })
      yield* TestClock.adjust("5 minutes")
      yield* ask
      assert.deepInclude(yield* message(messageId), { status: "delivered", nextAttemptAt: null, trouble: null })
    }).pipe(Effect.provide(world())))

  it.effect("that came is not asked for", () =>
    Effect.gen(function*() {
      const { carrierId } = yield* accepted
      const { id: projectId } = yield* World.project
      yield* Receipts.record({ projectId, environment: "live", carrierId, messageId: null, status: "delivered", code: null, detail: null })
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* ask, 0)
      assert.strictEqual((yield* FakeCarrier).questions, 0)
    }).pipe(Effect.provide(world())))

  it.effect("is asked for again after twice the time, whether the carrier has no news, no such text or no answer, and no more after a day", () =>
    Effect.gen(function*() {
      const { carrierId, messageId } = yield* accepted
      const { acceptedAt } = yield* message(messageId)
      const carrier = yield* FakeCarrier
      const askedAfterMinutes: Array<number> = []
      for (let minutes = 1; minutes <= 4 * 24 * 60; minutes++) {
        yield* TestClock.adjust("1 minute")
        const turn = askedAfterMinutes.length % 3
        if (turn === 0) yield* lists({ [carrierId]: "sent" })
        if (turn === 1) yield* lists({})
        if (turn === 2) carrier.find = cannotBeAsked
        if ((yield* ask) > 0) askedAfterMinutes.push(minutes)
      }
      assert.deepStrictEqual(askedAfterMinutes, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560])
      assert.deepInclude(yield* message(messageId), { status: "sent", nextAttemptAt: null, acceptedAt })
    }).pipe(Effect.provide(world())))

  it.effect("that arrives while the carrier is asked is not overwritten by an older answer", () =>
    Effect.gen(function*() {
      const { carrierId, messageId } = yield* accepted
      const { id: projectId } = yield* World.project
      const carrier = yield* FakeCarrier
      const createdAt = yield* DateTime.now
      yield* TestClock.adjust("5 minutes")
      const arrives = Receipts.record({ projectId, environment: "live", carrierId, messageId: null, status: "delivered", code: null, detail: null })
      const context = yield* Effect.context<World.World>()
      carrier.find = () => arrives.pipe(Effect.as([{ carrierId, status: "sent" as const, createdAt, code: null, detail: null }]), Effect.provideContext(context), Effect.orDie)
      yield* ask
      assert.deepInclude(yield* message(messageId), { status: "delivered", nextAttemptAt: null })
    }).pipe(Effect.provide(world())))
})
