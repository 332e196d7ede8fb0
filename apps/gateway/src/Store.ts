/** The adapter behind the store's ports. PostgreSQL's client is loaded only where it is used. */
import type { Redacted } from "effect"
import { Effect, Layer } from "effect"
import type { DatabaseInUse, Serving } from "@parley/storage/StoreLost"
import * as SqliteStore from "@parley/storage/SqliteStore"
import type { SqlStore } from "@parley/storage/SqlStores"
import * as StoreLock from "@parley/storage/StoreLock"
import type { StoreLocation } from "./StoreLocation.ts"

const openPostgres = (url: Redacted.Redacted<string>) =>
  Layer.unwrap(Effect.map(Effect.promise(() => import("@parley/storage/PostgresStore")), ({ layer }) => layer({ url })))

const lockPostgres = (url: Redacted.Redacted<string>, serving: Serving) =>
  Layer.unwrap(Effect.map(Effect.promise(() => import("@parley/storage/GatewayLock")), ({ layer }) => layer({ url, serving })))

/** The store beside a gateway that may be running: on both databases several processes write in turn. */
export const open = (location: StoreLocation): Layer.Layer<SqlStore, SqliteStore.OpenFailure> =>
  location._tag === "Sqlite" ? SqliteStore.layer({ filename: location.filename }) : openPostgres(location.url)

/** What serving may fail with before it begins, besides opening. */
type LockFailure = DatabaseInUse | StoreLock.StoreInUse | StoreLock.StoreNotLockable

/** The store, and the lock that keeps off it every gateway that does not share the work. */
export const serve = (location: StoreLocation, serving: Serving): Layer.Layer<SqlStore, SqliteStore.OpenFailure | LockFailure> => {
  if (location._tag === "Postgres") return open(location).pipe(Layer.provideMerge(lockPostgres(location.url, serving)))
  return location.filename === ":memory:" ? open(location) : open(location).pipe(Layer.provideMerge(StoreLock.layer(location.filename)))
}
