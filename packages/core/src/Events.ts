/** Reading the event log from where somebody left it. */
import { Effect, Option, Schema } from "effect"
import type { Environment } from "@parley/schema/Environment"
import type { EventType } from "@parley/schema/Event"
import { EventId, ProjectId } from "@parley/schema/Ids"
import type { Event } from "./Event.ts"
import { beginning } from "./Event.ts"
import { Directory } from "./ports/Directory.ts"
import { EventStore } from "./ports/EventStore.ts"

/** Whose events, and which of them. */
export interface EventFilter {
  readonly projectId: ProjectId
  /** Missing: of all environments. */
  readonly environment?: Environment | undefined
  /** Missing: of all types. */
  readonly types?: ReadonlyArray<EventType> | undefined
}

/** The project's file does not ask for events, so none are kept. */
export class EventsNotKept extends Schema.TaggedError<EventsNotKept>()("EventsNotKept", { projectId: ProjectId }) {}

/** What came after this id is not whole any more: age has removed some of it, or the log never had the id, as after a backup was restored. */
export class EventsRemoved extends Schema.TaggedError<EventsRemoved>()("EventsRemoved", { after: EventId }) {}

/** Where reading begins: after the event that somebody has read last, or with null after the newest one. */
export const begin = Effect.fn("Events.begin")(function*(projectId: ProjectId, after: EventId | null) {
  const project = yield* (yield* Directory).project(projectId)
  if (!Option.exists(project, ({ config }) => config.events !== null)) return yield* new EventsNotKept({ projectId })
  const head = (yield* (yield* EventStore).head(projectId)) ?? beginning
  if (after !== null && after > head) return yield* new EventsRemoved({ after })
  return after ?? head
})

/** What one look has found. */
export interface Seen {
  readonly events: ReadonlyArray<Event>
  /** Where the next look goes on: past what the filter left out, too. */
  readonly through: EventId
}

/** The events after an id that pass the filter, of at most `limit` that are looked at. */
export const look = Effect.fn("Events.look")(function*(filter: EventFilter, after: EventId, limit: number) {
  const { events, removedThrough } = yield* (yield* EventStore).after(filter.projectId, after, limit)
  if (removedThrough !== null && removedThrough > after) return yield* new EventsRemoved({ after })
  const fits = ({ environment, type }: Event) =>
    (filter.environment === undefined || environment === filter.environment) && (filter.types === undefined || filter.types.includes(type))
  const seen: Seen = { events: events.filter(fits), through: events.at(-1)?.id ?? after }
  return seen
})
