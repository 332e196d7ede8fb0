import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted, Schema } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import * as Samples from "@parley/conformance/Samples"
import { RetentionStore } from "@parley/core/ports/RetentionStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { Session } from "@parley/core/Session"
import { migrations } from "../src/migrations.ts"
import * as PostgresClient from "../src/PostgresClient.ts"
import * as PostgresStore from "../src/PostgresStore.ts"
import * as SqliteClient from "../src/SqliteClient.ts"
import * as SqliteStore from "../src/SqliteStore.ts"
import { isMissing, serverOfThisFile } from "./PostgresDatabase.ts"
import { temporaryFile } from "./TemporaryFile.ts"

/** The tables as they were before the migration with this name. */
const migratedUpTo = (name: string) =>
  Migrator.make({})({ loader: Effect.map(migrations, (all) => all.slice(0, all.findIndex(([, each]) => each === name))), table: "parley_migrations" })

const encode = Schema.encodeSync(Schema.fromJsonString(Schema.toCodecJson(Session)))

const insert = Effect.fnUntraced(function*(session: Session) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO sessions (id, account_id, project_id, environment, user_number, agent_number, state, opened_at, detail)
    VALUES (${session.id}, ${session.accountId}, ${session.projectId}, ${session.environment}, ${session.userNumber}, ${session.agentNumber},
      ${session.state}, 0, ${encode(session)})`
})

const about = { projectId: Samples.projectId() }
const ended = Samples.endedSession(about, Samples.at(-100))
const open = Samples.textedSession(about)

const fill = Effect.gen(function*() {
  yield* migratedUpTo("retention")
  yield* insert(ended)
  yield* insert(open)
})

const check = Effect.gen(function*() {
  const sessions = yield* SessionStore
  const retention = yield* RetentionStore
  assert.strictEqual((yield* retention.deleteEnded(ended.projectId, Samples.at(-100), 10)).rows, 0)
  assert.strictEqual((yield* retention.deleteEnded(ended.projectId, Samples.at(-99), 10)).rows, 1)
  assert.deepStrictEqual([yield* sessions.get(ended.id), yield* sessions.get(open.id)], [Option.none(), Option.some(open)])
})

describe("a store full of the version before", () => {
  it.effect("learns when its sessions ended, on SQLite", () =>
    Effect.gen(function*() {
      const filename = yield* temporaryFile
      yield* Effect.provide(fill, SqliteClient.layer({ filename }), { local: true })
      yield* Effect.provide(check, SqliteStore.layer({ filename }), { local: true })
    }))

  describe.skipIf(isMissing)("of PostgreSQL", () => {
    const server = serverOfThisFile()
    it.live("learns it too", () =>
      Effect.gen(function*() {
        const url = Redacted.make(yield* server.get().createDatabase("before"))
        yield* Effect.provide(fill, PostgresClient.layer({ url }), { local: true })
        yield* Effect.provide(check, PostgresStore.layer({ url }), { local: true })
      }))
  })
})
