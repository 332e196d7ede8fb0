/** What every store of sessions does. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { MessageId } from "@parley/schema/Ids"
import { SessionStore } from "@parley/core/ports/SessionStore"
import type { Session } from "@parley/core/Session"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { everyPage, reasonOf } from "./Stores.ts"

const correspondents = ({ environment, projectId, userNumber }: Session) => ({ environment, projectId, userNumber })

export const sessionStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`SessionStore on ${name}`, (it) => {
    it.effect("a session comes back as it was put, whatever it holds", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const texts = { firstAt: Samples.at(1), lastAt: Samples.at(2) }
        const full: Session = {
          ...Samples.textedSession(),
          state: "warned",
          timer: { kind: "grace", dueAt: Samples.at(3) },
          warning: { messageId: Samples.messageId(), at: Samples.at(4), outcome: "pending" },
          takeover: { by: "Ada", reason: "asked \"why?\"", at: Samples.at(5) },
          turn: {
            owed: "start",
            texts,
            running: { id: Samples.turnId(), kind: "reply", attempt: 2, through: Samples.messageId(), texts, dueAt: Samples.at(6) },
            failure: { reason: "timeout: ☎ nothing came", attempts: 1, at: Samples.at(7), gaveUp: false },
            answeredThrough: Samples.messageId()
          }
        }
        for (const session of [full, Samples.sentSession(), Samples.endedSession()]) {
          yield* sessions.insert(session, Samples.at(0))
          assert.deepStrictEqual(yield* sessions.get(session.id), Option.some(session))
        }
      }))

    it.effect("an update replaces all that can change", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const session = Samples.sentSession()
        yield* sessions.insert(session, null)
        const changed: Session = { ...session, state: "engaged", agentNumber: Samples.agentNumber(), lastActivityAt: Samples.at(9), timer: null }
        yield* sessions.update(changed, null)
        assert.deepStrictEqual(yield* sessions.get(session.id), Option.some(changed))
        assert.deepStrictEqual(yield* sessions.active(correspondents(session)), Option.some(changed))
      }))

    it.effect("an unknown id is none", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        assert.isTrue(Option.isNone(yield* sessions.get(Samples.sessionId())))
      }))

    it.effect("a second active session with the same user is a conflict, until the first has ended", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const first = Samples.textedSession()
        const second = Samples.textedSession(first)
        yield* sessions.insert(first, null)
        assert.strictEqual(yield* reasonOf(sessions.insert(second, null)), "conflict")
        yield* sessions.update({ ...first, state: "ended", endReason: "superseded", timer: null }, null)
        assert.isTrue(Option.isNone(yield* sessions.active(correspondents(first))))
        yield* sessions.insert(second, null)
        assert.deepStrictEqual(yield* sessions.active(correspondents(first)), Option.some(second))
      }))

    it.effect("the same user may talk in another project, another environment, and in any number of ended sessions", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const first = Samples.textedSession()
        yield* sessions.insert(first, null)
        yield* sessions.insert(Samples.textedSession({ ...first, projectId: Samples.projectId() }), null)
        yield* sessions.insert(Samples.textedSession({ ...first, environment: "sandbox" }), null)
        yield* sessions.insert(Samples.endedSession(first), null)
        yield* sessions.insert(Samples.endedSession(first), null)
        assert.deepStrictEqual(yield* sessions.active(correspondents(first)), Option.some(first))
      }))

    it.effect("timers that are due come, the longest overdue first, and no others", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        // Long before everything else here.
        const due = (millis: number): Session => ({ ...Samples.textedSession(), timer: { kind: "idle", dueAt: Samples.at(millis - 1e9) } })
        const [late, later, notYet] = [due(20), due(10), due(31)]
        yield* Effect.forEach([late, later, notYet], (session) => sessions.insert(session, null), { discard: true })
        assert.deepStrictEqual(yield* sessions.timersDue(Samples.at(30 - 1e9), 10), [later.id, late.id])
        assert.deepStrictEqual(yield* sessions.timersDue(Samples.at(30 - 1e9), 1), [later.id])
        yield* sessions.update({ ...later, timer: null }, null)
        assert.deepStrictEqual(yield* sessions.timersDue(Samples.at(30 - 1e9), 10), [late.id])
        yield* sessions.update({ ...late, timer: { kind: "idle", dueAt: Samples.at(40 - 1e9) } }, null)
        assert.deepStrictEqual(yield* sessions.timersDue(Samples.at(31 - 1e9), 10), [notYet.id])
      }))

    it.effect("agents that are due come, the longest overdue first, and no others", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const [first, second, third, idle] = [Samples.textedSession(), Samples.textedSession(), Samples.textedSession(), Samples.textedSession()]
        yield* sessions.insert(first, Samples.at(20 - 1e9))
        yield* sessions.insert(second, Samples.at(10 - 1e9))
        yield* sessions.insert(third, Samples.at(31 - 1e9))
        yield* sessions.insert(idle, null)
        assert.deepStrictEqual(yield* sessions.agentsDue(Samples.at(30 - 1e9), 10), [second.id, first.id])
        yield* sessions.update(second, null)
        yield* sessions.update(idle, Samples.at(30 - 1e9))
        assert.deepStrictEqual(yield* sessions.agentsDue(Samples.at(30 - 1e9), 10), [first.id, idle.id])
        assert.deepStrictEqual(yield* sessions.agentsDue(Samples.at(30 - 1e9), 1), [first.id])
      }))

    it.effect("an account sees its own sessions, newest first, page by page, each once", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const accountId = Samples.accountId()
        const mine = Array.from({ length: 7 }, () => Samples.textedSession({ accountId }))
        yield* Effect.forEach([...mine, Samples.textedSession()], (session) => sessions.insert(session, null), { discard: true })
        const newestFirst = mine.map(({ id }) => id).toReversed()
        for (const limit of [1, 3, 7, 10]) {
          const pages = yield* everyPage((cursor) => sessions.list({ accountId }, { limit, cursor }))
          assert.deepStrictEqual(pages.flat().map(({ id }) => id), newestFirst)
          assert.strictEqual(pages.length, Math.ceil(7 / limit))
        }
        assert.deepStrictEqual(yield* sessions.list({ accountId: Samples.accountId() }, { limit: 5, cursor: null }), { items: [], next: null })
      }))

    it.effect("each filter leaves what it names, and all of them together what they all name", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const accountId = Samples.accountId()
        const one = Samples.textedSession({ accountId }, Samples.at(1_000))
        const other = Samples.endedSession({ accountId, environment: "sandbox" }, Samples.at(2_000))
        yield* sessions.insert(one, null)
        yield* sessions.insert(other, null)
        const found = (filter: object) =>
          Effect.map(sessions.list({ accountId, ...filter }, { limit: 10, cursor: null }), ({ items }) => items.map(({ id }) => id))
        const { agentNumber, environment, projectId, state, userNumber } = one
        for (const filter of [{ agentNumber }, { environment }, { projectId }, { state }, { userNumber }, { startedBefore: Samples.at(2_000) }]) {
          assert.deepStrictEqual(yield* found(filter), [one.id], Object.keys(filter).join())
        }
        assert.deepStrictEqual(yield* found({ startedAfter: Samples.at(2_000) }), [other.id])
        assert.deepStrictEqual(yield* found({ state: "ended" }), [other.id])
        assert.deepStrictEqual(yield* found({ agentNumber, environment, projectId, state, userNumber, startedAfter: Samples.at(1_000) }), [one.id])
        assert.deepStrictEqual(yield* found({ userNumber, environment: "sandbox" }), [])
        assert.deepStrictEqual(yield* found({ state: undefined }), [other.id, one.id])
      }))

    it.effect("the sessions that speak from a number are its environment's that have not ended", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const of = { accountId: Samples.accountId(), projectId: Samples.projectId(), environment: "live" as const, agentNumber: Samples.agentNumber() }
        const [sent, texted] = [Samples.sentSession(of), Samples.textedSession(of)]
        const others = [Samples.endedSession(of), Samples.textedSession({ ...of, environment: "sandbox" }), Samples.textedSession({ ...of, agentNumber: Samples.agentNumber() })]
        yield* Effect.forEach([sent, texted, ...others], (session) => sessions.insert(session, null), { discard: true })
        const found = yield* sessions.activeOn(of, 10)
        assert.deepStrictEqual(found.map(({ id }) => id).toSorted(), [sent.id, texted.id])
        assert.strictEqual((yield* sessions.activeOn(of, 1)).length, 1)
        yield* sessions.update({ ...texted, agentNumber: Samples.agentNumber() }, null)
        assert.deepStrictEqual(yield* sessions.activeOn(of, 10), [sent])
      }))

    it.effect("the states are counted", () =>
      Effect.gen(function*() {
        const sessions = yield* SessionStore
        const before = yield* sessions.countByState()
        const warned: Session = {
          ...Samples.textedSession(),
          state: "warned",
          warning: { messageId: MessageId.make(Samples.messageId()), at: Samples.at(0), outcome: "pending" }
        }
        const put = [Samples.sentSession(), Samples.textedSession(), Samples.textedSession(), warned, Samples.endedSession()]
        yield* Effect.forEach(put, (session) => sessions.insert(session, null), { discard: true })
        const { ended, engaged, unanswered, warned: warnedCount } = yield* sessions.countByState()
        assert.deepStrictEqual(
          [unanswered - before.unanswered, engaged - before.engaged, warnedCount - before.warned, ended - before.ended],
          [1, 2, 1, 1]
        )
      }))
  })
