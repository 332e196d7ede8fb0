/** What a brand may send in a Pacific day, kept by the lines of its numbers; and what a refusal of a text makes of its number. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import type { MessageId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { SenderVerdict } from "@parley/core/ports/Carrier"
import { defaultRegistrationTimes, heard, registers } from "@parley/core/CarrierRegistration"
import * as Operators from "@parley/core/Operators"
import { Directory } from "@parley/core/ports/Directory"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import * as QuietHolds from "@parley/core/QuietHolds"
import * as Receipts from "@parley/core/Receipts"
import { settleNumbers, waiting } from "@parley/core/RegisteredNumbers"
import { FakeCarrier } from "./FakeCarrier.ts"
import { accountId, activeSession, connector, drain, first, message, second, send, text, user, world, type World } from "./World.ts"

const project = { ...Samples.project(), id: connector.projectId, accountId }

/** An approved campaign with both numbers, of a brand that may send so many segments a day. */
const registered = Effect.fnUntraced(function*(dailySegments: number) {
  const store = yield* RegistrationStore
  const now = yield* DateTime.now
  const brand = Samples.registration(project, { ...Samples.brandFiling, dailySegments } as typeof Samples.brandFiling, { state: "approved", carrierId: "BN1", trustScore: 80 })
  const campaign = Samples.registration(project, Samples.campaignFiling(brand.id), { state: "approved", carrierId: "QE1", poolId: "MG1", changedAt: now, dueAt: DateTime.add(now, { hours: 6 }) })
  yield* store.insert(brand)
  yield* store.insert(campaign)
  for (const number of [first, second]) yield* store.putNumber({ ...registers(number, campaign.id), attachedAt: now })
  yield* settleNumbers(campaign)
  return { brand, campaign }
})

const at = (iso: string) => TestClock.setTime(DateTime.toEpochMillis(DateTime.makeUnsafe(iso)))
const user2 = (i: number) => PhoneNumber.make(`+1415555${String(2000 + i)}`)
const sendTo = (i: number, of: object = {}) => Effect.map(send("Hello", { userNumber: user2(i), ...of }), ({ messageId }) => messageId)
const held = Effect.fnUntraced(function*(id: MessageId) {
  const { heldUntil, status, trouble } = yield* message(id)
  return [status, heldUntil === null ? null : DateTime.formatIso(heldUntil), trouble?.reason ?? null]
})
const statuses = (ids: ReadonlyArray<MessageId>) => Effect.forEach(ids, (id) => Effect.map(message(id), ({ status }) => status))
const number = (of: PhoneNumber) => Effect.map(Effect.flatMap(Directory, (directory) => directory.number(of)), Option.getOrThrow)

const test = (name: string, body: Effect.Effect<void, unknown, World>) => it.effect(name, () => body.pipe(Effect.provide(world())))

describe("a daily cap", () => {
  test("keeps what is over it until the next Pacific midnight, visibly, and then it leaves", Effect.gen(function*() {
    yield* at("2026-11-24T18:00:00Z")
    yield* registered(3)
    const ids = yield* Effect.forEach([1, 2, 3, 4, 5], (i) => sendTo(i))
    yield* drain()
    assert.deepStrictEqual(yield* statuses(ids), ["sent", "sent", "sent", "queued", "queued"])
    const over = ids[3] ?? assert.fail("no text")
    assert.deepStrictEqual(yield* held(over), ["queued", "2026-11-25T08:00:00.000Z", "daily_cap"])
    assert.strictEqual((yield* message(over)).trouble?.detail, "The 3 segments that brand BN1 may send in a day are used up. It goes after midnight Pacific time.")
    yield* at("2026-11-25T07:59:59Z")
    assert.strictEqual(yield* QuietHolds.releaseDue(100), 0)
    yield* at("2026-11-25T08:00:00Z")
    assert.strictEqual(yield* QuietHolds.releaseDue(100), 2)
    yield* drain()
    assert.deepStrictEqual(yield* statuses(ids), ["sent", "sent", "sent", "sent", "sent"])
    assert.strictEqual((yield* FakeCarrier).calls.length, 5)
  }))

  test("counts all numbers of the brand together, on a day of 25 hours too", Effect.gen(function*() {
    yield* at("2026-11-01T07:30:00Z")
    yield* registered(2)
    const [one, two] = [yield* sendTo(1), yield* sendTo(2, { agentNumber: second })]
    yield* drain()
    yield* drain(second)
    assert.deepStrictEqual(yield* statuses([one, two]), ["sent", "sent"])
    yield* at("2026-11-02T07:30:00Z")
    const late = yield* sendTo(3, { agentNumber: second })
    yield* drain(second)
    assert.deepStrictEqual(yield* held(late), ["queued", "2026-11-02T08:00:00.000Z", "daily_cap"])
  }))

  test("is of US users alone, and never keeps the reply to a keyword", Effect.gen(function*() {
    yield* at("2026-11-24T18:00:00Z")
    yield* registered(1)
    yield* sendTo(1)
    yield* drain()
    const british = yield* sendTo(0, { userNumber: PhoneNumber.make("+447700900123") })
    yield* text("STOP")
    yield* drain()
    assert.deepStrictEqual(yield* statuses([british]), ["sent"])
    const { calls } = yield* FakeCarrier
    assert.isTrue(calls.some(({ text }) => text.to === user && text.body.startsWith("You have been unsubscribed")))
  }))

  test("that the carrier says is reached keeps the rest of the day, and yesterday's report says nothing of today", Effect.gen(function*() {
    yield* at("2026-11-24T18:00:00Z")
    yield* registered(1_000)
    const one = yield* sendTo(1)
    yield* drain()
    yield* report(one, "daily_cap_reached", "30023")
    const two = yield* sendTo(2)
    yield* drain()
    assert.deepStrictEqual(yield* held(two), ["queued", "2026-11-25T08:00:00.000Z", "daily_cap"])
    yield* at("2026-11-25T08:00:00Z")
    yield* QuietHolds.releaseDue(100)
    yield* drain()
    assert.deepStrictEqual(yield* statuses([two]), ["sent"])
    yield* at("2026-11-26T08:00:00Z")
    yield* report(two, "daily_cap_reached", "30023")
    const three = yield* sendTo(3)
    yield* drain()
    assert.deepStrictEqual(yield* statuses([three]), ["sent"])
  }))
})

