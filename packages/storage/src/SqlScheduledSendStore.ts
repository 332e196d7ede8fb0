/** Sends for later on SQL. */
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { MessageTrouble } from "@parley/core/Message"
import { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import type { ScheduledSend } from "@parley/core/ScheduledSend"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime } from "./Rows.ts"

interface ScheduledRow {
  readonly id: ScheduledSend["id"]
  readonly account_id: ScheduledSend["accountId"]
  readonly project_id: ScheduledSend["projectId"]
  readonly connector_id: ScheduledSend["connectorId"]
  readonly environment: ScheduledSend["environment"]
  readonly user_number: ScheduledSend["userNumber"]
  readonly agent_number: ScheduledSend["agentNumber"]
  readonly body: string
  readonly media_urls: string | null
  readonly template: string | null
  readonly status: ScheduledSend["status"]
  readonly send_at: SqlNumber
  readonly due_at: SqlNumber
  readonly session_id: ScheduledSend["sessionId"]
  readonly message_id: ScheduledSend["messageId"]
  readonly trouble: string | null
  readonly created_at: SqlNumber
  readonly updated_at: SqlNumber
}

const troubleCodec = Schema.fromJsonString(MessageTrouble)
const encodeTrouble = Schema.encodeSync(troubleCodec)
const decodeTrouble = Schema.decodeSync(troubleCodec)

const urlsCodec = Schema.fromJsonString(Schema.Array(Schema.String))
const encodeUrls = Schema.encodeSync(urlsCodec)
const decodeUrls = Schema.decodeSync(urlsCodec)

const toScheduled = (row: ScheduledRow): ScheduledSend => ({
  id: row.id,
  accountId: row.account_id,
  projectId: row.project_id,
  connectorId: row.connector_id,
  environment: row.environment,
  userNumber: row.user_number,
  agentNumber: row.agent_number,
  body: row.body,
  mediaUrls: row.media_urls === null ? [] : decodeUrls(row.media_urls),
  template: row.template,
  status: row.status,
  sendAt: toTime(row.send_at),
  dueAt: toTime(row.due_at),
  sessionId: row.session_id,
  messageId: row.message_id,
  trouble: row.trouble === null ? null : decodeTrouble(row.trouble),
  createdAt: toTime(row.created_at),
  updatedAt: toTime(row.updated_at)
})

export const layer: Layer.Layer<ScheduledSendStore, never, SqlClient.SqlClient> = Layer.effect(
  ScheduledSendStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const trouble = (scheduled: ScheduledSend) => scheduled.trouble === null ? null : encodeTrouble(scheduled.trouble)
    return ScheduledSendStore.of({
      insert: (s) =>
        sql`INSERT INTO scheduled_sends (id, account_id, project_id, connector_id, environment, user_number, agent_number, body,
            media_urls, template, status, send_at, due_at, session_id, message_id, trouble, created_at, updated_at)
          VALUES (${s.id}, ${s.accountId}, ${s.projectId}, ${s.connectorId}, ${s.environment}, ${s.userNumber}, ${s.agentNumber},
            ${s.body}, ${s.mediaUrls.length === 0 ? null : encodeUrls(s.mediaUrls)}, ${s.template}, ${s.status}, ${toMillis(s.sendAt)}, ${toMillis(s.dueAt)}, ${s.sessionId}, ${s.messageId},
            ${trouble(s)}, ${toMillis(s.createdAt)}, ${toMillis(s.updatedAt)})`.pipe(Effect.asVoid, named("scheduledSends.insert")),

      update: (s) =>
        sql`UPDATE scheduled_sends SET status = ${s.status}, due_at = ${toMillis(s.dueAt)}, session_id = ${s.sessionId},
            message_id = ${s.messageId}, trouble = ${trouble(s)}, updated_at = ${toMillis(s.updatedAt)}
          WHERE id = ${s.id}`.pipe(Effect.asVoid, named("scheduledSends.update")),

      get: (id) =>
        sql<ScheduledRow>`SELECT * FROM scheduled_sends WHERE id = ${id}`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), toScheduled)),
          named("scheduledSends.get")
        ),

      list: (filter, page) => {
        const conditions = [sql`account_id = ${filter.accountId}`, sql`project_id = ${filter.projectId}`]
        if (filter.userNumber !== undefined) conditions.push(sql`user_number = ${filter.userNumber}`)
        if (filter.status !== undefined) conditions.push(sql`status = ${filter.status}`)
        if (page.cursor !== null) conditions.push(sql`id < ${page.cursor}`)
        return sql<ScheduledRow>`SELECT * FROM scheduled_sends WHERE ${sql.and(conditions)} ORDER BY id DESC LIMIT ${page.limit + 1}`.pipe(
          Effect.map((rows) => ({
            items: rows.slice(0, page.limit).map(toScheduled),
            next: rows.length > page.limit ? rows[page.limit - 1]?.id ?? null : null
          })),
          named("scheduledSends.list")
        )
      },

      due: (now, limit) =>
        sql<ScheduledRow>`SELECT * FROM scheduled_sends WHERE status = 'scheduled' AND due_at <= ${DateTime.toEpochMillis(now)}
          ORDER BY due_at, id LIMIT ${limit}`.pipe(Effect.map((rows) => rows.map(toScheduled)), named("scheduledSends.due"))
    })
  })
)
