/**
 * `/v1/events` on the event log. Each stream reads a page, waits until its client has it, and reads on from there: nothing is kept for a
 * client that does not read, and the server cuts it off.
 */
import { Clock, Duration, Effect, Option, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import { EventsNotKept, EventsRemoved, RateLimited } from "@parley/contract/Problem"
import type { Event } from "@parley/core/Event"
import { CurrentEventSignal } from "@parley/core/EventSignal"
import * as Events from "@parley/core/Events"
import type { EventId } from "@parley/schema/Ids"
import * as EventJson from "./EventJson.ts"
import { atMostOfProject, EventStreams } from "./EventStreams.ts"
import { storeAway } from "./StoreProblem.ts"

/** From one look at the log to the next, for what other processes append; what this one appends is seen at once. */
const looksEvery = Duration.millis(500)

/** Less than what proxies usually allow a connection to be silent for. */
const heartbeatEvery = Duration.seconds(15)

/** Then the client comes back, with a key that is checked anew. */
const lastsAtMost = Duration.minutes(10)

/** Events that are read at once, and all that is kept of a stream. */
const page = 100

const frame = (event: Event) => `id: ${event.id}\nevent: ${event.type}\ndata: ${EventJson.encode(event)}\n\n`

/** How far the stream has come, where no event says so. */
const position = (id: EventId) => `id: ${id}\n\n`

/** The next frames: what has come after an id, or a sign of life. */
const next = Effect.fnUntraced(function*(filter: Events.EventFilter, after: EventId) {
  const signal = yield* CurrentEventSignal
  const beganAt = yield* Clock.currentTimeMillis
  while (true) {
    const appended = signal.next()
    const { events, through } = yield* Events.look(filter, after, page)
    const frames = events.map(frame)
    if (through !== events.at(-1)?.id && through !== after) frames.push(position(through))
    if (frames.length > 0) return [frames, Option.some(through)] as const
    if ((yield* Clock.currentTimeMillis) - beganAt >= Duration.toMillis(heartbeatEvery)) return [[": nothing new\n\n"], Option.some(after)] as const
    yield* Effect.raceFirst(appended, Effect.sleep(looksEvery))
  }
})

/** The frames of a stream. What goes wrong in the middle ends it: the client comes back, and is told in an answer of its own. */
const follow = (filter: Events.EventFilter, from: EventId) =>
  Stream.make(position(from)).pipe(
    Stream.concat(Stream.paginate(from, (after: EventId) => next(filter, after))),
    Stream.catchTags({
      EventsRemoved: () => Stream.empty,
      StoreFailure: (failure) => Stream.fromEffectDrain(Effect.logWarning("A stream of events ended: the store failed", failure))
    })
  )

export const layer = HttpApiBuilder.group(Api, "events", (handlers) =>
  handlers.handle("stream", Effect.fnUntraced(function*({ headers, query }) {
    const streams = yield* EventStreams
    const { projectId } = yield* Caller
    const { environment, types } = query
    const from = yield* Events.begin(projectId, headers.lastEventId ?? query.lastEventId ?? null)
    const filter = { projectId, environment, types }
    // Whether all of it is still there is told in the answer's status.
    yield* Events.look(filter, from, 1)
    if (streams.isFull(projectId)) {
      return yield* new RateLimited({ detail: `The project has ${atMostOfProject} streams of events open here, which is all that it may have. Close one.`, retry_after: 10 })
    }
    const frames = Stream.unwrap(Effect.as(streams.counted(projectId), follow(filter, from))).pipe(
      Stream.interruptWhen(Effect.raceFirst(streams.stopping, Effect.sleep(lastsAtMost))),
      Stream.encodeText
    )
    return HttpServerResponse.stream(Stream.provideContext(frames, yield* Effect.context<Stream.Services<typeof frames>>()), {
      contentType: "text/event-stream",
      // The last one is for nginx, which would keep frames back until it has many.
      headers: { "cache-control": "no-store", "x-content-type-options": "nosniff", "x-accel-buffering": "no" }
    })
  }, Effect.catchTags({
    ...storeAway,
    EventsNotKept: () =>
      Effect.fail(new EventsNotKept({ detail: "This project keeps no events. Add \"events\": { \"delete_after\": \"7 days\" } to its file, apply it, and call again." })),
    EventsRemoved: ({ after }) =>
      Effect.fail(new EventsRemoved({
        detail: `What came after ${after} is not all there any more. Begin without Last-Event-ID, and read what you have missed from the lists of sessions and messages.`
      }))
  }))))
