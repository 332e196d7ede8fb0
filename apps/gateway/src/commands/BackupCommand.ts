/** `parley backup FILE`: a copy of a SQLite store, while a gateway serves it. */
import { Console, Effect } from "effect"
import * as SqliteBackup from "@parley/storage/SqliteBackup"
import * as Settings from "../Settings.ts"

export const backup = Effect.fnUntraced(function*(file: string) {
  const { store } = yield* Settings.read(process.env)
  if (store._tag === "Postgres") {
    return yield* new SqliteBackup.BackupFailed({ detail: "DATABASE_URL is a PostgreSQL database: pg_dump or pg_basebackup copies it. See apps/docs/operations.md." })
  }
  const bytes = yield* SqliteBackup.copy(store.filename, file)
  yield* Console.log(`${store.filename} is copied to ${file}: ${(bytes / 1_048_576).toFixed(1)} MB, whole. It holds texts and numbers in the clear.`)
})
