/** Both ends of the Standard Webhooks scheme: what signs the agents' calls, and what the client verifies them with. */
import { keyOf, sign, verify } from "@parley/agents/StandardWebhook"
import { signWebhook, verifyWebhook } from "@parley/sdk/webhooks"
import { DateTime, Redacted, Result } from "effect"
import { expect, it } from "vitest"

const at = new Date("2026-11-24T09:00:00Z")
const id = "turn_01KAV3H1Z07C9T0W4S5M8QXB2R"
const body = "{\"text\":\"d\u00e9j\u00e0 \u{1F44D}\"}"
const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2VjcmV0", "plain text \u00e9"]

it.each(secrets)("what is signed with %j is the same at both ends", async (secret) => {
  const key = Result.getOrThrow(keyOf(Redacted.make(secret)))
  const timestampSeconds = at.getTime() / 1000
  const ours = await signWebhook(body, secret, { id, at })
  expect(ours["webhook-signature"]).toBe(sign({ id, timestampSeconds, body }, key))
  expect(await verifyWebhook({ body, headers: { ...ours, "webhook-signature": sign({ id, timestampSeconds, body }, key) } }, secret, { now: at })).toMatchObject({ id, sentAt: at })
  const theirs = { id: ours["webhook-id"], timestamp: ours["webhook-timestamp"], signature: ours["webhook-signature"] }
  expect(verify(theirs, body, [key], DateTime.fromDateUnsafe(at))).toEqual(Result.succeed(id))
})
