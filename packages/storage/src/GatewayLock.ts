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
import { DatabaseInUse, protocol, ReleasesApart, type Serving, StoreLost } from "./StoreLost.ts"

// The session of a gateway that was killed just now ends within this.
const goesWithin = { schedule: Schedule.spaced("100 millis"), times: 10 }

const looksEvery = Duration.seconds(2)
const asksAgainAfter = Duration.seconds(1)

export interface GatewayLockOptions extends PostgresOptions {
  /** Default: alone. */
  readonly serving?: Serving
  /** What this process speaks with those that it serves with. Default: this release's. */
  readonly protocol?: number
}

type Refusal = DatabaseInUse | ReleasesApart

const here = "locktype = 'advisory' AND objsubid = 1 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"

/** Who keeps it from us. A share is only refused to one that wants it whole, or by one that has it whole. */
const holder = `SELECT 1 FROM pg_locks WHERE ${here} AND mode = 'ShareLock' AND (classid::bigint << 32) + objid::bigint = $1 LIMIT 1`

/** What the others speak that is furthest from ours. */
const furthest = `SELECT (classid::bigint << 32) + objid::bigint - $1 AS protocol FROM pg_locks
  WHERE ${here} AND (classid::bigint << 32) + objid::bigint BETWEEN $1 AND $2 ORDER BY abs((classid::bigint << 32) + objid::bigint - $3) DESC LIMIT 1`

/** Held until the scope closes; fails with `DatabaseInUse` where somebody else holds it, and with `ReleasesApart` where others share it whose release is too far from this. `StoreLost` tells when it is gone. */
export const layer = (options: GatewayLockOptions): Layer.Layer<never, Refusal | SqlError.SqlError> =>
  Layer.effect(StoreLost, Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const taken = yield* Deferred.make<void, Refusal | SqlError.SqlError>()
    const lost = yield* Deferred.make<never, Refusal>()

    const serving = options.serving ?? "alone"
    const lock = serving === "alone" ? "pg_try_advisory_lock" : "pg_try_advisory_lock_shared"
    const ours = options.protocol ?? protocol
    const inUse = (session: SqlConnection.Connection) =>
      Effect.flatMap(session.execute(holder, [PostgresLocks.gateway], undefined), (shares) =>
        Effect.fail(new DatabaseInUse({ database: PostgresUrl.describe(options.url), serving, by: shares.length > 0 ? "together" : "alone" })))

    const take = (session: SqlConnection.Connection) =>
      session.execute(`SELECT ${lock}($1) AS taken`, [PostgresLocks.gateway], undefined).pipe(
        Effect.flatMap((rows) => rows[0]?.taken === true ? Effect.void : inUse(session)),
        Effect.retry({ ...goesWithin, while: ({ _tag }) => _tag === "DatabaseInUse" })
      )
    // Each says what it speaks before it looks, so that of two that start at once one sees the other.
    const agree = Effect.fnUntraced(function*(session: SqlConnection.Connection) {
      yield* session.execute("SELECT pg_advisory_lock_shared($1)", [PostgresLocks.protocol(ours)], undefined)
      const { first, last } = PostgresLocks.protocols
      const rows = yield* session.execute(furthest, [first, last, PostgresLocks.protocol(ours)], undefined)
      const theirs = Number(rows[0]?.protocol ?? ours)
      if (Math.abs(theirs - ours) > 1) return yield* new ReleasesApart({ database: PostgresUrl.describe(options.url), ours, theirs })
    })
    const hold = Effect.gen(function*() {
      const session = yield* sql.reserve
      yield* Effect.addFinalizer(() => Effect.ignore(session.execute("SELECT pg_advisory_unlock_all()", [], undefined)))
      yield* take(session)
      if (serving === "together") yield* agree(session)
      yield* Deferred.succeed(taken, undefined)
      return yield* Effect.forever(Effect.delay(session.execute("SELECT 1", [], undefined), looksEvery))
    }).pipe(
      Effect.scoped,
      Effect.tapError((failure) => Deferred.fail(taken, failure)),
      Effect.tapErrorTag("SqlError", ({ message }) => Effect.logWarning("The session that holds the store's lock broke; asking again", message))
    )
    yield* hold.pipe(
      Effect.retry({ while: ({ _tag }) => _tag === "SqlError", schedule: Schedule.spaced(asksAgainAfter) }),
      Effect.catchTags({ DatabaseInUse: (refusal) => Deferred.fail(lost, refusal), ReleasesApart: (refusal) => Deferred.fail(lost, refusal) }),
      Effect.forkScoped
    )
    yield* Deferred.await(taken)
    return Deferred.await(lost)
  })).pipe(Layer.provide(PostgresClient.layer({ ...options, maxConnections: 1 })))
