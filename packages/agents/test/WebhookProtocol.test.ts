import { assert, describe, it } from "@effect/vitest"
import { AgentAnswer, AgentTurn } from "@parley/contract/AgentTurn"
import { DateTime, Result, Schema } from "effect"
import type { SpokenText, TurnAnswer } from "@parley/core/ports/Agent"
import { readAnswer, requestBody } from "../src/WebhookProtocol.ts"
import { replyTo, said } from "./conversation.ts"

const nothing: TurnAnswer = { messages: [], end: null, handoff: null }
const conversationId = "TW_SMS_01"

const answers: ReadonlyArray<readonly [name: string, answer: unknown, TurnAnswer]> = [
  ["an empty object says nothing", {}, nothing],
  ["nulls say nothing", { messages: null, end: null, handoff: null }, nothing],
  ["end: true is a natural end", { messages: [], end: true }, { ...nothing, end: "natural_end" }],
  ["end: false is none", { messages: ["Hi"], end: false }, { ...nothing, messages: ["Hi"] }],
  ["user_end is kept", { end: "user_end" }, { ...nothing, end: "user_end" }],
  ["a hand-over needs no reason", { handoff: { destination: "front desk" } }, { ...nothing, handoff: { destination: "front desk", reason: null } }],
  ["a hand-over wins over an end", { messages: ["One moment."], end: true, handoff: { destination: "front desk", reason: "angry" } }, {
    messages: ["One moment."],
    end: null,
    handoff: { destination: "front desk", reason: "angry" }
  }],
  ["the shape of the function SDK is understood", { conversation_id: conversationId, response: "Hi", end_conversation: true }, { ...nothing, messages: ["Hi"], end: "natural_end" }],
  ["an empty response says nothing", { conversation_id: conversationId, response: "", handoff: { destination: "sales", reason: "price" } }, {
    ...nothing,
    handoff: { destination: "sales", reason: "price" }
  }],
  ["keys that it does not know are ignored beside those it knows", { messages: ["Hi"], model: "x" }, { ...nothing, messages: ["Hi"] }]
]

const wrong: ReadonlyArray<readonly [name: string, body: string, detail: RegExp]> = [
  ["text that is not JSON", "<html>", /the body is not JSON/u],
  ["an empty body", "", /the body is empty: answer 204/u],
  ["a list", "[]", /must be a JSON object/u],
  ["null", "null", /must be a JSON object/u],
  ["only unknown keys", "{\"message\":\"Hi\"}", /holds none of messages, response/u],
  ["messages that are no list", "{\"messages\":\"secret words\"}", /^messages must be array \| null$/u],
  ["a message that is a number", "{\"messages\":[\"a\",5]}", /messages\[1\] must be string/u],
  ["an empty message", "{\"messages\":[\"\"]}", /messages\[0\] must not be empty/u],
  ["a message of 1601 characters", JSON.stringify({ messages: ["x".repeat(1_601)] }), /messages\[0\] must be at most 1600 characters/u],
  ["a message of eleven segments", JSON.stringify({ response: "x".repeat(1_531) }), /response must fit in 10 segments/u],
  ["half a surrogate pair", "{\"messages\":[\"\\ud83d\"]}", /half a surrogate pair/u],
  ["NUL", "{\"response\":\"a\\u0000b\"}", /U\+0000/u],
  ["eleven messages", JSON.stringify({ messages: Array(11).fill("x") }), /messages must hold at most 10 messages, not 11/u],
  ["200 messages", JSON.stringify({ messages: Array(200).fill("x") }), /not 200/u],
  ["200 bad messages, in a sentence", JSON.stringify({ messages: Array(200).fill("") }), /^.{1,400}$/u],
  ["an end that it does not know", "{\"end\":\"abandoned\"}", /end must be "natural_end"/u],
  ["a hand-over to nowhere", "{\"handoff\":{}}", /handoff\.destination is missing/u],
  ["a blank destination", "{\"handoff\":{\"destination\":\" \"}}", /handoff\.destination must not be blank/u],
  ["files over plain http", "{\"messages\":[{\"media\":[\"http://example.com/a.png\"]}]}", /messages\[0\]\.media\[0\] must be an https URL/u],
  ["no files where there should be some", "{\"messages\":[{\"text\":\"Hi\",\"media\":[]}]}", /messages\[0\]\.media/u],
  ["files with a text that is blank", "{\"messages\":[{\"text\":\"  \",\"media\":[\"https://example.com/a.png\"]}]}", /messages\[0\]\.text must not be blank/u],
  ["messages and a response", "{\"messages\":[\"a\"],\"response\":\"b\"}", /both messages and response/u],
  ["words for another conversation", "{\"conversation_id\":\"other\",\"response\":\"b\"}", /another conversation/u]
]

