/** How calls fail. Every error of this package is a `ParleyError`. */
import { retryAfterSeconds } from "./Retry.ts"

/**
 * Anything that this package throws.
 * @example
 * ```ts
 * import { ParleyError } from "@parley/sdk"
 *
 * const error = await parley.messages.retrieve("msg_none").catch((error: unknown) => error)
 * console.log(error instanceof ParleyError && error.name)
 * ```
 */
export class ParleyError extends Error {
  override readonly name: string = "ParleyError"
}

/**
 * The request never got an answer: no connection, or one that broke.
 * @example
 * ```ts
 * import { ConnectionError, Parley } from "@parley/sdk"
 *
 * const offline = new Parley({ baseUrl: "http://127.0.0.1:1", maxRetries: 0 })
 * await offline.numbers.list().catch((error: unknown) => {
 *   if (error instanceof ConnectionError) console.log(error.message)
 * })
 * ```
 */
export class ConnectionError extends ParleyError {
  override readonly name: string = "ConnectionError"
}

/**
 * No answer within the time-out.
 * @example
 * ```ts
 * import { TimeoutError } from "@parley/sdk"
 *
 * await parley.numbers.list({}, { timeout: 1, maxRetries: 0 }).catch((error: unknown) => {
 *   if (error instanceof TimeoutError) console.log(error.message)
 * })
 * ```
 */
export class TimeoutError extends ConnectionError {
  override readonly name: string = "TimeoutError"
}

/**
 * The caller's signal was aborted; `cause` is its reason.
 * @example
 * ```ts
 * import { AbortError } from "@parley/sdk"
 *
 * await parley.numbers.list({}, { signal: AbortSignal.abort("enough") }).catch((error: unknown) => {
 *   if (error instanceof AbortError) console.log(error.cause)
 * })
 * ```
 */
export class AbortError extends ParleyError {
  override readonly name: string = "AbortError"
}

/** @throws AbortError when the caller has had enough */
export const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw new AbortError("The call was aborted.", { cause: signal.reason })
}

/**
 * One value of the request that the API refused.
 * @example
 * ```ts
 * import { BadRequestError, type FieldError } from "@parley/sdk"
 *
 * await parley.outboundSms.send({ message: "Hello", userNumber: "555" }).catch((error: unknown) => {
 *   const errors: ReadonlyArray<FieldError> = error instanceof BadRequestError ? error.errors : []
 *   console.log(errors.map(({ path, detail }) => `${path} ${detail}`))
 * })
 * ```
 */
export interface FieldError {
  /** The field's name on the wire, like `user_number`. */
  readonly path: string
  readonly detail: string
}

/**
 * The API answered with a failure: an RFC 9457 problem, or whatever a proxy put in its place.
 * @example
 * ```ts
 * import { ApiError } from "@parley/sdk"
 *
 * await parley.sessions.retrieve("TW_SMS_none").catch((error: unknown) => {
 *   if (error instanceof ApiError) console.log(error.status, error.type, error.detail, error.correlationId)
 * })
 * ```
 */
export class ApiError extends ParleyError {
  override readonly name: string = "ApiError"
  /** The HTTP status. */
  readonly status: number
  /** The problem's URI, stable, for programs; `about:blank` when the answer is no problem document. */
  readonly type: string
  /** A sentence for the developer. */
  readonly detail: string
  /** The values that were refused, for a 400 that names them. */
  readonly errors: ReadonlyArray<FieldError>
  /** Names the call in the service's logs: quote it to support. */
  readonly correlationId: string | null
  readonly headers: Headers
  /** Seconds until a call can succeed, when the API says so. */
  readonly retryAfter: number | null

  constructor(response: Response, body: unknown) {
    const problem = isRecord(body) ? body : {}
    const detail = text(problem["detail"]) ?? text(problem["title"]) ?? (response.statusText || "The answer says no more.")
    super(`${response.status} ${detail}`)
    this.status = response.status
    this.type = text(problem["type"]) ?? "about:blank"
    this.detail = detail
    this.errors = Array.isArray(problem["errors"]) ? problem["errors"].filter(isFieldError) : []
    this.correlationId = response.headers.get("x-polyai-correlation-id") ?? text(problem["correlation_id"])
    this.headers = response.headers
    this.retryAfter = retryAfterSeconds(response.headers.get("retry-after"), Date.now())
  }
}

