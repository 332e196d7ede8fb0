/** One text of a conversation, as it is kept. */
import { DateTime, Effect, Schema } from "effect"
import { Author, Direction, MessageStatus, Purpose } from "@parley/schema/Conversation"
import { Environment } from "@parley/schema/Environment"
import { AccountId, MessageId, ProjectId, SessionId, TurnId } from "@parley/schema/Ids"
import { segment } from "@parley/schema/MessageText"
import { PhoneNumber } from "@parley/schema/PhoneNumber"

const At = Schema.DateTimeUtcFromMillis

/** Why a text was not delivered. `code` is the carrier's own, null where Parley decided. */
export const MessageTrouble = Schema.Struct({
  /** A stable word for programs: `opted_out`, `rejected`, `ambiguous`, `throttled`, … */
  reason: Schema.String,
  code: Schema.NullOr(Schema.String),
  /** A sentence for people. */
  detail: Schema.String
})
export type MessageTrouble = typeof MessageTrouble.Type

/** A picture or another file of a text. */
export const Media = Schema.Struct({
  /** Inbound: where the carrier keeps it. Outbound: where the carrier fetches it. */
  url: Schema.String,
  /** As the carrier tells it; null for one that is sent, which Parley does not look at. */
  contentType: Schema.NullOr(Schema.String),
  /** Null while nobody has looked. */
  sizeBytes: Schema.NullOr(Schema.Int).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
})
export type Media = typeof Media.Type

/** Files to send, by their addresses. */
export const mediaOf = (urls: ReadonlyArray<string>): ReadonlyArray<Media> => urls.map((url) => ({ url, contentType: null, sizeBytes: null }))

export const Message = Schema.Struct({
  id: MessageId,
  /** Null for a text outside any session: a keyword, or a dropped text. */
  sessionId: Schema.NullOr(SessionId),
  accountId: AccountId,
  projectId: ProjectId,
  environment: Environment,
  direction: Direction,
  author: Author,
  purpose: Purpose,
  userNumber: PhoneNumber,
  /** Whose line it waits in, and leaves from. With a `pool` only the number that is expected. */
  agentNumber: PhoneNumber,
  /** The carrier's pool that is to choose the number, until it has told which one it chose; null: the number is certain. */
  pool: Schema.NullOr(Schema.String),
  body: Schema.String,
  media: Schema.Array(Media),
  segments: Schema.Int,
  status: MessageStatus,
  trouble: Schema.NullOr(MessageTrouble),
  /** The carrier's own id of it. Unique where present. */
  carrierId: Schema.NullOr(Schema.String),
  /** The turn that wrote it. */
  turnId: Schema.NullOr(TurnId),
  /** Calls of the carrier so far. */
  attempts: Schema.Int,
  /**
   * Queued: not to be tried before this time. Unknown, sent without a receipt, or received with files: when the carrier is asked next;
   * null when nobody asks any more.
   */
  nextAttemptAt: Schema.NullOr(At),
  /** Quiet hours, or a daily cap, keep it out of its line until then; in the past: they kept it until then. */
  heldUntil: Schema.NullOr(At),
  /** When the last call of the carrier began. */
  attemptedAt: Schema.NullOr(At),
  /** An inbound text: when its webhook arrived. An outbound one: when it was accepted here. */
  createdAt: At,
  /** When the carrier accepted it. */
  acceptedAt: Schema.NullOr(At),
  /** When its status last changed. */
  updatedAt: At
})
export type Message = typeof Message.Type

/** True while quiet hours or a daily cap keep the text: it has no place in its line, so that answers and keywords' replies pass it. */
export const isHeld = (message: Message): boolean =>
  message.status === "queued" && message.heldUntil !== null && message.nextAttemptAt !== null &&
  DateTime.Equivalence(message.heldUntil, message.nextAttemptAt)

/** True while the text holds its place in its line: what comes later for the same user waits behind it. */
export const isPending = (message: Message): boolean =>
  message.direction === "outbound" && !isHeld(message) &&
  (message.status === "queued" || message.status === "sending" || (message.status === "unknown" && message.nextAttemptAt !== null))

/** What every message of one exchange shares. */
export type Exchange = Pick<Message, "accountId" | "projectId" | "environment" | "userNumber" | "agentNumber" | "sessionId"> & {
  /** Missing: the number is certain. */
  readonly pool?: Message["pool"]
}

/** Files alone take a place in a line too. */
const segmentsOf = (body: string, media: ReadonlyArray<Media>): number => Math.max(segment(body).segments, media.length > 0 ? 1 : 0)

/** A text to the user, waiting in its line. */
export const outbound = (
  exchange: Exchange,
  text: Pick<Message, "id" | "author" | "purpose" | "body"> & Partial<Pick<Message, "media" | "turnId">>,
  now: DateTime.Utc
): Message => ({
  ...blank(exchange, now),
  ...text,
  direction: "outbound",
  media: text.media ?? [],
  segments: segmentsOf(text.body, text.media ?? []),
  status: "queued",
  carrierId: null,
  turnId: text.turnId ?? null
})

/** A text of the user. `at`: when it arrived. */
export const inbound = (
  exchange: Exchange,
  text: Pick<Message, "id" | "purpose" | "body" | "media" | "status" | "trouble"> & { readonly carrierId: string },
  at: DateTime.Utc
): Message => ({
  ...blank(exchange, at),
  ...text,
  direction: "inbound",
  author: "user",
  nextAttemptAt: text.status === "received" && text.media.length > 0 ? at : null,
  segments: segmentsOf(text.body, text.media),
  turnId: null
})

const blank = (exchange: Exchange, at: DateTime.Utc) => ({
  accountId: exchange.accountId,
  projectId: exchange.projectId,
  environment: exchange.environment,
  userNumber: exchange.userNumber,
  agentNumber: exchange.agentNumber,
  pool: exchange.pool ?? null,
  sessionId: exchange.sessionId,
  trouble: null,
  attempts: 0,
  nextAttemptAt: null,
  heldUntil: null,
  attemptedAt: null,
  createdAt: at,
  acceptedAt: null,
  updatedAt: at
})

/** Why a text may wait outside its line. */
export type HoldReason = "quiet_hours" | "daily_cap"

/** A text that waits for the end of quiet hours, or for the next day's cap. `detail`: whose and where, for people. */
export const hold = (message: Message, until: DateTime.Utc, reason: HoldReason, detail: string, now: DateTime.Utc): Message => ({
  ...message,
  nextAttemptAt: until,
  heldUntil: until,
  trouble: { reason, code: null, detail },
  updatedAt: now
})

/** A text that waits no longer, and takes its place in its line. */
export const release = (message: Message, now: DateTime.Utc): Message => ({
  ...message,
  nextAttemptAt: null,
  heldUntil: message.heldUntil === null ? null : DateTime.min(message.heldUntil, now),
  trouble: null,
  updatedAt: now
})

/** A text that will not leave, with the reason. */
export const suppress = (message: Message, reason: string, detail: string, now: DateTime.Utc): Message => ({
  ...message,
  status: "suppressed",
  trouble: { reason, code: null, detail },
  nextAttemptAt: null,
  updatedAt: now
})
