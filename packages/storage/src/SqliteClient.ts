/**
 * Effect's `SqlClient` over Node's own SQLite, in WAL mode. One connection: `node:sqlite` is synchronous, so a second one
 * would bring nothing but lock errors.
 */
import { Context, Effect, Layer, Scope, Semaphore, Stream } from "effect"
import { Reactivity } from "effect/reactivity"
import type { SqlConnection } from "effect/sql"
import { SqlClient, SqlError, Statement } from "effect/sql"
import type { StatementSync } from "node:sqlite"
import { DatabaseSync } from "node:sqlite"
import { makeDirectoryOf } from "./DataDirectory.ts"

export interface SqliteOptions {
  /** A file, whose directory is created, or `:memory:`. */
  readonly filename: string
  /** `FULL` waits for the disk at every commit; anything less may lose the last commits with the machine's power. Default `FULL`. */
  readonly synchronous?: "FULL" | "NORMAL" | "OFF"
  /**
   * How long a statement waits for another process that writes, in milliseconds; the whole process waits with it. A use case that
   * met the lock is tried again beside that. Default 5 s, which is for commands; a gateway, which has others to serve, waits less.
   */
  readonly busyMillis?: number
}

/** True while a transaction is open: SQLite ends one by itself when the disk is full or the file is damaged. */
export class SqliteTransaction extends Context.Service<SqliteTransaction, { readonly isOpen: () => boolean }>()(
  "@parley/storage/SqliteTransaction"
) {}

const cachedStatements = 500

interface Prepared {
  readonly statement: StatementSync
  readonly reads: boolean
  bigInts: boolean
  arrays: boolean
}

// Extended result code of a primary-key conflict, told to Effect as the unique conflict that it is. Source: sqlite.org/rescode.html
const primaryKeyConflict = 1555
const uniqueConflict = 2067

const failure = (message: string, operation: string) => (cause: unknown): SqlError.SqlError => {
  if (cause instanceof Error && "errcode" in cause) {
    Object.assign(cause, { errno: cause.errcode === primaryKeyConflict ? uniqueConflict : cause.errcode })
  }
  return new SqlError.SqlError({ reason: SqlError.classifySqliteError(cause, { message, operation }) })
}

// A process that starts beside another may find it migrating.
const openingBusyMillis = 5_000

const open = (options: SqliteOptions): DatabaseSync => {
  if (options.filename !== ":memory:") makeDirectoryOf(options.filename)
  const db = new DatabaseSync(options.filename)
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${options.synchronous ?? "FULL"};
    PRAGMA busy_timeout = ${openingBusyMillis};
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
  `)
  return db
}

// oxlint-disable-next-line typescript/no-explicit-any -- the row type of Effect's own driver interface
type Rows = ReadonlyArray<any>

const connect = (db: DatabaseSync): SqlConnection.Connection => {
  const prepared = new Map<string, Prepared>()
  const prepare = (sql: string): Prepared => {
    const statement = db.prepare(sql)
    return { statement, reads: statement.columns().length > 0, bigInts: false, arrays: false }
  }
  const cached = (sql: string): Prepared => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const oldest = prepared.keys().next()
    if (prepared.size >= cachedStatements && oldest.done !== true) prepared.delete(oldest.value)
    const made = prepare(sql)
    prepared.set(sql, made)
    return made
  }
  const run = (
    sql: string,
    params: ReadonlyArray<unknown>,
    mode: "rows" | "arrays" | "raw",
    keep = true
  ): Effect.Effect<Rows, SqlError.SqlError> =>
    Effect.withFiber<Rows, SqlError.SqlError>((fiber) => {
      try {
        const p = keep ? cached(sql) : prepare(sql)
        const bigInts = Context.get(fiber.context, SqlClient.SafeIntegers)
        if (p.bigInts !== bigInts) p.statement.setReadBigInts(p.bigInts = bigInts)
        const arrays = mode === "arrays"
        if (p.arrays !== arrays) p.statement.setReturnArrays(p.arrays = arrays)
        const values = params as ReadonlyArray<string | number | bigint | null | Uint8Array>
        if (p.reads) return Effect.succeed(p.statement.all(...values))
        const result = p.statement.run(...values)
        return Effect.succeed(mode === "raw" ? [result] : [])
      } catch (cause) {
        return Effect.fail(failure("Failed to execute statement", "execute")(cause))
      }
    })
  return {
    execute: (sql, params, transform) => transform ? Effect.map(run(sql, params, "rows"), transform) : run(sql, params, "rows"),
    executeRaw: (sql, params) => run(sql, params, "raw"),
    executeValues: (sql, params) => run(sql, params, "arrays"),
    executeValuesUnprepared: (sql, params) => run(sql, params, "arrays", false),
    executeUnprepared: (sql, params, transform) =>
      transform ? Effect.map(run(sql, params, "rows", false), transform) : run(sql, params, "rows", false),
    executeStream: () => Stream.die("node:sqlite reads whole results; page through them instead")
  }
}

/** Fails with a `SqlError` when the file can't be opened. */
export const layer = (
  options: SqliteOptions
): Layer.Layer<SqlClient.SqlClient | SqliteTransaction, SqlError.SqlError> =>
  Layer.effectContext(Effect.gen(function*() {
    const scope = yield* Effect.scope
    const db = yield* Effect.try({ try: () => open(options), catch: failure(`Failed to open ${options.filename}`, "open") })
    yield* Scope.addFinalizer(scope, Effect.sync(() => db.close()))
    const semaphore = yield* Semaphore.make(1)
    const client = yield* SqlClient.make({
      ...SqlClient.makeSqliteAcquirers({
        connection: Effect.succeed(connect(db)),
        semaphore,
        isTransaction: () => db.isTransaction
      }),
      compiler: Statement.makeCompilerSqlite(),
      driver: "node:sqlite",
      beginTransaction: "BEGIN IMMEDIATE",
      prepareTransactionControls: true,
      spanAttributes: [["db.system.name", "sqlite"]]
    })
    return Context.make(SqlClient.SqlClient, client).pipe(
      Context.add(SqliteTransaction, { isOpen: () => db.isTransaction })
    )
  })).pipe(Layer.provide(Reactivity.layer))
