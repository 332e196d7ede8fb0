/** Every store port over whichever `SqlClient` there is: one set of queries for SQLite and PostgreSQL. */
import { Layer } from "effect"
import type { SqlClient } from "effect/sql"
import type { Transactor } from "@parley/core/ports/Store"
import * as SqlAuditStore from "./SqlAuditStore.ts"
import * as SqlConsentStore from "./SqlConsentStore.ts"
import * as SqlDirectory from "./SqlDirectory.ts"
import * as SqlErasureStore from "./SqlErasureStore.ts"
import * as SqlEventStore from "./SqlEventStore.ts"
import * as SqlEventWebhookStore from "./SqlEventWebhookStore.ts"
import * as SqlLimitStore from "./SqlLimitStore.ts"
import * as SqlLineStore from "./SqlLineStore.ts"
import * as SqlMessageStore from "./SqlMessageStore.ts"
import * as SqlOperationStore from "./SqlOperationStore.ts"
import * as SqlRegistrationStore from "./SqlRegistrationStore.ts"
import * as SqlRedactionStore from "./SqlRedactionStore.ts"
import * as SqlRetentionStore from "./SqlRetentionStore.ts"
import * as SqlScheduledSendStore from "./SqlScheduledSendStore.ts"
import * as SqlSessionStore from "./SqlSessionStore.ts"

export const layer = Layer.mergeAll(
  SqlDirectory.layer,
  SqlSessionStore.layer,
  SqlMessageStore.layer,
  SqlConsentStore.layer,
  SqlLimitStore.layer,
  SqlLineStore.layer,
  SqlOperationStore.layer,
  SqlScheduledSendStore.layer,
  SqlRegistrationStore.layer,
  SqlAuditStore.layer,
  SqlEventStore.layer,
  SqlEventWebhookStore.layer,
  SqlErasureStore.layer,
  SqlRedactionStore.layer,
  SqlRetentionStore.layer
)

/** What each store of this package brings, whichever database is behind it. */
export type SqlStore = Layer.Success<typeof layer> | Transactor | SqlClient.SqlClient
