/** What the audit log tells of: who may call, from which numbers, by which rules, and what people did. */
import { Schema } from "effect"

/** What was done, as `subject.deed`. */
export const AuditAction = Schema.Literals([
  "project.created",
  "project.changed",
  "connector.created",
  "connector.changed",
  "connector.removed",
  "key.created",
  "key.changed",
  "key.revoked",
  "number.added",
  "number.changed",
  "number.removed",
  "number.purchase_begun",
  "number.import_begun",
  "number.release_begun",
  "number.activated",
  "number.released",
  "number.failed",
  "registration.filed",
  "registration.changed",
  "session.taken_over",
  "session.handed_back",
  "session.ended",
  "user.erasure_begun",
  "user.erased"
])
export type AuditAction = typeof AuditAction.Type
