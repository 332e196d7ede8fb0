/** What lines remember, on SQL. */
import { Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { LineState, LineStore } from "@parley/core/ports/LineStore"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime } from "./Rows.ts"

interface LineRow {
  readonly number: LineState["number"]
  readonly epoch: SqlNumber
  readonly handed_over: string
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

const handedOverCodec = Schema.fromJsonString(LineState.fields.handedOver)
const encodeHandedOver = Schema.encodeSync(handedOverCodec)
const decodeHandedOver = Schema.decodeSync(handedOverCodec)

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
              epoch: Number(row.epoch),
              handedOver: decodeHandedOver(row.handed_over),
              recentSends: row.recent_sends,
              recentFailures: row.recent_failures,
              countedAt: toTime(row.counted_at),
              backOff: backOffOf(row)
            }))
          ),
          named("lines.get")
        ),
      put: (line) =>
        sql`INSERT INTO lines (number, epoch, handed_over, recent_sends, recent_failures, counted_at, back_off_waits, back_off_losses, back_off_since, back_off_until)
          VALUES (${line.number}, ${line.epoch}, ${encodeHandedOver(line.handedOver)}, ${line.recentSends}, ${line.recentFailures}, ${toMillis(line.countedAt)},
            ${line.backOff?.waits ?? null}, ${line.backOff?.losses ?? null}, ${toMillis(line.backOff?.since ?? null)}, ${toMillis(line.backOff?.until ?? null)})
          ON CONFLICT (number) DO UPDATE SET epoch = excluded.epoch, handed_over = excluded.handed_over, recent_sends = excluded.recent_sends,
            recent_failures = excluded.recent_failures, counted_at = excluded.counted_at, back_off_waits = excluded.back_off_waits,
            back_off_losses = excluded.back_off_losses, back_off_since = excluded.back_off_since, back_off_until = excluded.back_off_until`.pipe(Effect.asVoid, named("lines.put"))
    })
  })
)
