/** Parley's HTTP API as data: server, client, OpenAPI document and docs come from it. */
import { HttpApi, OpenApi } from "effect/http-api"
import { AuditApi } from "./AuditApi.ts"
import { AvailabilityApi } from "./AvailabilityApi.ts"
import { AvailableNumbersApi } from "./AvailableNumbersApi.ts"
import { CampaignsApi } from "./CampaignsApi.ts"
import { ErasureApi } from "./ErasureApi.ts"
import { EventsApi } from "./EventsApi.ts"
import { MessagesApi } from "./MessagesApi.ts"
import { NumbersApi } from "./NumbersApi.ts"
import { OptOutsApi } from "./OptOutsApi.ts"
import { complete } from "./OpenApiDetails.ts"
import { OutboundSmsApi } from "./OutboundSmsApi.ts"
import { RegistrationsApi } from "./RegistrationsApi.ts"
import { ScheduledSendsApi } from "./ScheduledSendsApi.ts"
import { SessionsApi } from "./SessionsApi.ts"
import { TemplatesApi } from "./TemplatesApi.ts"

/** The API's version, which is its path prefix and not a package's. */
export const version = "1.0.0"

export class Api extends HttpApi.make("parley")
  .add(OutboundSmsApi, SessionsApi, MessagesApi, NumbersApi, AvailableNumbersApi, OptOutsApi, TemplatesApi, ScheduledSendsApi, AvailabilityApi, CampaignsApi, RegistrationsApi, AuditApi, ErasureApi, EventsApi)
  // A caller learns of everything that is wrong with a request at once.
  .annotate(HttpApi.ParseOptions, { errors: "all" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Parley",
      version,
      summary: "Conversations by text message.",
      description:
        "One call opens a conversation by text, an agent answers, and no text is lost or doubled. JSON is snake_case, times are ISO 8601 in UTC, lists are newest first. Every failure is an RFC 9457 problem document. For back ends only.",
      license: { name: "MIT", identifier: "MIT" },
      servers: [{ url: "/", description: "The gateway that serves this document." }, {
        url: "https://api.{cluster}.platform.polyai.app",
        description: "A cluster of the platform.",
        variables: { cluster: { default: "us-1", enum: ["us-1", "uk-1", "euw-1"] } }
      }],
      transform: complete
    })
  )
{}
