/**
 * An agent that is a chat model behind any endpoint that speaks OpenAI's `/chat/completions`. Each turn is one call; nothing is tried twice here,
 * since the core calls again under the same turn id. A greeting is the project's own text and an end needs no words, so neither calls the model.
 */
import { Clock, type Duration, Effect, Metric, Option, Redacted, Result } from "effect"
import type { TurnAnswer, TurnRequest } from "@parley/core/ports/Agent"
import { AgentFailure, answerLimits } from "@parley/core/ports/Agent"
import type { ModelAgent } from "@parley/core/ModelAgent"
import { readAnswer, type Told } from "./ChatAnswer.ts"
import { failureOf, reportedStatus } from "./ChatErrors.ts"
import { requestBody } from "./ChatPrompt.ts"
import { make as makePost, type Posted, type PostOptions } from "./GuardedPost.ts"
import { silence } from "./WebhookProtocol.ts"

export interface OpenAiOptions extends PostOptions {
  /** The value of an environment variable that a project names. */
  readonly secret: (envName: string) => Option.Option<Redacted.Redacted<string>>
}

/** Where a project's model is that names no `base_url`. */
export const defaultBaseUrl = "https://api.openai.com/v1"

/** What an error is told by; more of it is not read. */
const errorBytes = 16 * 1024

const calls = Metric.counter("parley_model_calls_total", { description: "Calls of chat models, by outcome", incremental: true })
const millis = Metric.counter("parley_model_call_millis_total", { description: "Time that calls of chat models took, by outcome", incremental: true })
const tokens = Metric.counter("parley_model_tokens_total", { description: "Tokens of answered calls of chat models, by direction", incremental: true })

const misconfigured = (detail: string) => new AgentFailure({ reason: "misconfigured", detail, again: "never" })

/** `/chat/completions` below the base; what stands behind a `?` there, like a version, stays. */
export const endpointOf = (baseUrl: string | null): Result.Result<URL, AgentFailure> => {
  const text = baseUrl ?? defaultBaseUrl
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return Result.fail(misconfigured("The agent's base_url is not an http or https URL."))
  if (url.username !== "" || url.password !== "") return Result.fail(misconfigured("The agent's base_url holds credentials: name a key with api_key_env instead."))
  url.pathname = `${url.pathname.replace(/\/+$/u, "")}/chat/completions`
  return Result.succeed(url)
}

const jsonOf = (body: Uint8Array): unknown => Result.getOrUndefined(Result.try(() => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as unknown))

/** Ends within `timeout`, counted from the resolution of the host to the last byte of the body. */
export const make = Effect.fnUntraced(function*(options: OpenAiOptions) {
  const post = yield* makePost(options)

  const authorization = Effect.fnUntraced(function*({ apiKeyEnv }: ModelAgent) {
    if (apiKeyEnv === null) return {}
    const secret = options.secret(apiKeyEnv)
    if (Option.isNone(secret)) return yield* misconfigured(`The environment variable ${apiKeyEnv} with the model's key is not set.`)
    const key = Redacted.value(secret.value).trim()
    if (!/^[\u0021-\u007E]+$/u.test(key)) return yield* misconfigured(`The environment variable ${apiKeyEnv} holds no usable key: it must be one word of ASCII.`)
    return { authorization: `Bearer ${key}` }
  })

  const read = Effect.fnUntraced(function*(agent: ModelAgent, host: string, { body, headers, status }: Posted) {
    const json = jsonOf(body)
    const wrong = status < 200 || status > 299 ? status : reportedStatus(json)
    if (wrong !== undefined) return yield* failureOf(agent, host, { status: wrong, retryAfter: headers["retry-after"], body: json }, yield* Clock.currentTimeMillis)
    if (json === undefined) return yield* new AgentFailure({ reason: "invalid_answer", detail: `${host}: the body is not JSON.` })
    return yield* Result.match(readAnswer(agent, json), {
      onFailure: ({ detail, isPermanent }) => Effect.fail(new AgentFailure({ reason: "invalid_answer", detail: `${host}: ${detail}.`, ...isPermanent ? { again: "never" as const } : {} })),
      onSuccess: (answer) => Effect.succeed(answer)
    })
  })

  const reply = Effect.fn("OpenAiAgent.call")(function*(agent: ModelAgent, request: TurnRequest, timeout: Duration.Duration): Effect.fn.Return<TurnAnswer, AgentFailure> {
    const url = yield* Effect.fromResult(endpointOf(agent.baseUrl))
    yield* Effect.annotateCurrentSpan({ "gen_ai.operation.name": "chat", "gen_ai.request.model": agent.model, "server.address": url.hostname })
    const startedAt = yield* Clock.currentTimeMillis
    const exchanged = yield* Effect.flatMap(authorization(agent), (key) =>
      post({
        url,
        body: requestBody(agent, request),
        maxBytes: answerLimits.bodyBytes,
        errorBytes,
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "user-agent": "Parley",
          // By which a provider's support finds the call.
          "x-client-request-id": `${request.turnId}-${request.attempt}`,
          ...key
        },
        timeout
      })
    ).pipe(Effect.flatMap((posted) => read(agent, url.host, posted)), Effect.result)
    const took = (yield* Clock.currentTimeMillis) - startedAt
    const outcome = Result.isSuccess(exchanged) ? "answered" : exchanged.failure.reason
    yield* Metric.update(Metric.withAttributes(calls, { outcome }), 1)
    yield* Metric.update(Metric.withAttributes(millis, { outcome }), took)
    if (Result.isFailure(exchanged)) return yield* exchanged.failure
    const { answer, told } = exchanged.success
    yield* tell(request, agent, answer, told, took)
    return answer
  })

  return {
    call: (agent: ModelAgent, request: TurnRequest, timeout: Duration.Duration): Effect.Effect<TurnAnswer, AgentFailure> =>
      request.kind === "reply" ? reply(agent, request, timeout) : Effect.succeed(silence)
  }
})

/** In figures, to the span, the log and the counters; never in words. */
const tell = Effect.fnUntraced(function*(request: TurnRequest, agent: ModelAgent, { end, handoff, messages }: TurnAnswer, { finish, isCut, model, usage }: Told, took: number) {
  yield* Effect.annotateCurrentSpan({
    "gen_ai.response.model": model ?? agent.model,
    "gen_ai.response.finish_reasons": [finish],
    ...usage === null ? {} : { "gen_ai.usage.input_tokens": usage.inputTokens, "gen_ai.usage.output_tokens": usage.outputTokens }
  })
  if (usage !== null) {
    yield* Metric.update(Metric.withAttributes(tokens, { direction: "input" }), usage.inputTokens)
    yield* Metric.update(Metric.withAttributes(tokens, { direction: "output" }), usage.outputTokens)
  }
  yield* Effect.logDebug("A model answered").pipe(Effect.annotateLogs({
    session: request.session.id,
    turn: request.turnId,
    attempt: request.attempt,
    model: model ?? agent.model,
    finish,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
    millis: took,
    texts: messages.length,
    isCut,
    outcome: handoff !== null ? "handoff" : end ?? "goes on"
  }))
})
