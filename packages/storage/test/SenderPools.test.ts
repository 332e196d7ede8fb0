import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as LostReceipts from "@parley/core/LostReceipts"
import * as Operators from "@parley/core/Operators"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import * as Receipts from "@parley/core/Receipts"
import type { MessageStatus } from "@parley/schema/Conversation"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { FakeCarrier, losesAnswers, optedOut } from "./FakeCarrier.ts"
import * as World from "./World.ts"

const { accountId, drain, first, history, message, second, session, state, text } = World

/** In the carrier's pool, and not declared here. */
const stranger = PhoneNumber.make("+14155550009")

const world = (options: World.WorldOptions = {}) => World.world({ senderPools: [{ environment: "live", id: "MGpool" }], ...options })
const send = (words: string, of: Parameters<typeof World.send>[1] = {}) => World.send(words, { agentNumber: null, ...of })

const receipt = Effect.fnUntraced(function*(of: string | null, status: MessageStatus, from: PhoneNumber | null, optedOut = false) {
  const { id: projectId } = yield* World.project
  return yield* Receipts.record({ projectId, environment: "live", carrierId: of ?? "", messageId: null, status, from, code: optedOut ? "21610" : null, detail: null, optedOut })
})

/** A text that the carrier has taken without saying from which number. `expected`: whose line it waited in. */
const taken = Effect.fnUntraced(function*(words = "Hello") {
  const accepted = yield* send(words)
  yield* drain(accepted.agentNumber)
  const { carrierId } = yield* message(accepted.messageId)
  return { ...accepted, carrierId, expected: accepted.agentNumber, other: accepted.agentNumber === first ? second : first }
})

describe("A send of an environment with a pool", () => {
  it.effect("names the pool, tells that the carrier chooses, and waits in the line of the number that is expected", () =>
    Effect.gen(function*() {
      const { agentNumber, messageId, reasons, sessionId } = yield* send("Hello")
      assert.deepEqual(reasons, [{ criterion: "carrier_chooses", from: 2, to: 2 }])
      assert.deepInclude(yield* session(sessionId), { agentNumber, pool: "MGpool" })
      assert.deepInclude(yield* message(messageId), { agentNumber, pool: "MGpool", status: "queued" })
      yield* drain(agentNumber)
      assert.deepInclude((yield* FakeCarrier).calls[0]?.text, { pool: "MGpool", from: agentNumber })
    }).pipe(Effect.provide(world())))

  it.effect("to a number that the caller names leaves from it, as without a pool", () =>
    Effect.gen(function*() {
      const { messageId, reasons } = yield* send("Hello", { agentNumber: second })
      assert.deepEqual(reasons.map(({ criterion }) => criterion), ["agent_number"])
      assert.deepInclude(yield* message(messageId), { agentNumber: second, pool: null })
    }).pipe(Effect.provide(world())))

  it.effect("of another environment's pool is chosen here", () =>
    Effect.gen(function*() {
      const { messageId } = yield* send("Hello")
      assert.isNull((yield* message(messageId)).pool)
    }).pipe(Effect.provide(world({ senderPools: [{ environment: "sandbox", id: "MGpool" }] }))))
})

