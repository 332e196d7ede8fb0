/** All store ports on one SQLite file, migrated. */
import { Layer } from "effect"
import type { Migrator, SqlError } from "effect/sql"
import * as GroupCommit from "./GroupCommit.ts"
import { migrate } from "./migrations.ts"
import type { SqliteOptions } from "./SqliteClient.ts"
import * as SqliteClient from "./SqliteClient.ts"
import * as SqlStores from "./SqlStores.ts"

const migrated = Layer.effectDiscard(migrate)

/** The ports, and the `SqlClient` beneath them. Use `StoreLock.layer` beside it where a gateway serves the file. */
export const layer = (options: SqliteOptions): Layer.Layer<SqlStores.SqlStore, OpenFailure> =>
  Layer.mergeAll(SqlStores.layer, GroupCommit.layerSqlite).pipe(
    Layer.provideMerge(migrated),
    Layer.provideMerge(SqliteClient.layer(options))
  )

/** What opening may fail with. */
export type OpenFailure = SqlError.SqlError | Migrator.MigrationError

/** One commit for each use case: for tests in virtual time, where nothing else moves the event loop. */
export const layerSingleCommit = (options: SqliteOptions): Layer.Layer<SqlStores.SqlStore, OpenFailure> =>
  Layer.mergeAll(SqlStores.layer, GroupCommit.layerSingle).pipe(
    Layer.provideMerge(migrated),
    Layer.provideMerge(SqliteClient.layer(options))
  )

export type SqliteStore = SqlStores.SqlStore
