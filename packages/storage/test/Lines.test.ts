import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Deferred, Duration, Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as LinePacing from "@parley/core/LinePacing"
import * as LineClaims from "@parley/core/LineClaims"
import * as SendOutcomes from "@parley/core/SendOutcomes"
import * as UnknownTexts from "@parley/core/UnknownTexts"
import * as LineOwnership from "@parley/core/LineOwnership"
import { textOf } from "@parley/core/TextAtCarrier"
import * as LineWorker from "@parley/core/LineWorker"
import { Ambiguous, CarrierFailure, NotNow } from "@parley/core/ports/Carrier"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { LineStore } from "@parley/core/ports/LineStore"
import { MessageStore } from "@parley/core/ports/MessageStore"
import * as Receipts from "@parley/core/Receipts"
import * as Fake from "./FakeCarrier.ts"
import { FakeCarrier } from "./FakeCarrier.ts"
import * as World from "./World.ts"

const { drain, drainFor, first, message, send, state, user, world } = World
const other = PhoneNumber.make("+14155550101")
const third = PhoneNumber.make("+14155550102")

const setCarrier = (call: FakeCarrier["Service"]["send"]) => Effect.map(FakeCarrier, (fake) => {
  fake.send = call
})
const held = Effect.map(FakeCarrier, ({ held }) => held.map(({ text }) => text.body))
const called = Effect.map(FakeCarrier, ({ calls }) => calls.map(({ text }) => text.body))
/** When the carrier was called, in milliseconds from now on. */
const callTimes = Effect.fnUntraced(function*(since: DateTime.Utc) {
  return (yield* FakeCarrier).calls.map(({ at }) => DateTime.toEpochMillis(at) - DateTime.toEpochMillis(since))
})
/** Once, with room enough. */
const claimOnce = ({ epoch, pacing }: Effect.Success<ReturnType<typeof LineOwnership.takeOver>>) => LineClaims.claim(first, epoch, pacing, { send: 16, ask: 4 }, new Set())
const statuses = (...accepted: ReadonlyArray<{ readonly messageId: Parameters<typeof message>[0] }>) =>
  Effect.forEach(accepted, ({ messageId }) => Effect.map(message(messageId), ({ status }) => status))

/** Puts texts of many users into the first line, without sessions, as fast as can be. */
const queue = Effect.fnUntraced(function*(count: number, users: number) {
  const messages = yield* MessageStore
  const { accountId, id } = yield* World.project
  for (let i = 0; i < count; i++) {
    const userNumber = PhoneNumber.make(`+1415666${String(i % users).padStart(4, "0")}`)
    yield* messages.insert({ ...Samples.outboundText({ accountId, projectId: id, agentNumber: first, userNumber, body: `${i}` }), createdAt: yield* DateTime.now })
  }
})

/** Every user's texts reached the carrier once each, in the order in which they were queued. */
const isInOrder = (all: ReadonlyArray<Fake.Held>, count: number) => {
  assert.strictEqual(new Set(all.map(({ text }) => text.messageId)).size, count)
  assert.strictEqual(all.length, count)
  const last = new Map<string, number>()
  for (const { text } of all) {
    assert.isAbove(Number(text.body), last.get(text.to) ?? -1)
    last.set(text.to, Number(text.body))
  }
}

