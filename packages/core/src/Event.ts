/** A fact about a project's conversations, with what it tells of as that was when it happened. */
import { DateTime, Duration, Effect, Schema } from "effect"
import type { MessageStatus } from "@parley/schema/Conversation"
import { Environment } from "@parley/schema/Environment"
import { MessageEventType, OptOutEventType, SessionEventType } from "@parley/schema/Event"
import { AccountId, EventId, idPrefix, ProjectId, timeOrdered } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { anonymous as anonymousSession } from "./Erasure.ts"
import { EventWebhooks } from "./EventWebhook.ts"
import { Message } from "./Message.ts"
import { OptOut } from "./ports/ConsentStore.ts"
import type { RetentionPolicy } from "./Retention.ts"
import { Session } from "./Session.ts"
import { positiveDuration } from "./SessionPolicy.ts"

const common = {
  /** Of two events of a store, the one that was committed first has the smaller id. */
  id: EventId,
  accountId: AccountId,
  projectId: ProjectId,
  environment: Environment,
  occurredAt: Schema.DateTimeUtcFromMillis
}

export const Event = Schema.Union([
  Schema.Struct({ ...common, type: SessionEventType, session: Session }),
  Schema.Struct({ ...common, type: MessageEventType, message: Message }),
  Schema.Struct({ ...common, type: OptOutEventType, optOut: OptOut })
])
export type Event = typeof Event.Type

type WithoutId<E> = E extends Event ? Omit<E, "id"> : never

/** What has happened, before it has its place in the log. */
export type Fact = WithoutId<Event>

/** Whether events are kept for whoever reads them, for how long, and where they are posted to; null: none are. */
export const EventsPolicy = Schema.NullOr(
  Schema.Struct({
    deleteAfter: positiveDuration.pipe(Schema.withDecodingDefaultKey(Effect.succeed("7 days"))),
    webhooks: EventWebhooks.pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
  }).pipe(Schema.encodeKeys({ deleteAfter: "delete_after" }))
)
export type EventsPolicy = typeof EventsPolicy.Type

/** How long a project's events are kept: never longer than its conversations, whose words they hold. */
export const keptFor = ({ events, retention }: { readonly events: EventsPolicy; readonly retention: RetentionPolicy }): Duration.Duration =>
  events === null ? Duration.zero : retention.deleteAfter === null ? events.deleteAfter : Duration.min(events.deleteAfter, retention.deleteAfter)

/** Whom the event tells of. */
export const userOf = (event: Event): PhoneNumber =>
  "session" in event ? event.session.userNumber : "message" in event ? event.message.userNumber : event.optOut.userNumber

/** When what it tells of began: an erasure takes what began before it. */
export const beganAt = (event: Event): DateTime.Utc =>
  "session" in event ? event.session.openedAt : "message" in event ? event.message.createdAt : event.optOut.optedOutAt

const erasedDetail = "Erased with the user's data."

/** The event without what tells of its user. */
export const anonymous = (event: Event, pseudonym: PhoneNumber): Event => {
  if ("session" in event) {
    const { takeover } = event.session
    return { ...event, session: { ...anonymousSession(event.session, pseudonym), takeover: takeover === null ? null : { ...takeover, reason: null } } }
  }
  if ("optOut" in event) return { ...event, optOut: { ...event.optOut, userNumber: pseudonym } }
  const { trouble } = event.message
  return {
    ...event,
    message: { ...event.message, userNumber: pseudonym, body: "", media: [], trouble: trouble === null ? null : { ...trouble, detail: erasedDetail } }
  }
}

/** What a session's change tells; `before` is null where it begins. */
export const ofSession = (before: Session | null, after: Session): ReadonlyArray<SessionEventType> => {
  if (before === null) return after.state === "ended" ? ["session.started", "session.ended"] : ["session.started"]
  if (after.state === "ended") return before.state === "ended" ? [] : ["session.ended"]
  const types: Array<SessionEventType> = []
  if (before.state === "warned" && after.state !== "warned") types.push("session.resumed")
  if (before.state !== "warned" && after.state === "warned") types.push("session.warned")
  if (after.takeover !== null && after.takeover !== before.takeover) types.push("session.taken_over")
  if (after.takeover === null && before.takeover !== null) types.push("session.released")
  return types
}

const told: { readonly [status in MessageStatus]?: MessageEventType } = {
  received: "message.received",
  dropped: "message.dropped",
  sent: "message.sent",
  delivered: "message.delivered",
  failed: "message.failed",
  undelivered: "message.undelivered",
  suppressed: "message.suppressed",
  unknown: "message.unknown"
}

/** What a text's change tells, if anything; `before` is null for a new one. */
export const ofMessage = (before: MessageStatus | null, after: MessageStatus): MessageEventType | undefined => before === after ? undefined : told[after]

/** Smaller than the id of every event that occurs at that time or later. */
export const firstId = (at: DateTime.Utc): EventId => EventId.make(idPrefix.event + timeOrdered(DateTime.toEpochMillis(at), 0n))

/** Smaller than the id of every event. */
export const beginning: EventId = EventId.make(idPrefix.event + timeOrdered(0, 0n))