const read = (body: string | Uint8Array) => readAnswer(Buffer.from(body), conversationId)

describe("WebhookProtocol", () => {
  it("tells what the contract says that an agent is told", () => {
    const picture = { url: "https://example.com/a.png", contentType: "image/png", sizeBytes: null }
    const request = replyTo([said(1, "api", "Tomorrow at 10?"), { ...said(2, "user", "YES"), media: [picture] }], "send")
    const turn = Schema.decodeUnknownSync(AgentTurn, { onExcessProperty: "error" })(JSON.parse(requestBody(request)))
    // The answer can't be fetched where the carrier keeps it, but where the API serves it.
    const served = (text: SpokenText) => ({ ...text, media: text.media.map((file, index) => ({ ...file, path: `/v1/messages/${text.messageId}/media/${index}` })) })
    assert.deepStrictEqual(turn.texts, request.texts.map(served))
    assert.deepStrictEqual(turn.history, request.history.map(served))
    assert.isTrue(DateTime.Equivalence(turn.session.openedAt, request.session.openedAt))
  })

  for (const answer of [{}, { messages: ["Hi"] }, { messages: null, end: null, handoff: null }, { end: true }, { end: false }, { end: "user_end" }, { end: "natural_end" }, { handoff: { destination: "desk" } }, { conversation_id: conversationId, handoff: { destination: "desk", reason: null } }, { messages: ["Hi", { text: "Your ticket", media: ["https://example.com/a.png"] }, { media: ["https://example.com/b.png"] }] }]) {
    it(`understands what the contract lets an agent answer: ${JSON.stringify(answer)}`, () => {
      const allowed = Schema.decodeUnknownSync(AgentAnswer, { onExcessProperty: "error" })(answer)
      assert.isTrue(Result.isSuccess(read(JSON.stringify(Schema.encodeSync(AgentAnswer)(allowed)))))
    })
  }

  for (const [name, answer, expected] of answers) {
    it(name, () => {
      assert.deepStrictEqual(read(JSON.stringify(answer)), Result.succeed(expected))
    })
  }

  for (const [name, body, detail] of wrong) {
    it(`refuses ${name}`, () => {
      const failure = Result.getFailure(read(body))
      assert.match(failure._tag === "Some" ? failure.value : "", detail)
    })
  }

  it("refuses a body that is not UTF-8", () => {
    assert.deepStrictEqual(read(Buffer.from([0x22, 0xff, 0x22])), Result.fail("the body is not UTF-8"))
  })

  it("takes a byte order mark for nothing", () => {
    assert.deepStrictEqual(read("\ufeff{}"), Result.succeed(nothing))
  })

  it("says what is wrong without quoting the answer", () => {
    for (const body of ["{\"messages\":\"hunter2\"}", "{\"messages\":[{\"hunter2\":1}]}", "{\"end\":\"hunter2\"}", "hunter2", "{\"hunter2\":1}", "{\"conversation_id\":\"hunter2\"}"]) {
      const failure = Result.getFailure(read(body))
      assert.isTrue(failure._tag === "Some" && !failure.value.includes("hunter2"), body)
    }
  })
})