/** A person writes in the user's session, which asks for no registration. */
const sendByHand = Effect.gen(function*() {
  const session = Option.getOrThrow(yield* activeSession)
  return (yield* Operators.speak(accountId, session.id, { text: "Hello", mediaUrls: [] }, null)).message.id
})

const report = Effect.fnUntraced(function*(id: MessageId, sender: SenderVerdict, code: string) {
  const { carrierId } = yield* message(id)
  yield* Receipts.record({ projectId: project.id, environment: "live", carrierId: carrierId ?? "", messageId: id, status: "undelivered", code, detail: "No.", sender })
})

describe("a text that is refused for its sender's registration", () => {
  const verdicts: ReadonlyArray<readonly [SenderVerdict, string, string]> = [["unregistered", "30034", "unregistered"], ["being_set_up", "30035", "pending"], ["suspended", "30033", "suspended"], ["unregistered", "30032", "unregistered"]]
  for (const [verdict, code, registration] of verdicts) {
    test(`with ${code} takes a number that nobody has registered here out of the choice, until somebody says better`, Effect.gen(function*() {
      const id = yield* sendTo(1)
      yield* drain()
      yield* report(id, verdict, code)
      assert.strictEqual((yield* number(first)).registration, registration)
      assert.strictEqual((yield* Effect.flip(send("Hello", { userNumber: user2(2) })))._tag, "NoneEligible")
      assert.strictEqual((yield* send("Hello", { userNumber: user2(2), agentNumber: null })).agentNumber, second)
    }))
  }

  test("takes a number of an approved campaign out of the choice for an hour, and the campaign is asked about then", Effect.gen(function*() {
    yield* at("2026-11-24T18:00:00Z")
    const { campaign } = yield* registered(1_000)
    yield* TestClock.adjust("1 minute")
    const [id, other] = [yield* sendTo(1), yield* sendTo(2)]
    yield* drain()
    yield* report(id, "being_set_up", "30035")
    assert.strictEqual((yield* number(first)).registration, "pending")
    assert.strictEqual((yield* number(second)).registration, "approved")
    assert.match((yield* waiting(yield* number(first))) ?? "", /^Waiting for campaign QE1: the carrier refused a text of this number \(30035\), which is left alone until 2026-11-24T19:01/u)
    const store = yield* RegistrationStore
    const dueAt = Effect.map(store.get(campaign.id), (found) => DateTime.formatIso(Option.getOrThrow(found).dueAt ?? DateTime.makeUnsafe(0)).slice(0, 16))
    assert.strictEqual(yield* dueAt, "2026-11-24T19:01")
    yield* report(other, "unregistered", "30034")
    assert.strictEqual((yield* number(first)).registration, "pending")
    yield* TestClock.adjust("1 hour")
    yield* settleNumbers(heard(Option.getOrThrow(yield* store.get(campaign.id)), { state: "approved", trustScore: null, trouble: null }, defaultRegistrationTimes, yield* DateTime.now))
    assert.deepInclude(yield* number(first), { registration: "approved", segmentsPerSecond: 112.5 })
  }))

  test("says nothing of a number whose campaign is in review: it is expected", Effect.gen(function*() {
    yield* at("2026-11-24T18:00:00Z")
    const { campaign } = yield* registered(1_000)
    const store = yield* RegistrationStore
    const reviewed = { ...campaign, state: "in_review" as const }
    yield* store.update(reviewed)
    yield* settleNumbers(reviewed)
    yield* TestClock.adjust("1 minute")
    const id = (yield* text("Hi"))._tag === "Conversed" ? yield* sendByHand : assert.fail("the text opened nothing")
    yield* drain()
    yield* report(id, "unregistered", "30034")
    assert.strictEqual(yield* waiting(yield* number(first)), "Waiting for campaign QE1, which is in review.")
  }))

  test("for a suspension has the campaign asked about at once, and a text from before the approval says nothing", Effect.gen(function*() {
    yield* at("2026-11-24T18:00:00Z")
    const early = yield* sendTo(1)
    yield* drain()
    yield* TestClock.adjust("1 minute")
    const { campaign } = yield* registered(1_000)
    yield* report(early, "unregistered", "30034")
    assert.strictEqual((yield* number(first)).registration, "approved")
    const late = yield* sendTo(2)
    yield* drain()
    yield* report(late, "suspended", "30033")
    assert.strictEqual((yield* number(first)).registration, "suspended")
    const found = Option.getOrThrow(yield* (yield* RegistrationStore).get(campaign.id))
    assert.deepStrictEqual(found.dueAt, yield* DateTime.now)
  }))
})
