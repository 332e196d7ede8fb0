/** The port of who answers. */
import { Context, type DateTime, type Effect, Schema } from "effect"
import type { Author, EndReason, Opening } from "@parley/schema/Conversation"
import type { Environment } from "@parley/schema/Environment"
import type { MessageId, ProjectId, SessionId, TurnId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Message } from "../Message.ts"
import type { AgentConfig } from "../Project.ts"
import type { TurnKind } from "../Turn.ts"
import type { Duration } from "effect"

/** A text as the agent sees it. */
export interface SpokenText {
  readonly messageId: MessageId
  readonly author: Author
  readonly text: string
  readonly media: Message["media"]
  readonly at: DateTime.Utc
}

/** One call. The same turn id again is the same call: it may not act twice. */
export interface TurnRequest {
  readonly turnId: TurnId
  readonly kind: TurnKind
  /** 1 for the first call with this turn id. */
  readonly attempt: number
  readonly session: {
    readonly id: SessionId
    readonly projectId: ProjectId
    readonly environment: Environment
    readonly userNumber: PhoneNumber
    readonly agentNumber: PhoneNumber
    readonly opening: Opening
    readonly openedAt: DateTime.Utc
    readonly endReason: EndReason | null
  }
  /** What the user has said since the last answer, oldest first. */
  readonly texts: ReadonlyArray<SpokenText>
  /** Everything said in the session before and including `texts`, oldest first. */
  readonly history: ReadonlyArray<SpokenText>
}

/** Words, or pictures and other files by their addresses, with words or (an empty text) without. */
export type Utterance = string | { readonly text: string; readonly media: ReadonlyArray<string> }

export interface TurnAnswer {
  /** Sent in this order, each as a text of its own. */
  readonly messages: ReadonlyArray<Utterance>
  /** The conversation is over, after `messages`. */
  readonly end: "natural_end" | "user_end" | null
  /** Somebody else goes on: the agent is paused until it is released. */
  readonly handoff: { readonly destination: string; readonly reason: string | null } | null
}

/** The agent brought no usable answer. It is tried again under the same turn id, unless `again` says otherwise. `detail`: a sentence, without secrets. */
export class AgentFailure extends Schema.TaggedError<AgentFailure>()("AgentFailure", {
  reason: Schema.Literals(["timeout", "unreachable", "refused", "invalid_answer", "misconfigured"]),
  detail: Schema.String,
  /** When another call may do better: missing, after the policy's back-off; a duration, no sooner than that; `never`, not before a person has mended it. */
  again: Schema.optionalKey(Schema.Union([Schema.Literal("never"), Schema.Duration]))
}) {}

/** The most that one answer may hold; more is an `invalid_answer`. */
export const answerLimits = { messages: 10, characters: 1_600, bodyBytes: 256 * 1024 } as const

export class Agent extends Context.Service<Agent, {
  /** Ends within `timeout`, as an answer or a failure. */
  call(config: AgentConfig, request: TurnRequest, timeout: Duration.Duration): Effect.Effect<TurnAnswer, AgentFailure>
}>()("@parley/core/Agent") {}
