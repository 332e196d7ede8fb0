/** Opt-outs on SQL. */
import { Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { OptOut } from "@parley/core/ports/ConsentStore"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as OptOutHash from "./OptOutHash.ts"
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

const pageOf = (optOuts: ReadonlyArray<OptOut>, limit: number) => {
  const items = optOuts.slice(0, limit)
  const last = items.at(-1)
  return { items, next: optOuts.length > limit && last !== undefined ? cursorOf(last) : null }
}

type OptOutFilter = Parameters<ConsentStore["Service"]["list"]>[0]

export const layer: Layer.Layer<ConsentStore, never, SqlClient.SqlClient> = Layer.effect(
  ConsentStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const hashOf = OptOutHash.make(sql)
    /** What a user's opt-outs may be kept under. */
    const knownAs = (userNumber: PhoneNumber) => Effect.map(hashOf(userNumber), (hash) => [userNumber, hash])

    /** Whoever knows the number is told of its opt-outs, also of those that are kept as a hash. */
    const listOf = (userNumber: PhoneNumber, filter: OptOutFilter, page: { readonly limit: number; readonly cursor: string | null }) =>
      Effect.gen(function*() {
        const conditions = [sql`account_id = ${filter.accountId}`, sql.in("user_number", yield* knownAs(userNumber))]
        if (filter.projectId !== undefined) conditions.push(sql`project_id = ${filter.projectId}`)
        if (filter.environment !== undefined) conditions.push(sql`environment = ${filter.environment}`)
        if (page.cursor !== null) {
          const [millis = "", , agent = ""] = page.cursor.split("|")
          conditions.push(sql`(opted_out_at, agent_number) < (${Number(millis)}, ${agent})`)
        }
        const rows = yield* sql<OptOutRow>`SELECT * FROM opt_outs WHERE ${sql.and(conditions)}
          ORDER BY opted_out_at DESC, agent_number DESC LIMIT ${page.limit + 1}`
        return pageOf(rows.map((row) => ({ ...toOptOut(row), userNumber })), page.limit)
      }).pipe(named("consent.list"))

    return ConsentStore.of({
      get: (userNumber, agentNumber) =>
        knownAs(userNumber).pipe(
          Effect.flatMap((known) => sql<OptOutRow>`SELECT * FROM opt_outs WHERE ${sql.in("user_number", known)} AND agent_number = ${agentNumber}`),
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), (row) => ({ ...toOptOut(row), userNumber }))),
          named("consent.get")
        ),
      put: (o) =>
        hashOf(o.userNumber).pipe(
          Effect.flatMap((hash) =>
            sql`INSERT INTO opt_outs (user_number, agent_number, project_id, account_id, environment, source, opted_out_at)
              SELECT ${o.userNumber}, ${o.agentNumber}, ${o.projectId}, account_id, ${o.environment}, ${o.source}, ${toMillis(o.optedOutAt)}
              FROM projects WHERE id = ${o.projectId}
                AND NOT EXISTS (SELECT 1 FROM opt_outs h WHERE h.user_number = ${hash} AND h.agent_number = ${o.agentNumber})
              ON CONFLICT (user_number, agent_number) DO NOTHING`
          ),
          Effect.asVoid,
          named("consent.put")
        ),
      ofUser: (of) =>
        knownAs(of.userNumber).pipe(
          Effect.flatMap((known) =>
            sql<OptOutRow>`SELECT * FROM opt_outs
              WHERE ${sql.in("user_number", known)} AND project_id = ${of.projectId} AND environment = ${of.environment} LIMIT 1`
          ),
          Effect.map((rows) => Option.map(Option.fromNullishOr(rows[0]), (row) => ({ ...toOptOut(row), userNumber: of.userNumber }))),
          named("consent.ofUser")
        ),
      remove: (userNumber, agentNumber) =>
        knownAs(userNumber).pipe(
          Effect.flatMap((known) => sql`DELETE FROM opt_outs WHERE ${sql.in("user_number", known)} AND agent_number = ${agentNumber}`),
          Effect.asVoid,
          named("consent.remove")
        ),
      list: (filter, page) => {
        if (filter.userNumber !== undefined) return listOf(filter.userNumber, filter, page)
        const conditions = [sql`account_id = ${filter.accountId}`, sql`user_number < ${OptOutHash.prefix}`]
        if (filter.projectId !== undefined) conditions.push(sql`project_id = ${filter.projectId}`)
        if (filter.environment !== undefined) conditions.push(sql`environment = ${filter.environment}`)
        if (page.cursor !== null) {
          const [millis = "", user = "", agent = ""] = page.cursor.split("|")
          conditions.push(sql`(opted_out_at, user_number, agent_number) < (${Number(millis)}, ${user}, ${agent})`)
        }
        return sql<OptOutRow>`SELECT * FROM opt_outs WHERE ${sql.and(conditions)}
          ORDER BY opted_out_at DESC, user_number DESC, agent_number DESC LIMIT ${page.limit + 1}`.pipe(
          Effect.map((rows) => pageOf(rows.map(toOptOut), page.limit)),
          named("consent.list")
        )
      }
    })
  })
)
