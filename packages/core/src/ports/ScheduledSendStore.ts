/** The port of sends that wait for their time. */
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { ScheduledStatus } from "@parley/schema/Conversation"
import type { AccountId, ProjectId, ScheduledSendId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { ScheduledSend } from "../ScheduledSend.ts"
import type { Page, StoreFailure } from "./Store.ts"

export interface ScheduledSendFilter {
  readonly accountId: AccountId
  readonly projectId: ProjectId
  readonly userNumber?: PhoneNumber | undefined
  readonly status?: ScheduledStatus | undefined
}

export class ScheduledSendStore extends Context.Service<ScheduledSendStore, {
  insert(scheduled: ScheduledSend): Effect.Effect<void, StoreFailure>
  update(scheduled: ScheduledSend): Effect.Effect<void, StoreFailure>
  get(id: ScheduledSendId): Effect.Effect<Option.Option<ScheduledSend>, StoreFailure>
  list(filter: ScheduledSendFilter, page: { readonly limit: number; readonly cursor: string | null }): Effect.Effect<Page<ScheduledSend>, StoreFailure>
  /** Those whose time has come and that still wait, the longest overdue first. */
  due(now: DateTime.Utc, limit: number): Effect.Effect<ReadonlyArray<ScheduledSend>, StoreFailure>
}>()("@parley/core/ScheduledSendStore") {}
