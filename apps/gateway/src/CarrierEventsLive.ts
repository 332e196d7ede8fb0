/** What the carrier's webhooks bring, on the use cases. */
import { Effect, Layer } from "effect"
import type { Directory } from "@parley/core/ports/Directory"
import type { Ids } from "@parley/core/Ids"
import * as Inbound from "@parley/core/Inbound"
import type { AuditStore } from "@parley/core/ports/AuditStore"
import type { ConsentStore } from "@parley/core/ports/ConsentStore"
import type { EventStore } from "@parley/core/ports/EventStore"
import type { LimitStore } from "@parley/core/ports/LimitStore"
import type { LineStore } from "@parley/core/ports/LineStore"
import type { MessageStore } from "@parley/core/ports/MessageStore"
import type { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import type { SessionStore } from "@parley/core/ports/SessionStore"
import type { Transactor } from "@parley/core/ports/Store"
import type { Wakeups } from "@parley/core/ports/Wakeups"
import * as Receipts from "@parley/core/Receipts"
import { senderVerdict } from "@parley/twilio/TwilioErrors"
import { CarrierEvents } from "@parley/twilio/TwilioRoutes"

type Services =
  | AuditStore
  | ConsentStore
  | Directory
  | EventStore
  | Ids
  | LimitStore
  | LineStore
  | MessageStore
  | RegistrationStore
  | SessionStore
  | Transactor
  | Wakeups

export const layer: Layer.Layer<CarrierEvents, never, Services> = Layer.effect(
  CarrierEvents,
  Effect.map(Effect.context<Services>(), (context) =>
    CarrierEvents.of({
      inbound: (projectId, environment, text, arrivedAt) =>
        Inbound.receive(
          {
            projectId,
            environment,
            carrierId: text.carrierId,
            from: text.from,
            to: text.to,
            pool: text.messagingServiceSid,
            body: text.body,
            media: text.media,
            carrierOptOut: text.optOutType
          },
          arrivedAt
        ).pipe(
          Effect.tap((received) =>
            Effect.logInfo(`A text arrived: ${received._tag}`).pipe(
              Effect.annotateLogs({ from: text.from, to: text.to, project: projectId, environment, ...("sessionId" in received ? { session: received.sessionId } : {}) })
            )
          ),
          Effect.provideContext(context)
        ),
      status: (projectId, environment, report) =>
        Receipts.record({
          projectId,
          environment,
          carrierId: report.carrierId,
          messageId: report.messageIdFromUrl,
          status: report.status,
          from: report.from,
          optedOut: report.optedOut,
          code: report.code,
          detail: report.detail,
          sender: senderVerdict(report.code)
        }).pipe(
          Effect.tap((result) => result === "recorded" ? Effect.void : Effect.logWarning(`A status report was not used: ${result}`)),
          Effect.provideContext(context)
        )
    }))
)
