/** What every store port shares: its one failure, and the transaction that makes a use case whole. */
import { Context, type Effect, Schema } from "effect"

/** The store could not do it. `busy` and `unavailable` may pass; `full` and `corrupt` want an operator. Nothing was written. */
export class StoreFailure extends Schema.TaggedError<StoreFailure>()("StoreFailure", {
  reason: Schema.Literals(["busy", "unavailable", "full", "corrupt", "conflict"]),
  operation: Schema.String,
  cause: Schema.Defect()
}) {
  get retryable(): boolean {
    return this.reason === "busy" || this.reason === "unavailable"
  }
}

/**
 * Runs a use case as one transaction: all of it is durable when `transact` succeeds, and none of it is when it fails.
 * Transactions do not overlap in effect: each sees what the ones before it left. They may share a commit.
 */
export class Transactor extends Context.Service<Transactor, {
  transact<A, E, R>(useCase: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreFailure, R>
}>()("@parley/core/Transactor") {}

/** A page of a list, newest first. `next`: give it as the cursor of the next call; null at the end. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly next: string | null
}
