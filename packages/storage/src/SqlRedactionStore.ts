/** Texts that the carrier is still to forget, on SQL. */
import { DateTime, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { RedactionStore } from "@parley/core/ports/RedactionStore"
import type { Redaction } from "@parley/core/Redaction"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime, toTimeOrNull } from "./Rows.ts"

interface RedactionRow {
  readonly carrier_id: string
  readonly project_id: Redaction["projectId"]
  readonly erasure_id: Redaction["erasureId"]
  readonly attempts: number
  readonly trouble: string | null
  readonly asked_at: SqlNumber
  readonly due_at: SqlNumber | null
}

const toRedaction = (row: RedactionRow): Redaction => ({
  carrierId: row.carrier_id,
  projectId: row.project_id,
  erasureId: row.erasure_id,
  attempts: row.attempts,
  trouble: row.trouble,
  askedAt: toTime(row.asked_at),
  dueAt: toTimeOrNull(row.due_at)
})

interface Counts {
  readonly waiting: SqlNumber
  readonly refused: SqlNumber
}

const toCounts = ([row]: ReadonlyArray<Counts>) => ({ waiting: Number(row?.waiting ?? 0), refused: Number(row?.refused ?? 0) })

export const layer: Layer.Layer<RedactionStore, never, SqlClient.SqlClient> = Layer.effect(
  RedactionStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return RedactionStore.of({
      ask: (redactions) =>
        Effect.forEach(redactions, (r) =>
          sql`INSERT INTO redactions (carrier_id, project_id, erasure_id, attempts, trouble, asked_at, due_at)
            VALUES (${r.carrierId}, ${r.projectId}, ${r.erasureId}, ${r.attempts}, ${r.trouble}, ${toMillis(r.askedAt)}, ${toMillis(r.dueAt)})
            ON CONFLICT (carrier_id) DO NOTHING`, { discard: true }).pipe(named("redactions.ask")),
      update: (r) =>
        sql`UPDATE redactions SET attempts = ${r.attempts}, trouble = ${r.trouble}, due_at = ${toMillis(r.dueAt)} WHERE carrier_id = ${r.carrierId}`.pipe(
          Effect.asVoid,
          named("redactions.update")
        ),
      remove: (carrierId) => sql`DELETE FROM redactions WHERE carrier_id = ${carrierId}`.pipe(Effect.asVoid, named("redactions.remove")),
      due: (now, limit) =>
        sql<RedactionRow>`SELECT * FROM redactions WHERE due_at <= ${DateTime.toEpochMillis(now)} ORDER BY due_at, carrier_id LIMIT ${limit}`.pipe(
          Effect.map((rows) => rows.map(toRedaction)),
          named("redactions.due")
        ),
      countOf: (erasureId) =>
        sql<Counts>`SELECT count(due_at) AS waiting, count(*) - count(due_at) AS refused FROM redactions WHERE erasure_id = ${erasureId}`.pipe(
          Effect.map(toCounts),
          named("redactions.countOf")
        ),
      count: () => sql<Counts>`SELECT count(due_at) AS waiting, count(*) - count(due_at) AS refused FROM redactions`.pipe(Effect.map(toCounts), named("redactions.count")),
      purge: (askedBefore, limit) =>
        sql`DELETE FROM redactions WHERE carrier_id IN
            (SELECT carrier_id FROM redactions WHERE due_at IS NULL AND asked_at < ${DateTime.toEpochMillis(askedBefore)} ORDER BY asked_at LIMIT ${limit})
          RETURNING carrier_id`.pipe(Effect.map((rows) => rows.length), named("redactions.purge"))
    })
  })
)
