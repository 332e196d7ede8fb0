/** Who did what in the account. */
import type { RequestOptions } from "./Options.ts"
import { list, type PageCall, type PageParams } from "./Page.ts"
import { Resource } from "./Resource.ts"

/** What was done, as `subject.deed`. */
export type AuditAction =
  | "project.created"
  | "project.changed"
  | "connector.created"
  | "connector.changed"
  | "connector.removed"
  | "key.created"
  | "key.changed"
  | "key.revoked"
  | "number.added"
  | "number.changed"
  | "number.removed"
  | "number.purchase_begun"
  | "number.import_begun"
  | "number.release_begun"
  | "number.activated"
  | "number.released"
  | "number.failed"
  | "registration.filed"
  | "registration.changed"
  | "session.taken_over"
  | "session.handed_back"
  | "session.ended"
  | "user.erasure_begun"
  | "user.erased"

/** Something that was done. It is written with what it tells of, and never changed. */
export interface AuditEntry {
  /** `aud_` and a time-ordered part. */
  readonly id: string
  readonly at: Date
  /** An API key's id, or `cli`, `carrier`, `gateway`. */
  readonly actor: string
  readonly action: AuditAction
  /** Null for what belongs to the whole account, such as a key. */
  readonly project: string | null
  /** What it was done to: an id, or a masked number. */
  readonly subject: string
  /** A sentence for people. May be empty. */
  readonly detail: string
}

/** Filters are combined. */
export interface AuditListParams extends PageParams {
  readonly action?: AuditAction
  /** An id, or a number, which is masked before it is compared. */
  readonly subject?: string
  /** At or after this time. */
  readonly after?: Date
  readonly before?: Date
}

/**
 * Who did what in the account: `parley.auditLog`.
 * @example
 * ```ts
 * import type { AuditAction, AuditLog } from "@parley/sdk"
 *
 * const countOf = async (auditLog: AuditLog, action: AuditAction) => (await Array.fromAsync(auditLog.list({ action }))).length
 * console.log(await countOf(parley.auditLog, "key.revoked"))
 * ```
 */
export class AuditLog extends Resource {
  /**
   * What was done in the account, newest first.
   * @example
   * ```ts
   * import type { AuditEntry, AuditListParams } from "@parley/sdk"
   *
   * const params: AuditListParams = { after: new Date("2026-11-01"), limit: 100 }
   * const entries: ReadonlyArray<AuditEntry> = (await parley.auditLog.list(params)).data
   * console.log(entries.map(({ actor, action, subject, at }) => [at, actor, action, subject]))
   * ```
   */
  list(params: AuditListParams = {}, options?: RequestOptions): PageCall<AuditEntry> {
    return list(this.transport, "/v1/audit-log", params, options)
  }
}
