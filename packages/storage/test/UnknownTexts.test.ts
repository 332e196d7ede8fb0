import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as LineOwnership from "@parley/core/LineOwnership"
import { textOf } from "@parley/core/TextAtCarrier"
import * as Receipts from "@parley/core/Receipts"
import * as Fake from "./FakeCarrier.ts"
import { FakeCarrier, setCarrier } from "./FakeCarrier.ts"
import { called, callTimes, claimOnce, held, other, statuses } from "./FirstLine.ts"
import * as World from "./World.ts"

const { drain, drainFor, first, message, send, world } = World

describe("a call whose outcome nobody knows", () => {
  it.effect("is asked about after five seconds, and not made again when the carrier has the text", () =>
    Effect.gen(function*() {
      yield* setCarrier(Fake.losesAnswers)
      const accepted = yield* send("One")
      const next = yield* drain()
      assert.deepStrictEqual(yield* statuses(accepted), ["unknown"])
      assert.deepInclude((yield* message(accepted.messageId)).trouble, { reason: "ambiguous", detail: "No answer came." })
      assert.strictEqual(next === null ? null : DateTime.toEpochMillis(next) - World.epochMillis, 5_000)
      yield* drainFor("10 seconds")
      const kept = yield* message(accepted.messageId)
      assert.deepInclude(kept, { status: "sent", carrierId: (yield* FakeCarrier).held[0]?.carrierId ?? null, trouble: null })
      assert.deepStrictEqual(yield* called, ["One"])
    }).pipe(Effect.provide(world())))

  it.effect("counts as sent when the carrier lists the text as waiting in its own queue", () =>
    Effect.gen(function*() {
      yield* setCarrier(Fake.losesCalls)
      const fake = yield* FakeCarrier
      fake.find = () => Effect.map(DateTime.now, (createdAt) => [{ carrierId: "SM1", status: "queued" as const, createdAt, code: null, detail: null }])
      const accepted = yield* send("One")
      yield* drainFor("10 seconds")
      assert.deepStrictEqual(yield* statuses(accepted), ["sent"])
    }).pipe(Effect.provide(world())))

  it.effect("is made once more when a minute of listings proves that the carrier has nothing", () =>
    Effect.gen(function*() {
      let lost = 0
      yield* setCarrier((text, accept) => lost++ === 0 ? Fake.losesCalls(text, accept) : accept)
      const accepted = yield* send("One")
      const behind = yield* send("Two")
      const started = yield* DateTime.now
      yield* drainFor("70 seconds")
      assert.deepStrictEqual(yield* called, ["One", "One", "Two"])
      // A minute after the first question, which is five seconds after the call.
      assert.deepStrictEqual((yield* callTimes(started)).slice(0, 2), [0, 65_000])
      assert.isAbove((yield* FakeCarrier).questions, 5)
      assert.deepStrictEqual(yield* held, ["One", "Two"])
      assert.deepStrictEqual(yield* statuses(accepted, behind), ["sent", "sent"])
      assert.strictEqual((yield* message(accepted.messageId)).attempts, 2)
    }).pipe(Effect.provide(world())))

  it.effect("is not made again by a new owner before it has watched the listings for a minute itself", () =>
    Effect.gen(function*() {
      let lost = 0
      yield* setCarrier((text, accept) => lost++ === 0 ? Fake.losesCalls(text, accept) : accept)
      yield* send("One")
      yield* drainFor("50 seconds")
      yield* TestClock.adjust("1 hour")
      yield* drainFor("58 seconds")
      assert.deepStrictEqual(yield* called, ["One"])
      yield* drainFor("70 seconds")
      assert.deepStrictEqual(yield* called, ["One", "One"])
    }).pipe(Effect.provide(world())))

  for (const [way, by] of [["forward", 1], ["back", -1]] as const) {
    it.effect(`keeps its times when the clock is set an hour ${way}: it is neither made again too early, nor is the text overlooked that the carrier has`, () =>
      World.withClockThatIsSet((move) =>
        Effect.gen(function*() {
          let calls = 0
          yield* setCarrier((text, accept) => ++calls === 1 ? Fake.losesCalls(text, accept) : calls === 2 ? Fake.losesAnswers(text, accept) : accept)
          const [absent, there] = [yield* send("Absent"), yield* send("There", { userNumber: other })]
          yield* drain()
          assert.deepStrictEqual(yield* statuses(absent, there), ["unknown", "unknown"])
          yield* move(Duration.hours(by))
          for (let looks = 0; looks < 11; looks++) {
            yield* drain()
            yield* TestClock.adjust("5 seconds")
          }
          assert.deepStrictEqual(yield* called, ["Absent", "There"])
          yield* drainFor("2 minutes")
          assert.deepStrictEqual(yield* called, ["Absent", "There", "Absent"])
          assert.deepStrictEqual(yield* statuses(absent, there), ["sent", "sent"])
        }).pipe(Effect.provide(world()))
      ))
  }

  it.effect("stays unknown when the carrier cannot be asked for 15 minutes, and then holds nobody up", () =>
    Effect.gen(function*() {
      yield* setCarrier((text, accept) => text.body === "One" ? Fake.losesCalls(text, accept) : accept)
      const fake = yield* FakeCarrier
      fake.find = Fake.cannotBeAsked
      const accepted = yield* send("One")
      const behind = yield* send("Two")
      yield* drainFor("14 minutes")
      assert.deepStrictEqual(yield* called, ["One"])
      yield* drainFor("2 minutes")
      assert.deepStrictEqual(yield* called, ["One", "Two"])
      assert.deepStrictEqual(yield* statuses(accepted, behind), ["unknown", "sent"])
    }).pipe(Effect.provide(world())))

  it.effect("takes no listed text that belongs to another message", () =>
    Effect.gen(function*() {
      const same = yield* send("Same")
      yield* drain()
      yield* setCarrier(Fake.losesCalls)
      const twin = yield* send("Same")
      const fake = yield* FakeCarrier
      fake.find = () => Effect.succeed(fake.held.map(({ at, carrierId }) => ({ carrierId, status: "sent" as const, createdAt: at, code: null, detail: null })))
      yield* drainFor("30 seconds")
      assert.deepStrictEqual(yield* statuses(same, twin), ["sent", "unknown"])
      const { text } = fake.held[0] ?? assert.fail("nothing was sent")
      yield* Fake.hold(text, "SM-twin")
      yield* drainFor("10 seconds")
      assert.strictEqual((yield* message(twin.messageId)).carrierId, "SM-twin")
    }).pipe(Effect.provide(world())))

  it.effect("is what a broken adapter leaves, and a broken question is asked again in its own time", () =>
    Effect.gen(function*() {
      yield* setCarrier(() => Effect.die(new Error("bug")))
      const fake = yield* FakeCarrier
      fake.find = () => Effect.die(new Error("bug"))
      const accepted = yield* send("One")
      yield* drainFor("1 minute")
      assert.deepStrictEqual(yield* statuses(accepted), ["unknown"])
      assert.isAtMost(fake.questions, 12)
    }).pipe(Effect.provide(world())))

  it.effect("is what a process leaves that dies between the call and its record", () =>
    Effect.gen(function*() {
      const [one, two] = [yield* send("One"), yield* send("Two", { userNumber: other })]
      const claim = yield* claimOnce(yield* LineOwnership.takeOver(first))
      assert.strictEqual(claim.send.length, 2)
      // Only the first call reached the carrier.
      const [text] = claim.send
      if (text !== undefined) yield* Fake.hold(textOf(text), "SM-before-the-crash")
      yield* drainFor("2 minutes")
      assert.deepStrictEqual(yield* called, ["Two"])
      assert.deepStrictEqual(yield* statuses(one, two), ["sent", "sent"])
      assert.strictEqual((yield* message(one.messageId)).carrierId, "SM-before-the-crash")
    }).pipe(Effect.provide(world())))

  it.effect("is settled by the carrier's callback, which carries the message's id", () =>
    Effect.gen(function*() {
      yield* setCarrier(Fake.losesAnswers)
      const { messageId } = yield* send("One")
      yield* drain()
      const { id: projectId } = yield* World.project
      const receipt: Receipts.Receipt = { projectId, environment: "live", carrierId: "SM9", messageId, status: "delivered", code: null, detail: null }
      assert.strictEqual(yield* Receipts.record(receipt), "recorded")
      assert.deepInclude(yield* message(messageId), { status: "delivered", carrierId: "SM9" })
      yield* drainFor("2 minutes")
      assert.deepStrictEqual(yield* called, ["One"])
      assert.strictEqual((yield* FakeCarrier).questions, 0)
    }).pipe(Effect.provide(world())))
})
