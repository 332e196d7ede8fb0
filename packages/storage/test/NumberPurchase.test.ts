import { assert, describe, it } from "@effect/vitest"
import { DateTime, type Duration, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import type { Country } from "@parley/schema/Country"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { isFinal, type NumberOperation } from "@parley/core/NumberOperation"
import * as NumberProvisioning from "@parley/core/NumberProvisioning"
import * as NumberSteps from "@parley/core/NumberSteps"
import { Directory } from "@parley/core/ports/Directory"
import { OperationStore } from "@parley/core/ports/OperationStore"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import { settleNumbers } from "@parley/core/RegisteredNumbers"
import * as FakeMarket from "./FakeMarket.ts"
import { accountId, connector, first, send, user, world, type WorldOptions } from "./World.ts"

const owner = { accountId, projectId: connector.projectId }
const wish = { country: "US" as Country, type: "local" as const, areaCode: "415", contains: null }
const [cheapest, next, last] = FakeMarket.shelf as [PhoneNumber, PhoneNumber, PhoneNumber]

const requested = (of: Partial<NumberProvisioning.ProvisionRequest> = {}) => ({ owner, environment: "live" as const, wanted: wish, isImport: false, registration: null, campaign: null, ...of })

const accept = (of: Partial<NumberProvisioning.ProvisionRequest> = {}, key: string | null = null) =>
  NumberProvisioning.provision(requested(of), key === null ? null : { key, fingerprint: "same" })

const market = FakeMarket.FakeMarket

const fail = (kind: FakeMarket.Kind, ...faults: ReadonlyArray<FakeMarket.Fault>) =>
  Effect.map(market, (fake) => fake.faults.set(kind, [...faults]))

/** What the owner of operations does while time passes: kills leave the rows as they are, and the next run goes on. */
const carryOut = Effect.fnUntraced(function*(id: NumberOperation["id"], patience: Duration.Input = "1 hour") {
  const until = DateTime.addDuration(yield* DateTime.now, patience)
  const operations = yield* OperationStore
  while (true) {
    yield* Effect.exit(NumberSteps.run(id))
    const operation = Option.getOrThrow(yield* operations.get(id))
    if (isFinal(operation) || DateTime.isGreaterThan(yield* DateTime.now, until)) return operation
    yield* TestClock.adjust("1 second")
  }
})

const provisioned = (number: PhoneNumber) => Effect.flatMap(Directory, (directory) => directory.number(number))

const test = (name: string, body: Effect.Effect<void, unknown, Effect.Services<ReturnType<typeof carryOut>> | Effect.Services<ReturnType<typeof accept>> | FakeMarket.FakeMarket | Directory | RegistrationStore>, options: WorldOptions = {}) =>
  it.effect(name, () => body.pipe(Effect.provide(FakeMarket.layer.pipe(Layer.provideMerge(world(options))))))

const pooled: WorldOptions = { senderPools: [{ environment: "live", id: "MGpool" }] }
const hasPool = Effect.map(market, (fake) => void fake.pools.set("MGpool", new Set()))

describe("a purchase", () => {
  test("buys the first that fits, has its texts brought, and gives it to the environment", Effect.gen(function*() {
    const { operation } = yield* accept()
    assert.deepStrictEqual([operation.stage, operation.number], ["intended", cheapest])
    const done = yield* carryOut(operation.id)
    assert.deepStrictEqual([done.stage, done.carrierId, done.trouble], ["active", "PN1", null])
    const fake = yield* market
    assert.deepStrictEqual(fake.calls, ["search ", `buy ${cheapest}`, "configure PN1"])
    assert.strictEqual(fake.owned.get(cheapest)?.mark, operation.id)
    assert.deepStrictEqual(fake.configured.get("PN1"), { projectId: owner.projectId, environment: "live" })
    assert.deepStrictEqual(yield* provisioned(cheapest), Option.some({
      number: cheapest,
      projectId: owner.projectId,
      environment: "live" as const,
      type: "long_code" as const,
      country: "US" as Country,
      registration: "unregistered" as const,
      segmentsPerSecond: 1
    }))
  }))

  test("makes ready the environment's pool before it pays, and adds the number to it", Effect.gen(function*() {
    yield* hasPool
    const { operation } = yield* accept()
    const done = yield* carryOut(operation.id)
    const fake = yield* market
    assert.strictEqual(done.stage, "active")
    assert.deepStrictEqual(fake.calls, ["search ", "prepare MGpool", `buy ${cheapest}`, "configure PN1", "prepare MGpool", "join PN1 MGpool"])
    assert.deepStrictEqual([...fake.pools.get("MGpool") ?? []], ["PN1"])
  }), pooled)

  test("for a pool that can't be had buys nothing", Effect.gen(function*() {
    const { operation } = yield* accept()
    const done = yield* carryOut(operation.id)
    const fake = yield* market
    assert.deepStrictEqual([done.stage, done.trouble?.detail, fake.purchases], ["failed", "The market says rejected.", 0])
  }), pooled)

  test("that its pool does not take is given back", Effect.gen(function*() {
    yield* hasPool
    yield* fail("join", "rejected")
    const { operation } = yield* accept()
    const done = yield* carryOut(operation.id)
    const fake = yield* market
    assert.deepStrictEqual([done.stage, fake.purchases, fake.releases], ["failed", 1, 1])
  }), pooled)

  for (const [kind, fault] of [["prepare", "killed_after"], ["join", "killed_before"], ["join", "killed_after"], ["join", "lost_after"], ["join", "busy"]] as const) {
    test(`that is ${fault} when it would ${kind} its pool is finished by the next run, and bought once`, Effect.gen(function*() {
      yield* hasPool
      yield* fail(kind, fault)
      const { operation } = yield* accept()
      const done = yield* carryOut(operation.id)
      const fake = yield* market
      assert.deepStrictEqual([done.stage, fake.purchases, [...fake.pools.get("MGpool") ?? []]], ["active", 1, ["PN1"]])
    }), pooled)
  }

  test("goes by the registration that the caller knows of: an approved number is chosen from, at the published pace", Effect.gen(function*() {
    const { operation } = yield* accept({ wanted: cheapest, registration: "approved" })
    yield* carryOut(operation.id)
    assert.strictEqual(Option.getOrThrow(yield* provisioned(cheapest)).segmentsPerSecond, 225)
    assert.strictEqual((yield* send("Hello", { agentNumber: cheapest, userNumber: PhoneNumber.make("+12125550111") })).agentNumber, cheapest)
  }))

  test("under a campaign is chosen from as soon as that is approved, and not before", Effect.gen(function*() {
    const store = yield* RegistrationStore
    const project = { ...Samples.project(), id: owner.projectId, accountId }
    const brand = Samples.registration(project, Samples.brandFiling, { state: "approved", carrierId: "BN1", trustScore: 60 })
    const campaign = Samples.registration(project, Samples.campaignFiling(brand.id), { state: "in_review", carrierId: "QE1", poolId: "MG1", dueAt: Samples.at(3_600_000) })
    yield* store.insert(brand)
    yield* store.insert(campaign)
    const { operation } = yield* accept({ wanted: cheapest, campaign: campaign.id })
    yield* carryOut(operation.id)
    const bought = Effect.map(provisioned(cheapest), (number) => Option.getOrThrow(number))
    assert.strictEqual((yield* bought).registration, "pending")
    assert.isTrue(Option.exists(yield* store.get(campaign.id), ({ dueAt }) => dueAt !== null && DateTime.toEpochMillis(dueAt) < Samples.epochMillis + 3_600_000))
    const text = send("Hello", { agentNumber: cheapest, userNumber: PhoneNumber.make("+12125550111") })
    assert.strictEqual((yield* Effect.flip(text))._tag, "NoneEligible")
    yield* store.putNumber({ ...Option.getOrThrow(yield* store.number(cheapest)), attachedAt: Samples.at(0) })
    const approved = { ...campaign, state: "approved" as const }
    yield* store.update(approved)
    yield* settleNumbers(approved)
    assert.deepStrictEqual([(yield* bought).registration, (yield* bought).segmentsPerSecond], ["approved", 120])
    assert.strictEqual((yield* text).agentNumber, cheapest)
    const wrong = (of: Partial<NumberProvisioning.ProvisionRequest>) => Effect.map(Effect.flip(accept(of)), ({ _tag }) => _tag)
    assert.strictEqual(yield* wrong({ campaign: brand.id }), "CampaignNotFit")
    assert.strictEqual(yield* wrong({ campaign: campaign.id, wanted: { ...wish, type: "toll_free" } }), "CampaignNotFit")
  }))

  test("with a key that came before is the same purchase", Effect.gen(function*() {
    const one = yield* accept({}, "k")
    const again = yield* accept({}, "k")
    assert.deepStrictEqual([again.operation.id, one.replayed, again.replayed], [one.operation.id, false, true])
    yield* carryOut(one.operation.id)
    assert.strictEqual((yield* accept({}, "k")).operation.stage, "active")
    assert.strictEqual((yield* market).purchases, 1)
  }))

  test("beside another takes another number", Effect.gen(function*() {
    const one = yield* accept()
    const other = yield* accept()
    assert.deepStrictEqual([one.operation.number, other.operation.number], [cheapest, next])
  }))

  test("of a number that is taken is refused with who has it", Effect.gen(function*() {
    const taken = (of: Partial<NumberProvisioning.ProvisionRequest>) =>
      Effect.map(Effect.flip(accept(of)), (failure) => failure._tag === "NumberTaken" ? failure.by : failure._tag)
    assert.strictEqual(yield* taken({ wanted: first }), "project")
    const { operation } = yield* accept({ wanted: cheapest })
    assert.strictEqual(yield* taken({ wanted: cheapest }), "operation")
    yield* carryOut(operation.id)
    assert.strictEqual(yield* taken({ wanted: cheapest }), "account")
    assert.strictEqual(yield* taken({ wanted: { ...wish, contains: "999" } }), "NothingForSale")
    assert.strictEqual(yield* taken({ wanted: next, isImport: true }), "NotOnAccount")
    const fake = yield* market
    fake.address = null
    assert.strictEqual(yield* taken({}), "NoInboundAddress")
    assert.strictEqual(fake.purchases, 1)
  }))

  test("tries the next number when somebody else was quicker, and the fifth is the last", Effect.gen(function*() {
    yield* fail("buy", "gone", "gone")
    const { operation } = yield* accept()
    const done = yield* carryOut(operation.id)
    assert.deepStrictEqual([done.stage, done.number, done.tried], ["active", cheapest, 3])
    yield* fail("buy", "gone", "gone", "gone", "gone", "gone")
    const lost = yield* carryOut((yield* accept()).operation.id)
    assert.deepStrictEqual([lost.stage, lost.tried, lost.trouble?.detail], ["failed", 5, "The market says not_for_sale."])
    assert.strictEqual((yield* market).purchases, 1)
  }))

  test("of one number by name does not turn into another's", Effect.gen(function*() {
    yield* fail("buy", "gone")
    const done = yield* carryOut((yield* accept({ wanted: cheapest })).operation.id)
    assert.strictEqual(done.stage, "failed")
    assert.strictEqual((yield* market).purchases, 0)
  }))

  test("that the carrier refuses fails at once, before anything was bought", Effect.gen(function*() {
    yield* fail("buy", "refused")
    const done = yield* carryOut((yield* accept()).operation.id)
    assert.deepStrictEqual([done.stage, done.trouble?.detail], ["failed", "The market says refused."])
    assert.deepStrictEqual((yield* market).calls, ["search ", `buy ${cheapest}`])
  }))

  test("whose webhook is not accepted gives the number back", Effect.gen(function*() {
    yield* fail("configure", "rejected")
    yield* fail("release", "busy", "killed_after")
    const done = yield* carryOut((yield* accept()).operation.id)
    assert.deepStrictEqual([done.stage, done.trouble], ["failed", { code: "21502", detail: "The market says rejected." }])
    const fake = yield* market
    assert.deepStrictEqual([fake.purchases, fake.releases, fake.owned.size], [1, 1, 0])
    assert.isTrue(Option.isNone(yield* provisioned(cheapest)))
  }))

  test("whose number was given to others meanwhile gives it back", Effect.gen(function*() {
    const { operation } = yield* accept()
    const directory = yield* Directory
    yield* directory.putNumber({ ...Option.getOrThrow(yield* directory.number(first)), number: cheapest, environment: "sandbox" })
    const done = yield* carryOut(operation.id)
    assert.strictEqual(done.stage, "failed")
    assert.deepStrictEqual([(yield* market).purchases, (yield* market).releases], [1, 1])
    assert.strictEqual(Option.getOrThrow(yield* provisioned(cheapest)).environment, "sandbox")
  }))

  test("waits for a carrier that refuses once the number is bought: an operator has to act", Effect.gen(function*() {
    yield* fail("configure", "refused", "refused", "busy", "lost_after")
    const done = yield* carryOut((yield* accept()).operation.id)
    assert.deepStrictEqual([done.stage, (yield* market).purchases], ["active", 1])
  }))

  test("that nobody heard of again is proven absent before another number is tried", Effect.gen(function*() {
    yield* fail("buy", "lost_before")
    const { operation } = yield* accept()
    const fake = yield* market
    fake.forSale = [next, last]
    const waiting = yield* carryOut(operation.id, "9 minutes")
    assert.deepStrictEqual([waiting.stage, waiting.number, fake.purchases], ["intended", cheapest, 0])
    const done = yield* carryOut(operation.id)
    assert.deepStrictEqual([done.stage, done.number, fake.purchases], ["active", next, 1])
  }))
})

describe("a purchase that is cut off", () => {
  const cuts: ReadonlyArray<readonly [string, "buy" | "find" | "configure", ReadonlyArray<FakeMarket.Fault>]> = [
    ["before the carrier heard of it", "buy", ["killed_before"]],
    ["after the carrier sold, before it was recorded", "buy", ["killed_after"]],
    ["again and again, sold the first time", "buy", ["killed_after", "killed_after", "killed_before"]],
    ["by an answer that was lost on its way", "buy", ["lost_after"]],
    ["by a call that was lost on its way", "buy", ["lost_before", "lost_before"]],
    ["by a carrier that is busy", "buy", ["busy", "busy"]],
    ["while it is set up", "configure", ["killed_before"]],
    ["after it was set up, before that was recorded", "configure", ["killed_after", "lost_after", "busy"]]
  ]
  for (const [when, kind, faults] of cuts) {
    test(`${when} is finished by the next run, and buys once`, Effect.gen(function*() {
      yield* fail(kind, ...faults)
      const { operation } = yield* accept()
      const done = yield* carryOut(operation.id)
      assert.deepStrictEqual([done.stage, done.number], ["active", cheapest])
      const fake = yield* market
      assert.deepStrictEqual([fake.purchases, fake.owned.size, fake.releases], [1, 1, 0])
      assert.isTrue(Option.isSome(yield* provisioned(cheapest)))
    }))
  }

  test("and whose number can't be looked up for long buys no second one", Effect.gen(function*() {
    yield* fail("buy", "lost_after")
    yield* fail("find", "busy", "lost_before", "killed_before", "refused", "busy", "busy", "busy", "busy")
    const done = yield* carryOut((yield* accept()).operation.id)
    assert.deepStrictEqual([done.stage, (yield* market).purchases], ["active", 1])
    assert.strictEqual((yield* market).calls.filter((call) => call.startsWith("buy")).length, 1)
  }))
})

describe("an import", () => {
  const owned = Effect.map(market, (fake) => fake.owned.set(user, { carrierId: "PN7", number: user, type: "long_code", mms: null, mark: "Front desk" }))

  for (const faults of [[], ["killed_before"], ["killed_after"], ["lost_after", "busy"]] as ReadonlyArray<ReadonlyArray<FakeMarket.Fault>>) {
    test(`sets a number of the account up, and buys nothing (${faults.join(", ") || "undisturbed"})`, Effect.gen(function*() {
      yield* owned
      yield* fail("find")
      yield* fail("configure", ...faults)
      const { operation } = yield* accept({ wanted: user, isImport: true, environment: "sandbox" })
      const done = yield* carryOut(operation.id)
      assert.deepStrictEqual([done.kind, done.stage, done.carrierId], ["import", "active", "PN7"])
      assert.strictEqual(Option.getOrThrow(yield* provisioned(user)).environment, "sandbox")
      assert.deepStrictEqual([(yield* market).purchases, (yield* market).owned.get(user)?.mark], [0, "Front desk"])
    }))
  }

  test("that fails leaves the number with the account", Effect.gen(function*() {
    yield* owned
    yield* fail("configure", "rejected")
    const done = yield* carryOut((yield* accept({ wanted: user, isImport: true })).operation.id)
    assert.deepStrictEqual([done.stage, (yield* market).owned.size, (yield* market).releases], ["failed", 1, 0])
  }))

  test("of a number that is here already tells of its registration, and keeps the rest", Effect.gen(function*() {
    yield* owned
    yield* carryOut((yield* accept({ wanted: user, isImport: true })).operation.id)
    assert.strictEqual(Option.getOrThrow(yield* provisioned(user)).segmentsPerSecond, 1)
    yield* carryOut((yield* accept({ wanted: user, isImport: true, registration: "approved" })).operation.id)
    const now = Option.getOrThrow(yield* provisioned(user))
    assert.deepStrictEqual([now.registration, now.segmentsPerSecond], ["approved", 225])
    const elsewhere = yield* Effect.flip(accept({ wanted: user, isImport: true, environment: "sandbox" }))
    assert.strictEqual(elsewhere._tag, "NumberTaken")
  }))
})

test("a plan tells the steps and the price, and neither buys nor writes", Effect.gen(function*() {
  const plan = yield* NumberProvisioning.plan(requested())
  assert.deepStrictEqual(plan, {
    number: cheapest,
    steps: [
      `Buy ${cheapest} (long_code, US) from the carrier, bearing the operation's id.`,
      "Have the carrier bring its texts to https://sms.example.com/sms",
      `Let project ${owner.projectId} text from it in live, at 1 segment a second (registration unregistered).`,
      "Carriers block its texts until it is under an approved campaign: name one, or put it under one later."
    ],
    monthlyPrice: null
  })
  const named = yield* NumberProvisioning.plan(requested({ wanted: next, registration: "approved" }))
  assert.deepStrictEqual([named.number, named.steps.length], [next, 3])
  assert.strictEqual((yield* Effect.flip(NumberProvisioning.plan(requested({ wanted: PhoneNumber.make("+14155559999") }))))._tag, "NothingForSale")
  const fake = yield* market
  assert.deepStrictEqual([fake.purchases, (yield* (yield* OperationStore).due(yield* DateTime.now, 10)).length], [0, 0])
}))
