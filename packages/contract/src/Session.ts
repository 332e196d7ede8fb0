/** The session as the API shows it. */
import { EndReason, Opening, SessionState } from "@parley/schema/Conversation"
import { Environment } from "@parley/schema/Environment"
import { ProjectId, SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { Count, Instant, wire } from "./Wire.ts"

/** What happens by itself if nothing else does, and when. */
export const NextTimeout = wire(
  "NextTimeout",
  { kind: Schema.Literals(["unanswered", "idle", "grace"]), dueAt: Instant },
  "`unanswered`: the session ends silently. `idle`: the warning is sent. `grace`: the session ends with the ending text."
)
export type NextTimeout = typeof NextTimeout.Type

/** A person has the conversation; the agent waits. */
export const Takeover = wire(
  "Takeover",
  { by: Schema.String, reason: Schema.NullOr(Schema.String), at: Instant },
  "A person has taken the conversation over: texts are kept and shown, and the agent does not answer."
)
export type Takeover = typeof Takeover.Type

/** How the agent fares with the texts that it has not answered. */
export const AgentProgress = wire(
  "AgentProgress",
  {
    status: Schema.Literals(["idle", "waiting", "answering", "retrying", "failed"]),
    attempts: Count.annotate({ description: "Calls of the agent for the current turn." }),
    lastError: Schema.NullOr(wire("AgentError", { reason: Schema.String, at: Instant }, "Why the agent's last call failed."))
  },
  "`idle`: nothing to answer. `waiting`: texts are gathered. `answering`: the agent is called. `retrying`: a call failed, another follows. `failed`: given up."
)
export type AgentProgress = typeof AgentProgress.Type

/** What a session is by itself. */
const ownFields = {
  id: SessionId,
  channel: Schema.Literal("SMS"),
  project: ProjectId,
  environment: Environment,
  userNumber: PhoneNumber,
  agentNumber: PhoneNumber,
  senderPool: Schema.NullOr(
    Schema.String.annotate({ description: "The carrier's pool that chooses the number, while it has not told which one: `agent_number` is the one that is expected then." })
  ),
  state: SessionState,
  endReason: Schema.NullOr(EndReason),
  endDetail: Schema.NullOr(Schema.String.annotate({ description: "A sentence about the end, when there is more to say than the reason." })),
  opening: Opening,
  openedAt: Instant,
  lastActivityAt: Instant,
  endedAt: Schema.NullOr(Instant),
  nextTimeout: Schema.NullOr(NextTimeout),
  takeover: Schema.NullOr(Takeover)
}

export const Session = wire(
  "Session",
  {
    ...ownFields,
    waitingFor: Schema.NullOr(
      Schema.String.annotate({ description: "What the session's number waits for before carriers take its texts, in a sentence; null when there is nothing, or the session has ended." })
    ),
    agent: AgentProgress
  },
  "One conversation between a user number and a project's agent."
)
export type Session = typeof Session.Type

/** A session as it was when something happened to it. */
export const SessionSnapshot = wire(
  "SessionSnapshot",
  { ...ownFields, agent: AgentProgress },
  "A session as it was when something happened to it: without what is asked elsewhere when it is read (`waiting_for`)."
)
export type SessionSnapshot = typeof SessionSnapshot.Type
