/**
 * What an agent behind a URL is told, and what it may answer: the one call that Parley makes and others receive.
 * It is signed by the Standard Webhooks scheme; `turnId` is the id that is signed.
 */
import { Author, EndReason, Opening } from "@parley/schema/Conversation"
import { Environment } from "@parley/schema/Environment"
import { MessageId, ProjectId, SessionId, TurnId } from "@parley/schema/Ids"
import { SomeMediaUrls } from "@parley/schema/MediaUrl"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { Media } from "./Message.ts"
import { Count, Instant, wire } from "./Wire.ts"

export const SpokenText = wire(
  "SpokenText",
  { messageId: MessageId, author: Author, text: Schema.String, media: Schema.Array(Media), at: Instant },
  "Something that was said in the session."
)
export type SpokenText = typeof SpokenText.Type

export const AgentTurn = wire(
  "AgentTurn",
  {
    turnId: TurnId.annotate({ description: "The same id again is the same turn: do not act twice." }),
    kind: Schema.Literals(["start", "reply", "end"]).annotate({
      description: "`start`: the user opened the session, and you may greet. `reply`: the user has said `texts`. `end`: the session is over, and what you answer is ignored."
    }),
    attempt: Count.annotate({ description: "Which call of this turn it is, from 1." }),
    conversationId: SessionId.annotate({ description: "`session.id` once more." }),
    channelType: Schema.Literal("sms"),
    session: wire(
      "AgentSession",
      {
        id: SessionId,
        project: ProjectId,
        environment: Environment,
        userNumber: PhoneNumber,
        agentNumber: PhoneNumber,
        opening: Opening,
        openedAt: Instant,
        endReason: Schema.NullOr(EndReason)
      },
      "The session that the turn is of."
    ),
    texts: Schema.Array(SpokenText).annotate({ description: "Everything the user has said since your last answer, oldest first." }),
    history: Schema.Array(SpokenText).annotate({ description: "Everything said in the session, `texts` included, oldest first, at most the newest 500." })
  },
  "One call of an agent."
)
export type AgentTurn = typeof AgentTurn.Type

const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const AnswerWithFiles = wire(
  "AnswerWithFiles",
  { text: maybe(Schema.String), media: SomeMediaUrls },
  "Pictures and other files by their https URLs, at most 10, with a text or without. Only where the number and the user's country have MMS."
)

/** A 204 says as much as an answer without anything in it. */
export const AgentAnswer = wire(
  "AgentAnswer",
  {
    messages: maybe(
      Schema.Array(Schema.Union([Schema.String, AnswerWithFiles])).annotate({ description: "Up to 10 texts, sent in this order; each 1 to 1600 characters and at most 10 segments." })
    ),
    end: maybe(Schema.Union([Schema.Literals(["natural_end", "user_end"]), Schema.Boolean])),
    handoff: maybe(Schema.Struct({ destination: Schema.String, reason: maybe(Schema.String) })),
    conversationId: maybe(Schema.String.annotate({ description: "When given, it must be the one that was asked about." }))
  },
  "What an agent answers."
)
export type AgentAnswer = typeof AgentAnswer.Type
