import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Redacted, References, Schedule, Scope } from "effect"
import { SqlClient } from "effect/sql"
import * as GatewayLock from "../src/GatewayLock.ts"
import * as PostgresClient from "../src/PostgresClient.ts"
import { DatabaseInUse, ReleasesApart, StoreLost } from "../src/StoreLost.ts"
import { isMissing, isOwn, serverOfThisFile } from "./PostgresDatabase.ts"

const quietly = Effect.provideService(References.MinimumLogLevel, "None")

describe.skipIf(isMissing)("GatewayLock", () => {
  const server = serverOfThisFile()
  const lock = (database = "", serving: "alone" | "together" = "alone") => GatewayLock.layer({ url: Redacted.make(database === "" ? server.get().url : database), serving })
  const member = Layer.unwrap(Effect.sync(() => lock("", "together")))

  /** What holds the lock until it is closed. */
  const holder = Effect.gen(function*() {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const context = yield* Layer.buildWithScope(Layer.fresh(lock()), scope)
    return { lost: yield* Effect.provideContext(StoreLost, context), close: Scope.close(scope, Exit.void) }
  })

  it.live("a second gateway on the same database is refused, with the database and without its password", () =>
    Effect.gen(function*() {
      yield* holder
      const url = new URL(server.get().url)
      url.password = "hush"
      const failure = yield* Effect.flip(Effect.asVoid(Layer.build(Layer.fresh(lock(url.href)))))
      assert.instanceOf(failure, DatabaseInUse)
      assert.include(failure.message, `The database "${url.pathname.slice(1)}" on ${url.host} is in use by another gateway process`)
      assert.notInclude(failure.message, "hush")
    }).pipe(Effect.scoped))

  it.live("gateways that serve together share it, and keep off one that would serve alone, which is told what to do", () =>
    Effect.gen(function*() {
      yield* Layer.build(Layer.fresh(member))
      yield* Layer.build(Layer.fresh(member))
      const failure = yield* Effect.flip(Effect.asVoid(Layer.build(Layer.fresh(lock()))))
      assert.instanceOf(failure, DatabaseInUse)
      assert.include(failure.message, "is in use by gateway processes that serve it together. Set CLUSTER_HOST so that this one joins them")
    }).pipe(Effect.scoped))

  it.live("a gateway that serves alone keeps off those that would serve together", () =>
    Effect.gen(function*() {
      yield* holder
      const failure = yield* Effect.flip(Effect.asVoid(Layer.build(Layer.fresh(member))))
      assert.instanceOf(failure, DatabaseInUse)
      assert.include(failure.message, "is in use by a gateway process that serves it alone. Restart that one with CLUSTER_HOST set, or stop it.")
    }).pipe(Effect.scoped))

  it.live("gateways one release apart share it, and one that is further away is refused, and told how to get there", () =>
    Effect.gen(function*() {
      const speaking = (protocol: number) => Layer.fresh(GatewayLock.layer({ url: Redacted.make(server.get().url), serving: "together", protocol }))
      yield* Layer.build(speaking(7))
      yield* Layer.build(speaking(8))
      for (const [protocol, theirs, path] of [[6, 8, "from this process's to theirs"], [9, 7, "from theirs to this process's"]] as const) {
        const failure = yield* Effect.flip(Effect.asVoid(Layer.build(speaking(protocol))))
        assert.instanceOf(failure, ReleasesApart)
        assert.include(failure.message, `(protocol ${theirs}; this process speaks ${protocol})`)
        assert.include(failure.message, path)
      }
      yield* Layer.build(speaking(8))
    }).pipe(Effect.scoped))

  it.live("it is free again when its gateway is gone, and never holds another database", () =>
    Effect.gen(function*() {
      const first = yield* holder
      yield* Layer.build(lock(yield* server.get().createDatabase("another")))
      yield* first.close
      yield* holder
    }).pipe(Effect.scoped))

  it.live("a server that cannot be reached is told as that", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(Effect.asVoid(Layer.build(lock("postgres://nobody@127.0.0.1:9/parley"))))
      assert.strictEqual(failure._tag, "SqlError")
    }).pipe(Effect.scoped))

  const restart = Effect.andThen(server.crash, server.start)
  const isHeld = Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return (yield* sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted`).length > 0
  }).pipe(Effect.orElseSucceed(() => false))

  it.live.skipIf(isOwn)("a gateway whose session broke, as when the server restarts, takes it again", () =>
    Effect.gen(function*() {
      yield* holder
      yield* restart
      yield* Effect.repeat(isHeld, { until: (held) => held, schedule: Schedule.spaced("50 millis") })
      assert.instanceOf(yield* Effect.flip(holder), DatabaseInUse)
    }).pipe(Effect.scoped, Effect.provide(Layer.unwrap(Effect.sync(() => PostgresClient.layer({ url: Redacted.make(server.get().url) })))), quietly))

  it.live.skipIf(isOwn)("a gateway whose lock went to another meanwhile learns that its store is lost", () =>
    Effect.gen(function*() {
      const first = yield* holder
      yield* restart
      yield* holder
      assert.instanceOf(yield* Effect.flip(first.lost), DatabaseInUse)
    }).pipe(Effect.scoped, quietly))
})
