/**
 * One gateway for each SQLite file. The lock is an exclusive transaction on a small file beside the database: the operating
 * system gives it back when its process dies, however it dies, so there is nothing stale to clean up.
 */
import { Effect, Layer, Schema } from "effect"
import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** Another process serves this file. */
export class StoreInUse extends Schema.TaggedError<StoreInUse>()("StoreInUse", { filename: Schema.String }) {
  override get message(): string {
    return `${this.filename} is in use by another gateway process. Stop that one, or set DATABASE_URL to another file.`
  }
}

export const layer = (filename: string): Layer.Layer<never, StoreInUse> =>
  Layer.effectDiscard(Effect.acquireRelease(
    Effect.try({
      try: () => {
        mkdirSync(dirname(filename), { recursive: true, mode: 0o700 })
        const db = new DatabaseSync(`${filename}.lock`)
        db.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE")
        return db
      },
      catch: () => new StoreInUse({ filename })
    }),
    (db) => Effect.sync(() => db.close())
  ))
