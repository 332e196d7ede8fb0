/** The port of texts that the carrier is still to forget. */
import { Context, type DateTime, type Effect } from "effect"
import type { ErasureId } from "@parley/schema/Ids"
import type { Redaction } from "../Redaction.ts"
import type { StoreFailure } from "./Store.ts"

export class RedactionStore extends Context.Service<RedactionStore, {
  /** Keeps what is asked already. */
  ask(redactions: ReadonlyArray<Redaction>): Effect.Effect<void, StoreFailure>
  update(redaction: Redaction): Effect.Effect<void, StoreFailure>
  /** The carrier has forgotten it. */
  remove(carrierId: string): Effect.Effect<void, StoreFailure>
  /** The longest due first. */
  due(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<Redaction>, StoreFailure>
  /** How many of an erasure wait, and how many were refused for good. */
  countOf(erasureId: ErasureId): Effect.Effect<{ readonly waiting: number; readonly refused: number }, StoreFailure>
  /** How many wait in all, and how many were refused for good. For metrics. */
  count(): Effect.Effect<{ readonly waiting: number; readonly refused: number }, StoreFailure>
  /** Retention: removes those refused for good that were asked before, at most `limit`; tells how many. */
  purge(askedBefore: DateTime.Utc, limit: number): Effect.Effect<number, StoreFailure>
}>()("@parley/core/RedactionStore") {}
