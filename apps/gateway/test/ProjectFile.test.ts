import { DateTime, Duration, Effect } from "effect"
import { assert, describe } from "vitest"
import * as Mistakes from "../src/Mistakes.ts"
import * as ProjectFile from "../src/ProjectFile.ts"
import { effect } from "./harness/EffectTest.ts"

const smallest = { account: "ws", project: "p", agent: { type: "scripted" } }

const mistakesIn = (file: unknown) => Effect.map(Effect.flip(ProjectFile.decode(file)), ({ issue }) => Mistakes.sentences(issue, "the file"))

const number = { number: "+14155550001", environment: "live" }
const key = { name: "ci", secret_env: "KEY" }

const rows: ReadonlyArray<readonly [name: string, file: unknown, mistake: string]> = [
  ["something that is no object", [], "the file must be an object, { … }"],
  ["a missing field", { account: "ws", agent: { type: "scripted" } }, "project is missing: add it"],
  ["an unknown field", { ...smallest, conectors: [] }, "conectors is not known: correct its spelling, or remove it"],
  ["an unknown field deep inside", { ...smallest, numbers: [number, { ...number, kind: "x" }] }, "numbers[1].kind is not known: correct its spelling, or remove it"],
  ["an unknown field of the agent", { ...smallest, agent: { type: "webhook", url: "https://a.example", secret: "s" } }, "agent.secret is not known: correct its spelling, or remove it"],
  ["a secret that is written into the file", { ...smallest, api_keys: [{ ...key, secret: "pk_hush" }] }, "api_keys[0].secret is not known: correct its spelling, or remove it"],
  ["an agent of an unknown type", { ...smallest, agent: { type: "x" } }, `agent must be an object with "type": "scripted", or "webhook" and a "url"`],
  ["an agent that can't be called", { ...smallest, agent: { type: "webhook", url: "ftp://x" } }, "agent.url must be an http or https URL"],
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
