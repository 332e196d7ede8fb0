import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as SqliteStore from "../src/SqliteStore.ts"
import { filled, meant, queries, recorded } from "@parley/conformance/HotQueries"

const plan = Effect.fnUntraced(function*(statement: readonly [sql: string, params: ReadonlyArray<unknown>]) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql.unsafe<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement[0]}`, statement[1])
  return rows.map((row) => row.detail)
})

// What a query has made itself: the walk from line to line, a row of constants, a bounded subquery.
const ownRows = /^SCAN (?:busy|waiting|CONSTANT ROW)/u

layer(Layer.effectDiscard(filled).pipe(Layer.provideMerge(SqliteStore.layer({ filename: ":memory:" }))))("Queries", (it) => {
  for (const [name, query] of Object.entries(queries)) {
    it.effect(`${name}: found by an index, in the order that is asked for`, () =>
      Effect.gen(function*() {
        const statements = yield* recorded(query)
        assert.isNotEmpty(statements)
        for (const statement of statements) {
          const steps = yield* plan(statement)
          const told = `${statement[0]}\n${steps.join("\n")}`
          assert.isTrue(steps.some((step) => /^SEARCH .* USING/u.test(step)), told)
          assert.deepStrictEqual(steps.filter((step) => step.startsWith("SCAN") && !ownRows.test(step)), [], told)
          assert.deepStrictEqual(steps.filter((step) => step.includes("TEMP B-TREE")), [], told)
          const index = meant[name]
          if (index !== undefined) assert.isTrue(steps.some((step) => new RegExp(`INDEX ${index}\\b`, "u").test(step)), told)
        }
      }))
  }
})
