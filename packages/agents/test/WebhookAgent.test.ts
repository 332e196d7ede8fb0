import { createHmac } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Agent, type AgentFailure, type TurnAnswer, type TurnRequest } from "@parley/core/ports/Agent"
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

/** Why a call fails; the detail is a sentence that fits `detail`. */
const fails = (effect: Effect.Effect<TurnAnswer, AgentFailure>, reason: AgentFailure["reason"], detail: RegExp) =>
  Effect.map(Effect.flip(effect), (failure) => {
    assert.strictEqual(failure.reason, reason, failure.detail)
    assert.match(failure.detail, detail)
    assert.match(failure.detail, /^\S.*\.$/u)
  })

const loopTurns = (count: number) =>
  Effect.promise(async () => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
  })

const nothing: TurnAnswer = { messages: [], end: null, handoff: null }

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

  it.live("a 204 says nothing", () =>
    Effect.gen(function*() {
      const server = yield* serve((response) => response.writeHead(204).end())
      assert.deepStrictEqual(yield* call(server.url), nothing)
    }).pipe(Effect.scoped))

  for (const [name, body, detail] of [
    ["text that is not JSON", "<html>", /^127\.0\.0\.1:\d+: the body is not JSON\.$/u],
    ["200 messages", JSON.stringify({ messages: Array(200).fill("x") }), /messages must hold at most 10 messages, not 200\.$/u]
  ] as const) {
    it.live(`refuses ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* serve((response) => response.end(body))
        yield* fails(call(server.url), "invalid_answer", detail)
      }).pipe(Effect.scoped))
  }

  it.live("refuses a compressed body", () =>
    Effect.gen(function*() {
      const server = yield* serve((response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"))
      yield* fails(call(server.url), "invalid_answer", /compressed/u)
    }).pipe(Effect.scoped))

  for (const status of [400, 401, 404, 429, 500, 503]) {
    it.live(`passes a ${status} on as a refusal`, () =>
      Effect.gen(function*() {
        const server = yield* serve(json({ messages: ["x"] }, status))
        yield* fails(call(server.url), "refused", new RegExp(`answered ${status}\\.$`, "u"))
      }).pipe(Effect.scoped))
  }

  it.live("follows no redirect", () =>
    Effect.gen(function*() {
      const elsewhere = yield* serve(json({ messages: ["stolen"] }))
      const server = yield* serve((response) => response.writeHead(307, { location: elsewhere.url }).end())
      yield* fails(call(server.url), "refused", /answered 307; redirects are not followed/u)
      assert.strictEqual(elsewhere.received.length, 0)
    }).pipe(Effect.scoped))

  it.live("cuts off an answer of five megabytes", () =>
    Effect.gen(function*() {
      const closed = yield* Deferred.make<boolean>()
      const server = yield* serve((response) => {
        response.once("close", () => Deferred.doneUnsafe(closed, Effect.succeed(response.writableFinished)))
        const chunk = "x".repeat(64 * 1024)
        const more = (left: number): void => void (left === 0 ? response.end() : response.write(chunk, () => more(left - 1)))
        more(80)
      })
      yield* fails(call(server.url), "invalid_answer", /longer than 262144 bytes/u)
      assert.isFalse(yield* Deferred.await(closed))
    }).pipe(Effect.scoped))

  it.live("does not begin to read an answer that says it is too long", () =>
    Effect.gen(function*() {
      const server = yield* serve((response) => response.writeHead(200, { "content-length": 5_000_000 }).flushHeaders())
      yield* fails(call(server.url), "invalid_answer", /longer than 262144 bytes/u)
    }).pipe(Effect.scoped))

  it.live("reads an answer of the longest permitted length", () =>
    Effect.gen(function*() {
      const server = yield* serve((response) => response.end("{\"messages\":[\"Hi\"]}".padEnd(256 * 1024)))
      assert.deepStrictEqual((yield* call(server.url)).messages, ["Hi"])
    }).pipe(Effect.scoped))

  it.live("an agent that hangs up cannot be reached", () =>
    Effect.gen(function*() {
      const server = yield* serve((response) => response.destroy())
      yield* fails(call(server.url), "unreachable", /cannot be reached \(ECONNRESET\)/u)
    }).pipe(Effect.scoped))

  it.live("an answer that breaks off is none", () =>
    Effect.gen(function*() {
      const server = yield* serve((response) => {
        response.writeHead(200, { "content-length": 100 })
        response.write("{\"messages\":", () => response.destroy())
      })
      yield* fails(call(server.url), "unreachable", /broke within the answer/u)
    }).pipe(Effect.scoped))

  it.live("an agent that does not run cannot be reached", () =>
    Effect.gen(function*() {
      const { url } = yield* Effect.scoped(serve(json({})))
      yield* fails(call(url), "unreachable", /cannot be reached \(ECONNREFUSED\)/u)
    }))

  it.live("a server that does not speak HTTP brings no answer", () =>
    Effect.gen(function*() {
      const server = createServer((socket) => socket.end("SSH-2.0-x\r\n"))
      yield* Effect.acquireRelease(
        Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening")),
        () => Effect.sync(() => server.close())
      )
      const address = server.address()
      const port = typeof address === "object" ? address?.port : undefined
      yield* fails(call(`http://127.0.0.1:${port}/`), "invalid_answer", /does not answer in HTTP/u)
    }).pipe(Effect.scoped))

  it.live("a server without TLS cannot be reached over https", () =>
    Effect.gen(function*() {
      const server = yield* serve(json({}))
      yield* fails(call(server.url.replace("http:", "https:")), "unreachable", /cannot be reached/u)
    }).pipe(Effect.scoped))

  it.effect("a host that is not resolved in time is a time-out", () =>
    Effect.gen(function*() {
      const asked = yield* Deferred.make<void>()
      const resolve = () => {
        Deferred.doneUnsafe(asked, Effect.void)
        return new Promise<never>(() => {})
      }
      const fiber = yield* Effect.forkChild(call("https://agent.example/", request, { options: { resolve } }))
      yield* Deferred.await(asked)
      yield* TestClock.adjust(Duration.seconds(20))
      yield* fails(Fiber.join(fiber), "timeout", /^agent\.example took more than 20s: the connection was not made\.$/u)
    }))

  it.effect("an answer that does not begin in time is a time-out, and the connection is closed", () =>
    Effect.gen(function*() {
      const [arrived, closed] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const server = yield* serve((response) => {
        response.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
        Deferred.doneUnsafe(arrived, Effect.void)
      })
      const fiber = yield* Effect.forkChild(call(server.url))
      yield* Deferred.await(arrived)
      yield* TestClock.adjust(Duration.seconds(20))
      yield* fails(Fiber.join(fiber), "timeout", /no answer began/u)
      yield* Deferred.await(closed)
    }).pipe(Effect.scoped))

  it.effect("an answer that does not end in time is a time-out, and the connection is closed", () =>
    Effect.gen(function*() {
      const [begun, closed] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const server = yield* serve((response) => {
        response.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
        response.write("{\"messages\":", () => Deferred.doneUnsafe(begun, Effect.void))
      })
      const fiber = yield* Effect.forkChild(call(server.url))
      yield* Deferred.await(begun)
      yield* loopTurns(20)
      yield* TestClock.adjust(Duration.seconds(20))
      yield* fails(Fiber.join(fiber), "timeout", /the answer did not end/u)
      yield* Deferred.await(closed)
    }).pipe(Effect.scoped))

  it.live("an interrupted call closes its connection", () =>
    Effect.gen(function*() {
      const [arrived, closed] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const server = yield* serve((response) => {
        response.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
        Deferred.doneUnsafe(arrived, Effect.void)
      })
      const fiber = yield* Effect.forkChild(call(server.url))
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(closed)
    }).pipe(Effect.scoped))

  it.live("calls follow each other on one connection, also after a refusal of what was answered", () =>
    Effect.gen(function*() {
      const server = yield* serve((response, { body }) => response.end(body.includes("\"attempt\":1") ? "nonsense" : "{}"))
      const agent = yield* Agent
      const config = { type: "webhook", url: server.url, secretEnv: null } as const
      yield* Effect.flip(agent.call(config, request, Duration.seconds(20)))
      yield* loopTurns(5)
      yield* agent.call(config, { ...request, attempt: 2 }, Duration.seconds(20))
      yield* loopTurns(5)
      yield* agent.call(config, { ...request, attempt: 3 }, Duration.seconds(20))
      assert.strictEqual(server.received.length, 3)
      assert.strictEqual(new Set(server.received.map(({ remotePort }) => remotePort)).size, 1)
    }).pipe(Effect.provide(layer()), Effect.scoped))

  it.live("calls once, however it fails", () =>
    Effect.gen(function*() {
      const server = yield* serve(json({}, 503))
      yield* Effect.flip(call(server.url))
      assert.strictEqual(server.received.length, 1)
    }).pipe(Effect.scoped))

  it.live("takes no answer to the call that tells of the end, and any of them will do", () =>
    Effect.gen(function*() {
      const ended: TurnRequest = { ...request, kind: "end", texts: [], session: { ...request.session, endReason: "abandoned" } }
      const talkative = yield* serve(json({ messages: ["Bye!"], end: true }))
      assert.deepStrictEqual(yield* call(talkative.url, ended), nothing)
      assert.include(talkative.received[0]?.body, "\"end_reason\":\"abandoned\"")
      const careless = yield* serve((response) => response.end("OK"))
      assert.deepStrictEqual(yield* call(careless.url, ended), nothing)
      const broken = yield* serve(json({}, 500))
      yield* fails(call(broken.url, ended), "refused", /500/u)
    }).pipe(Effect.scoped))

  for (const [secretEnv, detail] of [["MISSING_SECRET", /MISSING_SECRET.*is not set/u], ["EMPTY_SECRET", /no usable secret/u], ["BROKEN_SECRET", /no usable secret/u]] as const) {
    it.live(`calls nobody unsigned because of ${secretEnv}`, () =>
      Effect.gen(function*() {
        const server = yield* serve(json({}))
        yield* fails(call(server.url, request, { secretEnv }), "misconfigured", detail)
        assert.strictEqual(server.received.length, 0)
      }).pipe(Effect.scoped))
  }
})
