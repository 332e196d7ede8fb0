/** The port of erasures, and of what is kept of a user wherever that is. An account has at most one erasure of a number under way. */
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { AccountId, ErasureId, ProjectId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Erasure } from "../Erasure.ts"
import type { Event } from "../Event.ts"
import type { Message } from "../Message.ts"
import type { Session } from "../Session.ts"
import type { StoreFailure } from "./Store.ts"

/** Whom to forget, up to when: what they write after that begins anew. */
export interface Forgotten {
  readonly accountId: AccountId
  readonly userNumber: PhoneNumber
  readonly until: DateTime.Utc
}

export class ErasureStore extends Context.Service<ErasureStore, {
  /** `conflict` when an erasure of the number is under way in the account. */
  insert(erasure: Erasure): Effect.Effect<void, StoreFailure>
  update(erasure: Erasure): Effect.Effect<void, StoreFailure>
  get(id: ErasureId): Effect.Effect<Option.Option<Erasure>, StoreFailure>
  /** The erasure that still looks for the number. */
  underWay(accountId: AccountId, number: PhoneNumber): Effect.Effect<Option.Option<Erasure>, StoreFailure>
  /** Those whose time has come, the longest due first. */
  due(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<ErasureId>, StoreFailure>
  /** Retention: removes those that were done before, at most `limit`; tells how many. */
  purge(doneBefore: DateTime.Utc, limit: number): Effect.Effect<number, StoreFailure>

  /** Texts to the user that wait in a line, or for the end of quiet hours. */
  queued(of: Forgotten, limit: number): Effect.Effect<ReadonlyArray<Message>, StoreFailure>
  /** Texts that are out and have no outcome yet: what becomes of them is found out by their number and words. */
  unsettled(of: Forgotten): Effect.Effect<number, StoreFailure>
  /** Takes words, files and number from texts that are settled; brings them as they were. */
  eraseMessages(of: Forgotten, pseudonym: PhoneNumber, limit: number): Effect.Effect<ReadonlyArray<Pick<Message, "projectId" | "carrierId">>, StoreFailure>
  /** Rewrites sessions that have ended; tells how many. */
  eraseSessions(of: Forgotten, anonymous: (session: Session) => Session, limit: number): Effect.Effect<number, StoreFailure>
  /** Rewrites events of what began by then; tells how many. */
  eraseEvents(of: Forgotten, anonymous: (event: Event) => Event, limit: number): Effect.Effect<number, StoreFailure>
  /** Removes sends for later, whatever became of them; tells how many. */
  removeScheduledSends(of: Forgotten, limit: number): Effect.Effect<number, StoreFailure>
  /** Makes the user's opt-outs hold on by a hash of the number alone; tells how many there are. */
  hideOptOuts(of: Forgotten): Effect.Effect<number, StoreFailure>
  /** Removes remembered answers whose key or answer names the number. */
  removeAnswers(of: Forgotten): Effect.Effect<void, StoreFailure>
  /** Removes what counts the user's texts. */
  removeCounters(projectIds: ReadonlyArray<ProjectId>, userNumber: PhoneNumber): Effect.Effect<void, StoreFailure>
}>()("@parley/core/ErasureStore") {}
