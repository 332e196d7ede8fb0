/** An agent that is a chat model behind an endpoint that speaks the OpenAI protocol: what a project decides about it. */
import { Effect, Schema } from "effect"

/** What is Parley's to say in the body of a call: the conversation, and that there is one answer, in one piece. */
const reserved: ReadonlySet<string> = new Set(["model", "messages", "tools", "tool_choice", "functions", "function_call", "stream", "stream_options", "n"])

const baseUrlRefusal = (url: string): string | undefined => {
  if (!/^https?:\/\/[^\s@#]+$/u.test(url)) return "must be an http or https URL without a user or password, like https://models.example.com/v1"
  return /\/(?:chat\/completions|responses)\/?(?:\?|$)/u.test(url) ? "must end before /chat/completions, which is added to it, like https://models.example.com/v1" : undefined
}

const within = (minimum: number, maximum: number, fallback: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).pipe(Schema.withDecodingDefaultKey(Effect.succeed(fallback)))

const isSet = <A>(all: ReadonlyArray<A>) => new Set(all).size === all.length

const Destinations = Schema.Array(Schema.String.check(Schema.makeFilter((name: string) =>
  name.trim() === "" || name.length > 100 ? "must be 1 to 100 characters, like \"front desk\"" : undefined
))).check(Schema.makeFilter((all: ReadonlyArray<string>) => all.length > 20 || !isSet(all) ? "must name at most 20 destinations, each once" : undefined))

const Parameters = Schema.Record(Schema.String, Schema.Json).check(Schema.makeFilter((of: Readonly<Record<string, unknown>>) => {
  const taken = Object.keys(of).find((key) => reserved.has(key))
  return taken === undefined ? undefined : `must not hold "${taken}", which the gateway sets itself`
}))

const Fields = Schema.Struct({
  type: Schema.Literal("openai"),
  /** The model's name at its endpoint. */
  model: Schema.NonEmptyString.check(Schema.isMaxLength(200)),
  /** What `/chat/completions` is appended to; null: the endpoint of the protocol's own author. */
  baseUrl: Schema.NullOr(Schema.String.check(Schema.makeFilter((url: string) => baseUrlRefusal(url)))).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** The environment variable of the gateway that holds the key; null: none is sent, as to a server of one's own. */
  apiKeyEnv: Schema.NullOr(Schema.NonEmptyString).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** Who the agent is, what it knows and what it may promise. Parley adds what it knows of the conversation. */
  instructions: Schema.NonEmptyString.check(Schema.isMaxLength(20_000)),
  /** Whether the model is offered tools, with which it ends the conversation or hands it to a person. Some models know none. */
  tools: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true))),
  /** To whom it may hand off; none: it can't. */
  handoffTo: Destinations.pipe(Schema.withDecodingDefaultKey(Effect.succeed(["a person"]))),
  /** The most texts of the conversation that it is told, and the most characters of them in all; the newest. */
  historyTexts: within(1, 500, 50),
  historyCharacters: within(1_600, 200_000, 16_000),
  /** The most segments of one text of an answer, and the most texts of one answer. */
  maxSegments: within(1, 10, 4),
  maxTexts: within(1, 10, 3),
  /** Whether it is told the user's phone number. */
  shareUserNumber: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false))),
  /** More of the body of each call, as the endpoint knows it: `{ "temperature": 0.3, "max_completion_tokens": 400 }`. */
  parameters: Parameters.pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))
})

export const ModelAgent = Fields.check(Schema.makeFilter(({ apiKeyEnv, baseUrl }: typeof Fields.Type) =>
  apiKeyEnv === null && baseUrl === null ? { path: ["api_key_env"], issue: "is missing: name the environment variable with the key, or a \"base_url\" that needs none" } : undefined
)).pipe(Schema.encodeKeys({
  baseUrl: "base_url",
  apiKeyEnv: "api_key_env",
  handoffTo: "handoff_to",
  historyTexts: "history_texts",
  historyCharacters: "history_characters",
  maxSegments: "max_segments",
  maxTexts: "max_texts",
  shareUserNumber: "share_user_number"
}))
export type ModelAgent = typeof ModelAgent.Type
