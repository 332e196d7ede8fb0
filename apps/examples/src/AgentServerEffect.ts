/** The same agent on Effect: `PORT=9000 PARLEY_WEBHOOK_SECRET=whsec_… node AgentServerEffect.ts`. */
import { createServer } from "node:http"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { type AgentAnswer, receiveAgentTurn } from "@parley/sdk/webhooks"
import { Config, Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"

const answerTo = (said: string): AgentAnswer => {
  if (/\bperson\b/iu.test(said)) return { messages: ["One moment, I am getting somebody."], handoff: { destination: "front desk" } }
  if (/\bbye\b/iu.test(said)) return { messages: ["Goodbye!"], end: "natural_end" }
  return { messages: [said === "" ? "Hello! What can I do for you?" : `You said: ${said}`] }
}

const Agent = HttpRouter.add("POST", "/agent", Effect.gen(function*() {
  const { headers, text } = yield* HttpServerRequest.HttpServerRequest
  const body = yield* text
  // Checks the signature with PARLEY_WEBHOOK_SECRET.
  const { kind, texts } = yield* Effect.tryPromise(() => receiveAgentTurn({ body, headers }))
  return kind === "end" ? HttpServerResponse.empty({ status: 204 }) : HttpServerResponse.jsonUnsafe(answerTo(texts.map((said) => said.text).join(" ")))
}).pipe(Effect.catchTag("UnknownError", () => Effect.succeed(HttpServerResponse.text("Who are you?", { status: 401 })))))

const Server = Layer.unwrap(Effect.gen(function*() {
  const port = yield* Config.Int("PORT").pipe(Config.withDefault(9000))
  return NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })
}))

HttpRouter.serve(Agent).pipe(Layer.provide(Server), Layer.launch, NodeRuntime.runMain)
