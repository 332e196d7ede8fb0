/**
 * One gateway for each database on PostgreSQL: a session's advisory lock. The server gives it back when the session ends, so
 * there is nothing stale to clean up. A session that breaks, as when the server restarts, is followed by another that asks for
 * the lock again; a gateway that came in between keeps it, and this one is told to stop.
 */
import { Deferred, Duration, Effect, Layer, Schedule } from "effect"
import type { SqlConnection, SqlError } from "effect/sql"
import { SqlClient } from "effect/sql"
import type { PostgresOptions } from "./PostgresClient.ts"
import * as PostgresClient from "./PostgresClient.ts"
import * as PostgresLocks from "./PostgresLocks.ts"
import * as PostgresUrl from "./PostgresUrl.ts"
import { DatabaseInUse, StoreLost } from "./StoreLost.ts"

// The session of a gateway that was killed just now ends within this.
const goesWithin = { schedule: Schedule.spaced("100 millis"), times: 10 }

const looksEvery = Duration.seconds(2)
const asksAgainAfter = Duration.seconds(1)

/** Held until the scope closes; fails with `DatabaseInUse` where somebody else holds it. `StoreLost` tells when it is gone. */
export const layer = (options: PostgresOptions): Layer.Layer<never, DatabaseInUse | SqlError.SqlError> =>
  Layer.effect(StoreLost, Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const taken = yield* Deferred.make<void, DatabaseInUse | SqlError.SqlError>()
    const lost = yield* Deferred.make<never, DatabaseInUse>()

    const take = (session: SqlConnection.Connection) =>
      session.execute("SELECT pg_try_advisory_lock($1) AS taken", [PostgresLocks.gateway], undefined).pipe(
        Effect.flatMap((rows) => rows[0]?.taken === true ? Effect.void : Effect.fail(new DatabaseInUse({ database: PostgresUrl.describe(options.url) }))),
        Effect.retry({ ...goesWithin, while: ({ _tag }) => _tag === "DatabaseInUse" })
      )
    const hold = Effect.gen(function*() {
      const session = yield* sql.reserve
      yield* Effect.addFinalizer(() => Effect.ignore(session.execute("SELECT pg_advisory_unlock($1)", [PostgresLocks.gateway], undefined)))
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
