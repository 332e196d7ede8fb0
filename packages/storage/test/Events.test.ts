import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { recorded } from "@parley/conformance/HotQueries"
import * as Samples from "@parley/conformance/Samples"
import { beginning, type Event, firstId } from "@parley/core/Event"
import * as Erasures from "@parley/core/Erasures"
import * as Events from "@parley/core/Events"
import { CurrentEventSignal } from "@parley/core/EventSignal"
import * as Housekeeping from "@parley/core/Housekeeping"
import * as Operators from "@parley/core/Operators"
import { Directory } from "@parley/core/ports/Directory"
import { EventStore } from "@parley/core/ports/EventStore"
import type { EventId } from "@parley/schema/Ids"
import * as Receipts from "@parley/core/Receipts"
import { transactAndWake } from "@parley/core/Wake"
import * as Facts from "@parley/core/Facts"
import { accountId, conversed, converse, drain, drainAll, later, message, project, send, session, text, user, world } from "./World.ts"

const week = world({ events: { delete_after: "7 days" }, session: { idle_after: "1 hour", warning_grace: "10 minutes" } })

const log = Effect.flatMap(project, ({ id }) => Effect.flatMap(EventStore, (store) => store.after(id, beginning, 1_000)))
const events = Effect.map(log, ({ events }) => events)
const types = Effect.map(events, (all) => all.map(({ type }) => type))

const keeping = (config: object) => Effect.flatMap(project, (made) => Effect.flatMap(Directory, (directory) => directory.putProject({ ...made, config: Samples.config(config) })))

/** The carrier says that it has delivered a text. */
const delivered = Effect.fnUntraced(function*(id: Parameters<typeof message>[0]) {
  const { carrierId, projectId } = yield* message(id)
  return yield* Receipts.record({ projectId, environment: "live", carrierId: carrierId ?? "", messageId: id, status: "delivered", code: null, detail: null })
})

