/** What happens in a project's conversations, as it happens. */
import { Environment } from "@parley/schema/Environment"
import { EventType } from "@parley/schema/Event"
import { EventId } from "@parley/schema/Ids"
import { Schema, SchemaTransformation } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { Event } from "./Event.ts"
import { EventsNotKept, EventsRemoved, RateLimitedAnswer } from "./Problem.ts"
import { wire } from "./Wire.ts"

const types = Schema.String.annotate({ description: `Types with commas between them; of all types when absent. There are: ${EventType.literals.map((type) => `\`${type}\``).join(", ")}.` }).pipe(
  Schema.decodeTo(
    Schema.Array(EventType),
    SchemaTransformation.transform({
      // The list's own schema refuses what is no type.
      decode: (text): ReadonlyArray<EventType> => text.split(",").map((type) => type.trim() as EventType),
      encode: (list: ReadonlyArray<EventType>) => list.join(",")
    })
  )
)

/** Which events of the project; the filters are combined. */
export const EventsQuery = wire(
  "EventsQuery",
  {
    types: Schema.optionalKey(types),
    environment: Schema.optionalKey(Environment),
    lastEventId: Schema.optionalKey(EventId.annotate({ description: "In place of the header, for whoever can't set one." }))
  },
  "Filters of the stream of events."
)

/** As browsers and other clients of server-sent events send it when they come back. Source: the HTML standard. */
const resumption = Schema.Struct({
  lastEventId: Schema.optionalKey(EventId.annotate({ description: "The stream goes on after this event." }))
}).pipe(Schema.encodeKeys({ lastEventId: "last-event-id" }))

export class EventsApi extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.get("stream", "/", {
      query: EventsQuery,
      headers: resumption,
      success: HttpApiSchema.StreamSse({ data: Event }),
      error: [EventsNotKept, EventsRemoved, RateLimitedAnswer]
    }).annotateMerge(
      OpenApi.annotations({
        identifier: "streamEvents",
        summary: "Follow the events",
        description:
          "Server-sent events: `id` is the event's, `event` its type, `data` the event as JSON. They come at least once and in the order of their ids, which within a session is the order in which things happened. The stream begins with the next event, or after the one that `Last-Event-ID` names; ids without an event say how far it has come. While nothing happens a comment comes every 15 seconds. Whoever does not read is cut off, and resumes where they were. Events are kept as long as the project's file says (`events`), and 410 says that some of what came after `Last-Event-ID` is gone: list what you need, and begin without one."
      })
    )
  )
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/events")
  .annotateMerge(OpenApi.annotations({ title: "Events", description: "What happens in conversations, as it happens." }))
{}
