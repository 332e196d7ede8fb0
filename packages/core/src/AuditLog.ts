/** Tells the audit log what a use case has done, in the use case's own transaction: what is undone was never told, and what is told was done. */
import { Context, DateTime, Effect } from "effect"
import type { AuditAction } from "@parley/schema/Audit"
import type { AccountId, ProjectId } from "@parley/schema/Ids"
import { isPhoneNumber, mask } from "@parley/schema/PhoneNumber"
import { Ids } from "./Ids.ts"
import { AuditStore } from "./ports/AuditStore.ts"

/** Who acts: an API key's id, `cli`, `carrier`, or `gateway` for what nobody asks for at that moment. */
export const CurrentActor = Context.Reference<string>("@parley/core/CurrentActor", { defaultValue: () => "gateway" })

export interface Deed {
  readonly accountId: AccountId
  /** Null for what belongs to the whole account. */
  readonly projectId: ProjectId | null
  readonly action: AuditAction
  /** An id, or a number, which is masked. */
  readonly subject: string
  /** A sentence for people. Numbers in it are masked, and URLs lose what may be secret. */
  readonly detail?: string | undefined
}

/** Call it inside the transaction. */
export const append = Effect.fn("AuditLog.append")(function*({ accountId, action, detail = "", projectId, subject }: Deed) {
  const store = yield* AuditStore
  const id = yield* (yield* Ids).auditEntry
  yield* store.append({ id, accountId, projectId, at: yield* DateTime.now, actor: yield* CurrentActor, action, subject: subjectOf(subject), detail: discreet(detail) })
})

/** A subject as the log knows it; two numbers of one country that end alike are one to it. */
export const subjectOf = (subject: string): string => isPhoneNumber(subject) ? mask(subject) : subject

const longestDetail = 1_000

const discreet = (detail: string): string => {
  const safe = detail
    // User and password, query and fragment: where URLs carry their secrets.
    .replace(/(https?:\/\/)(?:[^\s/@"]*@)?([^\s?#"]*)[?#]?[^\s"]*/gu, "$1$2")
    .replace(/\+[1-9]\d{6,14}/gu, mask)
  return safe.length <= longestDetail ? safe : `${safe.slice(0, longestDetail - 1)}…`
}
