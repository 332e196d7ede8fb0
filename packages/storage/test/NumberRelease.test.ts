import { assert, describe, it } from "@effect/vitest"
import { DateTime, type Duration, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { isFinal, type NumberOperation } from "@parley/core/NumberOperation"
import * as NumberProvisioning from "@parley/core/NumberProvisioning"
import * as NumberSteps from "@parley/core/NumberSteps"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { OperationStore } from "@parley/core/ports/OperationStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as Samples from "@parley/conformance/Samples"
import * as FakeMarket from "./FakeMarket.ts"
import { accountId, connector, conversed, converse, drain, drainAll, first, history, second, send, session, state, text, told, user, world, type WorldOptions } from "./World.ts"

const owner = { accountId, projectId: connector.projectId }
const market = FakeMarket.FakeMarket

/** The account has the number that is to be given up. */
const owned = Effect.map(market, (fake) => fake.owned.set(first, { carrierId: "PN1", number: first, type: "long_code", mms: null, mark: "" }))

const release = NumberProvisioning.release(owner, first)

const run = Effect.fnUntraced(function*(id: NumberOperation["id"]) {
  yield* Effect.exit(NumberSteps.run(id))
  return Option.getOrThrow(yield* (yield* OperationStore).get(id))
})

const carryOut = Effect.fnUntraced(function*(id: NumberOperation["id"], patience: Duration.Input = "1 hour") {
  const until = DateTime.addDuration(yield* DateTime.now, patience)
  while (true) {
    const operation = yield* run(id)
    if (isFinal(operation) || DateTime.isGreaterThan(yield* DateTime.now, until)) return operation
    yield* TestClock.adjust("1 second")
  }
})

const isGone = Effect.map(Effect.flatMap(Directory, (directory) => directory.number(first)), Option.isNone)

const test = (
  name: string,
  body: Effect.Effect<void, unknown, Effect.Services<ReturnType<typeof run>> | Layer.Success<ReturnType<typeof world>> | FakeMarket.FakeMarket>,
  options: WorldOptions = {}
) => it.effect(name, () => Effect.andThen(owned, body).pipe(Effect.provide(FakeMarket.layer.pipe(Layer.provideMerge(world(options))))))

describe("a release", () => {
  test("hands the conversations to another number, lets what waits leave, and gives the number back", Effect.gen(function*() {
    const sent = yield* send("Hello")
    const operation = yield* release
    assert.strictEqual(operation.stage, "intended")
    const waiting = yield* run(operation.id)
    assert.deepStrictEqual([waiting.stage, waiting.trouble?.detail], ["draining", "1 text has yet to leave from the number."])
    assert.strictEqual((yield* session(sent.sessionId)).agentNumber, second)
    assert.deepStrictEqual([yield* isGone, (yield* market).releases], [false, 0])

    yield* drain(first)
    const done = yield* carryOut(operation.id)
    assert.deepStrictEqual([done.stage, done.trouble, done.dueAt], ["released", null, null])
    assert.deepStrictEqual([yield* isGone, (yield* market).releases, (yield* market).owned.size], [true, 1, 0])
    const [opening] = yield* history(sent.sessionId)
    assert.deepStrictEqual([opening?.agentNumber, opening?.status], [first, "sent"])

    // The user answers the number that took over.
    const id = conversed(yield* text("Hi", { to: second }))
    assert.strictEqual(id, sent.sessionId)
    yield* converse(id)
    yield* drainAll
    assert.deepStrictEqual(yield* told(id), ["api: Hello (sent)", "user: Hi", "agent: re: Hi (sent)"])
    assert.strictEqual((yield* history(id)).at(-1)?.agentNumber, second)
  }))

  test("takes the number out of the pool before anything else, and leaves a number open that the carrier has yet to tell", Effect.gen(function*() {
    const fake = yield* market
    fake.pools.set("MGpool", new Set(["PN1", "PN2"]))
    const users = ["+14155550131", "+14155550132", "+14155550133", "+14155550134", "+14155550135", "+14155550136"].map((each) => PhoneNumber.make(each))
    const sent = yield* Effect.forEach(users, (userNumber) => send("Hello", { userNumber, agentNumber: null }))
    const onFirst = sent.find(({ agentNumber }) => agentNumber === first)
    if (onFirst === undefined) return assert.fail("none of the texts waits in the first number's line")
    const operation = yield* release
    yield* run(operation.id)
    assert.deepStrictEqual([...fake.pools.get("MGpool") ?? []], ["PN2"])
    assert.deepInclude(yield* session(onFirst.sessionId), { agentNumber: second, pool: "MGpool" })
    yield* drain(first)
    assert.strictEqual((yield* carryOut(operation.id)).stage, "released")
    assert.deepStrictEqual(fake.calls, [`find ${first}`, "leave PN1 MGpool", "release PN1"])
  }), { senderPools: [{ environment: "live", id: "MGpool" }] })

  test("sends nothing new from the number from the first moment on", Effect.gen(function*() {
    yield* release
    assert.strictEqual((yield* send("Hello", { agentNumber: null })).agentNumber, second)
    assert.strictEqual((yield* Effect.flip(send("Hello")))._tag, "NoneEligible")
  }))

  test("takes the texts that still come to the number, and hands their conversations over again", Effect.gen(function*() {
    const sent = yield* send("Hello")
    const operation = yield* release
    yield* run(operation.id)
    yield* text("To the old one")
    assert.strictEqual((yield* session(sent.sessionId)).agentNumber, first)
    yield* drain(first)
    yield* carryOut(operation.id)
    assert.strictEqual((yield* session(sent.sessionId)).agentNumber, second)
    yield* converse(sent.sessionId)
    assert.strictEqual((yield* history(sent.sessionId)).at(-1)?.agentNumber, second)
  }))

  test("ends a conversation that no other number can have, and says why", Effect.gen(function*() {
    const id = conversed(yield* text("Hi"))
    yield* carryOut((yield* release).id)
    assert.strictEqual(yield* state(id), "ended operator_end")
    assert.strictEqual((yield* session(id)).endDetail, "Its number was released, and no other number of the environment can text the user.")
  }), { numbers: [{ number: first }, { number: second, environment: "sandbox" }] })

  test("gives no conversation to a number that the user has opted out of", Effect.gen(function*() {
    const id = conversed(yield* text("Hi"))
    yield* (yield* ConsentStore).put(Samples.optOut(Samples.project({ id: owner.projectId, accountId }), { userNumber: user, agentNumber: second }))
    yield* carryOut((yield* release).id)
    assert.strictEqual(yield* state(id), "ended operator_end")
  }))

  test("goes through any number of conversations", Effect.gen(function*() {
    const sessions = yield* SessionStore
    const of = { accountId, projectId: owner.projectId, agentNumber: first }
    const open = Array.from({ length: 120 }, () => Samples.textedSession(of))
    yield* Effect.forEach(open, (each) => sessions.insert(each, null), { discard: true })
    yield* carryOut((yield* release).id)
    const now = yield* Effect.forEach(open, ({ id }) => Effect.map(session(id), ({ agentNumber }) => agentNumber))
    assert.deepStrictEqual([...new Set(now)], [second])
  }))

  test("that is asked for again is the same one", Effect.gen(function*() {
    const one = yield* release
    assert.strictEqual((yield* release).id, one.id)
    yield* carryOut(one.id)
    assert.strictEqual((yield* Effect.flip(release))._tag, "NumberNotFound")
    assert.strictEqual((yield* Effect.flip(NumberProvisioning.release({ ...owner, projectId: Samples.projectId() }, second)))._tag, "NumberNotFound")
  }))

  test("of a number that the carrier account does not have takes it from the project alone", Effect.gen(function*() {
    const fake = yield* market
    fake.owned.clear()
    const done = yield* carryOut((yield* release).id)
    assert.deepStrictEqual([done.stage, yield* isGone, fake.calls.filter((call) => call.startsWith("release"))], ["released", true, []])
  }))

  const cuts: ReadonlyArray<readonly [string, "find" | "release", ReadonlyArray<FakeMarket.Fault>]> = [
    ["while the carrier is asked for the number", "find", ["killed_before", "busy", "killed_after", "refused"]],
    ["before the carrier got it back", "release", ["killed_before", "lost_before", "busy"]],
    ["after the carrier got it back, before that was recorded", "release", ["killed_after", "lost_after", "killed_after"]],
    ["by a carrier that does not take it back", "release", ["rejected", "refused", "rejected"]]
  ]
  for (const [when, kind, faults] of cuts) {
    test(`that is cut off ${when} is finished by the next run`, Effect.gen(function*() {
      const id = conversed(yield* text("Hi"))
      const fake = yield* market
      fake.faults.set(kind, [...faults])
      const done = yield* carryOut((yield* release).id)
      assert.deepStrictEqual([done.stage, fake.releases, yield* isGone], ["released", 1, true])
      assert.strictEqual((yield* session(id)).agentNumber, second)
    }))
  }

  test("of a number that is being bought waits for nobody: it is refused", Effect.gen(function*() {
    yield* NumberProvisioning.provision({ owner, environment: "live", wanted: first, isImport: true, registration: null, campaign: null }, null)
    const refusal = yield* Effect.flip(release)
    assert.deepStrictEqual([refusal._tag, refusal._tag === "NumberTaken" && refusal.by], ["NumberTaken", "operation"])
    assert.strictEqual((yield* Effect.flip(NumberProvisioning.release(owner, PhoneNumber.make("+12125550100"))))._tag, "NumberNotFound")
  }))
})
