/**
 * All store ports on PostgreSQL, migrated.
 *
 * Transactions take the writer's lock first, so that one writes at a time, as in SQLite, and each sees what the ones before it
 * left; those that wait share a commit. `SERIALIZABLE` with retries would let them overlap, but nearly every use case reads and
 * writes its project's counters and its lines' queues: tried, most attempts were thrown away, and it came out slower.
 */
import { DateTime, Duration, Effect, Layer } from "effect"
import type { Migrator, SqlError } from "effect/sql"
import { SqlClient } from "effect/sql"
import type { Transactor } from "@parley/core/ports/Store"
import * as GroupCommit from "./GroupCommit.ts"
import { migrate } from "./migrations.ts"
import * as PostgresClient from "./PostgresClient.ts"
import * as PostgresLocks from "./PostgresLocks.ts"
import * as PostgresUrl from "./PostgresUrl.ts"
import * as SqlStores from "./SqlStores.ts"
import * as StoreDamage from "./StoreDamage.ts"

/** What opening may fail with. */
export type OpenFailure = SqlError.SqlError | Migrator.MigrationError

// One transaction for all of it: processes that start at once wait for the first, and find its work done.
const migrated = Layer.effectDiscard(Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.withTransaction(Effect.gen(function*() {
    yield* sql`SET LOCAL lock_timeout = 0`
    yield* sql`SET LOCAL statement_timeout = 0`
    yield* sql`SELECT pg_advisory_xact_lock(${PostgresLocks.migrations})`
    yield* migrate
  }))
}))

// A server that restarts is back within this, or a person looks.
const asksFor = Duration.seconds(20)
const asksEvery = Duration.millis(200)

/**
 * What became of a transaction whose commit was not answered. The server remembers; it is asked until it says so. Where it does
 * not, the transaction counts as lost, although it may stand.
 */
const stands = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, id: string) {
  const until = DateTime.addDuration(yield* DateTime.now, asksFor)
  const ask = sql<{ status: string | null }>`SELECT pg_xact_status(${id}::xid8) AS status`.pipe(
    Effect.map((rows) => rows[0]?.status ?? "unknown"),
    Effect.catchTag("SqlError", (error) => Effect.succeed(error.reason._tag === "ConnectionError" || isStarting(error) ? "in progress" : "unknown"))
  )
  while (true) {
    const status = yield* ask
    if (status !== "in progress" || DateTime.isGreaterThan(yield* DateTime.now, until)) return status === "committed"
    yield* Effect.sleep(asksEvery)
  }
})

// Class 57, operator intervention: the server shuts down, recovers or starts up. Source: postgresql.org/docs/18/errcodes-appendix.html
const isStarting = ({ reason: { cause } }: SqlError.SqlError) => cause instanceof Error && "code" in cause && String(cause.code).startsWith("57P")

const transactor: Layer.Layer<Transactor, never, SqlClient.SqlClient> = Layer.unwrap(Effect.map(SqlClient.SqlClient, (sql) =>
  GroupCommit.layer<string>({
    begin: Effect.map(
      sql<{ id: string }>`SELECT pg_advisory_xact_lock(${PostgresLocks.writer}), pg_current_xact_id()::text AS id`,
      (rows) => rows[0]?.id ?? ""
    ),
    isOpen: () => true,
    stands: (id) => stands(sql, id)
  })))

const ports = ({ url }: PostgresClient.PostgresOptions) =>
  StoreDamage.layer(Layer.mergeAll(SqlStores.layer, transactor), {
    store: PostgresUrl.describe(url),
    advice: "Look at the server's log and its disk, keep a copy of its data directory, then fail over to a standby or restore a backup."
  })

/** The ports, and the `SqlClient` beneath them. `StoreLost` tells of damage. Use `GatewayLock.layer` beside it where a gateway serves the database. */
export const layer = (options: PostgresClient.PostgresOptions): Layer.Layer<SqlStores.SqlStore, OpenFailure> =>
  ports(options).pipe(
    Layer.provideMerge(migrated),
    Layer.provideMerge(PostgresClient.layer(options))
  )
