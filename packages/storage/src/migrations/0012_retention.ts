import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { run } from "./Statements.ts"

const columnsAndIndexes = run([
  `ALTER TABLE sessions ADD COLUMN ended_at BIGINT`,
  `CREATE INDEX sessions_ended ON sessions (project_id, ended_at, id) WHERE ended_at IS NOT NULL`,
  `CREATE INDEX messages_loose ON messages (project_id, created_at) WHERE session_id IS NULL`,
  `CREATE INDEX scheduled_sends_settled ON scheduled_sends (project_id, updated_at) WHERE status <> 'scheduled'`,
  // Whoever deletes a session or a text is asked whether something refers to it.
  `CREATE INDEX scheduled_sends_session ON scheduled_sends (session_id)`,
  `CREATE INDEX scheduled_sends_message ON scheduled_sends (message_id)`
])

/** Sessions that had ended before there was a column for it. */
const copyEndings = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const endedAt = sql.onDialectOrElse({
    pg: () => sql`(detail::jsonb->>'endedAt')::bigint`,
    orElse: () => sql`json_extract(detail, '$.endedAt')`
  })
  yield* sql`UPDATE sessions SET ended_at = ${endedAt} WHERE state = 'ended'`
})

export const retention = Effect.andThen(columnsAndIndexes, copyEndings)
