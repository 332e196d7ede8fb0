/** What every store of this package shares: times and JSON as columns hold them, and the one failure of the port. */
import { DateTime, Effect } from "effect"
import type { SqlError } from "effect/sql"
import { StoreFailure } from "@parley/core/ports/Store"

/** A count or time as the driver gives it: Postgres brings 64-bit integers as bigint. */
export type SqlNumber = number | bigint

export const toMillis = (at: DateTime.Utc | null): number | null => at === null ? null : DateTime.toEpochMillis(at)

export const toTime = (millis: SqlNumber): DateTime.Utc => DateTime.makeUnsafe(Number(millis))

export const toTimeOrNull = (millis: SqlNumber | null): DateTime.Utc | null => millis === null ? null : toTime(millis)

// SQLite's primary result codes. Source: sqlite.org/rescode.html
const full = 13
const corrupt = 11
const notADatabase = 26

/** The port's failure for a driver's. */
export const storeFailure = (operation: string) => (error: SqlError.SqlError): StoreFailure => {
  const { cause } = error.reason
  const code = typeof cause === "object" && cause !== null && "errcode" in cause && typeof cause.errcode === "number" ? cause.errcode & 0xff : 0
  const reason = error.reason._tag === "UniqueViolation"
    ? "conflict"
    : error.reason._tag === "LockTimeoutError"
    ? "busy"
    : code === full
    ? "full"
    : code === corrupt || code === notADatabase
    ? "corrupt"
    : "unavailable"
  return new StoreFailure({ reason, operation, cause: error })
}

/** Names a query for the failure that it may bring. */
export const named = (operation: string) => <A, R>(query: Effect.Effect<A, SqlError.SqlError, R>): Effect.Effect<A, StoreFailure, R> =>
  Effect.mapError(query, storeFailure(operation))
