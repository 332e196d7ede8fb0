import { assert, describe, it } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as LineOwnership from "@parley/core/LineOwnership"
import * as LineWorker from "@parley/core/LineWorker"
import { Ambiguous, CarrierFailure, NotNow } from "@parley/core/ports/Carrier"
import * as SendOutcomes from "@parley/core/SendOutcomes"
import * as UnknownTexts from "@parley/core/UnknownTexts"
import { FakeCarrier } from "./FakeCarrier.ts"
import { callTimes, claimOnce, held, statuses } from "./FirstLine.ts"
import * as World from "./World.ts"

const { drain, drainFor, first, message, send, world } = World

describe("an owner that was frozen", () => {
  /** An owner whose calls wait, as in a process that stands still, until it is thawed. */
  const frozenOwner = Effect.gen(function*() {
    const fake = yield* FakeCarrier
    const thawed = yield* Deferred.make<void>()
    const frozen = yield* Deferred.make<void>()
    fake.before = () => Effect.andThen(Deferred.succeed(frozen, undefined), Deferred.await(thawed))
    const worker = yield* LineWorker.make(first, () => true)
    const owner = yield* Effect.forkScoped(worker.drain)
    yield* Deferred.await(frozen)
    fake.before = () => Effect.void
    return { thaw: Deferred.succeed(thawed, undefined), ended: Effect.flip(Fiber.join(owner)) }
  })

  it.effect("sends nothing when it thaws, also where the next one has sent its text meanwhile, and claims nothing more", () =>
    Effect.gen(function*() {
      const accepted = yield* send("One")
      const before = yield* frozenOwner
      const owner = yield* Effect.forkScoped(drainFor("3 minutes"))
      yield* TestClock.adjust("3 minutes")
      yield* Fiber.join(owner)
      assert.deepStrictEqual(yield* held, ["One"])
      const behind = yield* send("Two")
      yield* before.thaw
      assert.strictEqual((yield* before.ended)._tag, "LineTakenOver")
      assert.deepStrictEqual(yield* held, ["One"])
      yield* drain()
      assert.deepStrictEqual(yield* held, ["One", "Two"])
      assert.deepStrictEqual(yield* statuses(accepted, behind), ["sent", "sent"])
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("knows that it never called, and lets the text go at once when it thaws", () =>
    Effect.gen(function*() {
      const started = yield* DateTime.now
      yield* send("One")
      const before = yield* frozenOwner
      const owner = yield* Effect.forkScoped(drainFor("1 minute", 500))
      yield* TestClock.adjust("30 seconds")
      assert.isEmpty(yield* held)
      yield* before.thaw
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(owner)
      assert.deepStrictEqual(yield* held, ["One"])
      const [at = 0] = yield* callTimes(started)
      assert.isTrue(at >= 30_000 && at < 40_000, `${at}`)
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("for less than its claim lasts sends its text after all", () =>
    Effect.gen(function*() {
      const accepted = yield* send("One")
      const before = yield* frozenOwner
      yield* TestClock.adjust("14 seconds")
      yield* before.thaw
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* held, ["One"])
      assert.deepStrictEqual(yield* statuses(accepted), ["sent"])
    }).pipe(Effect.scoped, Effect.provide(world())))

  it.effect("has no say in the attempt after its own: what it reads late puts nothing back into the queue", () =>
    Effect.gen(function*() {
      const { messageId } = yield* send("One")
      const [old] = (yield* claimOnce(yield* LineOwnership.takeOver(first))).send
      const next = yield* LineOwnership.takeOver(first)
      yield* UnknownTexts.settle(yield* message(messageId), [], Duration.minutes(2))
      const [again] = (yield* claimOnce(next)).send
      assert.deepStrictEqual([old?.attempts, again?.attempts], [1, 2])
      if (old === undefined) return
      const refused = new NotNow({ code: "20429", detail: "Too many.", retryAfter: null, nextDay: false })
      yield* SendOutcomes.record(old, { _tag: "Failure", failure: new CarrierFailure({ reason: refused }) })
      assert.strictEqual((yield* message(messageId)).status, "sending")
      const lost = new Ambiguous({ code: null, detail: "No answer came." })
      if (again !== undefined) yield* SendOutcomes.record(again, { _tag: "Failure", failure: new CarrierFailure({ reason: lost }) })
      assert.isFalse(yield* UnknownTexts.settle(old, [], Duration.minutes(2)))
      assert.strictEqual((yield* message(messageId)).status, "unknown")
    }).pipe(Effect.provide(world())))

  it.effect("has no line to claim from", () =>
    Effect.gen(function*() {
      yield* send("One")
      const before = yield* LineOwnership.takeOver(first)
      const next = yield* LineOwnership.takeOver(first)
      assert.strictEqual((yield* Effect.flip(claimOnce(before)))._tag, "LineTakenOver")
      assert.strictEqual((yield* claimOnce(next)).send.length, 1)
    }).pipe(Effect.provide(world())))
})
