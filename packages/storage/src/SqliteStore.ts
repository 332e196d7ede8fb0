/** All store ports on one SQLite file, migrated. */
import { Layer } from "effect"
import type { Migrator, SqlError } from "effect/sql"
import * as GroupCommit from "./GroupCommit.ts"
import { migrate } from "./migrations.ts"
import * as SqlConsentStore from "./SqlConsentStore.ts"
import * as SqlDirectory from "./SqlDirectory.ts"
import type { SqliteOptions } from "./SqliteClient.ts"
import * as SqliteClient from "./SqliteClient.ts"
import * as SqlLimitStore from "./SqlLimitStore.ts"
import * as SqlLineStore from "./SqlLineStore.ts"
import * as SqlMessageStore from "./SqlMessageStore.ts"
import * as SqlOperationStore from "./SqlOperationStore.ts"
import * as SqlScheduledSendStore from "./SqlScheduledSendStore.ts"
import * as SqlSessionStore from "./SqlSessionStore.ts"

const stores = Layer.mergeAll(
  SqlDirectory.layer,
  SqlSessionStore.layer,
  SqlMessageStore.layer,
  SqlConsentStore.layer,
  SqlLimitStore.layer,
  SqlLineStore.layer,
  SqlScheduledSendStore.layer,
  SqlOperationStore.layer
)

const migrated = Layer.effectDiscard(migrate)

/** The ports, and the `SqlClient` beneath them. Use `StoreLock.layer` beside it where a gateway serves the file. */
export const layer = (options: SqliteOptions) =>
  Layer.mergeAll(stores, GroupCommit.layer).pipe(
    Layer.provideMerge(migrated),
    Layer.provideMerge(SqliteClient.layer(options))
  )

/** What opening may fail with. */
export type OpenFailure = SqlError.SqlError | Migrator.MigrationError

/** One commit for each use case: for tests in virtual time, where nothing else moves the event loop. */
export const layerSingleCommit = (options: SqliteOptions) =>
  Layer.mergeAll(stores, GroupCommit.layerSingle).pipe(
    Layer.provideMerge(migrated),
    Layer.provideMerge(SqliteClient.layer(options))
  )

export type SqliteStore = Layer.Success<ReturnType<typeof layer>>

