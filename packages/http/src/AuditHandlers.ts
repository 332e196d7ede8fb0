/** `/v1/audit-log` on the store: an account reads its own. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import type { AuditEntry } from "@parley/contract/AuditApi"
import { defaultLimit } from "@parley/contract/Page"
import { subjectOf } from "@parley/core/AuditLog"
import type * as Core from "@parley/core/ports/AuditStore"
import { AuditStore } from "@parley/core/ports/AuditStore"
import { cursor } from "./ConversationHandlers.ts"
import { storeAway } from "./StoreProblem.ts"

const resource = ({ action, actor, at, detail, id, projectId, subject }: Core.AuditEntry): AuditEntry => ({ id, at, actor, action, project: projectId, subject, detail })

export const layer = HttpApiBuilder.group(Api, "auditLog", (handlers) =>
  handlers.handle("list", Effect.fnUntraced(function*({ query }) {
    const store = yield* AuditStore
    const { accountId } = yield* Caller
    const { cursor: given, limit = defaultLimit, subject, ...filter } = query
    const from = yield* cursor(given, (text) => text.startsWith("aud_"))
    const page = yield* store.list({ ...filter, accountId, subject: subject === undefined ? undefined : subjectOf(subject) }, { limit, cursor: from })
    return { data: page.items.map(resource), nextCursor: page.next }
  }, Effect.catchTags(storeAway))))
