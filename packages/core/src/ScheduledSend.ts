/** A send that was accepted for later. It is no session before its time: nothing is said, and nobody else's session ends for it. */
import { type DateTime, Schema } from "effect"
import { ScheduledStatus } from "@parley/schema/Conversation"
import { Environment } from "@parley/schema/Environment"
import { AccountId, ConnectorId, MessageId, ProjectId, ScheduledSendId, SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { MessageTrouble } from "./Message.ts"

const At = Schema.DateTimeUtcFromMillis

export const ScheduledSend = Schema.Struct({
  id: ScheduledSendId,
  accountId: AccountId,
  projectId: ProjectId,
  /** It must still be there when the time comes. */
  connectorId: ConnectorId,
  environment: Environment,
  userNumber: PhoneNumber,
  /** The sender that the caller wants; null: chosen when the time comes. */
  agentNumber: Schema.NullOr(PhoneNumber),
  /** As it will be sent, templates filled. */
  body: Schema.String,
  mediaUrls: Schema.Array(Schema.String),
  /** The template that the text was made of. */
  template: Schema.NullOr(Schema.String),
  status: ScheduledStatus,
  sendAt: At,
  /** When it is tried: `sendAt`, or later where the project's rate made it wait. */
  dueAt: At,
  /** What it has become. */
  sessionId: Schema.NullOr(SessionId),
  messageId: Schema.NullOr(MessageId),
  /** Why it failed, or why it waits longer. */
  trouble: Schema.NullOr(MessageTrouble),
  createdAt: At,
  updatedAt: At
})
export type ScheduledSend = typeof ScheduledSend.Type

/** Over, in one way or another. */
export const settled = (
  scheduled: ScheduledSend,
  as: Partial<Pick<ScheduledSend, "sessionId" | "messageId" | "trouble">> & { readonly status: Exclude<ScheduledStatus, "scheduled"> },
  now: DateTime.Utc
): ScheduledSend => ({ ...scheduled, trouble: null, ...as, updatedAt: now })
