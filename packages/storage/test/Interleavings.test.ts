import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Schema, Semaphore } from "effect"
import { TestClock } from "effect/testing"
import type { MessageStatus } from "@parley/schema/Conversation"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { advance, mayRetry } from "@parley/core/Delivery"
import * as LineClaims from "@parley/core/LineClaims"
import * as LineOwnership from "@parley/core/LineOwnership"
import { textOf } from "@parley/core/TextAtCarrier"
import type { Message } from "@parley/core/Message"
import * as Operators from "@parley/core/Operators"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as Receipts from "@parley/core/Receipts"
import type { Session } from "@parley/core/Session"
import * as Timers from "@parley/core/Timers"
import * as Turns from "@parley/core/Turns"
import { answer, echoes, FakeAgent, isAway, says } from "./FakeAgent.ts"
import { accepts, FakeCarrier, hold, isDown, losesAnswers, losesCalls, optedOut, rejects } from "./FakeCarrier.ts"
import * as World from "./World.ts"

const users = [PhoneNumber.make("+14155550101"), PhoneNumber.make("+14155550102")]
const numbers = [World.first, World.second]
const bodies = ["Hi", "Why?", "Hi", "And?", "Yes", "STOP", "START", "HELP"]
const carriers = [accepts, accepts, isDown, losesAnswers, losesCalls, rejects, optedOut]
const agents: ReadonlyArray<FakeAgent["Service"]["call"]> = [
  echoes,
  echoes,
  isAway,
  says("One", "Two"),
  () => Effect.succeed(answer({ messages: ["Bye"], end: "natural_end" })),
  () => Effect.succeed(answer({ messages: ["Wait"], handoff: { destination: "sales", reason: null } }))
]
const reports: ReadonlyArray<MessageStatus> = ["queued", "sent", "delivered", "undelivered", "failed"]

const Act = Schema.Struct({
  what: Schema.Literals([
    "send", "text", "text", "text", "turn", "turn", "drain", "drain", "sweep", "sweep", "report", "report", "take over", "release", "speak", "end", "carrier", "agent", "crash"
  ]),
  pick: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 999 }))
})
/** Time passes, then everything in `acts` happens at once. */
const Round = Schema.Struct({
  wait: Schema.Literals([0, 0, 1, 1_500, 1_500, 10_000, 60_000, 660_000, 3_600_000, 86_400_000]),
  acts: Schema.Array(Act).check(Schema.isMinLength(1), Schema.isMaxLength(4))
})
const Life = Schema.Array(Round).check(Schema.isMinLength(10), Schema.isMaxLength(40))

const pick = <A>(items: ReadonlyArray<A>, index: number): A => items[index % items.length] as A

const sessionsNow = Effect.flatMap(SessionStore, (sessions) => Effect.map(sessions.list({ accountId: World.accountId }, { limit: 1_000, cursor: null }), ({ items }) => items))

const play = Effect.fnUntraced(function*(act: typeof Act.Type, lines: Semaphore.Semaphore) {
  const fake = yield* FakeCarrier
  const n = act.pick
  const withSession = <A, E extends { readonly _tag: string }, R>(use: (session: Session) => Effect.Effect<A, E, R>) =>
    Effect.flatMap(sessionsNow, (all) => all.length === 0 ? Effect.void : use(pick(all, n)))
  switch (act.what) {
    case "send":
      return yield* World.send(`news ${n}`, { userNumber: pick(users, n), agentNumber: n % 3 === 0 ? null : pick(numbers, n >> 1) })
    case "text":
      return yield* World.text(pick(bodies, n >> 2), { from: pick(users, n), to: pick(numbers, n >> 1) })
    case "turn":
      return yield* withSession(({ id }) => Turns.step(id, false))
    case "drain":
      return yield* lines.withPermits(1)(World.drain(pick(numbers, n)))
    case "crash":
      // An owner that dies after it has claimed; whether the carrier has the texts is open.
      return yield* lines.withPermits(1)(Effect.gen(function*() {
        const number = pick(numbers, n)
        const { epoch, pacing } = yield* LineOwnership.takeOver(number)
        const { send } = yield* LineClaims.claim(number, epoch, pacing, { send: 4, ask: 0 }, new Set())
        if (n % 4 < 2) return
        for (const [index, message] of send.entries()) yield* hold(textOf(message), `SM-crash-${n}-${message.id}-${index}`)
      }))
    case "sweep": {
      const sessions = yield* SessionStore
      const now = yield* DateTime.now
      yield* Effect.forEach(yield* sessions.timersDue(now, 100), Timers.fire, { discard: true, concurrency: 4 })
      return yield* Effect.forEach(yield* sessions.agentsDue(now, 100), (id) => Turns.step(id, false), { discard: true, concurrency: 4 })
    }
    case "report": {
      if (fake.held.length === 0) return
      const { carrierId, text } = pick(fake.held, n)
      return yield* Receipts.record({
        projectId: text.projectId,
        environment: "live",
        carrierId,
        messageId: text.messageId,
        status: pick(reports, n >> 3),
        code: null,
        detail: null
      })
    }
    case "take over":
      return yield* withSession(({ id }) => Operators.takeOver(World.accountId, id, "Ada", null))
    case "release":
      return yield* withSession(({ id }) => Operators.release(World.accountId, id))
    case "speak":
      return yield* withSession(({ id }) => Operators.speak(World.accountId, id, { text: `remark ${n}` }, null))
    case "end":
      return yield* n % 4 === 0 ? withSession(({ id }) => Operators.end(World.accountId, id)) : Effect.void
    case "carrier":
      fake.send = pick(carriers, n)
      return
    case "agent":
      ;(yield* FakeAgent).call = pick(agents, n)
      return
  }
})

