import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { queries, recorded } from "@parley/conformance/HotQueries"
import { isMissing, serverOfThisFile } from "./PostgresDatabase.ts"

interface Step {
  readonly "Node Type": string
  readonly Plans?: ReadonlyArray<Step>
}

const stepsOf = (step: Step): ReadonlyArray<Step> => [step, ...(step.Plans ?? []).flatMap(stepsOf)]

const plan = Effect.fnUntraced(function*(statement: readonly [sql: string, params: ReadonlyArray<unknown>]) {
  const sql = yield* SqlClient.SqlClient
  // Which way is cheaper depends on the rows; whether there is a way by an index does not.
  const rows = yield* sql.withTransaction(Effect.andThen(
    sql`SET LOCAL enable_seqscan = off`,
    sql.unsafe<{ "QUERY PLAN": ReadonlyArray<{ Plan: Step }> }>(`EXPLAIN (FORMAT JSON) ${statement[0]}`, statement[1])
  ))
  return (rows[0]?.["QUERY PLAN"] ?? []).flatMap(({ Plan }) => stepsOf(Plan))
})

const isWhole = (step: Step) => step["Node Type"] === "Seq Scan"

describe.skipIf(isMissing)("On PostgreSQL", () => {
  const server = serverOfThisFile()
  layer(server.store)("queries", (it) => {
    for (const [name, query] of Object.entries(queries)) {
      it.effect(`${name}: can be found by an index`, () =>
        Effect.gen(function*() {
          const statements = yield* recorded(query)
          assert.isNotEmpty(statements)
          for (const statement of statements) {
            assert.deepStrictEqual((yield* plan(statement)).filter(isWhole), [], statement[0])
          }
        }))
    }
  })
})
