/** The agent port: each project's agent, by the type in its configuration. */
import { Effect, Layer } from "effect"
import { Agent, AgentFailure } from "@parley/core/ports/Agent"
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
 * Every call ends within its time-out: the scripted agent takes none, a webhook counts it itself and says what it waited for.
 * Connections are closed with the layer.
 */
export const layer = (options: AgentsOptions): Layer.Layer<Agent> =>
  Layer.effect(
    Agent,
    Effect.map(WebhookAgent.make(options), (webhook) =>
      Agent.of({
        call: (config, request, timeout) =>
          contained(Effect.suspend(() =>
            config.type === "scripted" ? Effect.succeed(ScriptedAgent.answer(request)) : webhook.call(config, request, timeout)
          ))
      }))
  )
