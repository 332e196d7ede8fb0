/** All routes of the API: the contract's, its documents, and the system's. Serve them with `HttpRouter.serve`. */
import { Layer } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "@parley/contract/Api"
import * as Docs from "@parley/contract/Docs"
import * as AllowedMethods from "./AllowedMethods.ts"
import * as AccessLive from "./AccessLive.ts"
import * as Audit from "./AuditHandlers.ts"
import * as Availability from "./AvailabilityHandlers.ts"
import * as Campaign from "./CampaignHandlers.ts"
import * as Conversation from "./ConversationHandlers.ts"
import * as Events from "./EventHandlers.ts"
import * as Media from "./MediaHandlers.ts"
import * as Numbers from "./NumberHandlers.ts"
import * as Outbound from "./OutboundHandlers.ts"
import * as Registrations from "./RegistrationHandlers.ts"
import * as RequestErrorsLive from "./RequestErrorsLive.ts"
import * as Scheduled from "./ScheduledSendHandlers.ts"
import * as Shell from "./Shell.ts"
import * as SystemRoutes from "./SystemRoutes.ts"
import * as Users from "./UserHandlers.ts"

const handlers = Layer.mergeAll(Outbound.layer, Conversation.sessions, Media.messages, Numbers.numbers, Numbers.availableNumbers, Conversation.optOuts, Scheduled.scheduledSends, Scheduled.templates, Availability.layer, Campaign.layer, Registrations.layer, Audit.layer, Users.layer, Events.layer).pipe(
  Layer.provide([AccessLive.layer, RequestErrorsLive.layer])
)

const documents = { openapi: "/openapi.json", docs: "/docs" } as const

const api = HttpApiBuilder.layer(Api, { openapiPath: documents.openapi }).pipe(Layer.provide(handlers))

const methodsOf = AllowedMethods.make(Api, [...Object.values(documents), ...SystemRoutes.paths])

export const layer = Layer.mergeAll(api, Docs.layer(documents.docs), SystemRoutes.layer, Shell.layer(methodsOf))
