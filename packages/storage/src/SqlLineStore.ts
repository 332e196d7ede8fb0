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
  readonly back_off_waits: number | null
  readonly back_off_losses: number | null
  readonly back_off_since: SqlNumber | null
  readonly back_off_until: SqlNumber | null
}

const backOffOf = (row: LineRow): LineState["backOff"] =>
  row.back_off_waits === null || row.back_off_losses === null || row.back_off_since === null || row.back_off_until === null
    ? null
    : { waits: row.back_off_waits, losses: row.back_off_losses, since: toTime(row.back_off_since), until: toTime(row.back_off_until) }

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
              countedAt: toTime(row.counted_at),
              backOff: backOffOf(row)
            }))
          ),
          named("lines.get")
        ),
      put: (line) =>
        sql`INSERT INTO lines (number, last_claim_at, recent_sends, recent_failures, counted_at, back_off_waits, back_off_losses, back_off_since, back_off_until)
          VALUES (${line.number}, ${toMillis(line.lastClaimAt)}, ${line.recentSends}, ${line.recentFailures}, ${toMillis(line.countedAt)},
            ${line.backOff?.waits ?? null}, ${line.backOff?.losses ?? null}, ${toMillis(line.backOff?.since ?? null)}, ${toMillis(line.backOff?.until ?? null)})
          ON CONFLICT (number) DO UPDATE SET last_claim_at = excluded.last_claim_at, recent_sends = excluded.recent_sends,
            recent_failures = excluded.recent_failures, counted_at = excluded.counted_at, back_off_waits = excluded.back_off_waits,
            back_off_losses = excluded.back_off_losses, back_off_since = excluded.back_off_since, back_off_until = excluded.back_off_until`.pipe(Effect.asVoid, named("lines.put"))
    })
  })
)
