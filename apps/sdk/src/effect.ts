/**
 * The client for teams on Effect: a service and its layer, derived from the API as data, so that it has every endpoint.
 * Needs `effect` and `@parley/contract` beside this package.
 */
import { Access, apiKeyHeader, connectorHeader } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import type { Message } from "@parley/contract/Message"
import { EndReason } from "@parley/schema/Conversation"
import { type MessageId, SessionId } from "@parley/schema/Ids"
import { Clock, Config, Context, Duration, Effect, Layer, Option, Random, Redacted, Result, Schema, Stream } from "effect"
import { FetchHttpClient, HttpClient, HttpClientError, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import type { Cluster } from "./Options.ts"
import { clusterUrl } from "./Options.ts"
import { isRetryable, longestRetryAfterSeconds, pauseMillis, retryAfterSeconds } from "./Retry.ts"

/**
 * How a client is set up.
 * @example
 * ```ts
 * import { Parley, type ParleySettings } from "@parley/sdk/effect"
 * import { Redacted } from "effect"
 *
 * const settings: ParleySettings = { apiKey: Redacted.make("pk_demo"), connectorId: "conn_demo", cluster: "uk-1", timeout: "10 seconds" }
 * console.log(Parley.layer(settings))
 * ```
 */
export type ParleySettings = CallSettings & {
  readonly apiKey: Redacted.Redacted<string>
  /** It stands for one project and environment. */
  readonly connectorId: string
} & ({ readonly baseUrl: string } | { readonly cluster: Cluster })

/** What may differ from call to call. */
export interface CallSettings {
  /** How often a failed call is made again; 2 by default. */
  readonly maxRetries?: number | undefined
  /** How long one try may take; 30 seconds by default. */
  readonly timeout?: Duration.Input | undefined
}

/**
 * What the calls of an effect do differently from the client.
 * @example
 * ```ts
 * import { CallOptions, type CallSettings, Parley } from "@parley/sdk/effect"
 * import { Effect } from "effect"
 *
 * const patient: CallSettings = { maxRetries: 8, timeout: "1 minute" }
 * const numbers = Effect.flatMap(Parley, (parley) => parley.numbers.list({ query: { limit: 20 } })).pipe(Effect.provideService(CallOptions, patient))
 * console.log(Effect.isEffect(numbers))
 * ```
 */
export const CallOptions = Context.Reference<CallSettings>("@parley/sdk/CallOptions", { defaultValue: () => ({}) })

type Client = HttpApiClient.ForApi<typeof Api>

/**
 * The API, a group for each kind of thing: every endpoint of the contract, with its failures as tagged errors.
 * A 429, a 5xx, a broken connection or a try that takes too long is tried again, after what `Retry-After` asks for or after exponential
 * back-off with full jitter; every try of a POST carries one idempotency key, yours or one that is made for the call.
 * @example
 * ```ts
 * import { Parley } from "@parley/sdk/effect"
 * import { MessageText } from "@parley/schema/MessageText"
 * import { PhoneNumber } from "@parley/schema/PhoneNumber"
 * import { Console, Effect, Layer } from "effect"
 * import { FetchHttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   const parley = yield* Parley
 *   const payload = { message: MessageText.make("Shall we keep your table?"), userNumber: PhoneNumber.make("+15005550123") }
 *   const { headers } = yield* parley.outboundSms.send({ headers: {}, payload })
 *   yield* Console.log(headers.location)
 * }).pipe(
 *   Effect.catchTag("RateLimited", ({ retry_after }) => Console.log(`again in ${retry_after} seconds`))
 * )
 * await Effect.runPromise(program.pipe(Effect.provide(Parley.layerConfig.pipe(Layer.provide(FetchHttpClient.layer)))))
 * ```
 */
export class Parley extends Context.Service<Parley, Client>()("@parley/sdk/Parley") {
  /** A client as the settings say. */
  static readonly layer = (settings: ParleySettings): Layer.Layer<Parley, never, HttpClient.HttpClient> => Layer.effect(Parley, make(settings))

  /** A client as `PARLEY_API_KEY`, `PARLEY_CONNECTOR_ID` and `PARLEY_BASE_URL` say. */
  static readonly layerConfig: Layer.Layer<Parley, Config.ConfigError, HttpClient.HttpClient> = Layer.effect(
    Parley,
    Effect.flatMap(
      Config.all({ apiKey: Config.Redacted("PARLEY_API_KEY"), connectorId: Config.String("PARLEY_CONNECTOR_ID"), baseUrl: Config.String("PARLEY_BASE_URL") }),
      (settings) => make(settings)
    )
  )
}

const make = (settings: ParleySettings) => {
  const headers = { [apiKeyHeader]: Redacted.value(settings.apiKey), [connectorHeader]: settings.connectorId }
  return HttpApiClient.make(Api, {
    baseUrl: "baseUrl" in settings ? settings.baseUrl : clusterUrl(settings.cluster),
    transformClient: (client) => client.pipe(HttpClient.mapRequestEffect(withIdempotencyKey), HttpClient.transform((attempt, request) => retried(attempt, request, settings)))
  }).pipe(Effect.provide(HttpApiMiddleware.layerClient(Access, ({ next, request }) => next(HttpClientRequest.setHeaders(request, headers)))))
}

/** Before the tries begin, so that they share it. */
const withIdempotencyKey = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.sync(() =>
    request.method !== "POST" || request.headers["idempotency-key"] !== undefined ? request : HttpClientRequest.setHeader(request, "idempotency-key", crypto.randomUUID())
  )

/** What never left was not refused for the moment. */
const neverLeft = new Set(["EncodeError", "InvalidUrlError"])

type Attempt = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

const retried = Effect.fnUntraced(function*(attempt: Attempt, request: HttpClientRequest.HttpClientRequest, settings: CallSettings): Effect.fn.Return<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> {
  const options = yield* CallOptions
  const init = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
  const maxRetries = options.maxRetries ?? settings.maxRetries ?? 2
  const timeout = Duration.fromInputUnsafe(options.timeout ?? settings.timeout ?? "30 seconds")
  const one = attempt.pipe(
    // A body that breaks off is a try that failed. A stream of events has no end to wait for.
    Effect.tap((response) => response.headers["content-type"]?.startsWith("text/event-stream") === true ? Effect.void : response.text),
    Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail(late(request, timeout)) }),
    // Another address must not get the key.
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual", ...Option.getOrUndefined(init) })
  )
  for (let retry = 0;; retry++) {
    const outcome = yield* Effect.result(one)
    const retryAfter = Result.isSuccess(outcome) ? retryAfterSeconds(outcome.success.headers["retry-after"], yield* Clock.currentTimeMillis) : null
    const mayPass = Result.isSuccess(outcome) ? isRetryable(outcome.success.status) : !neverLeft.has(outcome.failure.reason._tag)
    if (!mayPass || retry >= maxRetries || (retryAfter ?? 0) > longestRetryAfterSeconds) return yield* Effect.fromResult(outcome)
    yield* Effect.sleep(pauseMillis(retry, retryAfter, yield* Random.next))
  }
})

