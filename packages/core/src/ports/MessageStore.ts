/** The port of messages, and of the lines that their queues are. */
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { MessageId, SessionId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Message } from "../Message.ts"
import type { Correspondents } from "./SessionStore.ts"
import type { Page, StoreFailure } from "./Store.ts"

export class MessageStore extends Context.Service<MessageStore, {
  /** `conflict` when the carrier id is known already. */
  insert(message: Message): Effect.Effect<void, StoreFailure>
  update(message: Message): Effect.Effect<void, StoreFailure>
  get(id: MessageId): Effect.Effect<Option.Option<Message>, StoreFailure>
  byCarrierId(carrierId: string): Effect.Effect<Option.Option<Message>, StoreFailure>
  /** A session's messages, oldest first; all of them when `limit` is null. */
  history(sessionId: SessionId): Effect.Effect<ReadonlyArray<Message>, StoreFailure>
  /** A session's messages, newest first. */
  list(sessionId: SessionId, page: { readonly limit: number; readonly cursor: string | null }): Effect.Effect<Page<Message>, StoreFailure>
  /** The number of the last message exchanged with this user that is still provisioned for it; a number that a pool may not have chosen does not count. */
  lastTalkedWith(of: Correspondents): Effect.Effect<Option.Option<PhoneNumber>, StoreFailure>
  /** Outbound texts to this user on this number that still wait, in the line or for the end of quiet hours. */
  queuedTo(userNumber: PhoneNumber, agentNumber: PhoneNumber): Effect.Effect<ReadonlyArray<Message>, StoreFailure>

  /** What may leave a line: for each user the first text that is pending, if it is queued; oldest first. */
  heads(line: PhoneNumber, limit: number): Effect.Effect<ReadonlyArray<Message>, StoreFailure>
  /** Texts of a line whose outcome is unknown, and that are due to be asked about, or were called in the future by a clock that was set back since; the longest overdue first. */
  questions(line: PhoneNumber, now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<Message>, StoreFailure>
  /** When the next text of this line is to be asked about; it may have come already. */
  nextQuestionAt(line: PhoneNumber): Effect.Effect<Option.Option<DateTime.Utc>, StoreFailure>
  /** Texts that were handed to the carrier and have no record of the outcome. */
  inFlight(line: PhoneNumber): Effect.Effect<ReadonlyArray<Message>, StoreFailure>
  /** Pending texts of a line, counted up to `atMost`. */
  queueLength(line: PhoneNumber, atMost: number): Effect.Effect<number, StoreFailure>
  /** Lines with something to do: a pending text, unless the line waits for its carrier, or a text that is to be asked about. */
  linesDue(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<PhoneNumber>, StoreFailure>
  /** Texts that quiet hours keep no longer, the longest overdue first. */
  heldDue(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<Message>, StoreFailure>
  /** Texts that the carrier accepted and whose receipt is overdue: they are to be asked about, the longest overdue first. */
  receiptsDue(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<Message>, StoreFailure>
  /** Texts of users whose files are to be looked at, the longest overdue first. */
  mediaDue(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<Message>, StoreFailure>
  /** How many pending texts there are in all, and since when the oldest waits; how many quiet hours keep. For metrics. */
  backlog(): Effect.Effect<{ readonly pending: number; readonly oldestAt: DateTime.Utc | null; readonly held: number }, StoreFailure>
}>()("@parley/core/MessageStore") {}