describe("the event log", () => {
  it.effect("tells of a send, its delivery and the answer, each as it was then", () =>
    Effect.gen(function*() {
      const { messageId, sessionId } = yield* send("Hello")
      yield* drain()
      yield* delivered(messageId)
      yield* delivered(messageId)
      yield* text("Hi")
      assert.deepStrictEqual(yield* types, ["session.started", "message.sent", "message.delivered", "message.received"])
      const [started, sent, , received] = yield* events
      assert.deepInclude(started && "session" in started ? started.session : {}, { id: sessionId, state: "unanswered" })
      assert.deepInclude(sent && "message" in sent ? sent.message : {}, { id: messageId, status: "sent", body: "Hello" })
      assert.deepInclude(received && "message" in received ? received.message : {}, { sessionId, body: "Hi" })
    }).pipe(Effect.provide(week)))

  it.effect("tells of the warning, of what takes it back, and of the end that silence brings", () =>
    Effect.gen(function*() {
      const id = conversed(yield* text("Hi"))
      yield* converse(id)
      yield* drain()
      yield* later("1 hour", id)
      yield* drain()
      yield* text("I am here")
      yield* converse(id)
      yield* drain()
      yield* later("1 hour", id)
      yield* drain()
      yield* later("10 minutes", id)
      const all = (yield* types).filter((type) => type.startsWith("session."))
      assert.deepStrictEqual(all, ["session.started", "session.warned", "session.resumed", "session.warned", "session.ended"])
      const ended = (yield* events).find(({ type }) => type === "session.ended")
      assert.deepStrictEqual(ended && "session" in ended && ended.session.endReason, "abandoned")
    }).pipe(Effect.provide(week)))

  it.effect("tells of takeovers and releases, and of one who takes over from another", () =>
    Effect.gen(function*() {
      const id = conversed(yield* text("Hi"))
      yield* Operators.takeOver(accountId, id, "Grace", null)
      yield* Operators.takeOver(accountId, id, "Ada", null)
      yield* Operators.release(accountId, id)
      yield* Operators.end(accountId, id)
      assert.deepStrictEqual(yield* types, ["session.started", "message.received", "session.taken_over", "session.taken_over", "session.released", "session.ended"])
    }).pipe(Effect.provide(week)))

  it.effect("tells of the session that a send supersedes before the one that it opens", () =>
    Effect.gen(function*() {
      const one = yield* send("Hello")
      const two = yield* send("Hello again")
      const told = (yield* events).flatMap((event) => "session" in event ? [[event.type, event.session.id, event.session.endReason]] : [])
      assert.deepStrictEqual(told, [["session.started", one.sessionId, null], ["session.ended", one.sessionId, "superseded"], ["session.started", two.sessionId, null]])
    }).pipe(Effect.provide(week)))

  it.effect("tells of an opt-out once, however often it is asked for, and of its end once", () =>
    Effect.gen(function*() {
      for (const word of ["STOP", "STOP", "START", "START"]) yield* text(word)
      yield* drainAll
      assert.deepStrictEqual((yield* types).filter((type) => type.startsWith("opt_out.")), ["opt_out.recorded", "opt_out.removed"])
    }).pipe(Effect.provide(week)))

  it.effect("holds nothing of what was undone", () =>
    Effect.gen(function*() {
      const { messageId } = yield* send("Hello")
      const before = yield* types
      const sent = yield* message(messageId)
      const undone = transactAndWake(Effect.andThen(Facts.changeText(sent, { ...sent, status: "failed" }), Effect.fail("undone")))
      assert.strictEqual(yield* Effect.flip(undone), "undone")
      assert.deepStrictEqual(yield* types, before)
      assert.strictEqual((yield* message(messageId)).status, "queued")
    }).pipe(Effect.provide(week)))

  it.effect("keeps the order of transactions where another process's clock is ahead", () =>
    Effect.gen(function*() {
      const { id: projectId } = yield* project
      const ahead = firstId(DateTime.add(yield* DateTime.now, { minutes: 5 }))
      yield* Effect.flatMap(EventStore, (store) => store.append([Samples.messageEvent({ accountId, projectId }, { id: ahead })]))
      yield* send("Hello")
      const ids = (yield* events).map(({ id }) => id)
      assert.deepStrictEqual([ids.length, ids[0]], [2, ahead])
      assert.isTrue((ids[1] ?? "") > ahead)
    }).pipe(Effect.provide(week)))

  it.effect("costs a send two statements where events are kept, and none where they are not", () =>
    Effect.gen(function*() {
      const statements = (config: object) =>
        Effect.gen(function*() {
          yield* keeping(config)
          yield* send("to the user before")
          return (yield* recorded(Effect.asVoid(send("Hello")))).map(([sql]) => sql)
        })
      const without = yield* statements({})
      const kept = yield* statements({ events: {} })
      assert.deepStrictEqual(without.filter((sql) => sql.includes("events")), [])
      assert.deepStrictEqual(kept.filter((sql) => !sql.includes("events")), without)
      assert.strictEqual(kept.length, without.length + 2)
    }).pipe(Effect.provide(world())))

  it.effect("costs a text of a user, and what the carrier says of a text, at most the look at the project where events are not kept", () =>
    Effect.gen(function*() {
      const { messageId } = yield* send("Hello")
      yield* drain()
      const receipt = (yield* recorded(Effect.asVoid(delivered(messageId)))).map(([sql]) => sql)
      const arrived = (yield* recorded(Effect.asVoid(text("Hi")))).map(([sql]) => sql)
      assert.deepStrictEqual([...receipt, ...arrived].filter((sql) => sql.includes("events")), [])
      assert.deepStrictEqual([receipt, arrived].map((all) => all.filter((sql) => sql.includes("FROM projects")).length), [1, 1])
    }).pipe(Effect.provide(world())))

  it.effect("wakes who follows it in this process, once the transaction is durable", () =>
    Effect.gen(function*() {
      const signal = yield* CurrentEventSignal
      const heard = yield* Effect.forkChild(Effect.andThen(signal.next(), types))
      yield* Effect.yieldNow
      yield* send("Hello")
      assert.deepStrictEqual(yield* Fiber.join(heard), ["session.started"])
    }).pipe(Effect.provide(week)))
})