const late = (request: HttpClientRequest.HttpClientRequest, timeout: Duration.Duration) =>
  new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, description: `No answer within ${Duration.format(timeout)}.` }) })

/**
 * Every item of a list, page by page as they are needed.
 * @param page asks for a page; what it is given goes into the query
 * @example
 * ```ts
 * import { items, Parley } from "@parley/sdk/effect"
 * import { Console, Effect, Layer, Stream } from "effect"
 * import { FetchHttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   const parley = yield* Parley
 *   yield* items((page) => parley.sessions.list({ query: { state: "engaged", limit: 100, ...page } })).pipe(
 *     Stream.runForEach((session) => Console.log(session.id))
 *   )
 * })
 * await Effect.runPromise(program.pipe(Effect.provide(Parley.layerConfig.pipe(Layer.provide(FetchHttpClient.layer)))))
 * ```
 */
export const items = <A, E, R>(
  page: (from: { readonly cursor?: string }) => Effect.Effect<{ readonly data: ReadonlyArray<A>; readonly nextCursor: string | null }, E, R>
): Stream.Stream<A, E, R> =>
  Stream.paginate<{ readonly cursor?: string }, A, E, R>({}, (from) =>
    Effect.map(page(from), ({ data, nextCursor }) => [data, Option.map(Option.fromNullOr(nextCursor), (cursor) => ({ cursor }))] as const))

