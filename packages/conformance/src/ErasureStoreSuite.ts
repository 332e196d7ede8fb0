/** What every store of erasures does: everything of one user, nothing of another's, and never more rows than it is told. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { anonymous, counted } from "@parley/core/Erasure"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import type { Forgotten } from "@parley/core/ports/ErasureStore"
import { ErasureStore } from "@parley/core/ports/ErasureStore"
import { LimitStore } from "@parley/core/ports/LimitStore"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { reasonOf } from "./Stores.ts"

export const erasureStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`ErasureStore on ${name}`, (it) => {
    const project = Effect.gen(function*() {
      const made = Samples.project()
      yield* (yield* Directory).putProject(made)
      return made
    })
    const forgotten = (accountId: Forgotten["accountId"], userNumber = Samples.userNumber()): Forgotten => ({ accountId, userNumber, until: Samples.at(100) })

    it.effect("an erasure comes back whole, one number is looked for once, and a number that is no longer looked for may be again", () =>
      Effect.gen(function*() {
        const store = yield* ErasureStore
        const erasure = Samples.erasure()
        const { accountId } = erasure
        const number = erasure.number ?? assert.fail("it has no number")
        yield* store.insert(erasure)
        assert.deepStrictEqual(yield* store.get(erasure.id), Option.some(erasure))
        assert.deepStrictEqual(yield* store.underWay(accountId, number), Option.some(erasure))
        assert.strictEqual(yield* reasonOf(store.insert(Samples.erasure({ accountId, number }))), "conflict")
        yield* store.insert(Samples.erasure({ number }))
        const later = counted({ ...erasure, number: null, stage: "redacting", dueAt: Samples.at(5) }, { messages: 2, redacted: 1 })
        yield* store.update(later)
        assert.deepStrictEqual(yield* store.get(erasure.id), Option.some(later))
        assert.isTrue(Option.isNone(yield* store.underWay(accountId, number)))
        yield* store.insert(Samples.erasure({ accountId, number }))
      }))

    it.effect("what is due comes in order, and only what is done goes by age", () =>
      Effect.gen(function*() {
        const store = yield* ErasureStore
        const [late, early, future, done] = [-1, -2, 1_000, -3].map((millis) => Samples.erasure({ dueAt: Samples.at(millis) }))
        const all = [late, early, future, done].map((one) => one ?? assert.fail("it was not made"))
        for (const erasure of all) yield* store.insert(erasure)
        const [first, second, , over] = all
        if (first === undefined || second === undefined || over === undefined) return assert.fail("they were not made")
        yield* store.update({ ...over, number: null, stage: "done", finishedAt: Samples.at(-500), dueAt: null })
        const due = yield* store.due(Samples.at(-1), 100)
        assert.deepStrictEqual(due.filter((id) => all.some((one) => one.id === id)), [second.id, first.id])
        assert.strictEqual(yield* store.purge(Samples.at(-500), 10), 0)
        assert.strictEqual(yield* store.purge(Samples.at(-499), 10), 1)
        assert.isTrue(Option.isNone(yield* store.get(over.id)))
        assert.isTrue(Option.isSome(yield* store.get(second.id)))
      }))

    it.effect("texts lose words, files, number and sentences, and keep what counts", () =>
      Effect.gen(function*() {
        const store = yield* ErasureStore
        const messages = yield* MessageStore
        const { accountId, id: projectId } = yield* project
        const of = forgotten(accountId)
        const about = { accountId, projectId, userNumber: of.userNumber }
        const said = Samples.inboundText({ ...about, environment: "sandbox", media: [{ url: "https://carrier.example/1", contentType: "image/png", sizeBytes: 5 }] })
        const failed = Samples.outboundText({ ...about, status: "failed", trouble: { reason: "rejected", code: "21211", detail: `${of.userNumber} is no number.` } })
        const sent = Samples.outboundText({ ...about, status: "sent", carrierId: Samples.carrierId(), nextAttemptAt: Samples.at(50) })
        const [after, others] = [Samples.inboundText({ ...about, createdAt: Samples.at(101) }), Samples.inboundText({ accountId, projectId })]
        for (const message of [said, failed, sent, after, others]) yield* messages.insert(message)
        const pseudonym = Samples.pseudonym()
        const first = yield* store.eraseMessages(of, pseudonym, 2)
        const rest = yield* store.eraseMessages(of, pseudonym, 2)
        assert.deepStrictEqual([first.length, rest.length, (yield* store.eraseMessages(of, pseudonym, 2)).length], [2, 1, 0])
        assert.deepStrictEqual(new Set([...first, ...rest].map(({ carrierId }) => carrierId)), new Set([said.carrierId, null, sent.carrierId]))
        const read = (id: typeof said.id) => Effect.map(messages.get(id), Option.getOrThrow)
        assert.deepStrictEqual(yield* read(said.id), { ...said, userNumber: pseudonym, body: "", media: [] })
        assert.deepStrictEqual(yield* read(failed.id), {
          ...failed,
          userNumber: pseudonym,
          body: "",
          trouble: { reason: "rejected", code: "21211", detail: "Erased with the user's data." }
        })
        assert.deepStrictEqual(yield* read(sent.id), { ...sent, userNumber: pseudonym, body: "", nextAttemptAt: null })
        assert.deepStrictEqual(yield* read(after.id), after)
        assert.deepStrictEqual(yield* read(others.id), others)
      }))

    it.effect("texts that wait are told apart from ones that are out, and neither loses anything", () =>
      Effect.gen(function*() {
        const store = yield* ErasureStore
        const messages = yield* MessageStore
        const { accountId, id: projectId } = yield* project
        const of = forgotten(accountId)
        const about = { accountId, projectId, userNumber: of.userNumber }
        const queued = Samples.outboundText(about)
        const held = Samples.outboundText({ ...about, heldUntil: Samples.at(900), nextAttemptAt: Samples.at(900) })
        const out = Samples.outboundText({ ...about, status: "sending" })
        const unknown = Samples.outboundText({ ...about, status: "unknown", nextAttemptAt: Samples.at(900) })
        for (const message of [queued, held, out, unknown]) yield* messages.insert(message)
        const waiting = yield* store.queued(of, 10)
        assert.deepStrictEqual(new Set(waiting.map(({ id }) => id)), new Set([queued.id, held.id]))
        assert.strictEqual((yield* store.queued(of, 1)).length, 1)
        assert.strictEqual(yield* store.unsettled(of), 4)
        assert.deepStrictEqual(yield* store.eraseMessages(of, Samples.pseudonym(), 10), [])
        yield* messages.update({ ...out, status: "sent" })
        assert.strictEqual((yield* store.eraseMessages(of, Samples.pseudonym(), 10)).length, 1)
        assert.strictEqual(yield* store.unsettled(of), 3)
      }))

    it.effect("conversations that have ended are rewritten, and no other", () =>
      Effect.gen(function*() {
        const store = yield* ErasureStore
        const sessions = yield* SessionStore
        const { accountId, id: projectId } = yield* project
        const of = forgotten(accountId)
        const about = { accountId, projectId, userNumber: of.userNumber }
        const ended = [Samples.endedSession(about), Samples.endedSession(about), Samples.endedSession(about)].map((session) => ({ ...session, endDetail: "They said so." }))
        const [open, after, others] = [Samples.textedSession(about), Samples.endedSession(about, Samples.at(101)), Samples.endedSession({ accountId, projectId })]
        for (const session of [...ended, open, after, others]) yield* sessions.insert(session, null)
        const pseudonym = Samples.pseudonym()
        const erase = store.eraseSessions(of, (session) => anonymous(session, pseudonym), 2)
        assert.deepStrictEqual([yield* erase, yield* erase, yield* erase], [2, 1, 0])
        for (const session of ended) assert.deepStrictEqual(yield* sessions.get(session.id), Option.some({ ...session, userNumber: pseudonym, endDetail: null }))
        for (const session of [open, after, others]) assert.deepStrictEqual(yield* sessions.get(session.id), Option.some(session))
        const listed = yield* sessions.list({ accountId, userNumber: pseudonym }, { limit: 10, cursor: null })
        assert.strictEqual(listed.items.length, 3)
      }))

    it.effect("sends for later and counters go, of the account alone", () =>
      Effect.gen(function*() {
        const store = yield* ErasureStore
        const scheduled = yield* ScheduledSendStore
        const limits = yield* LimitStore
        const { accountId, id: projectId } = yield* project
        const foreign = yield* project
        const of = forgotten(accountId)
        const own = [0, 1, 2].map(() => Samples.scheduledSend({ accountId, projectId, userNumber: of.userNumber }))
        const theirs = Samples.scheduledSend({ accountId: foreign.accountId, projectId: foreign.id, userNumber: of.userNumber })
        for (const each of [...own, theirs]) yield* scheduled.insert(each)
        assert.deepStrictEqual([yield* store.removeScheduledSends(of, 2), yield* store.removeScheduledSends(of, 2), yield* store.removeScheduledSends(of, 2)], [2, 1, 0])
        assert.isTrue(Option.isSome(yield* scheduled.get(theirs.id)))
        const keyOf = (id: typeof projectId) => `inbound/${id}/live/${of.userNumber}`
        for (const id of [projectId, foreign.id]) yield* limits.putCounter(keyOf(id), "{}", Samples.at(0))
        yield* store.removeCounters([projectId], of.userNumber)
        assert.isTrue(Option.isNone(yield* limits.counter(keyOf(projectId))))
        assert.isTrue(Option.isSome(yield* limits.counter(keyOf(foreign.id))))
      }))

    it.effect("remembered answers go whose key or answer names the number, of the account alone", () =>
      Effect.gen(function*() {
        const store = yield* ErasureStore
        const limits = yield* LimitStore
        const of = forgotten(Samples.accountId())
        const answer = { fingerprint: "f", status: 202, answer: "{}", createdAt: Samples.at(0) }
        const digits = of.userNumber.slice(1)
        const named = { ...answer, key: `${of.accountId}/conn/outbound-sms/reminder ${of.userNumber}` }
        const naming = { ...answer, key: `${of.accountId}/conn/outbound-sms/1`, answer: `{"to":"${digits}"}` }
        const other = { ...answer, key: `${of.accountId}/conn/outbound-sms/2` }
        const theirs = { ...answer, key: `${Samples.accountId()}/conn/outbound-sms/${digits}` }
        for (const record of [named, naming, other, theirs]) yield* limits.putAnswer(record)
        yield* store.removeAnswers(of)
        const isKept = (record: typeof named) => Effect.map(limits.answer(record.key), Option.isSome)
        assert.deepStrictEqual([yield* isKept(named), yield* isKept(naming), yield* isKept(other), yield* isKept(theirs)], [false, false, true, true])
      }))

    it.effect("an account's opt-outs are hidden, and another's of the same user stay as they are", () =>
      Effect.gen(function*() {
        const store = yield* ErasureStore
        const consent = yield* ConsentStore
        const [own, foreign] = [yield* project, yield* project]
        const of = forgotten(own.accountId)
        const mine = [Samples.optOut(own, { userNumber: of.userNumber }), Samples.optOut(own, { userNumber: of.userNumber })]
        const theirs = Samples.optOut(foreign, { userNumber: of.userNumber })
        for (const optOut of [...mine, theirs]) yield* consent.put(optOut)
        assert.deepStrictEqual([yield* store.hideOptOuts(of), yield* store.hideOptOuts(of)], [2, 0])
        for (const optOut of [...mine, theirs]) assert.deepStrictEqual(yield* consent.get(optOut.userNumber, optOut.agentNumber), Option.some(optOut))
        const page = { limit: 10, cursor: null }
        assert.deepStrictEqual((yield* consent.list({ accountId: own.accountId }, page)).items, [])
        assert.deepStrictEqual((yield* consent.list({ accountId: foreign.accountId }, page)).items, [theirs])
      }))
  })
