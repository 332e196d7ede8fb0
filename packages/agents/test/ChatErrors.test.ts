import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import type { AgentFailure } from "@parley/core/ports/Agent"
import { failureOf, reportedStatus } from "../src/ChatErrors.ts"
import { waitOf } from "../src/RetryAfter.ts"
import { model, problem } from "./chatModel.ts"

const now = Date.UTC(2026, 10, 24, 9, 0, 0)
const agent = model({ api_key_env: "MODEL_KEY" })

const rows: ReadonlyArray<readonly [name: string, status: number, body: unknown, reason: AgentFailure["reason"], detail: RegExp, again: "never" | undefined]> = [
  ["a wrong key", 401, problem("invalid_api_key"), "misconfigured", /refuses the key in MODEL_KEY: set a valid one in the gateway's environment \(401\)\.$/u, "never"],
  ["a key that is refused without a word", 401, undefined, "misconfigured", /MODEL_KEY/u, "never"],
  ["a key without rights", 403, problem(null), "misconfigured", /MODEL_KEY.*permissions/u, "never"],
  ["an unknown model", 404, problem("model_not_found"), "misconfigured", /does not know the model gpt-4\.1-mini.*"base_url"/u, "never"],
  ["a page of another server", 404, undefined, "misconfigured", /"base_url"/u, "never"],
  ["a conversation that is too long", 400, problem("context_length_exceeded"), "refused", /"history_characters"/u, "never"],
  ["a parameter that the model lacks", 400, problem("unsupported_parameter"), "misconfigured", /"parameters"/u, "never"],
  ["tools that the model lacks", 400, problem(null, "api_error", "registry.ollama.ai/library/x does not support tools"), "refused", /"tools" off/u, "never"],
  ["a body that does not validate", 422, { detail: [{ msg: "hunter2" }] }, "refused", /"parameters"/u, "never"],
  ["a filter", 400, problem("content_filter"), "refused", /filter/u, "never"],
  ["no credit", 402, problem(null), "refused", /credit is used up/u, "never"],
  ["a quota that is used up", 429, problem("insufficient_quota", "insufficient_quota"), "refused", /quota/u, "never"],
  ["too many requests", 429, problem("rate_limit_exceeded", "tokens"), "refused", /is asked too often \(429\)\.$/u, undefined],
  ["a conflict", 409, problem(null), "refused", /can't answer now/u, undefined],
  ["a time-out of theirs", 408, undefined, "refused", /can't answer now/u, undefined],
  ["an accident", 500, problem(null, "server_error"), "refused", /can't answer now \(500\)\.$/u, undefined],
  ["a page of a proxy", 502, undefined, "refused", /can't answer now/u, undefined],
  ["too little capacity", 503, problem("overloaded"), "refused", /can't answer now/u, undefined],
  ["an accident that speaks of the key", 500, problem("invalid_api_key"), "refused", /can't answer now/u, undefined],
  ["a status that nobody knows", 599, [1, "constructor"], "refused", /can't answer now/u, undefined],
  ["a code that nobody knows", 400, problem("__proto__", "constructor"), "refused", /refuses the request/u, "never"]
]

const waits: ReadonlyArray<readonly [string | undefined, number | undefined]> = [
  ["20", 20_000],
  [" 1.5 ", 1_500],
  ["Tue, 24 Nov 2026 09:00:30 GMT", 30_000],
  ["Tue, 24 Nov 2026 08:59:00 GMT", undefined],
  ["0", undefined],
  ["-5", undefined],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined]
]

describe("ChatErrors", () => {
  for (const [name, status, body, reason, detail, again] of rows) {
    it(`${name} (${status}) ${again === "never" ? "is not tried again" : "is tried again"}`, () => {
      const failure = failureOf(agent, "models.example.com", { status, retryAfter: undefined, body }, now)
      assert.strictEqual(failure.reason, reason)
      assert.match(failure.detail, detail)
      assert.match(failure.detail, /^models\.example\.com \S.*\.$/u)
      assert.strictEqual(failure.again, again)
      assert.notInclude(JSON.stringify(failure), "hunter2")
    })
  }

  it("names no key where none is sent", () => {
    for (const status of [401, 403]) assert.notMatch(failureOf(model(), "localhost", { status, retryAfter: undefined, body: undefined }, now).detail, /null/u)
  })

  for (const [retryAfter, millis] of waits) {
    it(`Retry-After ${JSON.stringify(retryAfter)} is ${millis === undefined ? "no wait" : `${millis} ms`}`, () => {
      const wait = waitOf(retryAfter, now)
      assert.strictEqual(wait === undefined ? undefined : Duration.toMillis(wait), millis)
    })
  }

  it("a wait is kept for what is tried again, and does not make what is permanent less so", () => {
    assert.deepStrictEqual(failureOf(agent, "h", { status: 429, retryAfter: "20", body: undefined }, now).again, Duration.seconds(20))
    assert.deepStrictEqual(failureOf(agent, "h", { status: 503, retryAfter: "7", body: undefined }, now).again, Duration.seconds(7))
    assert.strictEqual(failureOf(agent, "h", { status: 401, retryAfter: "20", body: undefined }, now).again, "never")
  })

  it("knows the failures that come with 200", () => {
    assert.strictEqual(reportedStatus({ error: { code: 429, message: "hunter2" } }), 429)
    assert.strictEqual(reportedStatus({ error: { code: "server_error" } }), 502)
    assert.strictEqual(reportedStatus({ error: { code: 200 } }), 502)
    assert.isUndefined(reportedStatus({ choices: [], error: null }))
    assert.isUndefined(reportedStatus(undefined))
  })
})
