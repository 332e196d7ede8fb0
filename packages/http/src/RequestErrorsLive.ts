/** Tells what is wrong with a request: every wrong field, in a sentence that says what, where and what to do. */
import { Cause, Effect, Layer, SchemaIssue } from "effect"
import { HttpIncomingMessage, HttpMethod, HttpServerError, HttpServerRequest, HttpServerRespondable, type HttpServerResponse } from "effect/http"
import { HttpApiError } from "effect/http-api"
import { ByteSize } from "effect"
import { isUtf8 } from "node:buffer"
import type { unhandled } from "effect/Types"
import { RequestErrors } from "@parley/contract/Access"
import { maxBodyBytes } from "@parley/contract/OutboundSmsApi"
import type { FieldError } from "@parley/contract/Problem"
import { BadRequest, InternalError, NotFound } from "@parley/contract/Problem"
import { snakeCase } from "@parley/contract/Wire"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const fieldErrors = (error: HttpApiError.HttpApiSchemaError): ReadonlyArray<FieldError> =>
  format(error.cause.issue).issues.map((issue) => ({
    // A value that is read as another type is refused under its name in TypeScript; the caller knows the one on the wire.
    path: issue.path === undefined || issue.path.length === 0 ? "body" : issue.path.map((part) => snakeCase(String(typeof part === "object" ? part.key : part))).join("."),
    detail: sentence(issue.message)
  }))

/** The schema's own words for a missing or wrong value, as a person would put them. */
const sentence = (message: string): string =>
  /^Missing key/iu.test(message) ? "is required" : message.replace(/^Expected (.*), (?:got|actual).*$/su, "must be $1").replace(/^Expected /u, "must be ")

const malformedJson = new BadRequest({
  detail: "The body is not valid JSON. Send one JSON object in UTF-8.",
  errors: [{ path: "body", detail: "is not valid JSON" }]
})

// Decoded all the same it would hold U+FFFD in place of what the user should read.
const notUtf8 = new BadRequest({
  detail: "The body is not UTF-8. Send one JSON object in UTF-8.",
  errors: [{ path: "body", detail: "is not UTF-8" }]
})

const tooLarge = new BadRequest({
  detail: `The body is larger than ${maxBodyBytes / 1024} KB. Send a shorter one.`,
  errors: [{ path: "body", detail: `must be at most ${maxBodyBytes} bytes` }]
})

const wrongContentType = (given: string) =>
  new BadRequest({
    detail: "The Content-Type must be application/json.",
    errors: [{ path: "Content-Type", detail: `is ${JSON.stringify(given.slice(0, 100))}, must be application/json` }]
  })

// An action without a body needs no type for it.
const hasContent = (request: HttpServerRequest.HttpServerRequest) =>
  request.headers["content-type"] !== undefined || request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0

const isJson = (contentType: string) => /^application\/json\s*(;|$)/iu.test(contentType.trim())

// The bytes are read once: the decoder of the payload finds them read.
const checkEncoding = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.flatMap(Effect.orDie(request.arrayBuffer), (bytes) => isUtf8(new Uint8Array(bytes)) ? Effect.void : Effect.fail(notUtf8))

const badRequest = (error: HttpApiError.HttpApiSchemaError) => {
  const errors = fieldErrors(error)
  const detail = errors.length === 0 ? "The request is not valid." : `${errors.map((one) => `${one.path} ${one.detail}`).join("; ")}.`
  return new BadRequest({ detail, errors })
}

/** The HTTP layer's complaint about a body that it could not read, wherever it stands in the cause. */
const unreadable = (cause: Cause.Cause<unknown>): BadRequest | null => {
  for (const reason of cause.reasons) {
    const error = Cause.isFailReason(reason) ? reason.error : Cause.isDieReason(reason) ? reason.defect : null
    if (HttpServerError.isHttpServerError(error) && error.reason._tag === "RequestParseError") {
      return error.reason.reason === "BodyTooLarge" ? tooLarge : malformedJson
    }
  }
  return null
}

const schemaError = (cause: Cause.Cause<unknown>): HttpApiError.HttpApiSchemaError | null => {
  for (const reason of cause.reasons) {
    if (Cause.isFailReason(reason) && HttpApiError.HttpApiSchemaError.is(reason.error)) return reason.error
  }
  return null
}

export const layer: Layer.Layer<RequestErrors> = Layer.succeed(RequestErrors, (answer, { endpoint }) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const hasBody = HttpMethod.hasBody(request.method) && endpoint.payload.size > 0
    if (hasBody) {
      const contentType = request.headers["content-type"] ?? ""
      if (!isJson(contentType) && hasContent(request)) return yield* wrongContentType(contentType)
      if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) return yield* tooLarge
    }
    return yield* Effect.andThen(hasBody ? checkEncoding(request) : Effect.void, answer).pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.fromInputUnsafe(maxBodyBytes)),
      Effect.catchCause((cause): Effect.Effect<HttpServerResponse.HttpServerResponse, BadRequest | InternalError | unhandled> => {
        const wrong = unreadable(cause)
        if (wrong !== null) return Effect.fail(wrong)
        const refused = schemaError(cause)
        if (refused === null) return Effect.failCause(cause)
        switch (refused.kind) {
          case "Params":
            // An id that can't exist is an id that doesn't.
            return HttpServerRespondable.toResponse(new NotFound({ detail: "Nothing has this id. Check it, and that it belongs to your account." }))
          case "Body":
          case "ResponseHeaders":
            return Effect.andThen(
              Effect.logError("An answer does not fit its schema", refused.cause),
              Effect.fail(new InternalError({ detail: "Something unexpected happened. Try again; if it stays, quote the correlation id to support." }))
            )
          default:
            return Effect.fail(badRequest(refused))
        }
      })
    )
  }))
