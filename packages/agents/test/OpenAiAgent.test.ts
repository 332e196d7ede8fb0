import { once } from "node:events"
import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Logger, Metric, Option, Redacted, References, Result, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { Agent, type AgentFailure, type TurnAnswer, type TurnRequest } from "@parley/core/ports/Agent"
import type { ModelAgent } from "@parley/core/ModelAgent"
import type { Cidr } from "../src/AddressGuard.ts"
import * as Agents from "../src/Agents.ts"
import { endpointOf } from "../src/OpenAiAgent.ts"
import { json, serve } from "./agentServer.ts"
import { completion, model, problem, sentIn, toolCall } from "./chatModel.ts"
import { replyTo, said, session } from "./conversation.ts"

const key = "sk-proj-hunter2-0123456789"
const secrets: Readonly<Record<string, string>> = { MODEL_KEY: key, SPACED_KEY: `${key}\n`, BROKEN_KEY: "sk-a\r\nX-Evil: 1", EMPTY_KEY: "" }

const layer = (options: Partial<Agents.AgentsOptions> = {}) =>
  Agents.layer({
    secret: (name) => Option.map(Option.fromNullishOr(secrets[name]), (secret) => Redacted.make(secret)),
    allowLoopback: true,
    allowPrivate: [] as ReadonlyArray<Cidr>,
    ...options
  })

const request = replyTo([said(0, "api", "Your appointment is tomorrow at 10:00."), said(1, "user", "Can I come at 11?")], "send")
const timeout = Duration.seconds(20)

/** The agent at a server of the test, with a key. */
const at = (server: { readonly port: number }, of: Parameters<typeof model>[0] = {}) => model({ base_url: `http://127.0.0.1:${server.port}/v1`, api_key_env: "MODEL_KEY", ...of })

const call = (config: ModelAgent, turn: TurnRequest = request, options: Partial<Agents.AgentsOptions> = {}) =>
  Agent.use((agent) => agent.call(config, turn, timeout)).pipe(Effect.provide(layer(options)))

/** Why a call fails: a sentence that fits `detail` and holds no key. */
const fails = (effect: Effect.Effect<TurnAnswer, AgentFailure>, reason: AgentFailure["reason"], detail: RegExp, again?: AgentFailure["again"]) =>
  Effect.map(Effect.flip(effect), (failure) => {
    assert.strictEqual(failure.reason, reason, failure.detail)
    assert.match(failure.detail, detail)
    assert.match(failure.detail, /^\S.*\.$/u)
    assert.notInclude(failure.detail, "hunter2")
    assert.deepStrictEqual(failure.again, again)
  })

const loopTurns = (count: number) =>
  Effect.promise(async () => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
  })

const says = (...messages: ReadonlyArray<string>): TurnAnswer => ({ messages, end: null, handoff: null })

