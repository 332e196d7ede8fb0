/** The message as the API shows it. */
import { Author, Direction, MessageStatus, Purpose } from "@parley/schema/Conversation"
import { MessageId, SessionId, TurnId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { Count, Instant, wire } from "./Wire.ts"

/** A picture or another file of a text. */
export const Media = wire(
  "Media",
  {
    url: Schema.String.annotate({ description: "Inbound: where the carrier keeps it, which needs the carrier account's credentials. Outbound: where the carrier fetched it." }),
    contentType: Schema.NullOr(Schema.String.annotate({ description: "As the carrier tells it; null for one that was sent." })),
    sizeBytes: Schema.NullOr(Count.annotate({ description: "Null for one that was sent, and while the carrier has not told." })),
    path: Schema.NullOr(Schema.String.annotate({ description: "Where this API serves what a user has sent: `/v1/messages/{id}/media/{index}`. Null for one that was sent to the user." }))
  },
  "A picture or another file of a text."
)
export type Media = typeof Media.Type

/** Why a message was not delivered. */
export const Trouble = wire(
  "Trouble",
  {
    reason: Schema.String.annotate({ description: "One word for programs, like `opted_out`." }),
    code: Schema.NullOr(Schema.String.annotate({ description: "The carrier's own code." })),
    detail: Schema.String.annotate({ description: "A sentence for people." })
  },
  "Why a message was not delivered, or was dropped."
)
export type Trouble = typeof Trouble.Type

export const Message = wire(
  "Message",
  {
    id: MessageId,
    sessionId: Schema.NullOr(SessionId),
    direction: Direction,
    author: Author,
    purpose: Purpose,
    userNumber: PhoneNumber,
    agentNumber: PhoneNumber,
    senderPool: Schema.NullOr(
      Schema.String.annotate({ description: "The carrier's pool that chooses the number, while it has not told which one: `agent_number` is the one that is expected then." })
    ),
    text: Schema.String,
    media: Schema.Array(Media),
    segments: Count.annotate({ description: "How many segments the carrier moves and bills." }),
    status: MessageStatus,
    trouble: Schema.NullOr(Trouble),
    carrierId: Schema.NullOr(Schema.String.annotate({ description: "The carrier's id of the message." })),
    turnId: Schema.NullOr(TurnId),
    heldUntil: Schema.NullOr(
      Instant.annotate({ description: "Quiet hours, or a daily cap, keep it until then, while it is `queued` (`trouble` says which); in the past: they kept it until then." })
    ),
    attempts: Count.annotate({ description: "How often it was handed to the carrier." }),
    createdAt: Instant,
    acceptedAt: Schema.NullOr(Instant.annotate({ description: "When the carrier took it." })),
    updatedAt: Instant
  },
  "One text of a conversation, inbound or outbound."
)
export type Message = typeof Message.Type
