/** The real API over handlers that answer with the document's examples; what is tested is the contract, not a gateway. */
import { AccountId, ApiKeyId, ConnectorId, ProjectId } from "@parley/schema/Ids"
import { Effect, Layer, Redacted, Schema, Stream } from "effect"
import { HttpRouter, HttpServer, HttpServerRequest } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware, HttpApiSchema } from "effect/http-api"
import { AvailabilityRows, CountryAvailability } from "@parley/schema/Availability"
import { CampaignReport } from "@parley/schema/Campaign"
import { Access, Caller, connectorHeader, RequestErrors } from "../src/Access.ts"
import { Api } from "../src/Api.ts"
import * as Docs from "../src/Docs.ts"
import { AuditEntry } from "../src/AuditApi.ts"
import { Erasure } from "../src/ErasureApi.ts"
import { examples } from "../src/Examples.ts"
import { Message } from "../src/Message.ts"
import { page } from "../src/Page.ts"
import { AgentNumber } from "../src/AgentNumber.ts"
import { AvailableNumbers, NumberOperation, NumberPlan } from "../src/NumberOperation.ts"
import { OptOut } from "../src/OptOut.ts"
import { BadRequest, FileNotAvailable, NotFound, RateLimited, SessionEnded, Unauthorized } from "../src/Problem.ts"
import { CarrierRegistration } from "../src/Registration.ts"
import { ScheduledSend } from "../src/ScheduledSend.ts"
import { Session } from "../src/Session.ts"
import { Template } from "../src/TemplatesApi.ts"

const answer = <A, I>(schema: Schema.Codec<A, I>, operationId: string) => Schema.decodeUnknownSync(schema)(examples[operationId]?.answer)

const sent = answer(Message, "retrieveMessage")
const session = answer(Session, "retrieveSession")
const operation = answer(NumberOperation, "retrieveNumberOperation")

const filed = (operationId: string) => {
  const body = answer(CarrierRegistration, operationId)
  return HttpApiSchema.withHeaders({ body, headers: { location: `/v1/registrations/${body.id}` } })
}

const access = Layer.succeed(
  Access,
  Access.of({
    apiKey: Effect.fnUntraced(function*(handler, { credential }) {
      if (Redacted.value(credential) !== "pk_right") return yield* new Unauthorized({ detail: "Send a valid API key." })
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const connectorId = headers[connectorHeader.toLowerCase()]
      if (connectorId === undefined) {
        return yield* new BadRequest({ detail: "Send the connector's id.", errors: [{ path: connectorHeader, detail: "is missing" }] })
      }
      return yield* Effect.provideService(handler, Caller, {
        accountId: AccountId.make("ws-demo"),
        keyId: ApiKeyId.make("key_1"),
        scopes: new Set(["send", "read", "operate"] as const),
        connectorId: ConnectorId.make(connectorId),
        projectId: ProjectId.make("demo"),
        environment: "live"
      })
    })
  })
)

const requestErrors = HttpApiMiddleware.layerSchemaErrorTransform(RequestErrors, (error) => Effect.fail(new BadRequest({ detail: `Wrong: ${error.kind}.` })))