describe("The number that the carrier chose", () => {
  it.effect("is learned from a receipt, and the conversation stays with it", () =>
    Effect.gen(function*() {
      const { carrierId, messageId, other, sessionId } = yield* taken()
      yield* receipt(carrierId, "sent", other)
      assert.deepInclude(yield* message(messageId), { agentNumber: other, pool: null, status: "sent" })
      assert.deepInclude(yield* session(sessionId), { agentNumber: other, pool: null })
      const { message: remark } = yield* Operators.speak(accountId, sessionId, { text: "One more thing" }, null)
      assert.deepInclude(remark, { agentNumber: other, pool: null })
      const again = yield* send("And tomorrow")
      assert.strictEqual(again.agentNumber, other)
      assert.strictEqual(again.reasons[0]?.criterion, "last_talked_with")
      assert.isNull((yield* message(again.messageId)).pool)
    }).pipe(Effect.provide(world())))

  it.effect("is learned from a receipt that comes before the call's answer, and from a repeated one only once", () =>
    Effect.gen(function*() {
      const carrier = yield* FakeCarrier
      carrier.send = (_, accept) =>
        Effect.gen(function*() {
          const accepted = yield* accept
          const { id: projectId } = yield* World.project
          const sent = carrier.calls[0]?.text
          yield* Receipts.record({ projectId, environment: "live", carrierId: accepted.carrierId, messageId: sent?.messageId ?? null, status: "delivered", from: sent?.from === first ? second : first, code: null, detail: null })
          return accepted
        }).pipe(Effect.orDie, Effect.provideContext(context))
      const context = yield* Effect.context<World.World>()
      const { agentNumber, messageId, sessionId } = yield* send("Hello")
      yield* drain(agentNumber)
      const other = agentNumber === first ? second : first
      assert.deepInclude(yield* message(messageId), { agentNumber: other, pool: null, status: "delivered" })
      yield* receipt((yield* message(messageId)).carrierId, "delivered", agentNumber)
      assert.deepInclude(yield* session(sessionId), { agentNumber: other, pool: null })
    }).pipe(Effect.provide(world())))

  it.effect("is learned from the user's answer, before any receipt", () =>
    Effect.gen(function*() {
      const { carrierId, messageId, other, sessionId } = yield* taken()
      yield* text("Yes", { to: other })
      assert.deepInclude(yield* session(sessionId), { agentNumber: other, pool: null, state: "engaged" })
      yield* receipt(carrierId, "delivered", other)
      assert.deepInclude(yield* message(messageId), { agentNumber: other, status: "delivered" })
    }).pipe(Effect.provide(world())))

  it.effect("takes over what the conversation has yet to say", () =>
    Effect.gen(function*() {
      const { carrierId, expected, other, sessionId } = yield* taken()
      const { message: remark } = yield* Operators.speak(accountId, sessionId, { text: "One more thing" }, null)
      assert.deepInclude(remark, { agentNumber: expected, pool: "MGpool" })
      yield* receipt(carrierId, "sent", other)
      assert.deepInclude(yield* message(remark.id), { agentNumber: other, pool: null, status: "queued" })
      assert.include((yield* World.Woken).all, other)
      yield* drain(other)
      assert.deepInclude((yield* FakeCarrier).calls.at(-1)?.text, { from: other, pool: null })
    }).pipe(Effect.provide(world())))

  it.effect("is learned though the session has ended meanwhile", () =>
    Effect.gen(function*() {
      const { carrierId, other, sessionId } = yield* taken()
      yield* Operators.end(accountId, sessionId)
      yield* receipt(carrierId, "delivered", other)
      assert.deepInclude(yield* session(sessionId), { agentNumber: other, pool: null, state: "ended" })
    }).pipe(Effect.provide(world())))

  it.effect("does not count as the user's before it is known", () =>
    Effect.gen(function*() {
      yield* taken()
      const { reasons } = yield* send("And tomorrow")
      assert.deepEqual(reasons.map(({ criterion }) => criterion), ["carrier_chooses"])
    }).pipe(Effect.provide(world())))

  it.effect("may be one that nobody has declared here: the user's answer to it is no stranger's", () =>
    Effect.gen(function*() {
      const { carrierId, sessionId } = yield* taken()
      yield* receipt(carrierId, "delivered", stranger)
      assert.deepInclude(yield* session(sessionId), { agentNumber: stranger, pool: null })
      assert.deepInclude(yield* text("Yes", { to: stranger, pool: "MGpool" }), { _tag: "Conversed", sessionId, opened: false })
      assert.strictEqual((yield* Effect.flip(text("Yes", { to: stranger, pool: "MGother" })))._tag, "UnknownDestination")
      assert.strictEqual((yield* Effect.flip(text("Yes", { to: stranger })))._tag, "UnknownDestination")
      yield* Operators.speak(accountId, sessionId, { text: "Good" }, null)
      yield* drain(stranger)
      assert.deepInclude((yield* FakeCarrier).calls.at(-1)?.text, { from: stranger, pool: null })
      const { reasons } = yield* send("And tomorrow")
      assert.deepEqual(reasons.map(({ criterion }) => criterion), ["carrier_chooses"])
    }).pipe(Effect.provide(world())))
})

