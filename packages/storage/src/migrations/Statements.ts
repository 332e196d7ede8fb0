import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Runs statements that read the same in both dialects. */
export const run = (statements: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    // Ids and numbers sort by their bytes, as in SQLite; by the database's own rules pages and queues would come in another order.
    const inDialect = sql.onDialectOrElse({
      pg: () => (statement: string) => statement.replace(/\bTEXT\b/gu, `TEXT COLLATE "C"`),
      orElse: () => (statement: string) => statement
    })
    yield* Effect.forEach(statements, (statement) => sql.unsafe(inDialect(statement)), { discard: true })
  })
