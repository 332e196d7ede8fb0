/**
 * The port of the event log. Events are appended in the transaction of what they tell of. Transactions do not overlap, so whoever reads an
 * event has every event with a smaller id before them: none is committed late.
 */
import { Context, type DateTime, type Effect } from "effect"
import type { EventId, ProjectId } from "@parley/schema/Ids"
import type { Event } from "../Event.ts"
import type { StoreFailure } from "./Store.ts"

/** Some of a project's events, in the order of their ids. */
export interface EventsAfter {
  readonly events: ReadonlyArray<Event>
  /** The last of the project's events that age has removed, read after the events; null while none was. */
  readonly removedThrough: EventId | null
}

export class EventStore extends Context.Service<EventStore, {
  /** One statement, inside a transaction. `conflict` when an id is known already. */
  append(events: ReadonlyArray<Event>): Effect.Effect<void, StoreFailure>
  /** The newest event of all projects: what is appended next has to sort after it. */
  last(): Effect.Effect<EventId | null, StoreFailure>
  /** At most `limit` events of a project after an id, the oldest first. */
  after(projectId: ProjectId, id: EventId, limit: number): Effect.Effect<EventsAfter, StoreFailure>
  /** The newest event of a project, whether or not age has removed it; null while there was none. */
  head(projectId: ProjectId): Effect.Effect<EventId | null, StoreFailure>
  /** Retention: removes a project's events that occurred before, the oldest first and at most `limit`; remembers how far, and tells how many. */
  purge(projectId: ProjectId, before: DateTime.Utc, limit: number): Effect.Effect<number, StoreFailure>
}>()("@parley/core/EventStore") {}
