/** Sessions on SQL. */
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { SessionState } from "@parley/schema/Conversation"
import type { SessionId } from "@parley/schema/Ids"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { Session } from "@parley/core/Session"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTimeOrNull } from "./Rows.ts"

interface SessionRow {
  readonly id: SessionId
  readonly detail: string
}

// The whole session is the JSON text `detail`; the columns beside it are what queries look for.
const codec = Schema.fromJsonString(Schema.toCodecJson(Session))
const encode = Schema.encodeSync(codec)
const decode = Schema.decodeSync(codec)

const toSession = (row: SessionRow): Session => decode(row.detail)

export const layer: Layer.Layer<SessionStore, never, SqlClient.SqlClient> = Layer.effect(
  SessionStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const dueAt = (session: Session) => toMillis(session.timer?.dueAt ?? null)

    return SessionStore.of({
      insert: (session, agentDueAt) =>
        sql`INSERT INTO sessions
            (id, account_id, project_id, environment, user_number, agent_number, state, opened_at, ended_at, timer_due_at, agent_due_at, detail)
          VALUES (${session.id}, ${session.accountId}, ${session.projectId}, ${session.environment}, ${session.userNumber},
            ${session.agentNumber}, ${session.state}, ${toMillis(session.openedAt)}, ${toMillis(session.endedAt)}, ${dueAt(session)}, ${toMillis(agentDueAt)},
            ${encode(session)})`.pipe(Effect.asVoid, named("sessions.insert")),

      update: (session, agentDueAt) =>
        sql`UPDATE sessions SET agent_number = ${session.agentNumber}, state = ${session.state}, ended_at = ${toMillis(session.endedAt)}, timer_due_at = ${dueAt(session)},
            agent_due_at = ${toMillis(agentDueAt)}, detail = ${encode(session)}
          WHERE id = ${session.id}`.pipe(Effect.asVoid, named("sessions.update")),

      get: (id) =>
        sql<SessionRow>`SELECT id, detail FROM sessions WHERE id = ${id}`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), toSession)),
          named("sessions.get")
        ),

      active: (of) =>
        sql<SessionRow>`SELECT id, detail FROM sessions
          WHERE project_id = ${of.projectId} AND environment = ${of.environment} AND user_number = ${of.userNumber}
            AND state <> 'ended'`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), toSession)),
          named("sessions.active")
        ),

      activeOn: (of, limit) =>
        sql<SessionRow>`SELECT id, detail FROM sessions
          WHERE project_id = ${of.projectId} AND environment = ${of.environment} AND state <> 'ended' AND agent_number = ${of.agentNumber}
          LIMIT ${limit}`.pipe(Effect.map((rows) => rows.map(toSession)), named("sessions.activeOn")),

      list: (filter, page) => {
        const conditions = [sql`account_id = ${filter.accountId}`]
        if (filter.projectId !== undefined) conditions.push(sql`project_id = ${filter.projectId}`)
        if (filter.environment !== undefined) conditions.push(sql`environment = ${filter.environment}`)
        if (filter.userNumber !== undefined) conditions.push(sql`user_number = ${filter.userNumber}`)
        if (filter.agentNumber !== undefined) conditions.push(sql`agent_number = ${filter.agentNumber}`)
        if (filter.state !== undefined) conditions.push(sql`state = ${filter.state}`)
        if (filter.startedAfter !== undefined) conditions.push(sql`opened_at >= ${DateTime.toEpochMillis(filter.startedAfter)}`)
        if (filter.startedBefore !== undefined) conditions.push(sql`opened_at < ${DateTime.toEpochMillis(filter.startedBefore)}`)
        if (page.cursor !== null) conditions.push(sql`id < ${page.cursor}`)
        return sql<SessionRow>`SELECT id, detail FROM sessions WHERE ${sql.and(conditions)} ORDER BY id DESC LIMIT ${page.limit + 1}`.pipe(
          Effect.map((rows) => ({
            items: rows.slice(0, page.limit).map(toSession),
            next: rows.length > page.limit ? rows[page.limit - 1]?.id ?? null : null
          })),
          named("sessions.list")
        )
      },

      timersDue: (now, limit) =>
        sql<{ id: SessionId }>`SELECT id FROM sessions WHERE timer_due_at <= ${DateTime.toEpochMillis(now)}
          ORDER BY timer_due_at LIMIT ${limit}`.pipe(Effect.map((rows) => rows.map((row) => row.id)), named("sessions.timersDue")),

      agentsDue: (now, limit) =>
        sql<{ id: SessionId }>`SELECT id FROM sessions WHERE agent_due_at <= ${DateTime.toEpochMillis(now)}
          ORDER BY agent_due_at LIMIT ${limit}`.pipe(Effect.map((rows) => rows.map((row) => row.id)), named("sessions.agentsDue")),

      firstDue: () =>
        sql<{ timer: SqlNumber | null; agent: SqlNumber | null }>`SELECT (SELECT min(timer_due_at) FROM sessions WHERE timer_due_at IS NOT NULL) AS timer,
          (SELECT min(agent_due_at) FROM sessions WHERE agent_due_at IS NOT NULL) AS agent`.pipe(
          Effect.map((rows) => ({ timerAt: toTimeOrNull(rows[0]?.timer ?? null), agentAt: toTimeOrNull(rows[0]?.agent ?? null) })),
          named("sessions.firstDue")
        ),

      countByState: () =>
        sql<{ state: SessionState; n: SqlNumber }>`SELECT state, count(*) AS n FROM sessions GROUP BY state`.pipe(
          Effect.map((rows) => {
            const counts: Record<SessionState, number> = { unanswered: 0, engaged: 0, warned: 0, ended: 0 }
            for (const row of rows) counts[row.state] = Number(row.n)
            return counts
          }),
          named("sessions.countByState")
        )
    })
  })
)
