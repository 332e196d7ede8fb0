/**
 * What is around every answer: the correlation id, the problem document in place of an empty failure, the line in the log, and
 * nothing of the inside when something unexpected happens.
 */
import { Cause, Clock, Effect, Metric } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { randomUUID } from "node:crypto"
import { BadRequest, type InternalError, MethodNotAllowed, NotFound, problemContentType } from "@parley/contract/Problem"
import * as SystemRoutes from "./SystemRoutes.ts"

export const correlationHeader = "X-PolyAI-Correlation-Id"

const requests = Metric.counter("parley_http_requests_total", { description: "Answers of the HTTP API", incremental: true })

/** `/v1/sessions/TW_SMS_…` → `/v1/sessions/:id`: a log and a metric want the route, not the id or a number in it. */
const route = (url: string): string =>
  (url.split("?")[0] ?? "").replace(/(?:TW_SMS|msg|op|sched|aud|erase|reg|evt)_[0-9A-Z]{26}/gu, ":id").replace(/^\/twilio\/[^/]+\/[^/]+/u, "/twilio/:project/:environment").replace(/\d{7,}/gu, ":number")

type Problem = ConstructorParameters<typeof InternalError>[0] & { readonly type: string; readonly status: number; readonly title: string }

const problem = (body: object, status: number) => HttpServerResponse.jsonUnsafe(body, { status, contentType: problemContentType })

const unexpected = problem(
  { type: "urn:parley:problem:internal-error", status: 500, title: "Something went wrong on our side.", detail: "Something unexpected happened. Try again; if it stays, quote the correlation id to support." } satisfies Problem,
  500
)

/** The methods of a path; none where nothing has it. */
export type MethodsOf = (url: string) => ReadonlyArray<string>

const notAllowed = (method: string, allow: string) => {
  const detail = `${method} does nothing here. The path has: ${allow}.`
  const body = { ...new MethodNotAllowed({ detail }), status: 405, type: "urn:parley:problem:method-not-allowed", title: "The path has no such method.", detail }
  return HttpServerResponse.setHeader(problem(body, 405), "allow", allow)
}

/** The answer for a failure that no handler has turned into one. Only the HTTP layer's own errors tell anything. */
const answerFor = (cause: Cause.Cause<unknown>, request: HttpServerRequest.HttpServerRequest, methodsOf: MethodsOf): HttpServerResponse.HttpServerResponse => {
  for (const reason of cause.reasons) {
    const error = Cause.isFailReason(reason) ? reason.error : Cause.isDieReason(reason) ? reason.defect : null
    if (!HttpServerError.isHttpServerError(error)) continue
    if (error.reason._tag === "RouteNotFound") {
      const allow = methodsOf(request.url).join(", ")
      if (allow !== "") return notAllowed(request.method, allow)
      const detail = "No resource has this path. The API is described at /openapi.json and /docs."
      return problem({ ...new NotFound({ detail }), status: 404, type: "urn:parley:problem:not-found", title: "There is no such resource.", detail }, 404)
    }
    if (error.reason._tag === "RequestParseError") {
      const detail = "The request could not be read."
      return problem({ ...new BadRequest({ detail }), status: 400, type: "urn:parley:problem:invalid-request", title: "The request is not valid.", detail }, 400)
    }
  }
  return unexpected
}

const withCorrelationId = (response: HttpServerResponse.HttpServerResponse, id: string): HttpServerResponse.HttpServerResponse => {
  const { body } = response
  const marked = HttpServerResponse.setHeaders(response, {
    [correlationHeader]: id,
    // An empty body says so, instead of being an empty chunked one.
    ...(body._tag === "Empty" && response.status !== 204 && response.status !== 304 ? { "content-length": "0" } : {})
  })
  if (response.status < 400 || body._tag !== "Uint8Array" || body.contentType !== problemContentType) return marked
  const document: unknown = JSON.parse(new TextDecoder().decode(body.body))
  return HttpServerResponse.setHeader(problem({ ...(document as object), correlation_id: id }, response.status), correlationHeader, id).pipe(
    HttpServerResponse.setHeaders(Object.fromEntries(Object.entries(response.headers).filter(([name]) => name !== "content-length" && name !== "content-type")))
  )
}

/** Put it around all routes. */
export const layer = (methodsOf: MethodsOf) => HttpRouter.middleware(
  (answer) =>
    Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      const id = randomUUID()
      const startedAt = yield* Clock.currentTimeMillis
      const response = yield* answer.pipe(
        Effect.catchCause((cause) => {
          if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
          const response = answerFor(cause, request, methodsOf)
          return response.status < 500
            ? Effect.succeed(response)
            : Effect.as(Effect.logError("An answer failed", cause), response)
        }),
        Effect.annotateLogs({ correlation: id })
      )
      const path = route(request.url)
      yield* Metric.update(Metric.withAttributes(requests, { method: request.method, status: String(response.status) }), 1)
      if (!SystemRoutes.paths.includes(path)) {
        yield* Effect.logDebug(`${request.method} ${path} ${response.status}`).pipe(
          Effect.annotateLogs({ correlation: id, millis: (yield* Clock.currentTimeMillis) - startedAt })
        )
      }
      return withCorrelationId(response, id)
    }),
  { global: true }
)