const handlers = Layer.mergeAll(
  HttpApiBuilder.group(Api, "outboundSms", (group) =>
    group.handle("send", ({ headers, payload }) =>
      payload.message === "too often"
        ? Effect.fail(new RateLimited({ detail: "Wait a second.", retry_after: 1 }))
        : Effect.succeed(
          HttpApiSchema.withHeaders({
            body: undefined,
            headers: { location: `/v1/sessions/${session.id}`, ...(headers.idempotencyKey === "again" ? { "idempotency-replayed": "true" as const } : {}) }
          })
        ))),
  HttpApiBuilder.group(Api, "sessions", (group) =>
    group.handleAll({
      list: ({ query }) => Effect.succeed({ data: [session], nextCursor: `${query.userNumber ?? "anyone"} ${query.limit}` }),
      retrieve: ({ params }) => params.id === session.id ? Effect.succeed(session) : Effect.fail(new NotFound({ detail: `There is no session ${params.id}.` })),
      messages: () => Effect.succeed(answer(page("Messages", Message), "listSessionMessages")),
      speak: ({ payload }) =>
        Effect.succeed(HttpApiSchema.withHeaders({ body: { ...sent, text: payload.message ?? "" }, headers: { location: `/v1/messages/${sent.id}` } })),
      takeover: ({ payload }) => Effect.succeed({ ...session, takeover: { by: payload?.by ?? "somebody", reason: payload?.reason ?? null, at: session.openedAt } }),
      release: () => Effect.succeed(session),
      end: ({ params }) => Effect.fail(new SessionEnded({ detail: `Session ${params.id} has ended.`, correlation_id: "c-1" }))
    })),
  HttpApiBuilder.group(Api, "messages", (group) =>
    group.handleAll({
      retrieve: () => Effect.succeed(sent),
      media: () => Effect.fail(new FileNotAvailable({ detail: "The carrier does not give it." }))
    })),
  HttpApiBuilder.group(Api, "numbers", (group) =>
    group.handleAll({
      list: () => Effect.succeed(answer(page("Numbers", AgentNumber), "listNumbers")),
      provision: ({ payload }) =>
        payload.dryRun === true
          ? Effect.succeed(Schema.decodeUnknownSync(NumberPlan)(examples["provisionNumber"]?.dryRun))
          : Effect.succeed(HttpApiSchema.withHeaders({ body: operation, headers: { location: `/v1/numbers/operations/${operation.id}` } })),
      operation: () => Effect.succeed(operation),
      release: ({ params }) =>
        Effect.succeed(HttpApiSchema.withHeaders({ body: { ...operation, number: params.number }, headers: { location: `/v1/numbers/operations/${operation.id}` } }))
    })),
  HttpApiBuilder.group(Api, "availableNumbers", (group) =>
    group.handle("search", () => Effect.succeed(answer(AvailableNumbers, "searchAvailableNumbers")))),
  HttpApiBuilder.group(Api, "templates", (group) => group.handle("list", () => Effect.succeed(answer(page("Templates", Template), "listTemplates")))),
  HttpApiBuilder.group(Api, "scheduledSends", (group) =>
    group.handleAll({
      list: () => Effect.succeed(answer(page("ScheduledSends", ScheduledSend), "listScheduledSends")),
      retrieve: () => Effect.succeed(answer(ScheduledSend, "retrieveScheduledSend")),
      cancel: () => Effect.succeed(answer(ScheduledSend, "cancelScheduledSend"))
    })),
  HttpApiBuilder.group(Api, "availability", (group) =>
    group.handleAll({
      list: () => Effect.succeed(answer(AvailabilityRows, "listAvailability")),
      retrieve: () => Effect.succeed(answer(CountryAvailability, "retrieveAvailability"))
    })),
  HttpApiBuilder.group(Api, "campaigns", (group) => group.handle("scan", () => Effect.succeed(answer(CampaignReport, "scanCampaign")))),
  HttpApiBuilder.group(Api, "users", (group) =>
    group.handleAll({
      erase: () => Effect.succeed(HttpApiSchema.withHeaders({ body: answer(Erasure, "eraseUser"), headers: { location: "/v1/users/erasures/erase_01KAV5RK8ETQ8Y4V2N6W3Z7J9J" } })),
      retrieve: () => Effect.succeed(answer(Erasure, "retrieveErasure"))
    })),
  HttpApiBuilder.group(Api, "auditLog", (group) => group.handle("list", () => Effect.succeed(answer(page("AuditEntries", AuditEntry), "listAuditLog")))),
  HttpApiBuilder.group(Api, "events", (group) => group.handle("stream", () => Effect.succeed(Stream.empty))),
  HttpApiBuilder.group(Api, "registrations", (group) =>
    group.handleAll({
      list: () => Effect.succeed(answer(page("CarrierRegistrations", CarrierRegistration), "listRegistrations")),
      brand: () => Effect.succeed(filed("registerBrand")),
      campaign: () => Effect.succeed(filed("registerCampaign")),
      tollFree: () => Effect.succeed(filed("verifyTollFree")),
      retrieve: () => Effect.succeed(answer(CarrierRegistration, "retrieveRegistration")),
      attach: () => Effect.succeed(answer(CarrierRegistration, "attachNumber"))
    })),
  HttpApiBuilder.group(Api, "optOuts", (group) => group.handle("list", () => Effect.succeed(answer(page("OptOuts", OptOut), "listOptOuts"))))
).pipe(Layer.provide([access, requestErrors]))

/** A fetch-like function that answers as a server of the API does. */
export const serve = () =>
  HttpRouter.toWebHandler(
    Layer.mergeAll(HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers)), Docs.layer()).pipe(Layer.provideMerge(HttpServer.layerServices)),
    { disableLogger: true }
  )
