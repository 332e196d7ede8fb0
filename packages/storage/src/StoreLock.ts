/**
 * One gateway for each SQLite file. The lock is an exclusive transaction on a small file beside the database: the operating
 * system gives it back when its process dies, however it dies, so there is nothing stale to clean up.
 */
import { Effect, Layer, Schema } from "effect"
import { DatabaseSync } from "node:sqlite"
import { makeDirectoryOf } from "./DataDirectory.ts"

/** Another process serves this file. */
export class StoreInUse extends Schema.TaggedError<StoreInUse>()("StoreInUse", { filename: Schema.String }) {
  override get message(): string {
    return `${this.filename} is in use by another gateway process. Stop that one, or set DATABASE_URL to another file.`
  }
}

/** The lock's own file cannot be made or opened: a directory without permission, a full disk. */
export class StoreNotLockable extends Schema.TaggedError<StoreNotLockable>()("StoreNotLockable", { filename: Schema.String, cause: Schema.Defect() }) {
  override get message(): string {
    const why = this.cause instanceof Error ? `: ${this.cause.message}` : ""
    return `${this.filename}.lock cannot be opened${why}. Its directory must exist and be writable, or set DATABASE_URL to another file.`
  }
}

// Another connection has the lock. Source: sqlite.org/rescode.html
const busy = 5

const lock = (filename: string): DatabaseSync => {
  makeDirectoryOf(filename)
  const db = new DatabaseSync(`${filename}.lock`)
  try {
    db.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE")
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

const isBusy = (cause: unknown): boolean => cause instanceof Error && "errcode" in cause && cause.errcode === busy

export const layer = (filename: string): Layer.Layer<never, StoreInUse | StoreNotLockable> =>
  Layer.effectDiscard(Effect.acquireRelease(
    Effect.try({
      try: () => lock(filename),
      catch: (cause) => isBusy(cause) ? new StoreInUse({ filename }) : new StoreNotLockable({ filename, cause })
    }),
    (db) => Effect.sync(() => db.close())
  ))
