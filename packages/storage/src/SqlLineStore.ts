/** What lines remember, on SQL. */
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { LineState } from "@parley/core/ports/LineStore"
import { LineStore } from "@parley/core/ports/LineStore"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime, toTimeOrNull } from "./Rows.ts"

interface LineRow {
  readonly number: LineState["number"]
  readonly last_claim_at: SqlNumber | null
  readonly recent_sends: number
  readonly recent_failures: number
  readonly counted_at: SqlNumber
}

export const layer: Layer.Layer<LineStore, never, SqlClient.SqlClient> = Layer.effect(
  LineStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return LineStore.of({
      get: (number) =>
        sql<LineRow>`SELECT * FROM lines WHERE number = ${number}`.pipe(
          Effect.map((rows) =>
            Option.map(Option.fromNullishOr(rows[0]), (row) => ({
              number: row.number,
              lastClaimAt: toTimeOrNull(row.last_claim_at),
              recentSends: row.recent_sends,
              recentFailures: row.recent_failures,
              countedAt: toTime(row.counted_at)
            }))
          ),
          named("lines.get")
        ),
      put: (line) =>
        sql`INSERT INTO lines (number, last_claim_at, recent_sends, recent_failures, counted_at)
          VALUES (${line.number}, ${toMillis(line.lastClaimAt)}, ${line.recentSends}, ${line.recentFailures}, ${toMillis(line.countedAt)})
          ON CONFLICT (number) DO UPDATE SET last_claim_at = excluded.last_claim_at, recent_sends = excluded.recent_sends,
            recent_failures = excluded.recent_failures, counted_at = excluded.counted_at`.pipe(Effect.asVoid, named("lines.put"))
    })
  })
)
