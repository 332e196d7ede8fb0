/** What the harness asks the database itself, past all links. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { MessageRow, Rows, SessionRow } from "@parley/crash-matrix/Accounting"

/** A message with what tells how long it waited, and how fast its line went. */
export interface TimedRow extends MessageRow {
  readonly agent_number: string
  readonly attempts: number
  readonly segments: number
  readonly created_at: bigint
  readonly attempted_at: bigint | null
  readonly accepted_at: bigint | null
}

const withDatabase = <A, E>(url: string, ask: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.flatMap(SqlClient.SqlClient, ask).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })), Effect.orDie))

export const rowsOf = (url: string): Promise<Rows & { readonly messages: ReadonlyArray<TimedRow> }> =>
  withDatabase(url, (sql) =>
    Effect.all({
      messages: sql<TimedRow>`SELECT * FROM messages ORDER BY id`,
      sessions: sql<SessionRow>`SELECT * FROM sessions ORDER BY id`
    }))

/** Nothing waits for a gateway any more. */
export const isSettled = (url: string): Promise<boolean> =>
  withDatabase(url, (sql) =>
    Effect.map(
      sql<{ left: boolean }>`SELECT EXISTS (SELECT 1 FROM messages WHERE pending = 1 OR (status = 'sent' AND next_attempt_at IS NOT NULL))
        OR EXISTS (SELECT 1 FROM sessions WHERE state <> 'ended' OR agent_due_at IS NOT NULL) AS left`,
      (rows) => rows[0]?.left === false
    ))
