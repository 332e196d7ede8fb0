import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Option, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { readFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as Samples from "@parley/conformance/Samples"
import { LimitStore } from "@parley/core/ports/LimitStore"
import type { StoreFailure } from "@parley/core/ports/Store"
import { Transactor } from "@parley/core/ports/Store"
import * as SqliteStore from "../src/SqliteStore.ts"
import { temporaryFile } from "./TemporaryFile.ts"

/** How many commits a write-ahead log holds: the last frame of each names the size of the database. Source: sqlite.org/fileformat2.html */
const commitsIn = (filename: string): number => {
  const log = readFileSync(`${filename}-wal`)
  const frame = 24 + log.readUInt32BE(8)
  let commits = 0
  for (let offset = 32; offset + frame <= log.length; offset += frame) if (log.readUInt32BE(offset + 4) > 0) commits++
  return commits
}

const put = (key: string) => Effect.flatMap(LimitStore, (limits) => limits.putCounter(key, "{}", Samples.at(0)))
const read = (key: string) => Effect.flatMap(LimitStore, (limits) => limits.counter(key))
const transact = <A, E, R>(useCase: Effect.Effect<A, E, R>) => Effect.flatMap(Transactor, ({ transact }) => transact(useCase))
const atOnce = { concurrency: "unbounded", discard: true } as const
const keys = (count: number) => Array.from({ length: count }, (_, index) => `key/${index}`)

// Without checkpoints the log keeps every commit.
const keepLog = Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe("PRAGMA wal_autocheckpoint = 0"))

const commitsOf = <A, E, R>(filename: string, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    yield* keepLog
    const before = commitsIn(filename)
    yield* work
    return commitsIn(filename) - before
  })

