/** An agent behind a URL: each turn is one signed POST, and its answer is the agent's. Nothing is tried twice here; the core calls again under the same turn id. */
import { Clock, type Duration, Effect, Option, type Redacted, Result } from "effect"
import type { TurnAnswer, TurnRequest } from "@parley/core/ports/Agent"
import { AgentFailure, answerLimits } from "@parley/core/ports/Agent"
import type { AgentConfig } from "@parley/core/Project"
import { make as makePost, type PostOptions } from "./GuardedPost.ts"
import { keyOf, sign } from "./StandardWebhook.ts"
import { readAnswer, requestBody, silence } from "./WebhookProtocol.ts"

export type WebhookConfig = Extract<AgentConfig, { type: "webhook" }>

export interface WebhookOptions extends PostOptions {
  /** The value of an environment variable that a project names. */
  readonly secret: (envName: string) => Option.Option<Redacted.Redacted<string>>
}

const misconfigured = (detail: string) => new AgentFailure({ reason: "misconfigured", detail })

const urlOf = (text: string): Result.Result<URL, AgentFailure> => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return Result.fail(misconfigured("The agent's URL is not an http or https URL."))
  if (url.username !== "" || url.password !== "") return Result.fail(misconfigured("The agent's URL holds credentials: sign its calls with secret_env instead."))
  return Result.succeed(url)
}

/** Ends within `timeout`, counted from the resolution of the host to the last byte of the body. */
export const make = Effect.fnUntraced(function*(options: WebhookOptions) {
  const post = yield* makePost(options)

  const signatureOf = Effect.fnUntraced(function*(config: WebhookConfig, id: string, body: string) {
    if (config.secretEnv === null) return {}
    const secret = options.secret(config.secretEnv)
    if (Option.isNone(secret)) return yield* misconfigured(`The environment variable ${config.secretEnv} with the agent's secret is not set.`)
    const key = keyOf(secret.value)
    if (Result.isFailure(key)) return yield* misconfigured(`The environment variable ${config.secretEnv} holds no usable secret: write whsec_ and base64, or any other text.`)
    const timestampSeconds = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
    return { "webhook-id": id, "webhook-timestamp": String(timestampSeconds), "webhook-signature": sign({ id, timestampSeconds, body }, key.success) }
  })

  const call = Effect.fn("WebhookAgent.call")(function*(config: WebhookConfig, request: TurnRequest, timeout: Duration.Duration): Effect.fn.Return<TurnAnswer, AgentFailure> {
    const url = yield* Effect.fromResult(urlOf(config.url))
    const body = requestBody(request)
    const signature = yield* signatureOf(config, request.turnId, body)
    const posted = yield* post({
      url,
      body,
      maxBytes: answerLimits.bodyBytes,
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "user-agent": "Parley",
        "idempotency-key": request.turnId,
        ...signature
      },
      timeout
    })
    if (posted.status === 204) return silence
    const answer = readAnswer(posted.body, request.session.id)
    if (Result.isFailure(answer)) return yield* new AgentFailure({ reason: "invalid_answer", detail: `${url.host}: ${answer.failure}.` })
    return answer.success
  })

  /** Nobody waits for an answer to the call that says that a session ended: whatever it holds, it has been told. */
  const tell = (config: WebhookConfig, request: TurnRequest, timeout: Duration.Duration) =>
    call(config, request, timeout).pipe(
      Effect.as(silence),
      Effect.catch((failure) => failure.reason === "invalid_answer" ? Effect.succeed(silence) : Effect.fail(failure))
    )

  return {
    call: (config: WebhookConfig, request: TurnRequest, timeout: Duration.Duration) =>
      request.kind === "end" ? tell(config, request, timeout) : call(config, request, timeout)
  }
})
