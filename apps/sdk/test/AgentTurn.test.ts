import { AgentTurn as ContractTurn } from "@parley/contract/AgentTurn"
import { DateTime, Schema } from "effect"
import { expect, it } from "vitest"
import { receiveAgentTurn, signedTestTurn, signWebhook, WebhookError } from "../src/webhooks.ts"

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

it("a test turn is what the contract says that an agent is told", async () => {
  const { body } = await signedTestTurn({ texts: ["YES", { text: "please", media: [{ url: "https://example.com/a.png", contentType: "image/png", sizeBytes: null, path: null }] }] }, secret)
  const turn = Schema.decodeUnknownSync(ContractTurn, { onExcessProperty: "error" })(JSON.parse(body))
  expect(turn).toMatchObject({ kind: "reply", attempt: 1, channelType: "sms", texts: [{ author: "user", text: "YES" }, { text: "please", media: [{ contentType: "image/png" }] }] })
  expect(turn.history).toEqual(turn.texts)
  expect(DateTime.isDateTime(turn.session.openedAt)).toBe(true)
})

it("a turn arrives in camelCase, with times as Date", async () => {
  const at = new Date("2026-11-24T09:00:23Z")
  const call = await signedTestTurn({ texts: [{ text: "YES", at }], session: { userNumber: "+447700900123" }, turnId: "turn_1", attempt: 2 }, secret)
  const turn = await receiveAgentTurn(new Request("http://127.0.0.1/agent", call), secret)
  expect(turn).toMatchObject({ turnId: "turn_1", attempt: 2, session: { userNumber: "+447700900123", endReason: null }, texts: [{ text: "YES", at }] })
  expect(turn.conversationId).toBe(turn.session.id)
  expect(turn.session.openedAt).toBeInstanceOf(Date)
})

it("a test turn of the start or the end has no texts of its own", async () => {
  const start = await receiveAgentTurn(await signedTestTurn({ kind: "start" }, secret), secret)
  const end = await receiveAgentTurn(await signedTestTurn({ kind: "end", history: ["Hi"] }, secret), secret)
  expect([start.texts, start.session.endReason, end.texts, end.session.endReason, end.history.length]).toEqual([[], null, [], "natural_end", 1])
})

it.each([["no JSON", "<html>"], ["another webhook", "{\"type\":\"ping\"}"], ["null", "null"]])("a signed body that is %s is refused", async (_, body) => {
  await expect(receiveAgentTurn({ body, headers: await signWebhook(body, secret) }, secret)).rejects.toMatchObject({ reason: "malformed_body" })
})

it("a turn that was signed with another secret is refused", async () => {
  await expect(receiveAgentTurn(await signedTestTurn({}, "another"), secret)).rejects.toThrow(WebhookError)
})
