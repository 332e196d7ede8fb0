/** A copy of a SQLite store while a gateway serves it. */
import { Effect, Schema } from "effect"
import { chmodSync, existsSync, rmSync } from "node:fs"
import { backup, DatabaseSync } from "node:sqlite"
import { makeDirectoryOf } from "./DataDirectory.ts"

/** There is no copy, and nothing is left of the attempt. `detail`: why, for people. */
export class BackupFailed extends Schema.TaggedError<BackupFailed>()("BackupFailed", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

const why = (cause: unknown) => cause instanceof Error ? cause.message : String(cause)

// What is written meanwhile makes SQLite begin anew; many pages at a time end before that.
const pagesAtOnce = 10_000

/**
 * Copies the store as it is at one moment, checks the copy, and lets nobody but its owner read it. The gateway goes on writing meanwhile.
 * @param to a file that does not exist
 * @returns its size in bytes
 */
export const copy = Effect.fn("SqliteBackup.copy")((from: string, to: string): Effect.Effect<number, BackupFailed> => {
  if (!existsSync(from)) return Effect.fail(new BackupFailed({ detail: `There is no store at ${from}: set DATABASE_URL to the one that is to be copied.` }))
  if (existsSync(to)) return Effect.fail(new BackupFailed({ detail: `${to} exists already. Name a file that does not.` }))
  return Effect.tryPromise({
    try: async () => {
      makeDirectoryOf(to)
      const source = new DatabaseSync(from)
      try {
        source.exec("PRAGMA busy_timeout = 5000")
        await backup(source, to, { rate: pagesAtOnce })
      } finally {
        source.close()
      }
      chmodSync(to, 0o600)
      const made = new DatabaseSync(to)
      try {
        const damage = made.prepare("PRAGMA integrity_check").get()?.["integrity_check"]
        if (damage !== "ok") throw new Error(`the copy is damaged: ${String(damage)}`)
        const { page_count: pages, page_size: bytes } = { ...made.prepare("PRAGMA page_count").get(), ...made.prepare("PRAGMA page_size").get() }
        return Number(pages) * Number(bytes)
      } finally {
        made.close()
      }
    },
    catch: (cause) => new BackupFailed({ detail: `${from} can't be copied to ${to}: ${why(cause)}.` })
  }).pipe(Effect.tapError(() => Effect.sync(() => rmSync(to, { force: true }))))
})
