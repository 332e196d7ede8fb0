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
const sqliteReasons: Readonly<Record<number, StoreFailure["reason"]>> = { 13: "full", 11: "corrupt", 26: "corrupt" }

// PostgreSQL's error codes, where Effect's classes do not tell enough. Source: postgresql.org/docs/18/errcodes-appendix.html
const sqlStateReasons: Readonly<Record<string, StoreFailure["reason"]>> = {
  "53100": "full",
  "53400": "full",
  XX001: "corrupt",
  XX002: "corrupt"
}

const tagReasons: Readonly<Record<string, StoreFailure["reason"]>> = {
  UniqueViolation: "conflict",
  LockTimeoutError: "busy",
  StatementTimeoutError: "busy",
  SerializationError: "busy",
  DeadlockError: "busy"
}

const codeReason = (cause: unknown): StoreFailure["reason"] | undefined => {
  if (typeof cause !== "object" || cause === null) return undefined
  if ("errcode" in cause && typeof cause.errcode === "number") return sqliteReasons[cause.errcode & 0xff]
  return "code" in cause && typeof cause.code === "string" ? sqlStateReasons[cause.code] : undefined
}

/** The port's failure for a driver's. */
export const storeFailure = (operation: string) => (error: SqlError.SqlError): StoreFailure =>
  new StoreFailure({ reason: tagReasons[error.reason._tag] ?? codeReason(error.reason.cause) ?? "unavailable", operation, cause: error })

/** Names a query for the failure that it may bring. */
export const named = (operation: string) => <A, R>(query: Effect.Effect<A, SqlError.SqlError, R>): Effect.Effect<A, StoreFailure, R> =>
  Effect.mapError(query, storeFailure(operation))
