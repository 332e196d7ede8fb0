/** Every suite of a store, for an adapter to run. */
import { auditStoreSuite } from "./AuditStoreSuite.ts"
import { consentStoreSuite } from "./ConsentStoreSuite.ts"
import { directorySuite } from "./DirectorySuite.ts"
import { erasureStoreSuite } from "./ErasureStoreSuite.ts"
import { eventStoreSuite } from "./EventStoreSuite.ts"
import { eventWebhookStoreSuite } from "./EventWebhookStoreSuite.ts"
import { limitStoreSuite } from "./LimitStoreSuite.ts"
import { lineQueueSuite } from "./LineQueueSuite.ts"
import { lineStoreSuite } from "./LineStoreSuite.ts"
import { messageStoreSuite } from "./MessageStoreSuite.ts"
import { operationStoreSuite } from "./OperationStoreSuite.ts"
import { registrationStoreSuite } from "./RegistrationStoreSuite.ts"
import { redactionStoreSuite } from "./RedactionStoreSuite.ts"
import { retentionStoreSuite } from "./RetentionStoreSuite.ts"
import { scheduledSendStoreSuite } from "./ScheduledSendStoreSuite.ts"
import { sessionStoreSuite } from "./SessionStoreSuite.ts"
import type { StoreLayer } from "./Stores.ts"
import { transactorSuite } from "./TransactorSuite.ts"

/** @param stores built once for each suite */
export const storeSuites = (name: string, stores: StoreLayer) => {
  for (
    const suite of [
      directorySuite,
      sessionStoreSuite,
      messageStoreSuite,
      lineQueueSuite,
      consentStoreSuite,
      limitStoreSuite,
      lineStoreSuite,
      operationStoreSuite,
      registrationStoreSuite,
      scheduledSendStoreSuite,
      auditStoreSuite,
      eventStoreSuite,
      eventWebhookStoreSuite,
      erasureStoreSuite,
      redactionStoreSuite,
      retentionStoreSuite,
      transactorSuite
    ]
  ) suite(name, stores)
}
