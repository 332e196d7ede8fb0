/** The agent port: each project's agent, by the type in its configuration. */
import { type Duration, Effect, Layer } from "effect"
import { Agent, AgentFailure, type TurnAnswer, type TurnRequest } from "@parley/core/ports/Agent"
import type { AgentConfig } from "@parley/core/Project"
import * as OpenAiAgent from "./OpenAiAgent.ts"
import * as ScriptedAgent from "./ScriptedAgent.ts"
import * as WebhookAgent from "./WebhookAgent.ts"

export type AgentsOptions = WebhookAgent.WebhookOptions

/** A crash of one agent is a failure of one turn. What crashed goes to the log, not into the detail, which others may read. */
const contained = Effect.catchDefect((defect: unknown) =>
  Effect.logError("An agent crashed", defect).pipe(
    Effect.andThen(Effect.fail(new AgentFailure({ reason: "invalid_answer", detail: "The agent crashed; the gateway's log says how." })))
  )
)

/**
 * Every call ends within its time-out: the scripted agent takes none, the others count it themselves and say what they waited for.
 * Connections are closed with the layer.
 */
export const layer = (options: AgentsOptions): Layer.Layer<Agent> =>
  Layer.effect(
    Agent,
    Effect.gen(function*() {
      const webhook = yield* WebhookAgent.make(options)
      const model = yield* OpenAiAgent.make(options)
      const call = (config: AgentConfig, request: TurnRequest, timeout: Duration.Duration): Effect.Effect<TurnAnswer, AgentFailure> => {
        switch (config.type) {
          case "scripted":
            return Effect.succeed(ScriptedAgent.answer(request))
          case "webhook":
            return webhook.call(config, request, timeout)
          case "openai":
            return model.call(config, request, timeout)
        }
      }
      return Agent.of({ call: (config, request, timeout) => contained(Effect.suspend(() => call(config, request, timeout))) })
    })
  )
