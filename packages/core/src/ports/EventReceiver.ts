/** The port of who has events posted to them. */
import { Context, type Duration, type Effect, Schema } from "effect"
import type { Event } from "../Event.ts"
import type { EventWebhook } from "../EventWebhook.ts"

/**
 * The event is not known to have arrived. `detail`: a sentence, without secrets.
 * - `not_now`: the receiver is away, busy or not set up
 * - `refused`: it does not take this event, and may well take others
 */
export class NotReceived extends Schema.TaggedError<NotReceived>()("NotReceived", {
  reason: Schema.Literals(["not_now", "refused"]),
  detail: Schema.String,
  /** The receiver asked not to be called sooner. */
  wait: Schema.NullOr(Schema.Duration)
}) {}

export class EventReceiver extends Context.Service<EventReceiver, {
  /** Posts an event once. The same event again has the same id, by which the receiver knows it. */
  post(webhook: EventWebhook, event: Event, timeout: Duration.Duration): Effect.Effect<void, NotReceived>
}>()("@parley/core/EventReceiver") {}
