/** Counters and remembered answers on SQL. */
import { DateTime, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { LimitStore } from "@parley/core/ports/LimitStore"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime } from "./Rows.ts"

interface AnswerRow {
  readonly key: string
  readonly fingerprint: string
  readonly status: number
  readonly answer: string
  readonly created_at: SqlNumber
}

export const layer: Layer.Layer<LimitStore, never, SqlClient.SqlClient> = Layer.effect(
  LimitStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return LimitStore.of({
      counter: (key) =>
        sql<{ state: string }>`SELECT state FROM counters WHERE key = ${key}`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), (row) => row.state)),
          named("limits.counter")
        ),
      putCounter: (key, state, at) =>
        sql`INSERT INTO counters (key, state, updated_at) VALUES (${key}, ${state}, ${toMillis(at)})
          ON CONFLICT (key) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at`.pipe(
          Effect.asVoid,
          named("limits.putCounter")
        ),
      answer: (key) =>
        sql<AnswerRow>`SELECT * FROM idempotency WHERE key = ${key}`.pipe(
          Effect.map((rows) =>
            Option.map(Option.fromNullishOr(rows[0]), (row) => ({
              key: row.key,
              fingerprint: row.fingerprint,
              status: row.status,
              answer: row.answer,
              createdAt: toTime(row.created_at)
            }))
          ),
          named("limits.answer")
        ),
      putAnswer: (record) =>
        sql`INSERT INTO idempotency (key, fingerprint, status, answer, created_at)
          VALUES (${record.key}, ${record.fingerprint}, ${record.status}, ${record.answer}, ${toMillis(record.createdAt)})
          ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer,
            created_at = excluded.created_at`.pipe(Effect.asVoid, named("limits.putAnswer")),
      purge: (olderThan, limit) =>
        Effect.gen(function*() {
          const before = DateTime.toEpochMillis(olderThan)
          const answers = yield* sql`DELETE FROM idempotency WHERE key IN
            (SELECT key FROM idempotency WHERE created_at < ${before} LIMIT ${limit}) RETURNING key`
          const counters = yield* sql`DELETE FROM counters WHERE key IN
            (SELECT key FROM counters WHERE updated_at < ${before} LIMIT ${limit}) RETURNING key`
          return answers.length + counters.length
        }).pipe(named("limits.purge"))
    })
  })
)
