import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Exit, Fiber, Layer, Option, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Samples from "@parley/conformance/Samples"
import { storeSuites } from "@parley/conformance/StoreSuites"
import { beginning } from "@parley/core/Event"
import * as Events from "@parley/core/Events"
import * as Facts from "@parley/core/Facts"
import { Ids } from "@parley/core/Ids"
import * as Outbound from "@parley/core/Outbound"
import { Directory } from "@parley/core/ports/Directory"
import { EventStore } from "@parley/core/ports/EventStore"
import { LimitStore } from "@parley/core/ports/LimitStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { StoreFailure, Transactor } from "@parley/core/ports/Store"
import { Wakeups } from "@parley/core/ports/Wakeups"
import { EventId } from "@parley/schema/Ids"
import { migrations } from "../src/migrations.ts"
import * as PostgresStore from "../src/PostgresStore.ts"
import { named } from "../src/Rows.ts"
import * as LossyProxy from "./LossyProxy.ts"
import { isMissing, isOwn, serverOfThisFile } from "./PostgresDatabase.ts"

const transact = <A, E, R>(useCase: Effect.Effect<A, E, R>) => Effect.flatMap(Transactor, ({ transact }) => transact(useCase))
const count = (key: string) => Effect.map(Effect.flatMap(LimitStore, (limits) => limits.counter(key)), (kept) => Number(Option.getOrElse(kept, () => "0")))
const add = (key: string) =>
  transact(Effect.gen(function*() {
    const before = yield* count(key)
    yield* (yield* LimitStore).putCounter(key, String(before + 1), Samples.at(0))
  }))

