/** Who calls: an API key and a connector, in two headers of every call. */
import type { AccountId, ApiKeyId, ConnectorId, ProjectId } from "@parley/schema/Ids"
import type { Environment } from "@parley/schema/Environment"
import { Context, Schema } from "effect"
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import { AccountMismatch, BadRequest, InternalError, MissingScope, ServiceUnavailable, Unauthorized, UnknownConnector } from "./Problem.ts"

/** The header with the API key. */
export const apiKeyHeader = "X-PolyAi-Auth-Token"
/** The header with the connector id, which stands for one project and environment. */
export const connectorHeader = "X-TOKEN-ID"

/** What an API key may do. */
export const Scope = Schema.Literals(["send", "read", "operate"])
export type Scope = typeof Scope.Type

/** The caller of a request, once its two headers have been checked. */
export class Caller extends Context.Service<
  Caller,
  {
    readonly accountId: AccountId
    readonly keyId: ApiKeyId
    readonly scopes: ReadonlySet<Scope>
    readonly connectorId: ConnectorId
    readonly projectId: ProjectId
    readonly environment: Environment
  }
>()("@parley/contract/Caller") {}

const apiKey = HttpApiSecurity.apiKey({ in: "header", key: apiKeyHeader }).pipe(
  HttpApiSecurity.annotate(OpenApi.Description, "The API key, `pk_…`. Back ends only: never put it in a browser.")
)

/**
 * Checks the two headers, in this order: key (401), connector header (400), connector (404), account (403).
 * The security scheme is the key; the implementation reads the connector's header off the request, and the OpenAPI document asks for both.
 */
export class Access extends HttpApiMiddleware.Service<Access, { provides: Caller }>()("@parley/contract/Access", {
  requiredForClient: true,
  security: { apiKey },
  error: [Unauthorized, BadRequest, UnknownConnector, AccountMismatch, MissingScope, ServiceUnavailable, InternalError]
}) {}

/** Turns what a schema refuses into a `BadRequest` that names each wrong value. */
export class RequestErrors extends HttpApiMiddleware.Service<RequestErrors>()("@parley/contract/RequestErrors", {
  error: [BadRequest, InternalError]
}) {}
