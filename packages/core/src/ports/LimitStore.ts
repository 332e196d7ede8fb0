/** The port of counters, and of the answers that idempotency keys bring back. All of it is written in the transaction that it guards. */
import { Context, type DateTime, type Effect, type Option, Schema } from "effect"
import type { StoreFailure } from "./Store.ts"

/** What a call with an idempotency key was answered. */
export const IdempotencyRecord = Schema.Struct({
  /** Account, connector and key, joined. */
  key: Schema.String,
  /** SHA-256 (hex) of the body. */
  fingerprint: Schema.String,
  status: Schema.Int,
  /** The answer's parts that are not derived: a location, a problem. */
  answer: Schema.String,
  createdAt: Schema.DateTimeUtcFromMillis
})
export type IdempotencyRecord = typeof IdempotencyRecord.Type

export class LimitStore extends Context.Service<LimitStore, {
  /** A counter's state as JSON text, by its key. */
  counter(key: string): Effect.Effect<Option.Option<string>, StoreFailure>
  putCounter(key: string, state: string, at: DateTime.Utc): Effect.Effect<void, StoreFailure>
  answer(key: string): Effect.Effect<Option.Option<IdempotencyRecord>, StoreFailure>
  putAnswer(record: IdempotencyRecord): Effect.Effect<void, StoreFailure>
  /** Removes what is older, at most `limit` rows; tells how many. */
  purge(olderThan: DateTime.Utc, limit: number): Effect.Effect<number, StoreFailure>
}>()("@parley/core/LimitStore") {}
