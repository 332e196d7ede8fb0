/** What a chat model answered, as the port's answer. Nothing of it is trusted: words become texts that can be sent, and of tools only the known ones count. */
import { Option, Result, Schema } from "effect"
import type { TurnAnswer } from "@parley/core/ports/Agent"
import type { ModelAgent } from "@parley/core/ModelAgent"
import { endTool, handoffTool } from "./ChatPrompt.ts"
import { clean, fit, isVisible } from "./SmsTexts.ts"

const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

// Only what is needed, and the rest as it may come: compatible servers leave fields out and add some.
const Completion = Schema.Struct({
  choices: Schema.NonEmptyArray(Schema.Struct({
    finish_reason: maybe(Schema.Unknown),
    message: Schema.Struct({ content: maybe(Schema.Unknown), refusal: maybe(Schema.Unknown), tool_calls: maybe(Schema.Unknown) })
  })),
  model: maybe(Schema.Unknown),
  usage: maybe(Schema.Unknown)
})
const decode = Schema.decodeUnknownOption(Completion)

const Part = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String })
const decodePart = Schema.decodeUnknownOption(Part)
const ToolCall = Schema.Struct({ function: Schema.Struct({ name: Schema.String, arguments: Schema.optionalKey(Schema.Unknown) }) })
const decodeToolCall = Schema.decodeUnknownOption(ToolCall)
const isObject = Schema.is(Schema.Record(Schema.String, Schema.Unknown))
const Usage = Schema.Struct({ prompt_tokens: Schema.Natural, completion_tokens: Schema.Natural })
const decodeUsage = Schema.decodeUnknownOption(Usage)

/** What is told of a call that brought an answer. No word of the endpoint is told as it came: it may be anything, like the key. */
export interface Told {
  /** The model that answered, where its name is the asked one's with more to it, like a date. */
  readonly model: string | null
  readonly finish: Finish
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null
  /** True when it said more than fits. */
  readonly isCut: boolean
}

export interface ChatAnswer {
  readonly answer: TurnAnswer
  readonly told: Told
}

/** Why it is no answer: a sentence without its last stop; whether asking the same again may bring one. */
export interface NoAnswer {
  readonly detail: string
  readonly isPermanent: boolean
}

const Finish = Schema.Literals(["stop", "length", "tool_calls", "content_filter"])
type Finish = typeof Finish.Type | "other"
const isFinish = Schema.is(Finish)

const modelOf = (value: unknown, asked: string): string | null =>
  typeof value === "string" && value.includes(asked) && /^[\w.:/@-]{1,200}$/u.test(value) ? value : null

/** Models that think aloud do so at the beginning, where their server does not take it out. Never closed, it is all there is. */
const withoutThoughts = (text: string): string => text.replace(/^\s*<think(?:ing)?>(?:[\s\S]*?<\/think(?:ing)?>|[\s\S]*$)/u, "")

const wordsIn = (content: unknown): string => {
  if (typeof content === "string") return withoutThoughts(content)
  if (!Array.isArray(content)) return ""
  return withoutThoughts(content.flatMap((part) => Option.match(decodePart(part), { onNone: () => [], onSome: ({ text }) => [text] })).join("\n"))
}

interface Called {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** Arguments come as JSON within a text, from some servers as they are. Whatever else they are, they are none. */
const argumentsOf = (given: unknown): Called["arguments"] => {
  const value: unknown = typeof given === "string" ? Result.getOrElse(Result.try(() => JSON.parse(given) as unknown), () => null) : given
  return isObject(value) ? value : {}
}

const callsIn = (toolCalls: unknown): ReadonlyArray<Called> =>
  (Array.isArray(toolCalls) ? toolCalls : []).slice(0, 20).flatMap((call) =>
    Option.match(decodeToolCall(call), { onNone: () => [], onSome: (of) => [{ name: of.function.name, arguments: argumentsOf(of.function.arguments) }] })
  )

const note = (value: unknown, characters: number): string | null => {
  const text = typeof value === "string" ? clean(value).slice(0, characters).toWellFormed() : ""
  return isVisible(text) ? text : null
}

/** To a destination that the project does not know nobody comes: then it is the first one's. */
const handoffBy = ({ handoffTo }: ModelAgent, calls: ReadonlyArray<Called>): TurnAnswer["handoff"] => {
  const call = calls.find(({ name }) => name === handoffTool)
  const [first] = handoffTo
  if (call === undefined || first === undefined) return null
  return { destination: handoffTo.find((one) => one === call.arguments["destination"]) ?? first, reason: note(call.arguments["reason"], 1_000) }
}

const endBy = (calls: ReadonlyArray<Called>): TurnAnswer["end"] => {
  const call = calls.find(({ name }) => name === endTool)
  return call === undefined ? null : call.arguments["reason"] === "user_end" ? "user_end" : "natural_end"
}

/** What it says, then what it says with its tools, once. */
const saidIn = (content: string, calls: ReadonlyArray<Called>): string => {
  const all = [content, ...calls.map((call) => call.arguments["message"]).filter((message) => typeof message === "string")].map(clean).filter(isVisible)
  return [...new Set(all)].join("\n\n")
}

const silent = (finish: Finish): NoAnswer =>
  finish === "length"
    ? { detail: "the model reached its limit of tokens before it said anything: raise \"max_completion_tokens\" or \"max_tokens\" in \"parameters\" of the agent", isPermanent: true }
    : { detail: "the model said nothing", isPermanent: false }

/**
 * Reads an answer. Of several choices the first counts. A hand-over wins over an end, as for other agents; a refusal is what the model has to say.
 * @param body JSON, decoded
 */
export const readAnswer = (agent: ModelAgent, body: unknown): Result.Result<ChatAnswer, NoAnswer> => {
  const completion = Option.getOrUndefined(decode(body))
  if (completion === undefined) return Result.fail({ detail: "the answer is no chat completion (choices[0].message is missing)", isPermanent: false })
  const [{ finish_reason, message }] = completion.choices
  const finish: Finish = isFinish(finish_reason) ? finish_reason : "other"
  // What a filter has left of an answer is no answer.
  if (finish === "content_filter") return Result.fail({ detail: "the provider's filter withheld the answer", isPermanent: true })
  const calls = agent.tools ? callsIn(message.tool_calls).filter(({ name }) => name === endTool || (name === handoffTool && agent.handoffTo.length > 0)) : []
  const content = wordsIn(message.content)
  const said = saidIn(isVisible(content) ? content : wordsIn(message.refusal), calls)
  const { isCut, texts } = fit(said, agent, finish === "length")
  const handoff = handoffBy(agent, calls)
  const end = handoff === null ? endBy(calls) : null
  if (texts.length === 0 && handoff === null && end === null) return Result.fail(silent(finish))
  const usage = Option.getOrUndefined(decodeUsage(completion.usage))
  return Result.succeed({
    answer: { messages: texts, end, handoff },
    told: {
      model: modelOf(completion.model, agent.model),
      finish,
      usage: usage === undefined ? null : { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens },
      isCut
    }
  })
}
