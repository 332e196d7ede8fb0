/** The port of who has events posted to them: each event is one POST, signed by the Standard Webhooks scheme. */
import { Clock, Effect, Layer } from "effect"
import type { Event } from "@parley/core/Event"
import { EventReceiver, NotReceived } from "@parley/core/ports/EventReceiver"
import { waitOf } from "./RetryAfter.ts"
import { make, type SignedPostOptions } from "./SignedPost.ts"

export interface EventPostsOptions extends SignedPostOptions {
  /** The event as the receiver reads it, in JSON. */
  readonly encode: (event: Event) => string
}

/** What says that it is this event that is not taken, whoever sends it and whenever. Any other failure may be over later. */
const refusals: ReadonlySet<number> = new Set([400, 413, 422])

/** What comes with a status is of no use; where it is longer, the connection is not used again. */
const maxBytes = 64 * 1024

/** Connections are kept while the layer lives. */
export const layer = ({ encode, ...options }: EventPostsOptions): Layer.Layer<EventReceiver> =>
  Layer.effect(
    EventReceiver,
    Effect.gen(function*() {
      const post = yield* make(options)
      return EventReceiver.of({
        post: Effect.fn("EventPosts.post")(function*({ secretEnv, url }, event, timeout) {
          const { headers, status } = yield* post({ whose: "webhook", url, secretEnv, id: event.id, body: encode(event), maxBytes, isStatusEnough: true, timeout }).pipe(
            Effect.mapError(({ detail }) => new NotReceived({ reason: "not_now", detail, wait: null }))
          )
          if (status >= 200 && status < 300) return
          const wait = waitOf(headers["retry-after"], yield* Clock.currentTimeMillis) ?? null
          return yield* new NotReceived({ reason: refusals.has(status) ? "refused" : "not_now", detail: `${new URL(url).host} answered ${status}.`, wait })
        })
      })
    })
  )
