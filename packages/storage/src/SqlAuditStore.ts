/** The audit log on SQL. */
import { DateTime, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { AuditEntry } from "@parley/core/ports/AuditStore"
import { AuditStore } from "@parley/core/ports/AuditStore"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime } from "./Rows.ts"

interface AuditRow {
  readonly id: AuditEntry["id"]
  readonly account_id: AuditEntry["accountId"]
  readonly project_id: AuditEntry["projectId"]
  readonly at: SqlNumber
  readonly actor: string
  readonly action: AuditEntry["action"]
  readonly subject: string
  readonly detail: string
}

const toEntry = (row: AuditRow): AuditEntry => ({
  id: row.id,
  accountId: row.account_id,
  projectId: row.project_id,
  at: toTime(row.at),
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  detail: row.detail
})

export const layer: Layer.Layer<AuditStore, never, SqlClient.SqlClient> = Layer.effect(
  AuditStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return AuditStore.of({
      append: (e) =>
        sql`INSERT INTO audit_log (id, account_id, project_id, at, actor, action, subject, detail)
          VALUES (${e.id}, ${e.accountId}, ${e.projectId}, ${toMillis(e.at)}, ${e.actor}, ${e.action}, ${e.subject}, ${e.detail})`.pipe(
          Effect.asVoid,
          named("auditLog.append")
        ),
      list: (filter, page) => {
        const conditions = [sql`account_id = ${filter.accountId}`]
        if (filter.action !== undefined) conditions.push(sql`action = ${filter.action}`)
        if (filter.subject !== undefined) conditions.push(sql`subject = ${filter.subject}`)
        if (filter.after !== undefined) conditions.push(sql`at >= ${DateTime.toEpochMillis(filter.after)}`)
        if (filter.before !== undefined) conditions.push(sql`at < ${DateTime.toEpochMillis(filter.before)}`)
        if (page.cursor !== null) conditions.push(sql`id < ${page.cursor}`)
        return sql<AuditRow>`SELECT * FROM audit_log WHERE ${sql.and(conditions)} ORDER BY id DESC LIMIT ${page.limit + 1}`.pipe(
          Effect.map((rows) => ({
            items: rows.slice(0, page.limit).map(toEntry),
            next: rows.length > page.limit ? rows[page.limit - 1]?.id ?? null : null
          })),
          named("auditLog.list")
        )
      },
      purge: (olderThan, limit) =>
        sql`DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE at < ${DateTime.toEpochMillis(olderThan)} ORDER BY at LIMIT ${limit})
          RETURNING id`.pipe(Effect.map((rows) => rows.length), named("auditLog.purge"))
    })
  })
)