describe.skipIf(isMissing)("PostgreSQL", () => {
  const server = serverOfThisFile()
  storeSuites("PostgreSQL", server.store)

  /** Two processes' stores on one database; each is built anew. */
  const twice = Effect.gen(function*() {
    const one = yield* Layer.build(Layer.fresh(server.store))
    const two = yield* Layer.build(Layer.fresh(server.store))
    return [one, two] as const
  })

  /** A project with a connector and two numbers, as `Outbound` wants it. */
  const projectOf = Effect.gen(function*() {
    const directory = yield* Directory
    const project = Samples.project({ config: Samples.config({ limits: { outbound_per_minute: 10_000 } }) })
    const connector = Samples.connector(project)
    yield* directory.putProject(project)
    yield* directory.putConnector(connector)
    yield* directory.putNumber(Samples.number(project))
    yield* directory.putNumber(Samples.number(project))
    return { project, connector }
  })

  const unwoken = Layer.mergeAll(Ids.layer, Layer.succeed(Wakeups, Wakeups.of({ session: () => Effect.void, line: () => Effect.void })))

  it.live("five processes that start at once on an empty database migrate it once", () =>
    Effect.gen(function*() {
      const url = Redacted.make(yield* server.get().createDatabase("five"))
      const opened = Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        return yield* sql`SELECT * FROM parley_migrations`
      }).pipe(Effect.provide(PostgresStore.layer({ url }), { local: true }))
      const rows = yield* Effect.all(Effect.replicate(opened, 5), { concurrency: "unbounded" })
      for (const each of rows) assert.strictEqual(each.length, (yield* migrations).length)
    }))

  it.live("ids and numbers sort by their bytes, whatever language the database sorts by", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const columns = yield* sql`SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name <> 'parley_migrations' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`
      assert.deepStrictEqual(columns, [])
    }).pipe(Effect.provide(server.store)))

  it.live("transactions of two processes do not overlap either", () =>
    Effect.gen(function*() {
      const stores = yield* twice
      const key = "two processes"
      yield* Effect.forEach(Array.from({ length: 40 }, (_, i) => i), (i) => Effect.provideContext(add(key), stores[i % 2 === 0 ? 0 : 1]), { concurrency: "unbounded", discard: true })
      assert.strictEqual(yield* Effect.provideContext(count(key), stores[0]), 40)
    }))

  it.live("of sends to one user that come at once to two processes, one session stays active", () =>
    Effect.gen(function*() {
      const stores = yield* twice
      const { connector, project } = yield* Effect.provideContext(projectOf, stores[0])
      const userNumber = Samples.userNumber()
      const send = Outbound.accept({ connector, text: "Hello", userNumber, agentNumber: null, idempotency: null }).pipe(Effect.provide(unwoken))
      const sent = yield* Effect.forEach([0, 1, 0, 1, 0, 1] as const, (i) => Effect.provideContext(send, stores[i]), { concurrency: "unbounded" })
      const { items } = yield* Effect.provideContext(
        Effect.flatMap(SessionStore, (sessions) => sessions.list({ accountId: project.accountId }, { limit: 50, cursor: null })),
        stores[0]
      )
      assert.strictEqual(items.length, sent.length)
      assert.strictEqual(items.filter(({ state }) => state !== "ended").length, 1)
    }))

  it.live("of repeats with one idempotency key that come at once to two processes, one sends", () =>
    Effect.gen(function*() {
      const stores = yield* twice
      const { connector } = yield* Effect.provideContext(projectOf, stores[0])
      const idempotency = { key: `${connector.accountId}/once`, fingerprint: "same" }
      const send = Outbound.accept({ connector, text: "Hello", userNumber: Samples.userNumber(), agentNumber: null, idempotency }).pipe(Effect.provide(unwoken))
      const sent = yield* Effect.forEach([0, 1, 0, 1, 0, 1] as const, (i) => Effect.provideContext(send, stores[i]), { concurrency: "unbounded" })
      assert.strictEqual(new Set(sent.map(({ messageId }) => messageId)).size, 1)
      assert.strictEqual(sent.filter(({ replayed }) => !replayed).length, 1)
    }))

  it.live("who reads events on from what they have read misses none that two processes write, however long a transaction takes", () =>
    Effect.gen(function*() {
      const stores = yield* twice
      const { connector, project } = yield* Effect.provideContext(projectOf, stores[0])
      const keeping = { ...project, config: { ...project.config, events: Samples.config({ events: {} }).events } }
      yield* Effect.provideContext(Effect.flatMap(Directory, (directory) => directory.putProject(keeping)), stores[0])
      const read: Array<string> = []
      const look = Effect.gen(function*() {
        const { events, through } = yield* Events.look({ projectId: project.id }, EventId.make(read.at(-1) ?? beginning), 7)
        read.push(...events.map(({ id }) => id))
        return through
      }).pipe(Effect.provideContext(stores[1]))
      const reader = yield* Effect.forkChild(Effect.forever(Effect.andThen(look, Effect.sleep("1 millis"))))
      // Clocks that differ by a second, as they may: the ids come from them.
      const clocks = [0, 1_000] as const
      const send = (i: 0 | 1) =>
        Outbound.accept({ connector, text: "Hello", userNumber: Samples.userNumber(), agentNumber: null, idempotency: null }).pipe(
          Effect.provide(Layer.fresh(unwoken)),
          Effect.updateService(Clock.Clock, (clock) => Object.create(clock, { currentTimeMillis: { value: Effect.map(clock.currentTimeMillis, (millis) => millis + clocks[i]) } }) as Clock.Clock),
          Effect.provideContext(stores[i])
        )
      // Told first, and committed while everybody else waits for it.
      const mayCommit = yield* Deferred.make<void>()
      const begun = yield* Deferred.make<void>()
      const slow = yield* Effect.forkChild(
        transact(Effect.gen(function*() {
          const message = Samples.outboundText({ accountId: project.accountId, projectId: project.id, status: "sent" })
          yield* Facts.recording(Facts.addText(message))
          yield* Deferred.succeed(begun, undefined)
          yield* Deferred.await(mayCommit)
        })).pipe(Effect.provide(unwoken), Effect.provideContext(stores[0]))
      )
      yield* Deferred.await(begun)
      const others = yield* Effect.forkChild(Effect.forEach(Array.from({ length: 30 }, (_, i) => i % 2 as 0 | 1), (i) => send(i), { concurrency: "unbounded" }))
      yield* look
      assert.deepStrictEqual(read, [])
      yield* Deferred.succeed(mayCommit, undefined)
      yield* Fiber.join(slow)
      yield* Fiber.join(others)
      const { events } = yield* Effect.provideContext(Effect.flatMap(EventStore, (log) => log.after(project.id, beginning, 1_000)), stores[0])
      yield* Effect.repeat(Effect.sync(() => read.length), { until: (count) => count >= events.length, schedule: Schedule.spaced("1 millis") })
      yield* Fiber.interrupt(reader)
      assert.strictEqual(events.length, 31)
      assert.deepStrictEqual(read, events.map(({ id }) => id))
      assert.strictEqual(events[0]?.type, "message.sent")
    }))

  const failures: ReadonlyArray<readonly [string, string, StoreFailure["reason"], boolean]> = [
    ["a unique violation", "23505", "conflict", false],
    ["a serialization failure", "40001", "busy", true],
    ["a deadlock", "40P01", "busy", true],
    ["a lock that is not had in time", "55P03", "busy", true],
    ["a full disk", "53100", "full", false],
    ["an I/O error", "58030", "unavailable", true],
    ["a damaged table", "XX001", "corrupt", false],
    ["a damaged index", "XX002", "corrupt", false],
    ["a server that shuts down", "57P01", "unavailable", true],
    ["too many connections", "53300", "unavailable", true]
  ]
  for (const [what, code, reason, retryable] of failures) {
    it.live(`${what} is told as "${reason}"`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const failure = yield* Effect.flip(named("test")(sql.unsafe(`DO $$ BEGIN RAISE SQLSTATE '${code}'; END $$`)))
        assert.deepStrictEqual([failure.reason, failure.retryable], [reason, retryable])
      }).pipe(Effect.provide(server.store)))
  }

  it.live("a commit whose answer is lost is asked after, and stands", () =>
    Effect.gen(function*() {
      const url = new URL(server.get().url)
      const proxy = yield* LossyProxy.make(Number(url.port))
      url.port = String(proxy.port)
      yield* Effect.gen(function*() {
        yield* add("lost answer")
        proxy.loseNextCommit()
        yield* add("lost answer")
        assert.strictEqual(yield* count("lost answer"), 2)
      }).pipe(Effect.provide(PostgresStore.layer({ url: Redacted.make(url.href) })))
    }).pipe(Effect.scoped))

  it.live("a use case that fails after its session is gone fails as it says, although nothing can be rolled back any more", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { transact } = yield* Transactor
      const refused = Effect.ignore(sql`SELECT pg_terminate_backend(pg_backend_pid())`).pipe(Effect.andThen(Effect.fail("refused")))
      assert.deepStrictEqual(yield* Effect.exit(transact(refused)), Exit.fail("refused"))
      assert.strictEqual(yield* transact(Effect.succeed("served")), "served")
    }).pipe(Effect.provide(server.store)))

  it.live.skipIf(isOwn)("a server that crashes loses nothing that was answered, wakes nobody for what it lost, and is used again when it is back", () =>
    Effect.gen(function*() {
      const { connector } = yield* projectOf
      const sessions = yield* SessionStore
      const woken: Array<string> = []
      const wakeups = Layer.succeed(Wakeups, Wakeups.of({ session: () => Effect.void, line: (line) => Effect.sync(() => void woken.push(line)) }))
      const accepted: Array<Outbound.Accepted> = []
      const lost: Array<unknown> = []
      const flowing = yield* Deferred.make<void>()
      const sender = Effect.gen(function*() {
        while (accepted.length < 150) {
          const exit = yield* Effect.exit(Outbound.accept({ connector, text: "Hello", userNumber: Samples.userNumber(), agentNumber: null, idempotency: null }))
          if (Exit.isSuccess(exit)) accepted.push(exit.value)
          else lost.push(Option.getOrElse(Exit.findErrorOption(exit), () => exit.cause))
          if (accepted.length >= 40) yield* Deferred.succeed(flowing, undefined)
          if (Exit.isFailure(exit)) yield* Effect.sleep("20 millis")
        }
      }).pipe(Effect.provide([Ids.layer, wakeups]))
      const senders = yield* Effect.forkChild(Effect.all(Effect.replicate(sender, 8), { concurrency: "unbounded" }))
      yield* Deferred.await(flowing)
      yield* server.crash
      const failure = yield* Effect.flip(Effect.repeat(sessions.countByState(), Schedule.forever))
      assert.isTrue(failure.retryable)
      yield* server.start
      yield* Fiber.join(senders)

      assert.isTrue(lost.every((one) => one instanceof StoreFailure && one.retryable), String(lost.find((one) => !(one instanceof StoreFailure))))
      for (const { sessionId } of accepted) assert.isTrue(Option.isSome(yield* sessions.get(sessionId)))
      assert.strictEqual(woken.length, accepted.length)
      const { items } = yield* sessions.list({ accountId: connector.accountId, projectId: connector.projectId }, { limit: 1_000, cursor: null })
      assert.strictEqual(items.length, accepted.length)
    }).pipe(Effect.provide(server.store)), 30_000)
})