describe("A text through a pool whose answer was lost", () => {
  it.effect("is found by its recipient and its pool, with the number that was chosen", () =>
    Effect.gen(function*() {
      const carrier = yield* FakeCarrier
      carrier.send = losesAnswers
      const { agentNumber, messageId, sessionId } = yield* send("Hello")
      const other = agentNumber === first ? second : first
      carrier.find = (asked) =>
        Effect.sync(() => carrier.held.filter(({ text }) => text.pool === asked.pool && text.to === asked.to && text.body === asked.body)
          .map(({ at, carrierId }) => ({ carrierId, status: "delivered" as const, from: other, createdAt: at, code: null, detail: null })))
      yield* World.drainFor("30 seconds", "1 second", agentNumber)
      assert.strictEqual(carrier.calls.length, 1)
      assert.deepInclude(yield* message(messageId), { agentNumber: other, pool: null, status: "delivered" })
      assert.deepInclude(yield* session(sessionId), { agentNumber: other, pool: null })
    }).pipe(Effect.provide(world())))

  it.effect("tells its number with the receipt that is asked for", () =>
    Effect.gen(function*() {
      const { carrierId, messageId, other } = yield* taken()
      const carrier = yield* FakeCarrier
      carrier.find = (_, since) => Effect.succeed([{ carrierId: carrierId ?? "", status: "sent", from: other, createdAt: since, code: null, detail: null }])
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(yield* LostReceipts.askDue(10), 1)
      assert.deepInclude(yield* message(messageId), { agentNumber: other, pool: null, status: "sent" })
    }).pipe(Effect.provide(world())))
})

describe("A user who opted out", () => {
  it.effect("of one number of the environment gets nothing through its pool, whichever it would choose", () =>
    Effect.gen(function*() {
      const consent = yield* ConsentStore
      const { id: projectId } = yield* World.project
      yield* consent.put({ userNumber: World.user, agentNumber: stranger, projectId, environment: "live", source: "keyword", optedOutAt: yield* DateTime.now })
      const { messageId, sessionId } = yield* send("Hello")
      assert.deepInclude(yield* message(messageId), { status: "suppressed" })
      assert.strictEqual(yield* state(sessionId), "ended delivery_failed")
      const named = yield* send("Hello", { agentNumber: second })
      assert.deepInclude(yield* message(named.messageId), { status: "queued" })
    }).pipe(Effect.provide(world())))

  it.effect("while the text waited does not get it", () =>
    Effect.gen(function*() {
      const { agentNumber, messageId } = yield* send("Hello")
      yield* text("STOP", { to: agentNumber === first ? second : first })
      yield* drain(agentNumber)
      assert.deepInclude(yield* message(messageId), { status: "suppressed" })
      assert.lengthOf((yield* FakeCarrier).calls, 0)
    }).pipe(Effect.provide(world())))

  it.effect("with the carrier is reached again after START to whichever number of the pool", () =>
    Effect.gen(function*() {
      const carrier = yield* FakeCarrier
      carrier.send = optedOut
      const refused = yield* send("Hello")
      yield* drain(refused.agentNumber)
      assert.deepInclude(yield* message(refused.messageId), { status: "suppressed" })
      assert.deepInclude(yield* message((yield* send("Again")).messageId), { status: "suppressed" })
      yield* text("START", { to: refused.agentNumber === first ? second : first })
      assert.deepInclude(yield* message((yield* send("Once more", { agentNumber: refused.agentNumber })).messageId), { status: "queued" })
    }).pipe(Effect.provide(world())))

  it.effect("by a keyword of one number stays out of it after START to another", () =>
    Effect.gen(function*() {
      yield* text("STOP", { to: first })
      yield* text("START", { to: second })
      assert.deepInclude(yield* message((yield* send("Hello", { agentNumber: first })).messageId), { status: "suppressed" })
    }).pipe(Effect.provide(world())))

  it.effect("with the carrier is remembered by the number that it had chosen", () =>
    Effect.gen(function*() {
      const { carrierId, other, sessionId } = yield* taken()
      yield* receipt(carrierId, "failed", other, true)
      const consent = yield* ConsentStore
      assert.strictEqual((yield* consent.get(World.user, other)).pipe((found) => found._tag), "Some")
      assert.strictEqual(yield* state(sessionId), "ended delivery_failed")
      assert.lengthOf(yield* history(sessionId), 1)
    }).pipe(Effect.provide(world())))
})
