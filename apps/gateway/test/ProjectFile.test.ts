import { DateTime, Duration, Effect } from "effect"
import { assert, describe } from "vitest"
import * as Mistakes from "../src/Mistakes.ts"
import * as ProjectFile from "../src/ProjectFile.ts"
import { effect } from "./harness/EffectTest.ts"

const smallest = { account: "ws", project: "p", agent: { type: "scripted" } }

const mistakesIn = (file: unknown) => Effect.map(Effect.flip(ProjectFile.decode(file)), ({ issue }) => Mistakes.sentences(issue, "the file"))

const number = { number: "+14155550001", environment: "live" }
const key = { name: "ci", secret_env: "KEY" }

const model = { type: "openai", model: "m", api_key_env: "KEY", instructions: "Be kind." }

const rows: ReadonlyArray<readonly [name: string, file: unknown, mistake: string]> = [
  ["something that is no object", [], "the file must be an object, { … }"],
  ["a missing field", { account: "ws", agent: { type: "scripted" } }, "project is missing: add it"],
  ["an unknown field", { ...smallest, conectors: [] }, "conectors is not known: correct its spelling, or remove it"],
  ["an unknown field deep inside", { ...smallest, numbers: [number, { ...number, kind: "x" }] }, "numbers[1].kind is not known: correct its spelling, or remove it"],
  ["an unknown field of the agent", { ...smallest, agent: { type: "webhook", url: "https://a.example", secret: "s" } }, "agent.secret is not known: correct its spelling, or remove it"],
  ["a secret that is written into the file", { ...smallest, api_keys: [{ ...key, secret: "pk_hush" }] }, "api_keys[0].secret is not known: correct its spelling, or remove it"],
  ["an agent of an unknown type", { ...smallest, agent: { type: "x" } }, `agent must be an object with "type": "scripted", or "webhook" and a "url", or "openai", a "model" and "instructions"`],
  ["an agent that can't be called", { ...smallest, agent: { type: "webhook", url: "ftp://x" } }, "agent.url must be an http or https URL"],
  ["a model without instructions", { ...smallest, agent: { type: "openai", model: "m", api_key_env: "KEY" } }, "agent.instructions is missing: add it"],
  ["a model without a name", { ...smallest, agent: { ...model, model: "" } }, "agent.model must not be empty"],
  ["a model whose key is not named", { ...smallest, agent: { type: "openai", model: "m", instructions: "i" } }, `agent.api_key_env is missing: name the environment variable with the key, or a "base_url" that needs none`],
  ["a model's key that is written into the file", { ...smallest, agent: { ...model, api_key: "sk-hush" } }, "agent.api_key is not known: correct its spelling, or remove it"],
  ["a model at no URL", { ...smallest, agent: { ...model, base_url: "localhost:11434/v1" } }, "agent.base_url must be an http or https URL without a user or password, like https://models.example.com/v1"],
  ["a model's URL with a password", { ...smallest, agent: { ...model, base_url: "https://me:hush@models.example.com/v1" } }, "agent.base_url must be an http or https URL without a user or password, like https://models.example.com/v1"],
  ["a model's URL that is the endpoint's", { ...smallest, agent: { ...model, base_url: "https://models.example.com/v1/chat/completions" } }, "agent.base_url must end before /chat/completions, which is added to it, like https://models.example.com/v1"],
  ["parameters that take the conversation's place", { ...smallest, agent: { ...model, parameters: { messages: [] } } }, `agent.parameters must not hold "messages", which the gateway sets itself`],
  ["more segments than a text may have", { ...smallest, agent: { ...model, max_segments: 11 } }, "agent.max_segments must be between 1 and 10"],
  ["the same destination twice", { ...smallest, agent: { ...model, handoff_to: ["desk", "desk"] } }, "agent.handoff_to must name at most 20 destinations, each once"],
  ["a project id with a space", { ...smallest, project: "a b" }, "project must be 1 to 64 letters, digits, '-' or '_'"],
  ["a number without its plus", { ...smallest, numbers: [{ ...number, number: "14155550001" }] }, "numbers[0].number must be a phone number in E.164, like +15005550006"],
  ["an unknown environment", { ...smallest, connectors: [{ id: "c", environment: "prod" }] }, `connectors[0].environment must be "dev" or "sandbox" or "pre-release" or "live"`],
  ["a limit in quotes", { ...smallest, limits: { outbound_per_minute: "100" } }, "limits.outbound_per_minute must be a number without quotes"],
  ["a duration that is none", { ...smallest, session: { idle_after: "soon" } }, `session.idle_after must be a positive duration, like "24 hours" or "1500 millis"`],
  ["an empty name", { ...smallest, api_keys: [{ ...key, name: "" }] }, "api_keys[0].name must not be empty"],
  ["a pace of nothing", { ...smallest, numbers: [{ ...number, segments_per_second: 0 }] }, "numbers[0].segments_per_second must be greater than 0"]
]

describe("ProjectFile", () => {
  effect("needs an account, a project and an agent, and assumes the rest", () =>
    Effect.gen(function*() {
      const file = yield* ProjectFile.decode(smallest)
      assert.deepStrictEqual([file.connectors, file.numbers, file.api_keys, file.twilio, file.registration], [[], [], [], null, "enforce"])
      assert.strictEqual(file.limits.outboundPerMinute, 100)
      assert.strictEqual(Duration.toHours(file.session.idleAfter), 24)
    }))

  effect("assumes a long code, and a key that may do everything for ever", () =>
    Effect.gen(function*() {
      const file = yield* ProjectFile.decode({ ...smallest, numbers: [number], api_keys: [key, { ...key, expires_at: "2027-06-30T00:00:00Z", scopes: ["read"] }] })
      assert.deepStrictEqual(file.numbers.map(({ country, registration, segments_per_second, type }) => [type, country, registration, segments_per_second]), [["long_code", null, null, null]])
      const [first, second] = file.api_keys
      assert.deepStrictEqual([first?.scopes, first?.expires_at], [["send", "read", "operate"], null])
      assert.strictEqual(second?.expires_at === null || second === undefined ? "" : DateTime.formatIso(second.expires_at), "2027-06-30T00:00:00.000Z")
    }))

  effect("assumes the rest of a model, and needs no key for a server of one's own", () =>
    Effect.gen(function*() {
      const { agent } = yield* ProjectFile.decode({ ...smallest, agent: { type: "openai", model: "m", base_url: "http://127.0.0.1:11434/v1", instructions: "Be kind." } })
      assert.deepStrictEqual(agent, {
        type: "openai",
        model: "m",
        baseUrl: "http://127.0.0.1:11434/v1",
        apiKeyEnv: null,
        instructions: "Be kind.",
        tools: true,
        handoffTo: ["a person"],
        historyTexts: 50,
        historyCharacters: 16_000,
        maxSegments: 4,
        maxTexts: 3,
        shareUserNumber: false,
        parameters: {}
      })
    }))

  for (const [name, file, mistake] of rows) {
    effect(`refuses ${name}, with its place`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* mistakesIn(file), [mistake])
      }))
  }

  effect("tells all mistakes at once", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* mistakesIn({ project: "a b", agent: { type: "x" }, numbers: [{ number: "1", environment: "x" }] })).length, 5)
    }))
})