describe("Lines", () => {
  describe("order and pace", () => {
    it.effect("a user's second text waits for the first one's outcome, and other users go on", () =>
      Effect.gen(function*() {
        const go = yield* Deferred.make<void>()
        yield* setCarrier((text, accept) => text.body === "A1" ? Effect.andThen(Deferred.await(go), accept) : accept)
        yield* send("A1")
        yield* send("A2")
        yield* send("B1", { userNumber: other })
        yield* send("B2", { userNumber: other })
        const draining = yield* Effect.forkChild(drain())
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* held, ["B1", "B2"])
        yield* Deferred.succeed(go, undefined)
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(draining)
        assert.deepStrictEqual(yield* held, ["B1", "B2", "A1", "A2"])
      }).pipe(Effect.provide(world())))

    it.effect("a text that is due does not wait for another user's slow call", () =>
      Effect.gen(function*() {
        const go = yield* Deferred.make<void>()
        let refusals = 0
        yield* setCarrier((text, accept) => text.body === "slow" ? Effect.andThen(Deferred.await(go), accept) : refusals++ === 0 ? Fake.isDown(text, accept) : accept)
        yield* send("slow")
        yield* send("again", { userNumber: other })
        const draining = yield* Effect.forkChild(drain())
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual(yield* held, ["again"])
        yield* Deferred.succeed(go, undefined)
        yield* TestClock.adjust("3 seconds")
        yield* Fiber.join(draining)
      }).pipe(Effect.provide(world())))

    it.effect("no second holds more segments than the number may send", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* queue(60, 60)
        yield* drainFor("1 minute", 50)
        const times = yield* callTimes(started)
        assert.strictEqual(times.length, 60)
        for (const [index, at] of times.entries()) assert.isBelow(times.filter((one, i) => i >= index && one < at + 1_000).length, 6)
        // And not much slower than it may: 12 seconds, and the guard of a twentieth.
        assert.isBelow(times.at(-1) ?? 0, 13_000)
      }).pipe(Effect.provide(world({ segmentsPerSecond: 5 }))))

    it.effect("a clock that is set makes the line neither burst nor stand still", () =>
      World.withClockThatIsSet((move) =>
        Effect.gen(function*() {
          const started = yield* Clock.monotonicTimeNanos
          const times: Array<number> = []
          const moves: Readonly<Record<number, number>> = { 11: 1, 23: -2, 38: 1, 44: -1 }
          yield* setCarrier((_, accept) =>
            Effect.gen(function*() {
              const at = yield* Clock.monotonicTimeNanos
              times.push(Number((at - started) / 1_000_000n))
              yield* move(Duration.hours(moves[times.length] ?? 0))
              return yield* accept
            }))
          yield* queue(60, 60)
          yield* drainFor("3 hours", 50)
          assert.strictEqual(times.length, 60)
          for (const [index, at] of times.entries()) assert.isBelow(times.filter((one, i) => i >= index && one < at + 1_000).length, 6)
          // Texts that were claimed when the clock went forward are given back, as after a standstill, and have used their second.
          assert.isBelow(times.at(-1) ?? 0, 15_000)
        }).pipe(Effect.provide(world({ segmentsPerSecond: 5 })))
      ))

    it.effect("a new owner counts what the one before has sent in its last second, to the segment", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* queue(3, 3)
        yield* drain()
        yield* TestClock.adjust("500 millis")
        yield* queue(4, 4)
        yield* drainFor("10 seconds", 50)
        const window = LinePacing.guardWindowMillis
        const [first3, next2, last2] = [(yield* callTimes(started)).slice(0, 3), (yield* callTimes(started)).slice(3, 5), (yield* callTimes(started)).slice(5)]
        assert.deepStrictEqual(first3, [0, 0, 0])
        assert.isTrue(next2.every((at) => at < window) && last2.every((at) => at >= window), `${next2} ${last2}`)
      }).pipe(Effect.provide(world({ segmentsPerSecond: 5 }))))

    it.effect("sixteen calls are out at once, and no more", () =>
      Effect.gen(function*() {
        let out = 0
        let most = 0
        yield* setCarrier((_, accept) =>
          Effect.gen(function*() {
            most = Math.max(most, ++out)
            yield* Effect.sleep(100)
            out--
            return yield* accept
          }))
        yield* queue(50, 50)
        yield* drainFor("10 seconds", 50)
        assert.strictEqual(most, 16)
        isInOrder((yield* FakeCarrier).held, 50)
      }).pipe(Effect.provide(world())))

    it.effect("a number that was taken away while texts waited sends them at the slowest pace", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* queue(3, 3)
        yield* (yield* Directory).removeNumber(first)
        yield* drainFor("10 seconds", 50)
        assert.deepStrictEqual(yield* callTimes(started), [0, 1_050, 2_100])
      }).pipe(Effect.provide(world())))
  })

  describe("a carrier that cannot take a text now", () => {
    it.effect("is tried again, later each time, and has every user's texts in order when it can", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* setCarrier(Fake.isDown)
        const [one, two] = [yield* send("One"), yield* send("Two")]
        yield* drainFor("1 minute", 100)
        const times = yield* callTimes(started)
        assert.isTrue((yield* called).every((body) => body === "One"))
        const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0))
        for (const [index, wait] of waits.entries()) assert.isTrue(wait >= 500 * 2 ** index && wait <= 1_000 * 2 ** index + 100, `${waits}`)
        assert.deepInclude(yield* message(one.messageId), { status: "queued" })
        assert.deepInclude((yield* message(one.messageId)).trouble, { reason: "not_now", detail: "No connection." })
        yield* setCarrier(Fake.accepts)
        yield* drainFor("2 minutes")
        assert.deepStrictEqual(yield* held, ["One", "Two"])
        assert.deepStrictEqual(yield* statuses(one, two), ["sent", "sent"])
        assert.isNull((yield* message(one.messageId)).trouble)
      }).pipe(Effect.provide(world())))

    it.effect("is given the time that it asks for", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* setCarrier(Fake.asksToWait(Duration.seconds(30)))
        yield* send("One")
        yield* drainFor("29 seconds")
        assert.deepStrictEqual(yield* callTimes(started), [0])
        yield* drainFor("2 seconds")
        assert.deepStrictEqual(yield* callTimes(started), [0, 30_000])
      }).pipe(Effect.provide(world())))

    it.effect("is never asked at broken milliseconds", () =>
      Effect.gen(function*() {
        yield* setCarrier(Fake.asksToWait(Duration.micros(1_500n)))
        yield* send("One")
        yield* drain()
        const { backOff } = Option.getOrThrow(yield* (yield* LineStore).get(first))
        assert.isTrue(backOff !== null && Number.isInteger(DateTime.toEpochMillis(backOff.until)))
      }).pipe(Effect.provide(world())))

    it.effect("is left alone by the whole line, and called with one text alone when the wait is over", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* setCarrier(Fake.asksToWait(Duration.seconds(30)))
        yield* queue(200, 200)
        yield* drainFor("175 seconds", "5 seconds")
        // What was out when the first refusal came is sixteen calls at most; from then on it is one at a time.
        const times = yield* callTimes(started)
        assert.strictEqual(times.filter((at) => at === 0).length, 16)
        assert.deepStrictEqual(times.slice(16), [30_000, 60_000, 90_000, 120_000, 150_000])
        assert.deepInclude(yield* (yield* MessageStore).backlog(), { pending: 200 })
        yield* setCarrier(Fake.accepts)
        yield* drainFor("1 minute", 100)
        isInOrder((yield* FakeCarrier).held, 200)
      }).pipe(Effect.provide(world())))

    it.effect("is waited for longer each time, up to five minutes, however many texts there are and whoever owns the line", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        yield* setCarrier(Fake.isDown)
        yield* queue(40, 40)
        for (let owner = 0; owner < 12; owner++) yield* drainFor("5 minutes", "1 second")
        const times = (yield* callTimes(started)).slice(15)
        const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0))
        for (const [index, wait] of waits.entries()) {
          const most = Math.min(1_000 * 2 ** index, 300_000)
          assert.isTrue(wait >= most / 2 && wait <= most + 1_000, `${index}: ${wait}`)
        }
        assert.isAtMost(times.length, 9 + 60 / 2.5)
      }).pipe(Effect.provide(world())))

    it.effect("is believed to take texts again only by one that left after the refusal", () =>
      Effect.gen(function*() {
        const started = yield* DateTime.now
        let calls = 0
        // The first is refused at once, the second is accepted late.
        yield* setCarrier((text, accept) => {
          calls++
          return calls === 1 ? Fake.isDown(text, accept) : calls === 2 ? Effect.andThen(Effect.sleep(100), accept) : calls === 3 ? Fake.isDown(text, accept) : Effect.andThen(Effect.sleep(20), accept)
        })
        yield* queue(20, 20)
        yield* drainFor("1 minute", 50)
        const times = yield* callTimes(started)
        assert.strictEqual(times.filter((at) => at === 0).length, 16)
        const [probe = 0, next = 0] = times.slice(16)
        assert.isTrue(probe >= 500 && next >= probe + 20, `${times}`)
        isInOrder((yield* FakeCarrier).held, 20)
      }).pipe(Effect.provide(world())))

    it.effect("of which five answers in a row are lost is left alone too, so that an outage leaves few texts in doubt", () =>
      Effect.gen(function*() {
        yield* setCarrier(Fake.losesCalls)
        const fake = yield* FakeCarrier
        const { find } = fake
        fake.find = Fake.cannotBeAsked
        yield* queue(100, 100)
        yield* drainFor("10 minutes", "5 seconds")
        assert.isAtMost((yield* called).length, 16 + 12)
        // Each is asked about less and less often, so that the questions are no storm either.
        assert.isAtMost(fake.questions, 28 * 20)
        yield* setCarrier(Fake.accepts)
        fake.find = find
        yield* drainFor("10 minutes", "5 seconds")
        isInOrder((yield* FakeCarrier).held, 100)
      }).pipe(Effect.provide(world())))

    it.effect("that loses four answers is called on: it may be the misfortune of these", () =>
      Effect.gen(function*() {
        let lost = 0
        yield* setCarrier((text, accept) => lost++ < 4 ? Fake.losesAnswers(text, accept) : accept)
        yield* queue(16, 16)
        yield* drain()
        assert.strictEqual((yield* called).length, 16)
        assert.deepInclude(Option.getOrThrow(yield* (yield* LineStore).get(first)), { backOff: null })
      }).pipe(Effect.provide(world())))

    it.effect("and is full for today is tried after midnight, Pacific time", () =>
      Effect.gen(function*() {
        yield* setCarrier(Fake.isFullForToday)
        const { messageId } = yield* send("One")
        const next = yield* drain()
        // 2026-09-21T14:13Z is 07:13 there; its midnight is 07:00Z.
        assert.strictEqual(next === null ? null : DateTime.formatIso(next), "2026-09-22T07:00:00.000Z")
        assert.strictEqual((yield* message(messageId)).status, "queued")
      }).pipe(Effect.provide(world())))

    it.effect("for longer than a day loses the text visibly, and what stands behind it goes on at once", () =>
      Effect.gen(function*() {
        yield* setCarrier(Fake.isDown)
        const { messageId, sessionId } = yield* send("Old")
        yield* drain()
        yield* TestClock.adjust("24 hours")
        const fresh = yield* send("Fresh")
        yield* TestClock.adjust(1)
        yield* setCarrier(Fake.accepts)
        assert.isNull(yield* drain())
        assert.deepStrictEqual(yield* held, ["Fresh"])
        const lost = yield* message(messageId)
        assert.deepInclude(lost, { status: "failed" })
        assert.deepInclude(lost.trouble, { reason: "expired", detail: "The text could not leave within its validity. The last obstacle: No connection." })
        assert.strictEqual(yield* state(sessionId), "ended superseded")
        assert.deepStrictEqual(yield* statuses(fresh), ["sent"])
      }).pipe(Effect.provide(world())))

    it.effect("for an hour, with ten thousand texts in the line, has all of them in order afterwards, once each", () =>
      Effect.gen(function*() {
        const directory = yield* Directory
        yield* setCarrier(Fake.isDown)
        yield* queue(10_000, 2_500)
        yield* drainFor("1 hour", "10 seconds")
        assert.isEmpty(yield* held)
        yield* setCarrier(Fake.accepts)
        yield* directory.putNumber(Samples.number(yield* World.project, { number: first, segmentsPerSecond: 5_000 }))
        yield* drainFor("20 minutes", "1 second")
        isInOrder((yield* FakeCarrier).held, 10_000)
        assert.deepInclude(yield* (yield* MessageStore).backlog(), { pending: 0 })
      }).pipe(Effect.provide(world({ segmentsPerSecond: 0.25 }))), 60_000)
  })

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

  describe("the moment of sending", () => {
    it.effect("looks at consent again, and what was meant for another user behind it goes on", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        const { id } = yield* World.project
        const blocked = yield* send("Blocked")
        yield* consent.put(Samples.optOut(yield* World.project, { userNumber: user, agentNumber: first, projectId: id }))
        const free = yield* send("Free", { userNumber: other })
        yield* drain()
        assert.deepStrictEqual(yield* held, ["Free"])
        assert.deepStrictEqual(yield* statuses(blocked, free), ["suppressed", "sent"])
        assert.strictEqual(yield* state(blocked.sessionId), "ended delivery_failed")
      }).pipe(Effect.provide(world())))

    it.effect("lets all that stands behind withheld texts go without another ring", () =>
      Effect.gen(function*() {
        const consent = yield* ConsentStore
        yield* queue(40, 2)
        yield* consent.put(Samples.optOut(yield* World.project, { userNumber: PhoneNumber.make("+14156660000"), agentNumber: first }))
        assert.isNull(yield* drain())
        assert.strictEqual((yield* held).length, 20)
        assert.deepInclude(yield* (yield* MessageStore).backlog(), { pending: 0 })
      }).pipe(Effect.provide(world())))
  })

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

  it.effect("an owner that stops waits for the calls that are out, and leaves nothing unknown", () =>
    Effect.gen(function*() {
      yield* setCarrier((_, accept) => Effect.andThen(Effect.sleep("3 seconds"), accept))
      const [one, two] = [yield* send("One"), yield* send("Two", { userNumber: third })]
      const owner = yield* Effect.forkChild(Effect.scoped(Effect.flatMap(LineWorker.make(first, () => true), ({ drain }) => drain)))
      yield* TestClock.adjust("1 second")
      const stopping = yield* Effect.forkChild(Fiber.interrupt(owner))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(stopping)
      assert.deepStrictEqual(yield* statuses(one, two), ["sent", "sent"])
    }).pipe(Effect.provide(world())))

  it.effect("lines with a text whose time has come are found by the sweep", () =>
    Effect.gen(function*() {
      const messages = yield* MessageStore
      const due = Effect.flatMap(DateTime.now, (now) => messages.linesDue(now, 10))
      assert.deepStrictEqual(yield* due, [])
      yield* setCarrier(Fake.asksToWait(Duration.seconds(30)))
      yield* send("One")
      assert.deepStrictEqual(yield* due, [first])
      yield* drain()
      assert.deepStrictEqual(yield* due, [])
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* due, [first])
      yield* setCarrier(Fake.accepts)
      yield* drain()
      assert.deepStrictEqual(yield* due, [])
    }).pipe(Effect.provide(world())))
})
