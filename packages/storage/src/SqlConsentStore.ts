/** Opt-outs on SQL. */
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { OptOut } from "@parley/core/ports/ConsentStore"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import type { SqlNumber } from "./Rows.ts"
import { named, toMillis, toTime } from "./Rows.ts"

interface OptOutRow {
  readonly user_number: OptOut["userNumber"]
  readonly agent_number: OptOut["agentNumber"]
  readonly project_id: OptOut["projectId"]
  readonly environment: OptOut["environment"]
  readonly source: OptOut["source"]
  readonly opted_out_at: SqlNumber
}

const toOptOut = (row: OptOutRow): OptOut => ({
  userNumber: row.user_number,
  agentNumber: row.agent_number,
  projectId: row.project_id,
  environment: row.environment,
  source: row.source,
  optedOutAt: toTime(row.opted_out_at)
})

// A page's cursor: when the last of it opted out, and the pair.
const cursorOf = (optOut: OptOut) => `${toMillis(optOut.optedOutAt)}|${optOut.userNumber}|${optOut.agentNumber}`

export const layer: Layer.Layer<ConsentStore, never, SqlClient.SqlClient> = Layer.effect(
  ConsentStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return ConsentStore.of({
      get: (userNumber, agentNumber) =>
        sql<OptOutRow>`SELECT * FROM opt_outs WHERE user_number = ${userNumber} AND agent_number = ${agentNumber}`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), toOptOut)),
          named("consent.get")
        ),
      put: (o) =>
        sql`INSERT INTO opt_outs (user_number, agent_number, project_id, account_id, environment, source, opted_out_at)
          SELECT ${o.userNumber}, ${o.agentNumber}, ${o.projectId}, account_id, ${o.environment}, ${o.source}, ${toMillis(o.optedOutAt)}
          FROM projects WHERE id = ${o.projectId}
          ON CONFLICT (user_number, agent_number) DO NOTHING`.pipe(Effect.asVoid, named("consent.put")),
      ofUser: (of) =>
        sql<OptOutRow>`SELECT * FROM opt_outs
          WHERE user_number = ${of.userNumber} AND project_id = ${of.projectId} AND environment = ${of.environment} LIMIT 1`.pipe(
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), toOptOut)),
          named("consent.ofUser")
        ),
      remove: (userNumber, agentNumber) =>
        sql`DELETE FROM opt_outs WHERE user_number = ${userNumber} AND agent_number = ${agentNumber}`.pipe(
          Effect.asVoid,
          named("consent.remove")
        ),
      list: (filter, page) => {
        const conditions = [sql`account_id = ${filter.accountId}`]
        if (filter.userNumber !== undefined) conditions.push(sql`user_number = ${filter.userNumber}`)
        if (filter.projectId !== undefined) conditions.push(sql`project_id = ${filter.projectId}`)
        if (filter.environment !== undefined) conditions.push(sql`environment = ${filter.environment}`)
        if (page.cursor !== null) {
          const [millis = "", user = "", agent = ""] = page.cursor.split("|")
          conditions.push(sql`(opted_out_at, user_number, agent_number) < (${Number(millis)}, ${user}, ${agent})`)
        }
        return sql<OptOutRow>`SELECT * FROM opt_outs WHERE ${sql.and(conditions)}
          ORDER BY opted_out_at DESC, user_number DESC, agent_number DESC LIMIT ${page.limit + 1}`.pipe(
          Effect.map((rows) => {
            const items = rows.slice(0, page.limit).map(toOptOut)
            const last = items.at(-1)
            return { items, next: rows.length > page.limit && last !== undefined ? cursorOf(last) : null }
          }),
          named("consent.list")
        )
      }
    })
  })
)
