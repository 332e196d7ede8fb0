/** A session as it is kept, and how it opens. What happens to it then is decided by `SessionMachine.ts`. */
import { DateTime, Effect, Schema } from "effect"
import { EndReason, Opening, SessionState } from "@parley/schema/Conversation"
import { Environment } from "@parley/schema/Environment"
import { AccountId, MessageId, ProjectId, SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { SessionPolicy } from "./SessionPolicy.ts"
import * as Turn from "./Turn.ts"

const At = Schema.DateTimeUtcFromMillis

/** What silence does next, and when. `grace` is the time after a warning. */
const Timer = Schema.Struct({ kind: Schema.Literals(["unanswered", "idle", "grace"]), dueAt: At })

const Warning = Schema.Struct({
  messageId: MessageId,
  at: At,
  outcome: Schema.Literals(["pending", "accepted", "failed"])
})

/** Somebody else speaks in the agent's place: a person who took over, or the destination that the agent handed off to. */
const Takeover = Schema.Struct({ by: Schema.String, reason: Schema.NullOr(Schema.String), at: At })

/** One conversation between a user number and a project's agent. */
export const Session = Schema.Struct({
  id: SessionId,
  accountId: AccountId,
  projectId: ProjectId,
  environment: Environment,
  userNumber: PhoneNumber,
  /** The number that answers leave from: the one that the user last texted, at first the one that the send left from. */
  agentNumber: PhoneNumber,
  /** The carrier's pool that chooses that number, until it or the user has told which one it is; null: `agentNumber` is certain. */
  pool: Schema.NullOr(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  state: SessionState,
  endReason: Schema.NullOr(EndReason),
  /** What stands behind the reason, for people: "the recipient opted out". */
  endDetail: Schema.NullOr(Schema.String),
  opening: Opening,
  openedAt: At,
  /** The last thing either side said: an inbound text when it arrived, an outbound one when the carrier accepted it. */
  lastActivityAt: At,
  endedAt: Schema.NullOr(At),
  timer: Schema.NullOr(Timer),
  warning: Schema.NullOr(Warning),
  takeover: Schema.NullOr(Takeover),
  turn: Turn.Turn
})
export type Session = typeof Session.Type

interface Opened {
  readonly id: SessionId
  readonly accountId: AccountId
  readonly projectId: ProjectId
  readonly environment: Environment
  readonly userNumber: PhoneNumber
  readonly agentNumber: PhoneNumber
  /** Missing: the number is certain. */
  readonly pool?: string | null
}

/** A session that a send opens: `unanswered`, its text is the greeting. */
export const openBySend = (who: Opened, now: DateTime.Utc, policy: SessionPolicy): Session => ({
  ...blank(who, now),
  state: "unanswered",
  opening: "send",
  timer: { kind: "unanswered", dueAt: DateTime.addDuration(now, policy.unansweredAfter) }
})

/** A session that a text opens: `engaged`, and the agent is called for its start. */
export const openByText = (who: Opened, at: DateTime.Utc, policy: SessionPolicy): Session => ({
  ...blank(who, at),
  state: "engaged",
  opening: "text",
  timer: { kind: "idle", dueAt: DateTime.addDuration(at, policy.idleAfter) },
  turn: Turn.textArrived({ ...Turn.idle, owed: "start" }, at)
})

const blank = (who: Opened, at: DateTime.Utc) => ({
  ...who,
  pool: who.pool ?? null,
  endReason: null,
  endDetail: null,
  openedAt: at,
  lastActivityAt: at,
  endedAt: null,
  warning: null,
  takeover: null,
  turn: Turn.idle
})

/** When the agent is to be called next; null while it is owed nothing, or while somebody speaks in its place. */
export const agentDueAt = (session: Session, policy: SessionPolicy, now: DateTime.Utc): DateTime.Utc | null =>
  session.takeover !== null && session.state !== "ended" ? null : Turn.dueAt(session.turn, policy, now)
