import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { closeSync, existsSync, openSync, statSync, writeSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Samples from "@parley/conformance/Samples"
import { storeSuites } from "@parley/conformance/StoreSuites"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as SqliteStore from "../src/SqliteStore.ts"
import { StoreLost } from "../src/StoreLost.ts"
import { temporaryFile } from "./TemporaryFile.ts"

storeSuites("SQLite, many transactions to a commit", Layer.unwrap(Effect.map(temporaryFile, (filename) => SqliteStore.layer({ filename }))))
storeSuites("SQLite, a commit for each transaction", Layer.unwrap(Effect.map(temporaryFile, (filename) => SqliteStore.layerSingleCommit({ filename }))))

const overwritePage = (filename: string, page: number, size: number) => {
  const file = openSync(filename, "r+")
  writeSync(file, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size)
  closeSync(file)
}

const pragma = (name: string) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<Record<string, unknown>>(`PRAGMA ${name}`))

describe("SqliteStore", () => {
  it.effect("a commit waits for the disk: write-ahead log, synchronous = FULL, foreign keys held", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.gen(function*() {
        assert.deepStrictEqual((yield* pragma("journal_mode")).map((row) => ({ ...row })), [{ journal_mode: "wal" }])
        assert.deepStrictEqual((yield* pragma("synchronous")).map((row) => ({ ...row })), [{ synchronous: 2 }])
        assert.deepStrictEqual((yield* pragma("foreign_keys")).map((row) => ({ ...row })), [{ foreign_keys: 1 }])
      }).pipe(Effect.provide(SqliteStore.layer({ filename })))
    }))

  it.effect("the directory of the file is created, for its owner alone", () =>
    Effect.gen(function*() {
      const filename = join(dirname(yield* temporaryFile), "data", "deeper", "parley.db")
      yield* Effect.asVoid(SessionStore).pipe(Effect.provide(SqliteStore.layer({ filename })))
      assert.isTrue(existsSync(filename))
      assert.strictEqual(statSync(dirname(filename)).mode & 0o777, 0o700)
    }))

  it.effect("a file that is opened again has kept everything, and is migrated once only", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      const project = Samples.project()
      const session = Samples.textedSession()
      const open = SqliteStore.layer({ filename })
      const applied = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT * FROM parley_migrations`)
      const before = yield* Effect.gen(function*() {
        yield* (yield* Directory).putProject(project)
        yield* (yield* SessionStore).insert(session, null)
        return yield* applied
      }).pipe(Effect.provide(open, { local: true }))
      yield* Effect.gen(function*() {
        assert.deepStrictEqual(yield* (yield* Directory).project(project.id), Option.some(project))
        assert.deepStrictEqual(yield* (yield* SessionStore).get(session.id), Option.some(session))
        assert.deepStrictEqual(yield* applied, before)
      }).pipe(Effect.provide(open, { local: true }))
    }))

  it.effect("a damaged page is noticed by the first who reads it, and told as the end of the store", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      const open = SqliteStore.layer({ filename })
      const roots = yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql<{ rootpage: number; page_size: number }>`
        SELECT rootpage, (SELECT page_size FROM pragma_page_size) AS page_size FROM sqlite_master WHERE tbl_name = 'opt_outs'`).pipe(Effect.provide(open, { local: true }))
      for (const { page_size: size, rootpage } of roots) overwritePage(filename, rootpage, size)
      yield* Effect.gen(function*() {
        const lost = yield* Effect.forkChild(Effect.flip(yield* StoreLost))
        yield* Effect.yieldNow
        assert.isUndefined(lost.pollUnsafe())
        const consent = yield* ConsentStore
        const failure = yield* Effect.flip(consent.get(Samples.userNumber(), Samples.agentNumber()))
        assert.isTrue(failure.reason === "corrupt" && !failure.retryable)
        const damage = yield* Fiber.join(lost)
        assert.strictEqual(damage._tag, "StoreDamaged")
        assert.include(damage.message, `${filename} is damaged (database disk image is malformed), so nothing more is written to it.`)
      }).pipe(Effect.provide(open, { local: true }))
    }))

  it.effect("a file that is no database is refused with its name", () =>
    Effect.gen(function*() {
      const filename = dirname(yield* temporaryFile)
      const failure = yield* Effect.flip(Effect.asVoid(SessionStore).pipe(Effect.provide(SqliteStore.layer({ filename }))))
      assert.include(String(failure.message) + String("reason" in failure ? failure.reason : ""), filename)
    }))
})