/** The user has not answered in time. The session goes on, and so may the wait. */
export class NoReply extends Schema.TaggedError<NoReply>()("NoReply", { sessionId: SessionId }) {}

/** The session has ended without the answer that was waited for. */
export class EndedWithoutReply extends Schema.TaggedError<EndedWithoutReply>()("EndedWithoutReply", {
  sessionId: SessionId,
  endReason: Schema.NullOr(EndReason)
}) {}

/** The first pause between two looks, and the longest. People take seconds to minutes to answer a text. */
const firstPause = Duration.seconds(1)
const longestPause = Duration.seconds(10)

/**
 * Waits for the user's answer: the first text of the session, or the first after a message. A keyword like STOP is no answer, and neither is a text over a limit.
 * @param options `timeout` is ten minutes by default
 * @example
 * ```ts
 * import { EndedWithoutReply, NoReply, Parley, waitForReply } from "@parley/sdk/effect"
 * import { SessionId } from "@parley/schema/Ids"
 * import { MessageText } from "@parley/schema/MessageText"
 * import { PhoneNumber } from "@parley/schema/PhoneNumber"
 * import { Console, Effect, Layer } from "effect"
 * import { FetchHttpClient } from "effect/http"
 *
 * const program = Effect.gen(function*() {
 *   const parley = yield* Parley
 *   const payload = { message: MessageText.make("Shall we keep your table?"), userNumber: PhoneNumber.make("+15005550123") }
 *   const { headers } = yield* parley.outboundSms.send({ headers: {}, payload })
 *   const reply = yield* waitForReply(SessionId.make(headers.location.slice("/v1/sessions/".length)), { timeout: "50 millis" })
 *   yield* Console.log(reply.text)
 * }).pipe(Effect.catch((error) => Console.log(error instanceof NoReply ? "not yet" : error instanceof EndedWithoutReply ? error.endReason : error)))
 * await Effect.runPromise(program.pipe(Effect.provide(Parley.layerConfig.pipe(Layer.provide(FetchHttpClient.layer)))))
 * ```
 */
export const waitForReply = Effect.fn("Parley.waitForReply")(function*(sessionId: SessionId, options: { readonly timeout?: Duration.Input; readonly after?: MessageId } = {}) {
  const parley = yield* Parley
  const deadline = (yield* Clock.currentTimeMillis) + Duration.toMillis(options.timeout ?? "10 minutes")
  const replies = items((page) => parley.sessions.messages({ params: { id: sessionId }, query: { limit: 100, ...page } })).pipe(
    Stream.takeWhile(({ id }) => id > (options.after ?? "")),
    Stream.filter(isReply),
    Stream.runLast
  )
  for (let pause = firstPause;; pause = Duration.min(Duration.times(pause, 1.5), longestPause)) {
    // The state first: whatever was said before an end is there to be read after it.
    const session = yield* parley.sessions.retrieve({ params: { id: sessionId } })
    const reply = yield* replies
    if (Option.isSome(reply)) return reply.value
    if (session.state === "ended") return yield* new EndedWithoutReply({ sessionId, endReason: session.endReason })
    const left = deadline - (yield* Clock.currentTimeMillis)
    if (left <= 0) return yield* new NoReply({ sessionId })
    yield* Effect.sleep(Duration.min(pause, Duration.millis(left)))
  }
})

const isReply = ({ direction, purpose, status }: Message) => direction === "inbound" && purpose === "text" && status === "received"
