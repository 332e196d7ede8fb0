/** The words of a conversation that the core decides on and the wire shows. */
import { Schema } from "effect"

/** `unanswered`: opened by a send, the user has not replied. `engaged`: both speak. `warned`: idle, the close is near. `ended`: final. */
export const SessionState = Schema.Literals(["unanswered", "engaged", "warned", "ended"])
export type SessionState = typeof SessionState.Type

export const EndReason = Schema.Literals([
  "user_end",
  "abandoned",
  "natural_end",
  "unanswered_expiry",
  "superseded",
  "operator_end",
  "delivery_failed"
])
export type EndReason = typeof EndReason.Type

/** What opened a session: a call of the API, or a text of the user. */
export const Opening = Schema.Literals(["send", "text"])
export type Opening = typeof Opening.Type

export const Direction = Schema.Literals(["inbound", "outbound"])
export type Direction = typeof Direction.Type

/** Who wrote a message: the user, the back end through the API, the agent, a person who spoke in its place, or Parley itself. */
export const Author = Schema.Literals(["user", "api", "agent", "person", "system"])
export type Author = typeof Author.Type

/**
 * Outbound: `queued → sending → sent → delivered`, or `failed`, `undelivered`, `suppressed` (opted out, blocked, cancelled), `unknown` (the carrier may have it).
 * Inbound: `received`, or `dropped` (from a user who opted out, or over a limit).
 */
export const MessageStatus = Schema.Literals([
  "queued",
  "sending",
  "sent",
  "delivered",
  "failed",
  "undelivered",
  "suppressed",
  "unknown",
  "received",
  "dropped"
])
export type MessageStatus = typeof MessageStatus.Type

/** A send for later: it waits, has become a session, could not be sent when its time came, or was taken back. */
export const ScheduledStatus = Schema.Literals(["scheduled", "sent", "failed", "cancelled"])
export type ScheduledStatus = typeof ScheduledStatus.Type

/** `erasing`: rows are still to be rewritten. `redacting`: the carrier is still to forget some texts. `done`: final. */
export const ErasureStage = Schema.Literals(["erasing", "redacting", "done"])
export type ErasureStage = typeof ErasureStage.Type

/**
 * What a message is for. `opening`: the text of a send. `answer`: the agent's. `remark`: a person's. `warning`, `ending`: the two texts of a time-out.
 * `consent`: the reply to a keyword. `notice`: the reply to a text over a limit. `text`: what a user wrote. `keyword`: a user's consent keyword.
 */
export const Purpose = Schema.Literals(["opening", "answer", "remark", "warning", "ending", "consent", "notice", "text", "keyword"])
export type Purpose = typeof Purpose.Type
