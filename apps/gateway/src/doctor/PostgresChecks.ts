/** Whether a store on PostgreSQL can be used: the server answers, and the tables are of this version. */
import type { Redacted } from "effect"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as PostgresClient from "@parley/storage/PostgresClient"
import * as PostgresLocks from "@parley/storage/PostgresLocks"
import * as PostgresUrl from "@parley/storage/PostgresUrl"
import { rootOf } from "../Store.ts"
import { type Finding, problem } from "./Finding.ts"
import * as StoreChecks from "./StoreChecks.ts"

export const layer = (url: Redacted.Redacted<string>) => StoreChecks.ports.pipe(Layer.provideMerge(PostgresClient.layer({ url, maxConnections: 2 })))

/** `Success`: a finding that only informs; the store can be read. `Failure`: it can't. */
export const check = Effect.fn("Doctor.postgres")(function*(url: Redacted.Redacted<string>) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly version: string; readonly has_tables: boolean }>`
    SELECT current_setting('server_version') AS version, to_regclass('parley_migrations') IS NOT NULL AS has_tables`
  return yield* StoreChecks.tablesOf(PostgresUrl.describe(url), `answers (PostgreSQL ${rows[0]?.version})`, rows[0]?.has_tables === true)
})

/** @param cause what reading failed with */
export const unreadable = (url: Redacted.Redacted<string>, cause: unknown): Finding =>
  problem("store", `${PostgresUrl.describe(url)} can't be read (${rootOf(cause)}), so the gateway can't start or work with it: check DATABASE_URL, the server and its network.`)

/** Whether a gateway serves the database now: whether somebody holds its lock. */
export const isServed = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = current_database() AND locktype = 'advisory' AND objsubid = 1 AND granted
      AND (classid::bigint << 32) + objid::bigint = ${PostgresLocks.gateway}`
  return rows.length > 0
})
