/** Operations on numbers, on SQL. */
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { NumberOperation } from "@parley/core/NumberOperation"
import { OperationStore } from "@parley/core/ports/OperationStore"
import { named, toMillis } from "./Rows.ts"

interface OperationRow {
  readonly detail: string
}

// The whole operation is the JSON text `detail`; the columns beside it are what queries look for.
const codec = Schema.fromJsonString(Schema.toCodecJson(NumberOperation))
const encode = Schema.encodeSync(codec)
const decode = Schema.decodeSync(codec)

const first = (rows: ReadonlyArray<OperationRow>) => Option.map(Option.fromNullishOr(rows[0]), (row) => decode(row.detail))

export const layer: Layer.Layer<OperationStore, never, SqlClient.SqlClient> = Layer.effect(
  OperationStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return OperationStore.of({
      insert: (operation) =>
        sql`INSERT INTO number_operations (id, number, due_at, detail)
          VALUES (${operation.id}, ${operation.number}, ${toMillis(operation.dueAt)}, ${encode(operation)})`.pipe(Effect.asVoid, named("operations.insert")),
      update: (operation) =>
        sql`UPDATE number_operations SET number = ${operation.number}, due_at = ${toMillis(operation.dueAt)}, detail = ${encode(operation)}
          WHERE id = ${operation.id}`.pipe(Effect.asVoid, named("operations.update")),
      get: (id) => sql<OperationRow>`SELECT detail FROM number_operations WHERE id = ${id}`.pipe(Effect.map(first), named("operations.get")),
      latest: (number) =>
        sql<OperationRow>`SELECT detail FROM number_operations WHERE number = ${number} ORDER BY id DESC LIMIT 1`.pipe(
          Effect.map(first),
          named("operations.latest")
        ),
      due: (now, limit) =>
        sql<{ id: NumberOperation["id"] }>`SELECT id FROM number_operations WHERE due_at <= ${DateTime.toEpochMillis(now)}
          ORDER BY due_at LIMIT ${limit}`.pipe(Effect.map((rows) => rows.map(({ id }) => id)), named("operations.due"))
    })
  })
)
