/** The port of deletion by age: a bounded number of rows at a time, and never anything that still works. */
import { Context, type DateTime, type Effect } from "effect"
import type { ProjectId } from "@parley/schema/Ids"
import type { StoreFailure } from "./Store.ts"

/** What was deleted. */
export interface Deleted {
  readonly rows: number
  /** The carrier's ids of the texts among them. */
  readonly carrierIds: ReadonlyArray<string>
}

export class RetentionStore extends Context.Service<RetentionStore, {
  /** Conversations of a project that ended before, at most `limit` of them and at most as many of their texts; those whose texts are left stay with them. */
  deleteEnded(projectId: ProjectId, endedBefore: DateTime.Utc, limit: number): Effect.Effect<Deleted, StoreFailure>
  /** Texts outside any conversation: keywords, their replies, dropped texts. */
  deleteLoose(projectId: ProjectId, createdBefore: DateTime.Utc, limit: number): Effect.Effect<Deleted, StoreFailure>
  /** Sends for later that wait no longer. */
  deleteSettledSends(projectId: ProjectId, settledBefore: DateTime.Utc, limit: number): Effect.Effect<Deleted, StoreFailure>
}>()("@parley/core/RetentionStore") {}
