import { Event } from "@parley/contract/Event"
import { Schema } from "effect"
import { expect, it } from "vitest"
import { receiveEvent, signedTestTurn, signWebhook, WebhookError } from "../src/webhooks.ts"

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const optOut = {
  id: `evt_${"0".repeat(26)}`,
  type: "opt_out.recorded",
  occurred_at: "2026-11-24T09:00:23.000Z",
  account: "ws-demo",
  project: "demo",
  environment: "live",
  data: { user_number: "+447700900123", agent_number: "+15005550006", environment: "live", source: "keyword", opted_out_at: "2026-11-24T09:00:23.000Z" }
}
const signed = async (body: string, by = secret) => ({ body, headers: await signWebhook(body, by) })

it("an event arrives in camelCase, with times as Date", async () => {
  const body = JSON.stringify(optOut)
  Schema.decodeUnknownSync(Event, { onExcessProperty: "error" })(JSON.parse(body))
  const event = await receiveEvent(await signed(body), secret)
  expect(event).toMatchObject({ id: optOut.id, type: "opt_out.recorded", occurredAt: new Date(optOut.occurred_at), data: { userNumber: "+447700900123", source: "keyword", optedOutAt: new Date(optOut.occurred_at) } })
})

it("one of two secrets is enough, while one is rotated", async () => {
  expect(await receiveEvent(await signed(JSON.stringify(optOut)), ["another", secret])).toMatchObject({ id: optOut.id })
})

it.each([["no JSON", "<html>"], ["another webhook", "{\"type\":\"ping\"}"], ["null", "null"]])("a signed body that is %s is refused", async (_, body) => {
  await expect(receiveEvent(await signed(body), secret)).rejects.toMatchObject({ reason: "malformed_body" })
})

it("the call of an agent is no event, and what another secret signed is nobody's", async () => {
  await expect(receiveEvent(await signedTestTurn({}, secret), secret)).rejects.toMatchObject({ reason: "malformed_body" })
  await expect(receiveEvent(await signed(JSON.stringify(optOut), "another"), secret)).rejects.toThrow(WebhookError)
})
