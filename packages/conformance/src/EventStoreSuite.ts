/** What every store of the event log does. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { beginning, type Event, firstId } from "@parley/core/Event"
import { ErasureStore } from "@parley/core/ports/ErasureStore"
import { EventStore } from "@parley/core/ports/EventStore"
import { Transactor } from "@parley/core/ports/Store"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { reasonOf } from "./Stores.ts"

const day = 86_400_000

/** One of each kind. */
const ofEachKind = (): ReadonlyArray<Event> => {
  const project = Samples.project()
  const session = Samples.endedSession({ accountId: project.accountId, projectId: project.id })
  const common = () => ({ id: Samples.eventId(), accountId: project.accountId, projectId: project.id, environment: "live" as const, occurredAt: Samples.at(5) })
  return [
    { ...common(), type: "session.ended", session },
    Samples.messageEvent({ accountId: project.accountId, projectId: project.id, media: [{ url: "https://example.com/a", contentType: null, sizeBytes: null }] }),
    { ...common(), type: "opt_out.recorded", optOut: Samples.optOut(project) }
  ]
}

export const eventStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`EventStore on ${name}`, (it) => {
    const append = (...events: ReadonlyArray<Event>) => Effect.flatMap(EventStore, (log) => log.append(events))
    const after = (projectId: Event["projectId"], id: Event["id"], limit = 100) => Effect.flatMap(EventStore, (log) => log.after(projectId, id, limit))

    it.effect("events of each kind come back whole, the oldest first, from any id on", () =>
      Effect.gen(function*() {
        const events = ofEachKind()
        const [first, second, third] = events
        if (first === undefined || second === undefined || third === undefined) return assert.fail("there are three")
        yield* append(first)
        yield* append(second, third, Samples.messageEvent())
        const { projectId } = first
        assert.deepStrictEqual(yield* after(projectId, beginning), { events, removedThrough: null })
        assert.deepStrictEqual((yield* after(projectId, first.id)).events, [second, third])
        assert.deepStrictEqual((yield* after(projectId, beginning, 1)).events, [first])
        assert.deepStrictEqual((yield* after(projectId, third.id)).events, [])
      }))

    it.effect("no two events have one id, and none is kept of a statement that is refused", () =>
      Effect.gen(function*() {
        const event = Samples.messageEvent()
        yield* append(event)
        const { projectId } = event
        const beside = Samples.messageEvent({ accountId: event.accountId, projectId })
        assert.strictEqual(yield* reasonOf(append(beside, event)), "conflict")
        assert.deepStrictEqual((yield* after(projectId, beginning)).events, [event])
        yield* append()
      }))

    it.effect("the head is the project's newest event, and the last is the newest of all", () =>
      Effect.gen(function*() {
        const log = yield* EventStore
        const event = Samples.messageEvent()
        assert.isNull(yield* log.head(event.projectId))
        const later = Samples.messageEvent()
        yield* append(event, later)
        assert.strictEqual(yield* log.head(event.projectId), event.id)
        assert.isTrue(((yield* log.last()) ?? "") >= later.id)
      }))

    it.effect("age removes a project's oldest events in bounded numbers, and how far is remembered", () =>
      Effect.gen(function*() {
        const log = yield* EventStore
        const { transact } = yield* Transactor
        const { accountId, id: projectId } = Samples.project()
        const old = (days: number) => Samples.messageEvent({ accountId, projectId }, { id: firstId(Samples.at(-days * day)) })
        const [first, second, kept] = [old(103), old(102), old(101)]
        const foreign = Samples.messageEvent({}, { id: firstId(Samples.at(-104 * day)) })
        yield* append(first, second, kept, foreign)
        const purge = (limit: number) => transact(log.purge(projectId, Samples.at(-101 * day), limit))
        assert.strictEqual(yield* purge(1), 1)
        assert.deepStrictEqual(yield* after(projectId, beginning), { events: [second, kept], removedThrough: first.id })
        assert.strictEqual(yield* purge(10), 1)
        assert.strictEqual(yield* purge(10), 0)
        assert.deepStrictEqual(yield* after(projectId, beginning), { events: [kept], removedThrough: second.id })
        assert.deepStrictEqual((yield* after(foreign.projectId, beginning)).events, [foreign])
        assert.strictEqual(yield* transact(log.purge(projectId, Samples.at(0), 10)), 1)
        assert.strictEqual(yield* log.head(projectId), kept.id)
      }))

    it.effect("an erasure rewrites the events of what began by then, in bounded numbers, and finds none of them again", () =>
      Effect.gen(function*() {
        const erasures = yield* ErasureStore
        const { accountId, id: projectId } = Samples.project()
        const userNumber = Samples.userNumber()
        const pseudonym = Samples.pseudonym()
        const about = { accountId, projectId, userNumber }
        const told = [Samples.messageEvent(about), Samples.messageEvent(about), Samples.messageEvent(about)]
        const since = Samples.messageEvent({ ...about, createdAt: Samples.at(2) })
        const others = [Samples.messageEvent({ accountId, projectId }), Samples.messageEvent({ userNumber })]
        yield* append(...told, since, ...others)
        const anonymous = (event: Event): Event => "message" in event ? { ...event, message: { ...event.message, userNumber: pseudonym, body: "" } } : event
        const erase = (limit: number) => erasures.eraseEvents({ accountId, userNumber, until: Samples.at(1) }, anonymous, limit)
        assert.deepStrictEqual([yield* erase(2), yield* erase(2), yield* erase(2)], [2, 1, 0])
        const [first, second] = others
        if (first === undefined || second === undefined) return assert.fail("there are two")
        assert.deepStrictEqual((yield* after(projectId, beginning)).events, [...told.map(anonymous), since, first])
        assert.deepStrictEqual((yield* after(second.projectId, beginning)).events, [second])
      }))
  })
