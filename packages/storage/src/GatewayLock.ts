/**
 * One gateway for each database on PostgreSQL, or several that share the work, and never both: a session's advisory lock, held
 * exclusively by a gateway that serves alone and shared by those that serve together. The server gives it back when the session
 * ends, so there is nothing stale to clean up. A session that breaks, as when the server restarts, is followed by another that asks for
 * the lock again; a gateway that came in between keeps it, and this one is told to stop.
 */
import { Deferred, Duration, Effect, Layer, Schedule } from "effect"
import type { SqlConnection, SqlError } from "effect/sql"
import { SqlClient } from "effect/sql"
import type { PostgresOptions } from "./PostgresClient.ts"
import * as PostgresClient from "./PostgresClient.ts"
import * as PostgresLocks from "./PostgresLocks.ts"
import * as PostgresUrl from "./PostgresUrl.ts"
import { DatabaseInUse, type Serving, StoreLost } from "./StoreLost.ts"

// The session of a gateway that was killed just now ends within this.
const goesWithin = { schedule: Schedule.spaced("100 millis"), times: 10 }

const looksEvery = Duration.seconds(2)
const asksAgainAfter = Duration.seconds(1)

export interface GatewayLockOptions extends PostgresOptions {
  /** Default: alone. */
  readonly serving?: Serving
}

/** Who keeps it from us. A share is only refused to one that wants it whole, or by one that has it whole. */
const holder = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND mode = 'ShareLock' AND (classid::bigint << 32) + objid::bigint = $1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1"

/** Held until the scope closes; fails with `DatabaseInUse` where somebody else holds it. `StoreLost` tells when it is gone. */
export const layer = (options: GatewayLockOptions): Layer.Layer<never, DatabaseInUse | SqlError.SqlError> =>
  Layer.effect(StoreLost, Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const taken = yield* Deferred.make<void, DatabaseInUse | SqlError.SqlError>()
    const lost = yield* Deferred.make<never, DatabaseInUse>()

    const serving = options.serving ?? "alone"
    const [lock, unlock] = serving === "alone" ? ["pg_try_advisory_lock", "pg_advisory_unlock"] as const : ["pg_try_advisory_lock_shared", "pg_advisory_unlock_shared"] as const
    const inUse = (session: SqlConnection.Connection) =>
      Effect.flatMap(session.execute(holder, [PostgresLocks.gateway], undefined), (shares) =>
        Effect.fail(new DatabaseInUse({ database: PostgresUrl.describe(options.url), serving, by: shares.length > 0 ? "together" : "alone" })))

    const take = (session: SqlConnection.Connection) =>
      session.execute(`SELECT ${lock}($1) AS taken`, [PostgresLocks.gateway], undefined).pipe(
        Effect.flatMap((rows) => rows[0]?.taken === true ? Effect.void : inUse(session)),
        Effect.retry({ ...goesWithin, while: ({ _tag }) => _tag === "DatabaseInUse" })
      )
    const hold = Effect.gen(function*() {
      const session = yield* sql.reserve
      yield* Effect.addFinalizer(() => Effect.ignore(session.execute(`SELECT ${unlock}($1)`, [PostgresLocks.gateway], undefined)))
      yield* take(session)
      yield* Deferred.succeed(taken, undefined)
      return yield* Effect.forever(Effect.delay(session.execute("SELECT 1", [], undefined), looksEvery))
    }).pipe(
      Effect.scoped,
      Effect.tapError((failure) => Deferred.fail(taken, failure)),
      Effect.tapErrorTag("SqlError", ({ message }) => Effect.logWarning("The session that holds the store's lock broke; asking again", message))
    )
    yield* hold.pipe(
      Effect.retry({ while: ({ _tag }) => _tag === "SqlError", schedule: Schedule.spaced(asksAgainAfter) }),
      Effect.catchTag("DatabaseInUse", (inUse) => Deferred.fail(lost, inUse)),
      Effect.forkScoped
    )
    yield* Deferred.await(taken)
    return Deferred.await(lost)
  })).pipe(Layer.provide(PostgresClient.layer({ ...options, maxConnections: 1 })))
