/** The port of the audit log. An entry is written once: nothing here changes one, and only age removes it. */
import { Context, type DateTime, type Effect, Schema } from "effect"
import { AuditAction } from "@parley/schema/Audit"
import { AccountId, AuditEntryId, ProjectId } from "@parley/schema/Ids"
import type { Page, StoreFailure } from "./Store.ts"

export const AuditEntry = Schema.Struct({
  id: AuditEntryId,
  accountId: AccountId,
  /** Null for what belongs to the whole account, such as a key. */
  projectId: Schema.NullOr(ProjectId),
  at: Schema.DateTimeUtcFromMillis,
  /** An API key's id, or `cli`, `carrier`, `gateway`. */
  actor: Schema.String,
  action: AuditAction,
  /** What it was done to: an id, or a masked number. */
  subject: Schema.String,
  /** A sentence for people, without secrets or whole numbers. May be empty. */
  detail: Schema.String
})
export type AuditEntry = typeof AuditEntry.Type

export interface AuditFilter {
  readonly accountId: AccountId
  readonly action?: AuditAction | undefined
  readonly subject?: string | undefined
  readonly after?: DateTime.Utc | undefined
  readonly before?: DateTime.Utc | undefined
}

export class AuditStore extends Context.Service<AuditStore, {
  /** `conflict` when an entry has the id already. */
  append(entry: AuditEntry): Effect.Effect<void, StoreFailure>
  /** At or after `after`, and before `before`. */
  list(filter: AuditFilter, page: { readonly limit: number; readonly cursor: string | null }): Effect.Effect<Page<AuditEntry>, StoreFailure>
  /** Retention: removes what is older, at most `limit` entries; tells how many. */
  purge(olderThan: DateTime.Utc, limit: number): Effect.Effect<number, StoreFailure>
}>()("@parley/core/AuditStore") {}