describe("reading on", () => {
  const follow = (filter: Partial<Events.EventFilter>, after: EventId, limit = 100) =>
    Effect.flatMap(project, ({ id }) => Events.look({ projectId: id, ...filter }, after, limit))

  it.effect("begins after the newest event, or after the one that was read last", () =>
    Effect.gen(function*() {
      const { id } = yield* project
      assert.strictEqual(yield* Events.begin(id, null), beginning)
      yield* send("Hello")
      const [started] = yield* events
      assert.strictEqual(yield* Events.begin(id, null), started?.id)
      assert.strictEqual(yield* Events.begin(id, beginning), beginning)
      const later = firstId(DateTime.add(yield* DateTime.now, { days: 1 }))
      assert.strictEqual((yield* Effect.flip(Events.begin(id, later)))._tag, "EventsRemoved")
      yield* keeping({})
      assert.strictEqual((yield* Effect.flip(Events.begin(id, null)))._tag, "EventsNotKept")
    }).pipe(Effect.provide(week)))

  it.effect("goes past what the filter leaves out, a bounded number at a time", () =>
    Effect.gen(function*() {
      yield* text("Hi")
      yield* text("Are you there?")
      const all = yield* events
      const one = yield* follow({ types: ["message.received"] }, beginning, 2)
      assert.deepStrictEqual([one.events.map(({ type }) => type), one.through], [["message.received"], all[1]?.id])
      const two = yield* follow({ types: ["message.received"] }, one.through, 2)
      assert.deepStrictEqual([two.events.length, two.through], [1, all[2]?.id])
      assert.deepStrictEqual(yield* follow({ environment: "sandbox" }, beginning), { events: [], through: all[2]?.id ?? beginning })
    }).pipe(Effect.provide(week)))

  it.effect("ends where age has removed what was not read yet, and goes on where it was read", () =>
    Effect.gen(function*() {
      yield* send("Hello")
      yield* TestClock.adjust("8 days")
      yield* text("Hi")
      const all = yield* events
      while (yield* Housekeeping.tidy(10));
      const left = yield* events
      assert.deepStrictEqual(left, all.slice(1))
      assert.strictEqual((yield* Effect.flip(follow({}, beginning)))._tag, "EventsRemoved")
      assert.deepStrictEqual((yield* follow({}, all[0]?.id ?? beginning)).events, left)
    }).pipe(Effect.provide(week)))
})

describe("housekeeping", () => {
  it.effect("keeps events no longer than conversations, whose words they hold", () =>
    Effect.gen(function*() {
      yield* keeping({ events: { delete_after: "30 days" }, retention: { delete_after: "2 days" } })
      yield* text("Hi")
      yield* TestClock.adjust("47 hours")
      yield* Housekeeping.tidy(10)
      assert.isNotEmpty(yield* events)
      yield* TestClock.adjust("2 hours")
      yield* Housekeeping.tidy(10)
      assert.deepStrictEqual(yield* events, [])
    }).pipe(Effect.provide(world())))

  it.effect("removes all events of a project that wants none any more", () =>
    Effect.gen(function*() {
      yield* text("Hi")
      yield* keeping({})
      yield* TestClock.adjust("1 second")
      yield* Housekeeping.tidy(10)
      assert.deepStrictEqual(yield* events, [])
    }).pipe(Effect.provide(week)))
})

describe("an erasure", () => {
  const erased = (number = user) =>
    Effect.gen(function*() {
      yield* Erasures.request(accountId, number)
      while (yield* Erasures.advanceDue(10));
      yield* TestClock.adjust("10 seconds")
      while (yield* Erasures.advanceDue(10));
    })

  const said = (all: ReadonlyArray<Event>) => JSON.stringify(all)

  it.effect("takes words, reasons and number from what was told, and leaves that it happened", () =>
    Effect.gen(function*() {
      const id = conversed(yield* text("The word is heron"))
      yield* Operators.takeOver(accountId, id, "Grace", "She asks for heron")
      yield* text("STOP")
      yield* drain()
      const before = yield* types
      yield* erased()
      const after = yield* events
      assert.deepStrictEqual(after.slice(0, before.length).map(({ type }) => type), before)
      assert.notMatch(said(after), new RegExp(`heron|${user.slice(1)}`, "u"))
      assert.strictEqual((yield* session(id)).state, "ended")
    }).pipe(Effect.provide(week)))

  it.effect("takes what is told of old texts after it was asked for", () =>
    Effect.gen(function*() {
      const { messageId } = yield* send("The word is heron")
      yield* drain()
      yield* Erasures.request(accountId, user)
      yield* delivered(messageId)
      while (yield* Erasures.advanceDue(10));
      yield* TestClock.adjust("10 seconds")
      while (yield* Erasures.advanceDue(10));
      const all = yield* events
      assert.deepStrictEqual(all.map(({ type }) => type), ["session.started", "message.sent", "session.ended", "message.delivered"])
      assert.notMatch(said(all), new RegExp(`heron|${user.slice(1)}`, "u"))
    }).pipe(Effect.provide(week)))
})

it.effect("a project's log begins where its own events do", () =>
  Effect.gen(function*() {
    const other = Samples.project({ config: Samples.config({ events: {} }) })
    yield* Effect.flatMap(Directory, (directory) => directory.putProject(other))
    yield* send("Hello")
    assert.strictEqual(yield* Effect.flatMap(EventStore, (store) => store.head(other.id)), null)
    assert.strictEqual(yield* Events.begin(other.id, null), beginning)
  }).pipe(Effect.provide(week)))
