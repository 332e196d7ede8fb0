/** The scheduled send as the API shows it. */
import { ScheduledStatus } from "@parley/schema/Conversation"
import { Environment } from "@parley/schema/Environment"
import { MessageId, ScheduledSendId, SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { Trouble } from "./Message.ts"
import { Instant, wire } from "./Wire.ts"

export const ScheduledSend = wire(
  "ScheduledSend",
  {
    id: ScheduledSendId,
    environment: Environment,
    userNumber: PhoneNumber,
    agentNumber: Schema.NullOr(PhoneNumber.annotate({ description: "The sender that was asked for." })),
    text: Schema.String,
    mediaUrls: Schema.Array(Schema.String),
    template: Schema.NullOr(Schema.String.annotate({ description: "The template that the text was made of." })),
    status: ScheduledStatus,
    sendAt: Instant,
    dueAt: Instant.annotate({ description: "When it is tried: `send_at`, or later where the project's rate made it wait." }),
    sessionId: Schema.NullOr(SessionId.annotate({ description: "The session that it has opened." })),
    messageId: Schema.NullOr(MessageId),
    trouble: Schema.NullOr(Trouble),
    createdAt: Instant,
    updatedAt: Instant
  },
  "A send for later. `scheduled`: it waits. `sent`: it has opened a session. `failed`: it was refused when its time came, `trouble` says why. `cancelled`: taken back."
)
export type ScheduledSend = typeof ScheduledSend.Type
