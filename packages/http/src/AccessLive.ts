/** Checks who calls: key (401), connector header (400), connector (404), account (403), in this order. */
import { DateTime, Effect, Layer, Option, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { createHash, timingSafeEqual } from "node:crypto"
import { Access, Caller, connectorHeader } from "@parley/contract/Access"
import { AvailableNumbersApi } from "@parley/contract/AvailableNumbersApi"
import { CampaignsApi } from "@parley/contract/CampaignsApi"
import { OutboundSmsApi } from "@parley/contract/OutboundSmsApi"
import { ScheduledSendsApi } from "@parley/contract/ScheduledSendsApi"
import { AccountMismatch, BadRequest, MissingScope, Unauthorized, UnknownConnector } from "@parley/contract/Problem"
import { ConnectorId } from "@parley/schema/Ids"
import { CurrentActor } from "@parley/core/AuditLog"
import { Directory } from "@parley/core/ports/Directory"
import type { LimitStore } from "@parley/core/ports/LimitStore"
import type { ApiKey, Scope } from "@parley/core/Project"
import * as RateHeaders from "./RateHeaders.ts"
import { unavailable } from "./StoreProblem.ts"

const invalidKey = new Unauthorized({
  detail: "The API key in X-PolyAi-Auth-Token is missing, unknown, expired or revoked. Send a valid key of your account."
})

const digest = (text: string) => createHash("sha256").update(text).digest()
const sha256 = (text: string) => digest(text).toString("hex")

// The row was found by this very hash, through an index whose time may tell how much of a hash fits. A caller chooses keys and not hashes, so that tells nothing of a key;
// comparing once more, in constant time, is for the store whose look-up is laxer than it should be.
const isSame = (a: string, b: string) => timingSafeEqual(digest(a), digest(b))

const isUsable = (key: ApiKey, now: DateTime.Utc) =>
  key.revokedAt === null && (key.expiresAt === null || DateTime.isGreaterThan(key.expiresAt, now))

/**
 * What an operation needs: the send's own scope, `read` for a GET and for a scan, which changes nothing, `operate` for what a person does, and for what makes the carrier work. It is the operation that is asked, not
 * the URL: one operation has many spellings (`/V1/…`, `//v1/…`).
 */
const neededScope = (method: string, group: string): Scope =>
  group === AvailableNumbersApi.identifier
    ? "operate"
    : method === "GET" || method === "HEAD" || group === CampaignsApi.identifier
    ? "read"
    : ofSending.has(group) ? "send" : "operate"

const ofSending: ReadonlySet<string> = new Set([OutboundSmsApi.identifier, ScheduledSendsApi.identifier])

export const layer: Layer.Layer<Access, never, Directory | LimitStore> = Layer.effect(
  Access,
  Effect.gen(function*() {
    const directory = yield* Directory
    const tellRate = yield* RateHeaders.make
    return Access.of({
      apiKey: Effect.fnUntraced(function*(answer, { credential, endpoint, group }) {
        const request = yield* HttpServerRequest.HttpServerRequest
        const secret = Redacted.value(credential)
        const hash = sha256(secret)
        const found = secret === "" ? Option.none() : yield* directory.keyByHash(hash).pipe(Effect.catchTag("StoreFailure", unavailable))
        const now = yield* DateTime.now
        if (Option.isNone(found) || !isSame(found.value.hash, hash) || !isUsable(found.value, now)) return yield* invalidKey
        const key = found.value

        const connectorId = request.headers[connectorHeader.toLowerCase()]?.trim() ?? ""
        if (connectorId === "") {
          const detail = `The header ${connectorHeader} is missing. Send the id of your connector, which names the project and environment.`
          return yield* new BadRequest({ detail, errors: [{ path: connectorHeader, detail: "is required" }] })
        }
        const connector = yield* directory.connector(ConnectorId.make(connectorId)).pipe(Effect.catchTag("StoreFailure", unavailable))
        if (Option.isNone(connector)) {
          return yield* new UnknownConnector({ detail: `No connector has the id in ${connectorHeader}. Check it, and that it was not removed.` })
        }
        if (connector.value.accountId !== key.accountId) {
          return yield* new AccountMismatch({
            detail: "The API key's account does not match the connector's account. Use a key of the account that owns the connector."
          })
        }
        yield* tellRate(connector.value.projectId)
        const scope = neededScope(endpoint.method, group.identifier)
        if (!key.scopes.includes(scope)) {
          return yield* new MissingScope({ detail: `The API key may not do this: it lacks the scope "${scope}".` })
        }
        return yield* answer.pipe(Effect.provideService(CurrentActor, key.id), Effect.provideService(Caller, {
          accountId: key.accountId,
          keyId: key.id,
          scopes: new Set(key.scopes),
          connectorId: connector.value.id,
          projectId: connector.value.projectId,
          environment: connector.value.environment
        }))
      })
    })
  })
)
