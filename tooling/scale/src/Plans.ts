/** Runs every hot query on the filled database, and looks at how it was found: through an index, and without reading much that it does not bring. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { queries, recorded } from "@parley/conformance/HotQueries"

interface Step {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Actual Rows": number
  readonly "Actual Loops": number
  readonly "Rows Removed by Filter"?: number
  readonly Plans?: ReadonlyArray<Step>
}

export interface Finding {
  readonly query: string
  readonly millis: number
  /** Rows that were looked at in tables and indexes. */
  readonly read: number
  /** Tables of these that were read from end to end. */
  readonly whole: ReadonlyArray<string>
}

/** A table with as many rows is read through an index, or not at all. */
const manyRows = 10_000

/** A page, a batch, a line's heads: more than this is not read for any of them. */
export const readsAtMost = 5_000

const stepsOf = (step: Step): ReadonlyArray<Step> => [step, ...(step.Plans ?? []).flatMap(stepsOf)]

const explain = Effect.fnUntraced(function*([statement, params]: readonly [string, ReadonlyArray<unknown>]) {
  const sql = yield* SqlClient.SqlClient
  const explained = sql.unsafe<{ "QUERY PLAN": ReadonlyArray<{ readonly Plan: Step; readonly "Execution Time": number }> }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`, params)
  // It is really run, and taken back.
  const rows = yield* sql.withTransaction(Effect.flatMap(explained, (rows) => Effect.fail({ _tag: "TakenBack" as const, rows }))).pipe(
    Effect.catchTag("TakenBack", ({ rows }) => Effect.succeed(rows))
  )
  const plans = rows[0]?.["QUERY PLAN"] ?? []
  return { steps: plans.flatMap(({ Plan }) => stepsOf(Plan)), millis: plans.reduce((sum, plan) => sum + plan["Execution Time"], 0) }
})

/** The plan of each hot query, the slowest of three runs left out of account. */
export const findings = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const big = new Set((yield* sql<{ name: string }>`SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND reltuples >= ${manyRows}`).map(({ name }) => name))
  const found: Array<Finding> = []
  for (const [query, ask] of Object.entries(queries)) {
    let [millis, read] = [0, 0]
    const whole = new Set<string>()
    for (const statement of yield* recorded(ask)) {
      const runs = [yield* explain(statement), yield* explain(statement), yield* explain(statement)]
      millis += runs.map((run) => run.millis).toSorted((a, b) => a - b)[0] ?? 0
      for (const step of runs[0]?.steps ?? []) {
        const table = step["Relation Name"] ?? ""
        const isScan = step["Node Type"].includes("Scan") && step["Node Type"] !== "CTE Scan" && step["Node Type"] !== "Subquery Scan"
        if (isScan) read += (step["Actual Rows"] + (step["Rows Removed by Filter"] ?? 0)) * step["Actual Loops"]
        if (step["Node Type"] === "Seq Scan" && big.has(table)) whole.add(table)
      }
    }
    found.push({ query, millis, read: Math.round(read), whole: [...whole] })
  }
  return found
})
