/** Whether the store can be used: it is there, it opens, its tables are of this version, and its pages are whole. */
import { Effect, Layer, Result } from "effect"
import { SqlClient } from "effect/sql"
import { existsSync } from "node:fs"
import * as SqlDirectory from "@parley/storage/SqlDirectory"
import * as SqlEventWebhookStore from "@parley/storage/SqlEventWebhookStore"
import * as SqlRegistrationStore from "@parley/storage/SqlRegistrationStore"
import * as SqliteClient from "@parley/storage/SqliteClient"
import { migrations } from "@parley/storage/migrations"
import * as StoreLock from "@parley/storage/StoreLock"
import { rootOf } from "../Store.ts"
import { type Finding, ok, problem, warning } from "./Finding.ts"

const about = "store"

/** What is looked at in a store, without bringing its tables up to date: to look is not to change. */
export const ports = Layer.mergeAll(SqlDirectory.layer, SqlRegistrationStore.layer, SqlEventWebhookStore.layer)

export const layer = (filename: string) => ports.pipe(Layer.provideMerge(SqliteClient.layer({ filename })))

export const isThere = (filename: string): boolean => existsSync(filename)

export const missing = (filename: string): Finding =>
  warning(about, `There is no store at ${filename} yet, so nobody can call the API: bring a project with "parley apply -f project.json", or set DATABASE_URL to another file.`)

/** `Success`: a finding that only informs; the store can be read. `Failure`: it can't. */
export const check = Effect.fn("Doctor.store")(function*(filename: string) {
  const sql = yield* SqlClient.SqlClient
  const pages = yield* sql<{ readonly quick_check: string }>`PRAGMA quick_check(5)`
  const damage = pages.map((row) => row.quick_check).filter((line) => line !== "ok")
  if (damage.length > 0) {
    return Result.fail(problem(about, `${filename} is damaged (${damage.join("; ")}), so texts may be lost: stop the gateway and restore a backup.`))
  }
  const tables = yield* sql`SELECT name FROM sqlite_master WHERE name = 'parley_migrations'`
  return yield* tablesOf(filename, "opens, is whole", tables.length > 0)
})

/** Whether the tables are of this program's version. `isWell`: what else was found, in words. */
export const tablesOf = Effect.fnUntraced(function*(name: string, isWell: string, hasTables: boolean) {
  const sql = yield* SqlClient.SqlClient
  const done = hasTables ? yield* sql<{ readonly migration_id: number }>`SELECT migration_id FROM parley_migrations ORDER BY migration_id` : []
  const newest = (yield* migrations).reduce((highest, [id]) => Math.max(highest, id), 0)
  const current = done.at(-1)?.migration_id ?? 0
  if (current < newest) {
    return Result.fail(problem(about, `${name} has tables of version ${current}, this program needs ${newest}: start the gateway once, which brings them up to date.`))
  }
  if (current > newest) {
    return Result.fail(problem(about, `${name} has tables of version ${current}, newer than this program's ${newest}: update the program, or use another store.`))
  }
  return Result.succeed(ok(about, `${name} ${isWell}, and has tables of version ${current}.`))
})

/** @param cause what reading failed with */
export const unreadable = (filename: string, cause: unknown): Finding =>
  problem(about, `${filename} can't be read (${rootOf(cause)}), so the gateway can't start or work with it: check DATABASE_URL, the file's permissions and the disk.`)

/** Whether a gateway serves the file now. Takes the lock for a moment when nobody has it. */
export const isServed = (filename: string): Effect.Effect<boolean> =>
  Effect.suspend(() =>
    existsSync(`${filename}.lock`)
      ? Effect.scoped(Layer.build(StoreLock.layer(filename))).pipe(
        Effect.as(false),
        Effect.catchTags({ StoreInUse: () => Effect.succeed(true), StoreNotLockable: () => Effect.succeed(false) })
      )
      : Effect.succeed(false)
  )
