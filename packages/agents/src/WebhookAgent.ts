/** An agent behind a URL: each turn is one signed POST, and its answer is the agent's. Nothing is tried twice here; the core calls again under the same turn id. */
import { type Duration, Effect, Result } from "effect"
import type { TurnAnswer, TurnRequest } from "@parley/core/ports/Agent"
import { AgentFailure, answerLimits } from "@parley/core/ports/Agent"
import type { AgentConfig } from "@parley/core/Project"
import { make as makePost, type SignedPostOptions } from "./SignedPost.ts"
import { readAnswer, requestBody, silence } from "./WebhookProtocol.ts"

export type WebhookConfig = Extract<AgentConfig, { type: "webhook" }>

export type WebhookOptions = SignedPostOptions

/** Ends within `timeout`, counted from the resolution of the host to the last byte of the body. */
export const make = Effect.fnUntraced(function*(options: WebhookOptions) {
  const post = yield* makePost(options)

  const call = Effect.fn("WebhookAgent.call")(function*({ secretEnv, url }: WebhookConfig, request: TurnRequest, timeout: Duration.Duration): Effect.fn.Return<TurnAnswer, AgentFailure> {
    const posted = yield* post({
      whose: "agent",
      url,
      secretEnv,
      id: request.turnId,
      body: requestBody(request),
      maxBytes: answerLimits.bodyBytes,
      headers: { "idempotency-key": request.turnId },
      timeout
    })
    if (posted.status === 204) return silence
    const answer = readAnswer(posted.body, request.session.id)
    if (Result.isFailure(answer)) return yield* new AgentFailure({ reason: "invalid_answer", detail: `${new URL(url).host}: ${answer.failure}.` })
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
