import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { TurnAnswer } from "@parley/core/ports/Agent"
import { readAnswer } from "../src/ChatAnswer.ts"
import { completion, model, ollamaCompletion, toolCall } from "./chatModel.ts"

const agent = model({ handoff_to: ["front desk", "billing"], max_segments: 1, max_texts: 2 })
const says = (...messages: ReadonlyArray<string>): TurnAnswer => ({ messages, end: null, handoff: null })
const toDesk = (reason: string | null = null, ...messages: ReadonlyArray<string>): TurnAnswer => ({ messages, end: null, handoff: { destination: "front desk", reason } })
const choice = (content: string) => ({ index: 0, message: { role: "assistant", content }, finish_reason: "stop" })
const { choices: _, ...bare } = completion({})

const rows: ReadonlyArray<readonly [name: string, body: unknown, answer: TurnAnswer]> = [
  ["words are a text", completion({ content: "See you tomorrow." }), says("See you tomorrow.")],
  ["words of a server that leaves fields out are one too", ollamaCompletion("See you tomorrow."), says("See you tomorrow.")],
  ["words in parts are one text", completion({ content: [{ type: "thinking", thinking: "hm" }, { type: "text", text: "See you." }, { type: "image", text: 5 }] }), says("See you.")],
  ["words for more than one text are split", completion({ content: `${"One sentence of it. ".repeat(8)}${"Another of them. ".repeat(8)}` }), says("One sentence of it. ".repeat(8).trim(), "Another of them. ".repeat(8).trim())],
  ["of several choices the first counts", { ...bare, choices: [choice("First"), choice("Second")] }, says("First")],
  ["a refusal is what the model has to say", completion({ refusal: "I can't help with that." }), says("I can't help with that.")],
  ["thoughts are not said", completion({ content: "<think>They want a refund.\nNo.</think>\n\nLet me see." }), says("Let me see.")],
  ["what broke off ends with a whole sentence", completion({ content: "We open at nine. We cl" }, "length"), says("We open at nine.")],
  ["the end may come without words", completion({ tool_calls: [toolCall("end_conversation", { reason: "natural_end" })] }), { ...says(), end: "natural_end" }],
  ["the end may be the user's", completion({ content: "Bye!", tool_calls: [toolCall("end_conversation", { reason: "user_end" })] }), { ...says("Bye!"), end: "user_end" }],
  ["the end may say goodbye itself", completion({ tool_calls: [toolCall("end_conversation", { reason: "natural_end", message: "Goodbye!" })] }), { ...says("Goodbye!"), end: "natural_end" }],
  ["what is said twice is said once", completion({ content: "Goodbye!", tool_calls: [toolCall("end_conversation", { message: " Goodbye! " })] }), { ...says("Goodbye!"), end: "natural_end" }],
  ["what is said beside a tool comes before what is said with it", completion({ content: "Sure.", tool_calls: [toolCall("hand_off", { destination: "front desk", message: "One moment." })] }), toDesk(null, "Sure.\n\nOne moment.")],
  ["a hand-over names where to and why", completion({ tool_calls: [toolCall("hand_off", { destination: "billing", reason: "Wants a refund." })] }), { messages: [], end: null, handoff: { destination: "billing", reason: "Wants a refund." } }],
  ["a hand-over wins over an end", completion({ tool_calls: [toolCall("end_conversation", {}), toolCall("hand_off", { destination: "front desk" })] }), toDesk()],
  ["a hand-over to nobody is to the first destination", completion({ tool_calls: [toolCall("hand_off", { destination: "the CEO" })] }), toDesk()],
  ["arguments that are no JSON are none", completion({ tool_calls: [toolCall("hand_off", "{\"destination\": \"bil")] }), toDesk()],
  ["arguments of other types are none", completion({ tool_calls: [toolCall("hand_off", { destination: ["billing"], reason: { a: 1 }, message: 7 })] }), toDesk()],
  ["arguments that are a list are none", completion({ tool_calls: [toolCall("end_conversation", "[1]")] }), { ...says(), end: "natural_end" }],
  ["arguments that are empty are none", completion({ tool_calls: [toolCall("end_conversation", "")] }), { ...says(), end: "natural_end" }],
  ["arguments that come as an object are taken", completion({ tool_calls: [{ function: { name: "hand_off", arguments: { destination: "billing" } } }] }), { messages: [], end: null, handoff: { destination: "billing", reason: null } }],
  ["a prototype is no argument", completion({ tool_calls: [toolCall("hand_off", "{\"__proto__\":{\"destination\":\"billing\"},\"constructor\":1}")] }), toDesk()],
  ["a reason is cleaned and bounded", completion({ tool_calls: [toolCall("hand_off", { destination: "front desk", reason: `\u0000${"x".repeat(5_000)}` })] }), toDesk("x".repeat(1_000))],
  ["a blank reason is none", completion({ tool_calls: [toolCall("hand_off", { destination: "front desk", reason: " \n" })] }), toDesk()],
  ["tools that nobody offered are ignored beside words", completion({ content: "Hi", tool_calls: [toolCall("transfer_money", { to: "me" }), "nonsense", null, { function: {} }] }), says("Hi")],
  ["tool calls that are no list are ignored", completion({ content: "Hi", tool_calls: "hand_off" }), says("Hi")],
  ["control characters and halves of emoji are not sent", completion({ content: "a\u0000b\u0007 \ud83d" }), says("ab \ufffd")],
  ["an end of a reason that nobody knows is natural", completion({ content: "Hi" }, "end_of_days"), says("Hi")]
]

