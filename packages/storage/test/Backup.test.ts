/** Backups as the operations guide describes them, made while texts come and go, and served from afterwards. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as PostgresServer from "@parley/conformance/PostgresServer"
import * as Samples from "@parley/conformance/Samples"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { ErasureStore } from "@parley/core/ports/ErasureStore"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { Transactor } from "@parley/core/ports/Store"
import * as PostgresStore from "../src/PostgresStore.ts"
import * as SqliteBackup from "../src/SqliteBackup.ts"
import * as SqliteStore from "../src/SqliteStore.ts"
import { isMissing, isOwn } from "./PostgresDatabase.ts"
import { temporaryFile } from "./TemporaryFile.ts"

const project = Samples.project()
const session = Samples.textedSession({ accountId: project.accountId, projectId: project.id })
const optOut = Samples.optOut(project)
const hidden = Samples.optOut(project)

/** Everything that a backup must hold before it begins. */
const fill = Effect.gen(function*() {
  yield* (yield* Directory).putProject(project)
  yield* (yield* SessionStore).insert(session, null)
  yield* (yield* ConsentStore).put(optOut)
  yield* (yield* ConsentStore).put(hidden)
  yield* (yield* ErasureStore).hideOptOuts({ accountId: project.accountId, userNumber: hidden.userNumber, until: Samples.at(0) })
})

/** Texts without end: each transaction writes two of them, so that a copy between the two would show. `enough`: told after some. */
const traffic = Effect.fnUntraced(function*(enough: Deferred.Deferred<void>) {
  const { transact } = yield* Transactor
  const messages = yield* MessageStore
  const text = () => Samples.inboundText({ accountId: project.accountId, projectId: project.id, sessionId: session.id })
  for (let written = 0;; written++) {
    yield* transact(Effect.suspend(() => Effect.andThen(messages.insert(text()), messages.insert(text()))))
    if (written === 10) yield* Deferred.succeed(enough, undefined)
  }
})

const check = Effect.gen(function*() {
  const consent = yield* ConsentStore
  assert.deepStrictEqual(yield* (yield* SessionStore).get(session.id), Option.some(session))
  assert.deepStrictEqual(yield* consent.get(optOut.userNumber, optOut.agentNumber), Option.some(optOut))
  assert.deepStrictEqual(yield* consent.get(hidden.userNumber, hidden.agentNumber), Option.some(hidden))
  const texts = yield* (yield* MessageStore).history(session.id)
  assert.isAbove(texts.length, 0)
  assert.strictEqual(texts.length % 2, 0)
  // It is a store to work with, and no museum.
  yield* (yield* Transactor).transact(Effect.flatMap(MessageStore, (messages) => messages.insert(Samples.inboundText({ sessionId: session.id }))))
})

const during = <A, E, R>(backup: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    yield* fill
    const enough = yield* Deferred.make<void>()
    const writing = yield* Effect.forkScoped(traffic(enough))
    yield* Deferred.await(enough)
    const made = yield* backup
    yield* Fiber.interrupt(writing)
    return made
  })

describe("a backup", () => {
  it.live("of SQLite is whole, is its owner's alone, and is served", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      const copy = join(dirname(filename), "backups", "parley.db")
      const bytes = yield* during(SqliteBackup.copy(filename, copy)).pipe(Effect.provide(SqliteStore.layer({ filename }), { local: true }))
      assert.strictEqual(bytes, statSync(copy).size)
      assert.strictEqual(statSync(copy).mode & 0o777, 0o600)
      yield* Effect.provide(check, SqliteStore.layer({ filename: copy }), { local: true })
    }))

  it.effect("of SQLite overwrites nothing, and says what it can't copy", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      const copy = `${filename}.copy`
      assert.match((yield* Effect.flip(SqliteBackup.copy(filename, copy))).message, /^There is no store at /u)
      writeFileSync(filename, "no database".repeat(1_000))
      assert.match((yield* Effect.flip(SqliteBackup.copy(filename, copy))).message, /can't be copied to .*not a database/u)
      assert.isFalse(existsSync(copy))
      assert.match((yield* Effect.flip(SqliteBackup.copy(filename, filename))).message, /exists already/u)
    }))

  // pg_basebackup asks for the same two functions; it is not part of the server that the tests bring.
  it.live.skipIf(isMissing || isOwn)("of PostgreSQL, taken of its folder between pg_backup_start and pg_backup_stop, starts and is served", () =>
    Effect.gen(function*() {
      const server = yield* PostgresServer.make()
      const url = Redacted.make(server.url)
      const folder = mkdtempSync(join(tmpdir(), "parley-backup-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
      const copy = join(folder, "data")
      const isTransient = (file: string) => /postmaster\.(?:pid|opts)$/u.test(file)
      // In one session, which PostgreSQL asks for: the second function tells what the first has begun.
      const taken = Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql.withTransaction(Effect.gen(function*() {
          yield* sql`SELECT pg_backup_start('test', true)`
          cpSync(server.folder ?? "", copy, { recursive: true, filter: (file) => !isTransient(file) && !file.includes("/pg_wal") })
          const [stopped] = yield* sql<{ labelfile: string }>`SELECT labelfile FROM pg_backup_stop(false)`
          writeFileSync(join(copy, "backup_label"), stopped?.labelfile ?? "")
          cpSync(join(server.folder ?? "", "pg_wal"), join(copy, "pg_wal"), { recursive: true })
        }))
      })
      yield* during(taken).pipe(Effect.provide(PostgresStore.layer({ url }), { local: true }))
      yield* server.crash
      const restored = yield* PostgresServer.make({ from: copy })
      yield* Effect.provide(check, PostgresStore.layer({ url: Redacted.make(restored.url) }), { local: true })
    }), 60_000)
})
