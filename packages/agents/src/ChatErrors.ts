/** What a chat model's endpoint says instead of an answer, in our words: what is wrong, what to do, and whether another call may do better. */
import { Option, Schema } from "effect"
import { AgentFailure } from "@parley/core/ports/Agent"
import type { ModelAgent } from "@parley/core/ModelAgent"
import { waitOf } from "./RetryAfter.ts"

/** What the endpoint said, as far as it was read. */
export interface ChatError {
  readonly status: number
  /** Of its `Retry-After`, in seconds or as a date. */
  readonly retryAfter: string | undefined
  readonly body: unknown
}

interface Row {
  readonly reason: AgentFailure["reason"]
  /** The rest of a sentence that begins with the host and ends with the status. */
  readonly says: (agent: ModelAgent) => string
  readonly isPermanent: boolean
}

const key = ({ apiKeyEnv }: ModelAgent) => apiKeyEnv === null ? "wants a key: name its environment variable with \"api_key_env\" of the agent" : `refuses the key in ${apiKeyEnv}: set a valid one in the gateway's environment`
const model = ({ model }: ModelAgent) => `does not know the model ${model}, or the URL is wrong: correct "model" or "base_url" of the agent`
const credit = () => "refuses because the account's quota or credit is used up: see to its billing"
const context = () => "finds the conversation longer than the model takes: lower \"history_characters\" or shorten \"instructions\" of the agent"

// Sources: OpenAI's guide to error codes; the codes of compatible servers where they are other ones. Neither their messages nor codes without a row are repeated: some hold part of the key.
const byCode: Readonly<Record<string, Row>> = {
  invalid_api_key: { reason: "misconfigured", says: key, isPermanent: true },
  model_not_found: { reason: "misconfigured", says: model, isPermanent: true },
  insufficient_quota: { reason: "refused", says: credit, isPermanent: true },
  billing_hard_limit_reached: { reason: "refused", says: credit, isPermanent: true },
  billing_not_active: { reason: "refused", says: credit, isPermanent: true },
  context_length_exceeded: { reason: "refused", says: context, isPermanent: true },
  string_above_max_length: { reason: "refused", says: context, isPermanent: true },
  content_filter: { reason: "refused", says: () => "has a filter that does not let this conversation through", isPermanent: true },
  content_policy_violation: { reason: "refused", says: () => "has a filter that does not let this conversation through", isPermanent: true },
  unsupported_parameter: { reason: "misconfigured", says: () => "does not take what is asked of it: correct \"parameters\" of the agent, or switch its \"tools\" off", isPermanent: true },
  unsupported_value: { reason: "misconfigured", says: () => "does not take what is asked of it: correct \"parameters\" of the agent, or switch its \"tools\" off", isPermanent: true }
}

const byStatus: Readonly<Record<number, Row>> = {
  400: { reason: "refused", says: () => "refuses the request: correct \"model\" and \"parameters\" of the agent, or switch its \"tools\" off if the model knows none", isPermanent: true },
  401: { reason: "misconfigured", says: key, isPermanent: true },
  402: { reason: "refused", says: credit, isPermanent: true },
  403: { reason: "misconfigured", says: ({ apiKeyEnv }) => `does not let ${apiKeyEnv === null ? "a call without a key" : `the key in ${apiKeyEnv}`} use the model: see to its permissions there, or use another one`, isPermanent: true },
  404: { reason: "misconfigured", says: model, isPermanent: true },
  405: { reason: "misconfigured", says: model, isPermanent: true },
  413: { reason: "refused", says: context, isPermanent: true },
  422: { reason: "refused", says: () => "refuses the request: correct \"model\" and \"parameters\" of the agent, or switch its \"tools\" off if the model knows none", isPermanent: true },
  429: { reason: "refused", says: () => "is asked too often", isPermanent: false }
}

const away: Row = { reason: "refused", says: () => "can't answer now", isPermanent: false }

const Body = Schema.Struct({ error: Schema.Struct({ code: Schema.optionalKey(Schema.Unknown), type: Schema.optionalKey(Schema.Unknown) }) })
const decode = Schema.decodeUnknownOption(Body)

const rowOf = ({ body, status }: ChatError): Row => {
  const words: ReadonlyArray<unknown> = Option.match(decode(body), { onNone: () => [], onSome: ({ error }) => [error.code, error.type] })
  const word = words.filter((word) => typeof word === "string").find((word) => Object.hasOwn(byCode, word))
  // A 5xx with such a word is an accident of theirs all the same.
  return (word !== undefined && status < 500 ? byCode[word] : undefined) ?? byStatus[status] ?? away
}

/** @param host as the sentence names it */
export const failureOf = (agent: ModelAgent, host: string, error: ChatError, nowMillis: number): AgentFailure => {
  const { isPermanent, reason, says } = rowOf(error)
  const again = isPermanent ? "never" : waitOf(error.retryAfter, nowMillis)
  return new AgentFailure({ reason, detail: `${host} ${says(agent)} (${error.status}).`, ...again === undefined ? {} : { again } })
}

/** The status that a body with `error` and 200 stands for: routers answer so when the model behind them fails. */
export const reportedStatus = (body: unknown): number | undefined =>
  Option.getOrUndefined(Option.map(decode(body), ({ error: { code } }) => typeof code === "number" && code >= 400 && code < 600 ? code : 502))
