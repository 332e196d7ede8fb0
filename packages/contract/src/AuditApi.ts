/** What was done to keys, numbers, policy, conversations and users' data, and by whom. */
import { AuditAction } from "@parley/schema/Audit"
import { AuditEntryId, ProjectId } from "@parley/schema/Ids"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { page, pageQuery } from "./Page.ts"
import { Instant, wire } from "./Wire.ts"

export const AuditEntry = wire(
  "AuditEntry",
  {
    id: AuditEntryId,
    at: Instant,
    actor: Schema.String.annotate({
      description: "An API key's id; `cli`: somebody at the gateway's command line; `carrier`; `gateway`: it went on with what was asked before, or followed a policy."
    }),
    action: AuditAction,
    project: Schema.NullOr(ProjectId).annotate({ description: "Null for what belongs to the whole account, such as a key." }),
    subject: Schema.String.annotate({ description: "What it was done to: an id, or a masked number." }),
    detail: Schema.String.annotate({ description: "A sentence for people, without secrets or whole numbers. May be empty." })
  },
  "Something that was done. It is written with what it tells of, and never changed."
)
export type AuditEntry = typeof AuditEntry.Type

/** Filters of the audit log; they are combined. */
export const AuditQuery = wire(
  "AuditQuery",
  {
    action: Schema.optionalKey(AuditAction),
    subject: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "An id, or a number, which is masked before it is compared." })),
    after: Schema.optionalKey(Instant),
    before: Schema.optionalKey(Instant),
    ...pageQuery
  },
  "Filters of the audit log."
)

export class AuditApi extends HttpApiGroup.make("auditLog")
  .add(
    HttpApiEndpoint.get("list", "/", { query: AuditQuery, success: page("AuditEntries", AuditEntry) }).annotateMerge(
      OpenApi.annotations({
        identifier: "listAuditLog",
        summary: "List the audit log",
        description: "What was done in the account, newest first: keys, numbers, policy, takeovers, erasures. `after` is included, `before` is not."
      })
    )
  )
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/audit-log")
  .annotateMerge(OpenApi.annotations({ title: "Audit log", description: "Who did what." }))
{}
