/** A model as a project configures it, and bodies as endpoints of the OpenAI protocol send them: recorded shapes, with other words. */
import { Schema } from "effect"
import { ModelAgent } from "@parley/core/ModelAgent"
import type { Received } from "./agentServer.ts"

/** What is given, over a model that needs no key. */
export const model = (of: Partial<typeof ModelAgent.Encoded> = {}): ModelAgent =>
  Schema.decodeUnknownSync(ModelAgent)({ type: "openai", model: "gpt-4.1-mini", base_url: "http://127.0.0.1:9/v1", instructions: "You are the front desk of a dentist.", ...of })

export const toolCall = (name: string, args: unknown, id = "call_9sVNyLkZxJ3bR1iXwq0TtAeC") => ({
  id,
  type: "function",
  function: { name, arguments: typeof args === "string" ? args : JSON.stringify(args) }
})

interface Message {
  readonly content?: unknown
  readonly refusal?: unknown
  readonly tool_calls?: unknown
}

/** As OpenAI answers. */
export const completion = (message: Message, finishReason: string = message.tool_calls === undefined ? "stop" : "tool_calls") => ({
  id: "chatcmpl-CfP0sUu3Nq2GmYqzQ1ZrVbX7kT4wL",
  object: "chat.completion",
  created: 1_764_000_000,
  model: "gpt-4.1-mini-2025-04-14",
  choices: [{ index: 0, message: { role: "assistant", content: null, refusal: null, annotations: [], ...message }, logprobs: null, finish_reason: finishReason }],
  usage: {
    prompt_tokens: 412,
    completion_tokens: 23,
    total_tokens: 435,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 }
  },
  service_tier: "default",
  system_fingerprint: "fp_658b958c37"
})

/** As Ollama answers: fewer fields. */
export const ollamaCompletion = (content: string) => ({
  id: "chatcmpl-721",
  object: "chat.completion",
  created: 1_764_000_000,
  model: "gpt-4.1-mini",
  system_fingerprint: "fp_ollama",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
  usage: { prompt_tokens: 120, completion_tokens: 9, total_tokens: 129 }
})

/** As OpenAI refuses. Its message may hold a part of the key. */
export const problem = (code: string | null, type = "invalid_request_error", message = "Incorect words with sk-hunter2****word in them.") => ({ error: { message, type, param: null, code } })

/** What an endpoint got, checked as an endpoint checks it. */
const Sent = Schema.Struct({
  model: Schema.NonEmptyString,
  stream: Schema.Literal(false),
  messages: Schema.NonEmptyArray(Schema.Struct({ role: Schema.Literals(["system", "user", "assistant"]), content: Schema.NonEmptyString })),
  tools: Schema.optionalKey(Schema.NonEmptyArray(Schema.Struct({
    type: Schema.Literal("function"),
    function: Schema.Struct({
      name: Schema.String.check(Schema.isPattern(/^[a-zA-Z0-9_-]{1,64}$/u)),
      description: Schema.String,
      parameters: Schema.Struct({
        type: Schema.Literal("object"),
        properties: Schema.Record(Schema.String, Schema.Struct({ type: Schema.String, enum: Schema.optionalKey(Schema.Array(Schema.String)), description: Schema.optionalKey(Schema.String) })),
        required: Schema.Array(Schema.String),
        additionalProperties: Schema.Literal(false)
      })
    })
  }))),
  temperature: Schema.optionalKey(Schema.Number),
  max_completion_tokens: Schema.optionalKey(Schema.Int)
})
const decodeSent = Schema.decodeUnknownSync(Schema.fromJsonString(Sent), { onExcessProperty: "error" })

/** Throws where an endpoint would answer 400. */
export const sentIn = ({ body }: Pick<Received, "body">) => decodeSent(body)