describe("GroupCommit", () => {
  it.effect("many callers share a commit", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        const commits = yield* commitsOf(filename, Effect.forEach(keys(1_000), (key) => transact(put(key)), atOnce))
        // 256 to a commit, and the first may go alone.
        assert.isAtMost(commits, 5)
        for (const key of keys(1_000)) assert.isTrue(Option.isSome(yield* read(key)))
      }).pipe(Effect.provide(SqliteStore.layer({ filename })))
    }))

  it.effect("without it every caller has a commit of its own", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        assert.strictEqual(yield* commitsOf(filename, Effect.forEach(keys(50), (key) => transact(put(key)), atOnce)), 50)
      }).pipe(Effect.provide(SqliteStore.layerSingleCommit({ filename })))
    }))

  it.effect("one that fails among them is rolled back alone, and they still share", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        const useCase = (key: string) => key.endsWith("7") ? Effect.andThen(put(key), Effect.fail("no")) : put(key)
        assert.isAtMost(yield* commitsOf(filename, Effect.forEach(keys(100), (key) => Effect.exit(transact(useCase(key))), atOnce)), 2)
        for (const key of keys(100)) assert.strictEqual(Option.isNone(yield* read(key)), key.endsWith("7"), key)
      }).pipe(Effect.provide(SqliteStore.layer({ filename })))
    }))

  it.effect("nobody is told of success before the commit", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        yield* keepLog
        const before = commitsIn(filename)
        const seen = yield* Effect.forEach(keys(20), (key) => Effect.map(transact(put(key)), () => commitsIn(filename) - before), { concurrency: "unbounded" })
        for (const commits of seen) assert.isAtLeast(commits, 1)
      }).pipe(Effect.provide(SqliteStore.layer({ filename })))
    }))

  it.effect("when the database ends the transaction by itself, every caller of the batch is told and nothing is kept", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const lose = Effect.andThen(put("lost"), sql.unsafe("ROLLBACK"))
        const [first, lost, last] = yield* Effect.all([transact(put("first")), transact(lose), transact(put("last"))].map(Effect.exit), { concurrency: "unbounded" })
        for (const exit of [first, lost, last]) assert.isTrue(exit !== undefined && Exit.isFailure(exit))
        for (const key of ["first", "lost", "last"]) assert.isTrue(Option.isNone(yield* read(key)), key)
        yield* transact(put("after"))
        assert.isTrue(Option.isSome(yield* read("after")))
      }).pipe(Effect.provide(SqliteStore.layer({ filename })))
    }))

  it.effect("a full disk is told as such, and writing goes on once there is room", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const limits = yield* LimitStore
        const [pages] = yield* sql.unsafe<{ page_count: number }>("PRAGMA page_count")
        yield* sql.unsafe(`PRAGMA max_page_count = ${pages?.page_count ?? 0}`)
        const big = transact(limits.putCounter("big", "x".repeat(1_000_000), Samples.at(0)))
        const failure = yield* Effect.flip(big)
        assert.strictEqual(failure.reason, "full")
        yield* sql.unsafe("PRAGMA max_page_count = 1000000")
        yield* big
        assert.isTrue(Option.isSome(yield* read("big")))
      }).pipe(Effect.provide(SqliteStore.layer({ filename })))
    }))

  it.effect("another process that writes is waited for, and this one does everything else meanwhile", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        const other = yield* Effect.acquireRelease(Effect.sync(() => new DatabaseSync(filename)), (db) => Effect.sync(() => db.close()))
        other.exec("BEGIN IMMEDIATE")
        const waiting = yield* Effect.forkChild(transact(put("waiting")))
        yield* TestClock.adjust("4 seconds")
        assert.isUndefined(waiting.pollUnsafe())
        assert.isTrue(Option.isNone(yield* read("waiting")))
        other.exec("COMMIT")
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(waiting)
        assert.isTrue(Option.isSome(yield* read("waiting")))
      }).pipe(Effect.provide(SqliteStore.layer({ filename, busyMillis: 1 })), Effect.scoped)
    }))

  it.effect("another process that does not stop writing is told as such after some seconds, to all who wait", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        const other = yield* Effect.acquireRelease(Effect.sync(() => new DatabaseSync(filename)), (db) => Effect.sync(() => db.close()))
        other.exec("BEGIN IMMEDIATE")
        const first = yield* Effect.forkChild(Effect.flip(transact(put("first"))))
        yield* TestClock.adjust("2 seconds")
        const second = yield* Effect.forkChild(Effect.flip(transact(put("second"))))
        yield* TestClock.adjust("4 seconds")
        for (const waiting of [first, second]) {
          const failure = yield* Fiber.join(waiting)
          assert.isTrue(failure.reason === "busy" && failure.retryable)
        }
        other.exec("ROLLBACK")
        yield* transact(put("third"))
        for (const key of ["first", "second"]) assert.isTrue(Option.isNone(yield* read(key)))
        assert.isTrue(Option.isSome(yield* read("third")))
      }).pipe(Effect.provide(SqliteStore.layer({ filename, busyMillis: 1 })), Effect.scoped)
    }))

  it.effect("closing waits for what was let in, and lets in nothing more", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(SqliteStore.layer({ filename }), scope)
      const begun = yield* Deferred.make<void>()
      const slow = Effect.gen(function*() {
        yield* put("slow")
        yield* Deferred.succeed(begun, undefined)
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        yield* put("slow too")
      })
      const inside = yield* Effect.forkChild(transact(slow).pipe(Effect.provideContext(context)))
      yield* Deferred.await(begun)
      const waiting = yield* Effect.forkChild(transact(put("waiting")).pipe(Effect.provideContext(context)))
      yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.join(inside)
      yield* Fiber.join(waiting)
      const late: StoreFailure = yield* Effect.flip(transact(put("late")).pipe(Effect.provideContext(context)))
      assert.strictEqual(late.reason, "unavailable")
      yield* Effect.gen(function*() {
        for (const key of ["slow", "slow too", "waiting"]) assert.isTrue(Option.isSome(yield* read(key)), key)
        assert.isTrue(Option.isNone(yield* read("late")))
      }).pipe(Effect.provide(SqliteStore.layer({ filename })))
    }))
})
