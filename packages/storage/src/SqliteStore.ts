/** All store ports on one SQLite file, migrated. */
import { Effect, Layer } from "effect"
import type { Migrator, SqlError } from "effect/sql"
import { SqlClient } from "effect/sql"
import * as GroupCommit from "./GroupCommit.ts"
import { migrate } from "./migrations.ts"
import type { SqliteOptions } from "./SqliteClient.ts"
import * as SqliteClient from "./SqliteClient.ts"
import * as SqlStores from "./SqlStores.ts"
import * as StoreDamage from "./StoreDamage.ts"

const migrated = Layer.effectDiscard(migrate)

const impatient = ({ busyMillis }: SqliteOptions) =>
  Layer.effectDiscard(
    busyMillis === undefined ? Effect.void : Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(`PRAGMA busy_timeout = ${busyMillis}`))
  )

const ports = ({ filename }: SqliteOptions) =>
  StoreDamage.layer(Layer.mergeAll(SqlStores.layer, GroupCommit.layerSqlite), {
    store: filename,
    advice: `Keep a copy of it, then restore a backup, or save what can be read with "sqlite3 ${filename} .recover".`
  })

/** The ports, and the `SqlClient` beneath them. `StoreLost` tells of damage. Use `StoreLock.layer` beside it where a gateway serves the file. */
export const layer = (options: SqliteOptions): Layer.Layer<SqlStores.SqlStore, OpenFailure> =>
  ports(options).pipe(
    Layer.provideMerge(impatient(options)),
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