describe("OpenAiAgent", () => {
  it.live("asks for a chat completion with its key, and brings the answer", () =>
    Effect.gen(function*() {
      const server = yield* serve(json(completion({ content: "Yes, 11 is free." })))
      assert.deepStrictEqual(yield* call(at(server)), says("Yes, 11 is free."))
      const [received] = server.received
      assert.deepStrictEqual([received?.method, received?.url], ["POST", "/v1/chat/completions"])
      assert.strictEqual(received?.headers.authorization, `Bearer ${key}`)
      assert.strictEqual(received?.headers["content-type"], "application/json")
      assert.strictEqual(received?.headers["x-client-request-id"], `${request.turnId}-1`)
      const sent = sentIn(received ?? { body: "" })
      assert.deepStrictEqual(sent.messages.slice(1).map(({ content, role }) => [role, content]), [["assistant", "Your appointment is tomorrow at 10:00."], ["user", "Can I come at 11?"]])
      assert.notInclude(received?.body, key)
    }).pipe(Effect.scoped))

  it.live("sends no key where the project names none, and trims one that a file brought", () =>
    Effect.gen(function*() {
      const server = yield* serve(json(completion({ content: "Hi" })))
      yield* call(at(server, { api_key_env: null }))
      yield* call(at(server, { api_key_env: "SPACED_KEY" }))
      assert.deepStrictEqual(server.received.map(({ headers }) => headers.authorization), [undefined, `Bearer ${key}`])
    }).pipe(Effect.scoped))

  it("finds the endpoint below any base, and keeps what stands behind a question mark", () => {
    const rows = [
      [null, "https://api.openai.com/v1/chat/completions"],
      ["http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions"],
      ["https://models.example.com/v1//", "https://models.example.com/v1/chat/completions"],
      ["https://models.example.com", "https://models.example.com/chat/completions"],
      ["https://x.example.com/openai/deployments/d?api-version=2024-10-21", "https://x.example.com/openai/deployments/d/chat/completions?api-version=2024-10-21"]
    ] as const
    for (const [base, url] of rows) assert.strictEqual(Result.getOrThrow(endpointOf(base)).href, url)
  })

  it.live("ends the conversation, or hands it over, as the model's tools say", () =>
    Effect.gen(function*() {
      const ending = yield* serve(json(completion({ tool_calls: [toolCall("end_conversation", { reason: "user_end", message: "Bye!" })] })))
      assert.deepStrictEqual(yield* call(at(ending)), { ...says("Bye!"), end: "user_end" })
      const passing = yield* serve(json(completion({ content: "One moment.", tool_calls: [toolCall("hand_off", { destination: "billing", reason: "A refund." })] })))
      assert.deepStrictEqual(yield* call(at(passing, { handoff_to: ["front desk", "billing"] })), { ...says("One moment."), handoff: { destination: "billing", reason: "A refund." } })
    }).pipe(Effect.scoped))

  it.live("calls no model for a greeting or an end, which are the project's own texts", () =>
    Effect.gen(function*() {
      const server = yield* serve(json({}, 500))
      for (const kind of ["start", "end"] as const) {
        assert.deepStrictEqual(yield* call(at(server, { api_key_env: "NOT_SET" }), { ...request, kind, texts: [], session: { ...session("text"), endReason: kind === "end" ? "abandoned" : null } }), says())
      }
      assert.strictEqual(server.received.length, 0)
    }).pipe(Effect.scoped))

  const failures: ReadonlyArray<readonly [name: string, respond: Parameters<typeof serve>[0], reason: AgentFailure["reason"], detail: RegExp, again?: AgentFailure["again"]]> = [
    ["a refused key", json(problem("invalid_api_key", "invalid_request_error", `Incorrect API key provided: ${key}.`), 401), "misconfigured", /refuses the key in MODEL_KEY: set a valid one/u, "never"],
    ["a rate", (response) => response.writeHead(429, { "retry-after": "7", "content-type": "application/json" }).end(JSON.stringify(problem("rate_limit_exceeded", "requests"))), "refused", /asked too often/u, Duration.seconds(7)],
    ["a rate that names no wait", json(problem("rate_limit_exceeded", "requests"), 429), "refused", /asked too often/u],
    ["a quota", json(problem("insufficient_quota", "insufficient_quota"), 429), "refused", /quota or credit/u, "never"],
    ["an accident", json(problem(null, "server_error"), 500), "refused", /can't answer now \(500\)/u],
    ["a page of a proxy, compressed", (response) => response.writeHead(503, { "content-encoding": "gzip", "retry-after": "3" }).end("\u001f\u008b"), "refused", /\(503\)/u, Duration.seconds(3)],
    ["an error of any length", (response) => response.writeHead(502).end("x".repeat(3_000_000)), "refused", /\(502\)/u],
    ["an error with 200", json({ error: { code: 429, message: "Provider returned error" } }), "refused", /asked too often/u],
    ["what is no JSON", (response) => response.end("<html>hunter2</html>"), "invalid_answer", /the body is not JSON/u],
    ["what is no UTF-8", (response) => response.end(Buffer.from([0x22, 0xff, 0x22])), "invalid_answer", /the body is not JSON/u],
    ["half a body", (response) => response.writeHead(200, { "content-length": "500" }).write("{\"choices\":", () => response.destroy()), "unreachable", /broke within the answer/u],
    ["a stream that nobody asked for", (response) => response.writeHead(200, { "content-type": "text/event-stream" }).end("data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n"), "invalid_answer", /not JSON/u],
    ["a completion without words", json(completion({ content: "" })), "invalid_answer", /said nothing/u],
    ["a completion without room for words", json(completion({ content: "" }, "length")), "invalid_answer", /max_completion_tokens/u, "never"],
    ["an answer that does not end", (response) => response.end(`"${"x".repeat(300_000)}"`), "invalid_answer", /longer than 262144 bytes/u]
  ]
  for (const [name, respond, reason, detail, again] of failures) {
    it.live(`calls once, and fails, for ${name}${again === "never" ? ": not to be tried again" : ""}`, () =>
      Effect.gen(function*() {
        const server = yield* serve(respond)
        yield* fails(call(at(server)), reason, detail, again)
        assert.strictEqual(server.received.length, 1)
      }).pipe(Effect.scoped))
  }

  it.live("cannot reach a server that is not there", () =>
    Effect.gen(function*() {
      const server = createServer().listen(0, "127.0.0.1")
      yield* Effect.promise(() => once(server, "listening"))
      const address = server.address()
      const port = typeof address === "object" ? address?.port ?? 0 : 0
      yield* Effect.promise(() => new Promise((resolve) => server.close(resolve)))
      yield* fails(call(at({ port })), "unreachable", /ECONNREFUSED/u)
    }))

  it.effect("an answer that does not come in time is a time-out, and the connection is closed", () =>
    Effect.gen(function*() {
      const [arrived, closed] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const server = yield* serve((response) => {
        response.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
        Deferred.doneUnsafe(arrived, Effect.void)
      })
      const fiber = yield* Effect.forkChild(call(at(server)))
      yield* Deferred.await(arrived)
      yield* TestClock.adjust(timeout)
      yield* fails(Fiber.join(fiber), "timeout", /took more than 20s: no answer began/u)
      yield* Deferred.await(closed)
      assert.strictEqual(server.received.length, 1)
    }).pipe(Effect.scoped))

  it.effect("an error whose body does not come in time is a time-out too", () =>
    Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const server = yield* serve((response) => {
        response.writeHead(500)
        response.write("{", () => Deferred.doneUnsafe(begun, Effect.void))
      })
      const fiber = yield* Effect.forkChild(call(at(server)))
      yield* Deferred.await(begun)
      yield* loopTurns(20)
      yield* TestClock.adjust(timeout)
      yield* fails(Fiber.join(fiber), "timeout", /took more than 20s/u)
    }).pipe(Effect.scoped))

  for (const status of [301, 302, 303, 307, 308]) {
    it.live(`gives its key to nobody that ${status} points to`, () =>
      Effect.gen(function*() {
        const other = yield* serve(json(completion({ content: "Hi" })))
        const server = yield* serve((response) => response.writeHead(status, { location: `${other.url}/v1/chat/completions` }).end())
        yield* fails(call(at(server)), "refused", new RegExp(`${status}; redirects are not followed`, "u"))
        assert.deepStrictEqual([server.received.length, other.received.length], [1, 0])
      }).pipe(Effect.scoped))
  }

  const addresses: ReadonlyArray<readonly [baseUrl: string, options: Partial<Agents.AgentsOptions>, detail: RegExp]> = [
    ["http://127.0.0.1:9/v1", { allowLoopback: false }, /may not call \(loopback\)/u],
    ["http://169.254.169.254/v1", {}, /may not call \(special\)/u],
    ["http://10.0.0.1/v1", {}, /may not call \(private\)/u],
    ["https://models.example/v1", { resolve: () => Promise.resolve(["192.168.0.1"]) }, /may not call \(private\)/u],
    ["http://models.example/v1", { resolve: () => Promise.resolve(["93.184.216.34"]) }, /must begin with https/u]
  ]
  for (const [baseUrl, options, detail] of addresses) {
    it.live(`does not call ${baseUrl}: ${detail.source}`, () => fails(call(model({ base_url: baseUrl }), request, options), "misconfigured", detail))
  }

  for (const [name, detail] of [["NOT_SET", /NOT_SET with the model's key is not set/u], ["EMPTY_KEY", /EMPTY_KEY holds no usable key/u], ["BROKEN_KEY", /BROKEN_KEY holds no usable key/u]] as const) {
    it.live(`calls nobody without the key that it should have: ${name}`, () =>
      Effect.gen(function*() {
        const server = yield* serve(json(completion({ content: "Hi" })))
        yield* fails(call(at(server, { api_key_env: name })), "misconfigured", detail, "never")
        assert.strictEqual(server.received.length, 0)
      }).pipe(Effect.scoped))
  }

  it.live("tells tokens and time to the span, the log and the counters, and no word of what was said", () =>
    Effect.gen(function*() {
      const server = yield* serve(json(completion({ content: "Yes, 11 is free." })))
      const lines: Array<string> = []
      const spans: Array<Tracer.Span> = []
      const watching = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      yield* call(at(server)).pipe(
        Effect.withTracer(watching),
        Effect.provide(Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])),
        Effect.provideService(References.MinimumLogLevel, "Debug")
      )
      const span = spans.find(({ name }) => name === "OpenAiAgent.call")
      assert.deepInclude(Object.fromEntries(span?.attributes ?? []), {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4.1-mini",
        "gen_ai.response.model": "gpt-4.1-mini-2025-04-14",
        "gen_ai.usage.input_tokens": 412,
        "gen_ai.usage.output_tokens": 23
      })
      const line = lines.find((line) => line.includes("A model answered")) ?? ""
      for (const part of ["\"inputTokens\":412", "\"outputTokens\":23", "\"millis\":", request.turnId]) assert.include(line, part)
      const counted = (yield* Metric.snapshot).filter(({ id }) => id === "parley_model_tokens_total").map(({ attributes }) => attributes?.["direction"])
      assert.sameMembers(counted, ["input", "output"])
      const all = JSON.stringify([lines, spans.map(({ attributes }) => [...attributes])])
      for (const word of ["free", "appointment", "dentist", "447700900123", "hunter2"]) assert.notInclude(all, word)
    }).pipe(Effect.scoped))
})
