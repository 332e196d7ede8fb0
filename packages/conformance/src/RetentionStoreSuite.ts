/** What every store does with what is old: a bounded number of rows at a time, and nothing that still works. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { SessionId } from "@parley/schema/Ids"
import type { Message } from "@parley/core/Message"
import { Directory } from "@parley/core/ports/Directory"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { RetentionStore } from "@parley/core/ports/RetentionStore"
import { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import type { Session } from "@parley/core/Session"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"

export const retentionStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`RetentionStore on ${name}`, (it) => {
    const project = Effect.gen(function*() {
      const made = Samples.project()
      yield* (yield* Directory).putProject(made)
      return made
    })

    const keep = Effect.fnUntraced(function*(session: Session, ...texts: ReadonlyArray<Message>) {
      yield* (yield* SessionStore).insert(session, null)
      for (const text of texts) yield* (yield* MessageStore).insert(text)
    })
    const textOf = (session: Session, changes: Partial<Message> = {}) =>
      Samples.outboundText({ ...session, sessionId: session.id, id: Samples.messageId(), status: "sent", carrierId: Samples.carrierId(), trouble: null, ...changes })

    const isThere = (id: SessionId) => Effect.flatMap(SessionStore, (store) => Effect.map(store.get(id), Option.isSome))
    const isKept = (id: Message["id"]) => Effect.flatMap(MessageStore, (store) => Effect.map(store.get(id), Option.isSome))

    it.effect("conversations go with their texts once they have ended long enough ago, the longest first", () =>
      Effect.gen(function*() {
        const store = yield* RetentionStore
        const { accountId, id: projectId } = yield* project
        const about = { accountId, projectId }
        const [older, old, recent] = [Samples.endedSession(about, Samples.at(-300)), Samples.endedSession(about, Samples.at(-200)), Samples.endedSession(about, Samples.at(-100))]
        const open = Samples.textedSession(about, Samples.at(-300))
        const foreign = Samples.endedSession({}, Samples.at(-300))
        const texts = [textOf(older), textOf(old)]
        const others = [textOf(recent), textOf(open), textOf(foreign)]
        for (const [i, session] of [older, old].entries()) yield* keep(session, ...texts.slice(i, i + 1))
        for (const [i, session] of [recent, open, foreign].entries()) yield* keep(session, ...others.slice(i, i + 1))
        const first = yield* store.deleteEnded(projectId, Samples.at(-100), 1)
        assert.deepStrictEqual(first, { rows: 1, carrierIds: [texts[0]?.carrierId ?? ""] })
        assert.deepStrictEqual([yield* isThere(older.id), yield* isThere(old.id)], [false, true])
        assert.deepStrictEqual(yield* store.deleteEnded(projectId, Samples.at(-100), 10), { rows: 1, carrierIds: [texts[1]?.carrierId ?? ""] })
        assert.deepStrictEqual(yield* store.deleteEnded(projectId, Samples.at(-100), 10), { rows: 0, carrierIds: [] })
        for (const { id } of texts) assert.isFalse(yield* isKept(id))
        for (const { id } of [recent, open, foreign]) assert.isTrue(yield* isThere(id))
        for (const { id } of others) assert.isTrue(yield* isKept(id))
      }))

    it.effect("a conversation of many texts goes a part at a time, and not before a text of it that still works", () =>
      Effect.gen(function*() {
        const store = yield* RetentionStore
        const messages = yield* MessageStore
        const { accountId, id: projectId } = yield* project
        const session = Samples.endedSession({ accountId, projectId }, Samples.at(-200))
        const waiting = textOf(session, { status: "queued", carrierId: null })
        yield* keep(session, textOf(session), textOf(session), textOf(session), waiting)
        const rows = Effect.map(store.deleteEnded(projectId, Samples.at(0), 2), (deleted) => deleted.rows)
        assert.deepStrictEqual([yield* rows, yield* rows, yield* rows], [2, 1, 0])
        assert.deepStrictEqual([yield* isThere(session.id), yield* isKept(waiting.id)], [true, true])
        yield* messages.update({ ...waiting, status: "failed" })
        assert.deepStrictEqual([yield* rows, yield* rows], [1, 0])
        assert.isFalse(yield* isThere(session.id))
      }))

    it.effect("a session that ends later counts from its end", () =>
      Effect.gen(function*() {
        const store = yield* RetentionStore
        const sessions = yield* SessionStore
        const { accountId, id: projectId } = yield* project
        const session = Samples.textedSession({ accountId, projectId }, Samples.at(-900))
        yield* keep(session)
        yield* sessions.update({ ...session, state: "ended", endReason: "natural_end", endedAt: Samples.at(-100), timer: null }, null)
        assert.strictEqual((yield* store.deleteEnded(projectId, Samples.at(-100), 10)).rows, 0)
        assert.strictEqual((yield* store.deleteEnded(projectId, Samples.at(-99), 10)).rows, 1)
      }))

    it.effect("texts outside any conversation go by their own age", () =>
      Effect.gen(function*() {
        const store = yield* RetentionStore
        const { accountId, id: projectId } = yield* project
        const loose = (millis: number, changes: Partial<Message> = {}) => Samples.inboundText({ accountId, projectId, createdAt: Samples.at(millis), ...changes })
        const [older, old, recent, foreign] = [loose(-300), loose(-200), loose(-100), loose(-300, { projectId: Samples.projectId() })]
        const waiting = Samples.outboundText({ accountId, projectId, createdAt: Samples.at(-300) })
        for (const text of [older, old, recent, foreign, waiting]) yield* (yield* MessageStore).insert(text)
        assert.deepStrictEqual(yield* store.deleteLoose(projectId, Samples.at(-100), 1), { rows: 1, carrierIds: [older.carrierId ?? ""] })
        assert.deepStrictEqual(yield* store.deleteLoose(projectId, Samples.at(-100), 10), { rows: 1, carrierIds: [old.carrierId ?? ""] })
        assert.strictEqual((yield* store.deleteLoose(projectId, Samples.at(-100), 10)).rows, 0)
        for (const { id } of [recent, foreign, waiting]) assert.isTrue(yield* isKept(id))
      }))

    it.effect("sends for later go once they wait no longer, and hold neither their session nor its text back", () =>
      Effect.gen(function*() {
        const store = yield* RetentionStore
        const scheduled = yield* ScheduledSendStore
        const { accountId, id: projectId } = yield* project
        const session = Samples.endedSession({ accountId, projectId }, Samples.at(-200))
        const text = textOf(session)
        yield* keep(session, text)
        const about = { accountId, projectId, updatedAt: Samples.at(-50) }
        const sent = Samples.scheduledSend({ ...about, status: "sent", sessionId: session.id, messageId: text.id })
        const waiting = Samples.scheduledSend({ ...about, status: "scheduled" })
        for (const each of [sent, waiting]) yield* scheduled.insert(each)
        assert.strictEqual((yield* store.deleteEnded(projectId, Samples.at(-100), 10)).rows, 1)
        assert.deepStrictEqual(yield* scheduled.get(sent.id), Option.some({ ...sent, sessionId: null, messageId: null }))
        assert.strictEqual((yield* store.deleteSettledSends(projectId, Samples.at(-50), 10)).rows, 0)
        assert.deepStrictEqual(yield* store.deleteSettledSends(projectId, Samples.at(-49), 10), { rows: 1, carrierIds: [] })
        assert.deepStrictEqual([yield* scheduled.get(sent.id), yield* scheduled.get(waiting.id)], [Option.none(), Option.some(waiting)])
      }))
  })