/** What was seen of each session and text so far, against which the next look is held. */
const watch = () => {
  const statuses = new Map<string, MessageStatus>()
  const sessions = new Map<string, Session>()

  const seeMessage = (message: Message, session: Session) => {
    const before = statuses.get(message.id)
    const told = `${message.purpose} ${message.id}: ${before} → ${message.status}`
    if (before !== undefined && before !== message.status) {
      assert.isTrue(advance(before, message.status) === message.status || (mayRetry(before) && message.status === "queued"), told)
    }
    statuses.set(message.id, message.status)
    if (session.endedAt !== null && message.direction === "outbound" && DateTime.isGreaterThan(message.createdAt, session.endedAt)) {
      assert.include(["consent", "ending"], message.purpose, `written after the end: ${told}`)
    }
  }

  return Effect.gen(function*() {
    const all = yield* sessionsNow
    const active = all.filter(({ state }) => state !== "ended").map(({ environment, userNumber }) => `${environment} ${userNumber}`)
    assert.strictEqual(new Set(active).size, active.length, "two active sessions with one user")
    for (const session of all) {
      const before = sessions.get(session.id)
      if (before !== undefined) {
        assert.isTrue(DateTime.isGreaterThanOrEqualTo(session.lastActivityAt, before.lastActivityAt))
        if (before.state === "ended") assert.deepStrictEqual({ ...session, turn: null }, { ...before, turn: null })
      }
      sessions.set(session.id, session)
      for (const message of yield* World.history(session.id)) seeMessage(message, session)
    }
    const { held } = yield* FakeCarrier
    assert.strictEqual(new Set(held.map(({ text }) => text.messageId)).size, held.length, "a text reached the carrier twice")
    for (const user of users) {
      for (const number of numbers) {
        const ids = held.filter(({ text }) => text.to === user && text.from === number).map(({ text }) => text.messageId)
        assert.deepStrictEqual(ids, ids.toSorted(), `out of order from ${number} to ${user}`)
      }
    }
  })
}

/** Everybody is well again, and works until nothing is left to do. */
const settle = Effect.gen(function*() {
  const fake = yield* FakeCarrier
  fake.send = accepts
  ;(yield* FakeAgent).call = echoes
  const sessions = yield* SessionStore
  for (let quiet = 0, rounds = 0; quiet < 2; rounds++) {
    assert.isBelow(rounds, 100, "the work never ends")
    for (const number of numbers) yield* World.drainFor("20 minutes", "1 minute", number)
    yield* TestClock.adjust("1 minute")
    const due = yield* sessions.agentsDue(yield* DateTime.now, 1_000)
    yield* Effect.forEach(due, (id) => World.converse(id, 0), { discard: true })
    quiet = due.length === 0 ? quiet + 1 : 0
  }
})

const nothingIsLeft = Effect.gen(function*() {
  const messages = yield* MessageStore
  assert.strictEqual((yield* messages.backlog()).pending, 0, "a text still waits")
  const final: ReadonlyArray<MessageStatus> = ["sent", "delivered", "failed", "undelivered", "suppressed", "unknown"]
  for (const session of yield* sessionsNow) {
    assert.isNull(session.turn.running)
    assert.isTrue(session.turn.texts === null || session.takeover !== null, "a text of the user was never answered")
    assert.isTrue(session.state === "ended" ? session.turn.owed === null : session.timer !== null)
    for (const message of yield* World.history(session.id)) {
      if (message.direction === "outbound") assert.include(final, message.status)
      if (["failed", "undelivered", "suppressed", "unknown"].includes(message.status)) assert.isNotNull(message.trouble, `${message.id} gives no reason`)
    }
  }
})

describe("Interleavings", () => {
  it.effect.prop("whatever happens at once and in whatever order, every rule holds and nothing is forgotten", [Life], ([life]) =>
    Effect.gen(function*() {
      const lines = yield* Semaphore.make(1)
      const look = watch()
      for (const { acts, wait } of life) {
        yield* TestClock.adjust(wait)
        yield* Effect.forEach(acts, (act) => Effect.catchIf(play(act, lines), ({ _tag }) => _tag !== "StoreFailure", () => Effect.void), { concurrency: "unbounded", discard: true })
        yield* look
      }
      yield* settle
      yield* look
      yield* nothingIsLeft
    }).pipe(Effect.provide(World.world({ limits: { inbound_per_user_per_minute: 1_000, inbound_per_project_per_minute: 10_000, identical_texts: 1_000 } }), { local: true })), {
    arbitrary: { runs: 60 },
    timeout: 60_000
  })
})
