/** The event as the API shows it: in the stream, and wherever else it is told. */
import { Environment } from "@parley/schema/Environment"
import { MessageEventType, OptOutEventType, SessionEventType } from "@parley/schema/Event"
import { AccountId, EventId, ProjectId } from "@parley/schema/Ids"
import { Schema } from "effect"
import { Message } from "./Message.ts"
import { OptOut } from "./OptOut.ts"
import { SessionSnapshot } from "./Session.ts"
import { Instant, wire } from "./Wire.ts"

const common = {
  id: EventId.annotate({ description: "Sorts in the order of the stream. Whoever is told of an event twice knows it by this." }),
  occurredAt: Instant,
  account: AccountId,
  project: ProjectId,
  environment: Environment
}

export const SessionEvent = wire("SessionEvent", { ...common, type: SessionEventType, data: SessionSnapshot }, "Something happened to a session; `data` is the session after it.")
export type SessionEvent = typeof SessionEvent.Type

export const MessageEvent = wire("MessageEvent", { ...common, type: MessageEventType, data: Message }, "A message has come to the status that `type` names; `data` is the message.")
export type MessageEvent = typeof MessageEvent.Type

export const OptOutEvent = wire("OptOutEvent", { ...common, type: OptOutEventType, data: OptOut }, "A user opted out of texts from a number, or took that back; `data` is the opt-out.")
export type OptOutEvent = typeof OptOutEvent.Type

/** A fact about a project's conversations. `type` tells what `data` is. */
export const Event = Schema.Union([SessionEvent, MessageEvent, OptOutEvent])
export type Event = typeof Event.Type