/**
 * 400: the request is not valid, or no number may be used for it.
 * @example
 * ```ts
 * import { BadRequestError } from "@parley/sdk"
 *
 * await parley.outboundSms.send({ message: "", userNumber: "+15005550123" }).catch((error: unknown) => {
 *   if (error instanceof BadRequestError) console.log(error.errors)
 * })
 * ```
 */
export class BadRequestError extends ApiError {
  override readonly name: string = "BadRequestError"
}

/**
 * 401: the API key is missing, unknown, revoked or expired.
 * @example
 * ```ts
 * import { AuthenticationError, Parley } from "@parley/sdk"
 *
 * await new Parley({ apiKey: "pk_wrong" }).numbers.list().catch((error: unknown) => {
 *   if (error instanceof AuthenticationError) console.log(error.detail)
 * })
 * ```
 */
export class AuthenticationError extends ApiError {
  override readonly name: string = "AuthenticationError"
}

/**
 * 403: the key is of another account than the connector, or may not do this.
 * @example
 * ```ts
 * import { PermissionError } from "@parley/sdk"
 *
 * await parley.numbers.list().catch((error: unknown) => {
 *   if (error instanceof PermissionError) console.log(error.detail)
 * })
 * ```
 */
export class PermissionError extends ApiError {
  override readonly name: string = "PermissionError"
}

/**
 * 404: no such connector or resource, or no numbers at all.
 * @example
 * ```ts
 * import { NotFoundError } from "@parley/sdk"
 *
 * await parley.messages.retrieve("msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D").catch((error: unknown) => {
 *   if (error instanceof NotFoundError) console.log(error.detail)
 * })
 * ```
 */
export class NotFoundError extends ApiError {
  override readonly name: string = "NotFoundError"
}

/**
 * 409: the idempotency key came with another body, or the session is not in a state for this.
 * @example
 * ```ts
 * import { ConflictError } from "@parley/sdk"
 *
 * await parley.outboundSms.send({ message: "Another text", userNumber: "+15005550123" }, { idempotencyKey: "order-17-ready" }).catch((error: unknown) => {
 *   if (error instanceof ConflictError) console.log(error.detail)
 * })
 * ```
 */
export class ConflictError extends ApiError {
  override readonly name: string = "ConflictError"
}

/**
 * 410: a stream of events can't go on after the event that it was asked for, since some of what came after it is not kept any more.
 * @example
 * ```ts
 * import { GoneError } from "@parley/sdk"
 *
 * const stream = parley.events({ lastEventId: "evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ" })
 * await Array.fromAsync(stream).catch((error: unknown) => {
 *   if (error instanceof GoneError) console.log(error.detail)
 * })
 * ```
 */
export class GoneError extends ApiError {
  override readonly name: string = "GoneError"
}

/**
 * 429: too many calls, also after the retries.
 * @example
 * ```ts
 * import { RateLimitError } from "@parley/sdk"
 *
 * await parley.numbers.list().catch((error: unknown) => {
 *   if (error instanceof RateLimitError) console.log(`again in ${error.retryAfter} seconds`)
 * })
 * ```
 */
export class RateLimitError extends ApiError {
  override readonly name: string = "RateLimitError"
}

/**
 * 5xx: the service failed, also after the retries.
 * @example
 * ```ts
 * import { ServerError } from "@parley/sdk"
 *
 * await parley.numbers.list().catch((error: unknown) => {
 *   if (error instanceof ServerError) console.log(error.correlationId)
 * })
 * ```
 */
export class ServerError extends ApiError {
  override readonly name: string = "ServerError"
}

const byStatus: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  410: GoneError,
  429: RateLimitError
}

/** The error of a failed answer, of its status' class. */
export const errorOf = (response: Response, body: unknown): ApiError =>
  new (byStatus[response.status] ?? (response.status >= 500 ? ServerError : ApiError))(response, body)

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null)

const isFieldError = (value: unknown): value is FieldError => isRecord(value) && typeof value["path"] === "string" && typeof value["detail"] === "string"
