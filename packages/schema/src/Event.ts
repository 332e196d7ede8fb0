/** What the event log tells of a project's conversations, as `subject.fact`. */
import { Schema } from "effect"

/** `resumed`: the user, or somebody who speaks to them, has taken the warning back. `released`: the agent has it again. */
export const SessionEventType = Schema.Literals([
  "session.started",
  "session.warned",
  "session.resumed",
  "session.ended",
  "session.taken_over",
  "session.released"
])
export type SessionEventType = typeof SessionEventType.Type

/** A text has come to the status that its type names. `queued` and `sending` are not told. */
export const MessageEventType = Schema.Literals([
  "message.received",
  "message.dropped",
  "message.sent",
  "message.delivered",
  "message.failed",
  "message.undelivered",
  "message.suppressed",
  "message.unknown"
])
export type MessageEventType = typeof MessageEventType.Type

export const OptOutEventType = Schema.Literals(["opt_out.recorded", "opt_out.removed"])
export type OptOutEventType = typeof OptOutEventType.Type

export const EventType = Schema.Literals([...SessionEventType.literals, ...MessageEventType.literals, ...OptOutEventType.literals])
export type EventType = typeof EventType.Type
