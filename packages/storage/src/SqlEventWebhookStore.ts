/** How far the posts of events have come, on SQL. */
import { DateTime, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { WebhookProgress } from "@parley/core/EventWebhook"
import { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime, toTimeOrNull } from "./Rows.ts"

interface ProgressRow {
  readonly project_id: WebhookProgress["projectId"]
  readonly name: string
  readonly through: WebhookProgress["through"]
  readonly failures: number
  readonly refusals: number
  readonly failing_since: SqlNumber | null
  readonly trouble: string | null
  readonly next_at: SqlNumber
}

const toProgress = (row: ProgressRow): WebhookProgress => ({
  projectId: row.project_id,
  name: row.name,
  through: row.through,
  failures: row.failures,
  refusals: row.refusals,
  failingSince: toTimeOrNull(row.failing_since),
  trouble: row.trouble,
  nextAt: toTime(row.next_at)
})

export const layer: Layer.Layer<EventWebhookStore, never, SqlClient.SqlClient> = Layer.effect(
  EventWebhookStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return EventWebhookStore.of({
      insert: (p) =>
        sql`INSERT INTO event_webhooks (project_id, name, through, failures, refusals, failing_since, trouble, next_at)
          VALUES (${p.projectId}, ${p.name}, ${p.through}, ${p.failures}, ${p.refusals}, ${toMillis(p.failingSince)}, ${p.trouble}, ${toMillis(p.nextAt)})`.pipe(
          Effect.asVoid,
          named("eventWebhooks.insert")
        ),

      replace: (before, after) =>
        sql`UPDATE event_webhooks SET through = ${after.through}, failures = ${after.failures}, refusals = ${after.refusals},
            failing_since = ${toMillis(after.failingSince)}, trouble = ${after.trouble}, next_at = ${toMillis(after.nextAt)}
          WHERE project_id = ${before.projectId} AND name = ${before.name} AND through = ${before.through} AND failures = ${before.failures}
          RETURNING name`.pipe(Effect.map((rows) => rows.length > 0), named("eventWebhooks.replace")),

      remove: (projectId, name) =>
        sql`DELETE FROM event_webhooks WHERE project_id = ${projectId} AND name = ${name}`.pipe(Effect.asVoid, named("eventWebhooks.remove")),

      get: (projectId, name) =>
        sql<ProgressRow>`SELECT * FROM event_webhooks WHERE project_id = ${projectId} AND name = ${name}`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), toProgress)),
          named("eventWebhooks.get")
        ),

      list: (projectId) =>
        sql<ProgressRow>`SELECT * FROM event_webhooks WHERE project_id = ${projectId} ORDER BY name`.pipe(
          Effect.map((rows) => rows.map(toProgress)),
          named("eventWebhooks.list")
        ),

      due: (now, limit) =>
        sql<ProgressRow>`SELECT * FROM event_webhooks w WHERE w.next_at <= ${DateTime.toEpochMillis(now)}
            AND EXISTS (SELECT 1 FROM events e WHERE e.project_id = w.project_id AND e.id > w.through)
          ORDER BY w.next_at LIMIT ${limit}`.pipe(Effect.map((rows) => rows.map(toProgress)), named("eventWebhooks.due"))
    })
  })
)
