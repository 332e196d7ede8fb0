/** Deletion by age, on SQL. */
import { DateTime, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { SessionId } from "@parley/schema/Ids"
import type { Deleted } from "@parley/core/ports/RetentionStore"
import { RetentionStore } from "@parley/core/ports/RetentionStore"
import { named } from "./Rows.ts"

interface TextRow {
  readonly carrier_id: string | null
}

const texts = (rows: ReadonlyArray<TextRow>): Deleted => ({
  rows: rows.length,
  carrierIds: rows.flatMap(({ carrier_id: carrierId }) => carrierId === null ? [] : [carrierId])
})

const nothing: Deleted = { rows: 0, carrierIds: [] }

export const layer: Layer.Layer<RetentionStore, never, SqlClient.SqlClient> = Layer.effect(
  RetentionStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    // A send for later may outlive the session that it has opened.
    const unlink = (column: "session_id" | "message_id", ids: ReadonlyArray<string>) =>
      sql`UPDATE scheduled_sends SET ${sql(column)} = NULL WHERE ${sql.in(column, ids)}`
    return RetentionStore.of({
      deleteEnded: (projectId, endedBefore, limit) =>
        Effect.gen(function*() {
          const ended = yield* sql<{ id: SessionId }>`SELECT id FROM sessions
            WHERE project_id = ${projectId} AND ended_at < ${DateTime.toEpochMillis(endedBefore)} ORDER BY ended_at, id LIMIT ${limit}`
          if (ended.length === 0) return nothing
          const ids = ended.map(({ id }) => id)
          const old = yield* sql<{ id: string }>`SELECT id FROM messages WHERE ${sql.in("session_id", ids)} AND pending = 0 LIMIT ${limit}`
          const messageIds = old.map(({ id }) => id)
          yield* unlink("session_id", ids)
          if (messageIds.length > 0) yield* unlink("message_id", messageIds)
          const gone = messageIds.length === 0 ? [] : yield* sql<TextRow>`DELETE FROM messages WHERE ${sql.in("id", messageIds)} RETURNING carrier_id`
          const sessions = yield* sql`DELETE FROM sessions WHERE ${sql.in("id", ids)}
            AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.session_id = sessions.id) RETURNING id`
          return { ...texts(gone), rows: Math.max(gone.length, sessions.length) }
        }).pipe(named("retention.deleteEnded")),

      deleteLoose: (projectId, createdBefore, limit) =>
        sql<TextRow>`DELETE FROM messages WHERE id IN (SELECT id FROM messages
            WHERE session_id IS NULL AND project_id = ${projectId} AND created_at < ${DateTime.toEpochMillis(createdBefore)} AND pending = 0
            ORDER BY created_at LIMIT ${limit})
          RETURNING carrier_id`.pipe(Effect.map(texts), named("retention.deleteLoose")),

      deleteSettledSends: (projectId, settledBefore, limit) =>
        sql`DELETE FROM scheduled_sends WHERE id IN (SELECT id FROM scheduled_sends
            WHERE status <> 'scheduled' AND project_id = ${projectId} AND updated_at < ${DateTime.toEpochMillis(settledBefore)}
            ORDER BY updated_at LIMIT ${limit})
          RETURNING id`.pipe(Effect.map((rows): Deleted => ({ rows: rows.length, carrierIds: [] })), named("retention.deleteSettledSends"))
    })
  })
)
