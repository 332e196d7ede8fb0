import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { existsSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Samples from "@parley/conformance/Samples"
import { storeSuites } from "@parley/conformance/StoreSuites"
import { Directory } from "@parley/core/ports/Directory"
import { SessionStore } from "@parley/core/ports/SessionStore"
import * as SqliteStore from "../src/SqliteStore.ts"
import { temporaryFile } from "./TemporaryFile.ts"

storeSuites("SQLite, many transactions to a commit", Layer.unwrap(Effect.map(temporaryFile, (filename) => SqliteStore.layer({ filename }))))
storeSuites("SQLite, a commit for each transaction", Layer.unwrap(Effect.map(temporaryFile, (filename) => SqliteStore.layerSingleCommit({ filename }))))

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

  it.effect("a file that is no database is refused with its name", () =>
    Effect.gen(function*() {
      const filename = dirname(yield* temporaryFile)
      const failure = yield* Effect.flip(Effect.asVoid(SessionStore).pipe(Effect.provide(SqliteStore.layer({ filename }))))
      assert.include(String(failure.message) + String("reason" in failure ? failure.reason : ""), filename)
    }))
})
