/** The port of sessions. */
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { SessionState } from "@parley/schema/Conversation"
import type { Environment } from "@parley/schema/Environment"
import type { AccountId, ProjectId, SessionId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Session } from "../Session.ts"
import type { Page, StoreFailure } from "./Store.ts"

/** Whose sessions: a project's user in an environment has at most one that is active. */
export interface Correspondents {
  readonly projectId: ProjectId
  readonly environment: Environment
  readonly userNumber: PhoneNumber
}

export interface SessionFilter {
  readonly accountId: AccountId
  readonly projectId?: ProjectId | undefined
  readonly environment?: Environment | undefined
  readonly userNumber?: PhoneNumber | undefined
  readonly agentNumber?: PhoneNumber | undefined
  readonly state?: SessionState | undefined
  readonly startedAfter?: DateTime.Utc | undefined
  readonly startedBefore?: DateTime.Utc | undefined
}

export class SessionStore extends Context.Service<SessionStore, {
  /** `conflict` when the user has an active session already. `agentDueAt`: when the sweep is to look for a turn. */
  insert(session: Session, agentDueAt: DateTime.Utc | null): Effect.Effect<void, StoreFailure>
  update(session: Session, agentDueAt: DateTime.Utc | null): Effect.Effect<void, StoreFailure>
  get(id: SessionId): Effect.Effect<Option.Option<Session>, StoreFailure>
  /** The one session of these correspondents that has not ended. */
  active(of: Correspondents): Effect.Effect<Option.Option<Session>, StoreFailure>
  /** Sessions of an environment that have not ended and whose answers leave from this number, at most `limit`. */
  activeOn(of: Pick<Correspondents, "projectId" | "environment"> & { readonly agentNumber: PhoneNumber }, limit: number): Effect.Effect<ReadonlyArray<Session>, StoreFailure>
  list(filter: SessionFilter, page: { readonly limit: number; readonly cursor: string | null }): Effect.Effect<Page<Session>, StoreFailure>
  /** Sessions whose timer is due, the longest overdue first. */
  timersDue(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<SessionId>, StoreFailure>
  /** Sessions whose agent is due to be called, the longest overdue first. */
  agentsDue(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<SessionId>, StoreFailure>
  /** When the timer and the agent's call that are due first are due; null where there is none. For metrics. */
  firstDue(): Effect.Effect<{ readonly timerAt: DateTime.Utc | null; readonly agentAt: DateTime.Utc | null }, StoreFailure>
  /** How many sessions are in each state; for metrics. */
  countByState(): Effect.Effect<Readonly<Record<SessionState, number>>, StoreFailure>
}>()("@parley/core/SessionStore") {}
