/** The adapter behind the store's ports. PostgreSQL's client is loaded only where it is used. */
import type { Redacted } from "effect"
import { Effect, Layer, Schema } from "effect"
import type { SqlError } from "effect/sql"
import type { DatabaseInUse, ReleasesApart, Serving } from "@parley/storage/StoreLost"
import * as SqliteStore from "@parley/storage/SqliteStore"
import type { SqlStore } from "@parley/storage/SqlStores"
import * as StoreLock from "@parley/storage/StoreLock"
import * as StoreLocation from "./StoreLocation.ts"

const openPostgres = (url: Redacted.Redacted<string>) =>
  Layer.unwrap(Effect.map(Effect.promise(() => import("@parley/storage/PostgresStore")), ({ layer }) => layer({ url })))

const lockPostgres = (url: Redacted.Redacted<string>, serving: Serving) =>
  Layer.unwrap(Effect.map(Effect.promise(() => import("@parley/storage/GatewayLock")), ({ layer }) => layer({ url, serving })))

/** The store can't be opened or brought up to date. */
export class StoreUnusable extends Schema.TaggedError<StoreUnusable>()("StoreUnusable", { store: Schema.String, advice: Schema.String, cause: Schema.Defect() }) {
  override get message(): string {
    return `${this.store} can't be opened: ${rootOf(this.cause)}. ${this.advice}; "parley doctor" looks closer.`
  }
}

/** What went wrong first, which says most. */
export const rootOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? rootOf(cause.cause) : cause.message
}

/** What somebody may look at whose store can't be opened. */
export const adviceFor = (location: StoreLocation.StoreLocation, why = ""): string => {
  if (location._tag === "Postgres") return "Check DATABASE_URL, that the server runs, and that its role may create tables"
  if (/malformed|not a database/u.test(why)) return "It is damaged, or no store of Parley's: restore a backup, or move it away to begin anew"
  if (/locked/u.test(why)) return "Another program holds it: end that one's transaction, and start again"
  return "Check DATABASE_URL, the file's permissions and the disk"
}

const usable = <A, E>(location: StoreLocation.StoreLocation, layer: Layer.Layer<A, E>): Layer.Layer<A, StoreUnusable> =>
  Layer.catchCause(layer, (cause) => Layer.effectContext(Effect.mapError(
    Effect.failCause(cause),
    (failure) => new StoreUnusable({ store: StoreLocation.describe(location), advice: adviceFor(location, rootOf(failure)), cause: failure })
  )))

/** Others are served meanwhile. */
const gatewayBusyMillis = 100

const sqlStore = (location: StoreLocation.StoreLocation, busyMillis?: number) =>
  usable(
    location,
    location._tag === "Sqlite" ? SqliteStore.layer({ filename: location.filename, ...(busyMillis === undefined ? {} : { busyMillis }) }) : openPostgres(location.url)
  )

/** The store beside a gateway that may be running: on both databases several processes write in turn. */
export const open = (location: StoreLocation.StoreLocation): Layer.Layer<SqlStore, StoreUnusable> => sqlStore(location)

/** What serving may fail with before it begins, besides opening. */
type LockFailure = DatabaseInUse | ReleasesApart | SqlError.SqlError | StoreLock.StoreInUse | StoreLock.StoreNotLockable

/** The store, and the lock that keeps off it every gateway that does not share the work. */
export const serve = (location: StoreLocation.StoreLocation, serving: Serving): Layer.Layer<SqlStore, StoreUnusable | LockFailure> => {
  const store = sqlStore(location, gatewayBusyMillis)
  if (location._tag === "Postgres") return store.pipe(Layer.provideMerge(lockPostgres(location.url, serving)))
  return location.filename === ":memory:" ? store : store.pipe(Layer.provideMerge(StoreLock.layer(location.filename)))
}
