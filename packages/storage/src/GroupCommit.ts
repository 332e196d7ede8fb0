/**
 * Many transactions, one commit. A commit that is durable waits for the disk, and that wait is nearly all that a transaction
 * costs. So the transactions that arrive while one commit is under way are run together under the next, each in a savepoint of
 * its own, and each caller waits for the commit that holds its rows.
 */
import { Cause, Context, Deferred, Effect, Exit, Latch, Layer, Option, Schedule } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { StoreFailure, Transactor } from "@parley/core/ports/Store"
import { storeFailure } from "./Rows.ts"
import { SqliteTransaction } from "./SqliteClient.ts"

// Bounds how long the first caller of a batch waits for the last.
const atMost = 256

// About five seconds in all.
const whileLocked = { schedule: Schedule.spaced("50 millis"), times: 100 }
const isLocked = (error: SqlError.SqlError) => storeFailure("begin")(error).reason === "busy"

interface Job {
  /** Runs the use case in its savepoint, and keeps how it went. */
  readonly run: Effect.Effect<void>
  /** Tells the caller: how the use case went, or that the batch was lost. */
  readonly finish: (lost: StoreFailure | null) => void
}

/** A use case's own failure, kept apart from the database's while both travel through the transaction. */
class Failed<E> {
  readonly error: E
  constructor(error: E) {
    this.error = error
  }
}

// A rollback that fails dies beside the use case's failure, and Effect then takes both for defects: either may be in either place.
const outcome = <E>(cause: Cause.Cause<Failed<E> | SqlError.SqlError>): Cause.Cause<E | StoreFailure> => {
  const errors = cause.reasons.map((reason) => Cause.isFailReason(reason) ? reason.error : Cause.isDieReason(reason) ? reason.defect : null)
  const own = errors.find((error): error is Failed<E> => error instanceof Failed)
  // Nothing is kept, which is all that the rollback was for.
  if (own !== undefined) return Cause.fail(own.error)
  const database = errors.find((error) => error instanceof SqlError.SqlError)
  return database === undefined ? cause as Cause.Cause<never> : Cause.fail(storeFailure("transact")(database))
}

/** Runs the use case in a transaction, or in a savepoint of the one that is open. */
const inTransaction = (sql: SqlClient.SqlClient) => <A, E, R>(useCase: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreFailure, R> =>
  sql.withTransaction(Effect.mapError(useCase, (error) => new Failed(error))).pipe(
    Effect.catchCause((cause) => Effect.failCause(outcome(cause)))
  )

/** What a batch needs of its database. `Mark`: by which its transaction is known. */
export interface Database<Mark> {
  /** Runs first in the transaction, on its connection. */
  readonly begin: Effect.Effect<Mark, SqlError.SqlError>
  /** False once the database has ended the transaction by itself. */
  readonly isOpen: () => boolean
  /** Whether a transaction whose commit failed stands all the same: the answer may be all that was lost. */
  readonly stands: (mark: Mark) => Effect.Effect<boolean>
}

/** One commit for each use case: for SQLite, where a transaction waits for the one before it. */
export const layerSingle: Layer.Layer<Transactor, never, SqlClient.SqlClient> = Layer.effect(
  Transactor,
  Effect.map(SqlClient.SqlClient, (sql) => Transactor.of({ transact: inTransaction(sql) }))
)

/** One commit for all the use cases that wait; never two at once from here. */
export const layer = <Mark>(database: Database<Mark>): Layer.Layer<Transactor, never, SqlClient.SqlClient> => Layer.effect(
  Transactor,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const transaction = inTransaction(sql)
    const waiting: Array<Job> = []
    const arrived = yield* Latch.make(false)
    let isClosed = false

    const lossOf = (cause: Cause.Cause<SqlError.SqlError>) =>
      Option.match(Cause.findErrorOption(cause), {
        onNone: () => new StoreFailure({ reason: "unavailable", operation: "commit", cause }),
        onSome: storeFailure("commit")
      })

    const commit = Effect.fnUntraced(function*(batch: ReadonlyArray<Job>) {
      let ran: Option.Option<Mark> = Option.none()
      let begun = false
      const attempt = sql.withTransaction(Effect.gen(function*() {
        begun = true
        const mark = yield* database.begin
        for (const job of batch) {
          if (database.isOpen()) yield* job.run
        }
        ran = Option.some(mark)
      }))
      // Another process writes. Waited for here and not in the database, so that this process does everything else meanwhile.
      const exit = yield* Effect.exit(Effect.retry(attempt, { ...whileLocked, while: (error) => !begun && isLocked(error) }))
      const committed = Exit.isSuccess(exit) || (Option.isSome(ran) && (yield* database.stands(ran.value)))
      const lost = committed ? null : lossOf(exit.cause)
      // Who came meanwhile has waited too, and would only wait behind the same lock again.
      const told = lost !== null && !begun ? [...batch, ...waiting.splice(0)] : batch
      for (const job of told) job.finish(lost)
    })

    const commitNext = Effect.suspend(() => {
      const batch = waiting.splice(0, atMost)
      if (waiting.length === 0) arrived.closeUnsafe()
      return batch.length === 0 ? Effect.void : commit(batch)
    }).pipe(Effect.uninterruptible)

    // Runs once the fiber below has stopped: nobody who was let in is left waiting.
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        isClosed = true
        return Effect.whileLoop({ while: () => waiting.length > 0, body: () => commitNext, step: () => {} })
      })
    )

    yield* arrived.await.pipe(
      // One round of the event loop, so that every request that has already arrived is in the batch.
      Effect.andThen(Effect.callback<void>((resume) => {
        setImmediate(() => resume(Effect.void))
      })),
      Effect.andThen(commitNext),
      Effect.forever,
      Effect.forkScoped
    )

    return Transactor.of({
      transact: <A, E, R>(useCase: Effect.Effect<A, E, R>) =>
        Effect.contextWith((context: Context.Context<R>): Effect.Effect<A, E | StoreFailure> => {
          if (Option.isSome(Context.getOption(context as Context.Context<never>, sql.transactionService))) {
            return transaction(Effect.provideContext(useCase, context))
          }
          if (isClosed) return Effect.fail(new StoreFailure({ reason: "unavailable", operation: "commit", cause: "the store is closed" }))
          const done = Deferred.makeUnsafe<A, E | StoreFailure>()
          let outcome: Exit.Exit<A, E | StoreFailure> | null = null
          waiting.push({
            run: transaction(Effect.provideContext(useCase, context)).pipe(
              Effect.exit,
              Effect.map((exit) => {
                outcome = exit
              })
            ),
            finish: (lost) => {
              Deferred.doneUnsafe(
                done,
                outcome === null || (lost !== null && Exit.isSuccess(outcome))
                  ? Exit.fail(lost ?? new StoreFailure({ reason: "unavailable", operation: "commit", cause: "the transaction ended early" }))
                  : outcome
              )
            }
          })
          arrived.openUnsafe()
          return Deferred.await(done)
        })
    })
  })
)

/** For SQLite, where a failed commit has left nothing. */
export const layerSqlite: Layer.Layer<Transactor, never, SqlClient.SqlClient | SqliteTransaction> = Layer.unwrap(
  Effect.map(SqliteTransaction, ({ isOpen }) => layer({ begin: Effect.void, isOpen, stands: () => Effect.succeed(false) }))
)