const none: ReadonlyArray<readonly [name: string, body: unknown, detail: RegExp, isPermanent?: true]> = [
  ["nothing", null, /no chat completion/u],
  ["a list", [], /no chat completion/u],
  ["no choices", { ...bare, choices: [] }, /no chat completion/u],
  ["a choice without a message", { ...bare, choices: [{ index: 0 }] }, /no chat completion/u],
  ["empty words", completion({ content: "" }), /said nothing/u],
  ["blank words", completion({ content: " \u200b\n" }), /said nothing/u],
  ["null", completion({}), /said nothing/u],
  ["words of another type", completion({ content: 7 }), /said nothing/u],
  ["thoughts alone", completion({ content: "<think>So much to consider" }), /said nothing/u],
  ["only tools that nobody offered", completion({ tool_calls: [toolCall("search_web", {})] }), /said nothing/u],
  ["only thoughts until the limit of tokens", completion({ content: "" }, "length"), /limit of tokens.*max_completion_tokens/u, true],
  ["what a filter left of it", completion({ content: "Half of wh" }, "content_filter"), /filter withheld/u, true]
]

describe("ChatAnswer", () => {
  for (const [name, body, answer] of rows) {
    it(name, () => {
      assert.deepStrictEqual(Result.getOrThrow(readAnswer(agent, body)).answer, answer)
    })
  }

  for (const [name, body, detail, isPermanent = false] of none) {
    it(`${name}: no answer${isPermanent ? ", and asking again brings none" : ""}`, () => {
      const failure = Result.getOrThrow(Result.flip(readAnswer(agent, body)))
      assert.match(failure.detail, detail)
      assert.strictEqual(failure.isPermanent, isPermanent)
    })
  }

  it("without tools or destinations, calls of them count for nothing", () => {
    const both = completion({ content: "Hi", tool_calls: [toolCall("end_conversation", {}), toolCall("hand_off", {})] })
    assert.deepStrictEqual(Result.getOrThrow(readAnswer(model({ tools: false }), both)).answer, says("Hi"))
    assert.deepStrictEqual(Result.getOrThrow(readAnswer(model({ handoff_to: [] }), both)).answer, { ...says("Hi"), end: "natural_end" })
  })

  it("tells tokens, the model and whether words were left out", () => {
    const told = (body: unknown) => Result.getOrThrow(readAnswer(agent, body)).told
    assert.deepStrictEqual(told(completion({ content: "Hi" })), { model: "gpt-4.1-mini-2025-04-14", finish: "stop", usage: { inputTokens: 412, outputTokens: 23 }, isCut: false })
    assert.isTrue(told(completion({ content: "A sentence of some length. ".repeat(40) })).isCut)
    assert.isNull(told({ ...completion({ content: "Hi" }), usage: { prompt_tokens: "many", completion_tokens: -1 } }).usage)
    assert.isNull(told({ ...completion({ content: "Hi" }), usage: null }).usage)
  })

  it("tells none of the endpoint's own words", () => {
    const { finish, model } = Result.getOrThrow(readAnswer(agent, { ...completion({ content: "Hi" }, "sk-hunter2"), model: "sk-hunter2" })).told
    assert.deepStrictEqual([finish, model], ["other", null])
  })
})
