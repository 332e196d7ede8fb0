import { createHmac } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import { Agent, type TurnRequest } from "@parley/core/ports/Agent"
import * as Agents from "../src/Agents.ts"
import type { Cidr } from "../src/AddressGuard.ts"
import { json, serve } from "./agentServer.ts"
import { replyTo, said, session, turnId } from "./conversation.ts"

const secrets: Readonly<Record<string, string>> = {
  DEMO_SECRET: "a secret of letters",
  DEMO_WHSEC: "whsec_c2VjcmV0IG9mIGJ5dGVz",
  EMPTY_SECRET: "",
  BROKEN_SECRET: "whsec_!!!"
}

const layer = (options: Partial<Agents.AgentsOptions> = {}) =>
  Agents.layer({
    secret: (name) => Option.map(Option.fromNullishOr(secrets[name]), (secret) => Redacted.make(secret)),
    allowLoopback: true,
    allowPrivate: [] as ReadonlyArray<Cidr>,
    ...options
  })

const greeting = said(0, "api", "Your appointment is tomorrow at 10:00.")
const request = replyTo([greeting, said(1, "user", "Yes \u{1F44D}")], "send")

interface Call {
  readonly secretEnv?: string
  readonly timeout?: Duration.Duration
  readonly options?: Partial<Agents.AgentsOptions>
}

const call = (url: string, turn: TurnRequest = request, { options, secretEnv, timeout }: Call = {}) =>
  Agent.use((agent) => agent.call({ type: "webhook", url, secretEnv: secretEnv ?? null }, turn, timeout ?? Duration.seconds(20))).pipe(
    Effect.provide(layer(options))
  )

describe("WebhookAgent", () => {
  it.live("posts the turn, and brings the answer", () =>
    Effect.gen(function*() {
      const server = yield* serve(json({ messages: ["Thank you.", "See you tomorrow."], end: "natural_end" }))
      assert.deepStrictEqual(yield* call(server.url), { messages: ["Thank you.", "See you tomorrow."], end: "natural_end", handoff: null })
      const [received] = server.received
      assert.strictEqual(server.received.length, 1)
      assert.strictEqual(received?.method, "POST")
      assert.strictEqual(received?.headers["content-type"], "application/json")
      assert.strictEqual(received?.headers["idempotency-key"], turnId)
      assert.isUndefined(received?.headers["webhook-signature"])
      assert.deepStrictEqual(JSON.parse(received?.body ?? ""), {
        turn_id: turnId,
        kind: "reply",
        attempt: 1,
        conversation_id: session("send").id,
        channel_type: "sms",
        session: {
          id: session("send").id,
          project: "demo",
          environment: "sandbox",
          user_number: "+447700900123",
          agent_number: "+447700900456",
          opening: "send",
          opened_at: "2026-11-24T09:00:00.000Z",
          end_reason: null
        },
        texts: [{ message_id: request.texts[0]?.messageId, author: "user", text: "Yes \u{1F44D}", media: [], at: "2026-11-24T09:00:01.000Z" }],
        history: [
          { message_id: greeting.messageId, author: "api", text: "Your appointment is tomorrow at 10:00.", media: [], at: "2026-11-24T09:00:00.000Z" },
          { message_id: request.texts[0]?.messageId, author: "user", text: "Yes \u{1F44D}", media: [], at: "2026-11-24T09:00:01.000Z" }
        ]
      })
    }).pipe(Effect.scoped))

  for (const [secretEnv, key] of [["DEMO_SECRET", "a secret of letters"], ["DEMO_WHSEC", "secret of bytes"]] as const) {
    it.live(`signs with ${secretEnv}`, () =>
      Effect.gen(function*() {
        const server = yield* serve(json({}))
        yield* call(server.url, request, { secretEnv })
        const [received] = server.received
        const timestamp = received?.headers["webhook-timestamp"]
        const expected = createHmac("sha256", key).update(`${turnId}.${String(timestamp)}.${received?.body}`).digest("base64")
        assert.strictEqual(received?.headers["webhook-id"], turnId)
        assert.match(String(timestamp), /^\d{10}$/u)
        assert.strictEqual(received?.headers["webhook-signature"], `v1,${expected}`)
      }).pipe(Effect.scoped))
  }
})
