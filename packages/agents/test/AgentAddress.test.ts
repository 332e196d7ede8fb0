import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { Agent } from "@parley/core/ports/Agent"
import { Cidr } from "../src/AddressGuard.ts"
import * as Agents from "../src/Agents.ts"
import { json, serve } from "./agentServer.ts"
import { replyTo, said } from "./conversation.ts"

const request = replyTo([said(0, "user", "Hi")], "text")

const call = (url: string, options: Partial<Agents.AgentsOptions>) =>
  Agent.use((agent) => agent.call({ type: "webhook", url, secretEnv: null }, request, Duration.seconds(20))).pipe(
    Effect.provide(Agents.layer({ secret: () => Option.none(), allowLoopback: false, allowPrivate: [], ...options }))
  )

const at = (...addresses: ReadonlyArray<string>) => ({ resolve: () => Promise.resolve(addresses) })

const never = () => Promise.reject(new Error("was asked"))

const refusals: ReadonlyArray<readonly [url: string, options: Partial<Agents.AgentsOptions>, detail: RegExp]> = [
  ["http://127.0.0.1:9/", { resolve: never }, /may not call \(loopback\)/u],
  ["http://[::1]:9/", { resolve: never }, /loopback/u],
  ["http://2130706433:9/", { resolve: never }, /loopback/u],
  ["http://0x7f.1:9/", { resolve: never }, /loopback/u],
  ["http://0177.0.0.01:9/", { resolve: never }, /loopback/u],
  ["https://[::ffff:127.0.0.1]:9/", { resolve: never }, /loopback/u],
  ["http://10.0.0.1/", { resolve: never, allowLoopback: true }, /private/u],
  ["http://169.254.169.254/latest/meta-data/", { resolve: never, allowLoopback: true, allowPrivate: [Cidr.make("169.254.0.0/16")] }, /special/u],
  ["http://[64:ff9b::a9fe:a9fe]/", { resolve: never }, /special/u],
  ["http://localhost:9/", {}, /loopback/u],
  ["https://agent.example/", at("10.1.2.3"), /agent\.example .*private/u],
  ["https://agent.example/", at("93.184.216.34", "192.168.0.1"), /private/u],
  ["https://agent.example/", at("not an address"), /special/u],
  ["http://93.184.216.34/", { resolve: never }, /must begin with https/u],
  ["http://agent.example/", at("93.184.216.34"), /must begin with https/u],
  ["http://name:hunter2@agent.example/", at("93.184.216.34"), /^The agent's URL holds credentials: sign its calls with secret_env instead\.$/u],
  ["ftp://agent.example/", { resolve: never }, /not an http or https URL/u],
  ["https://", { resolve: never }, /not an http or https URL/u]
]

describe("the address of an agent", () => {
  for (const [url, options, detail] of refusals) {
    it.live(`refuses ${url}${options.resolve === undefined || options.resolve === never ? "" : " where it is resolved"}: ${detail.source}`, () =>
      Effect.map(Effect.flip(call(url, options)), (failure) => {
        assert.strictEqual(failure.reason, "misconfigured", failure.detail)
        assert.match(failure.detail, detail)
      }))
  }

  it.live("connects to the address that was judged, and judges again for the next connection", () =>
    Effect.gen(function*() {
      const server = yield* serve((response) => response.writeHead(200, { connection: "close" }).end("{\"response\":\"Hi\"}"))
      const found = [["127.0.0.1"], ["10.0.0.1"]]
      const asked: Array<string> = []
      const resolve = (hostname: string) => Promise.resolve(found[asked.push(hostname) - 1] ?? [])
      yield* Effect.gen(function*() {
        const agent = yield* Agent
        const config = { type: "webhook", url: `http://rebinding.example:${server.port}/`, secretEnv: null } as const
        assert.deepStrictEqual((yield* agent.call(config, request, Duration.seconds(20))).messages, ["Hi"])
        assert.deepStrictEqual(asked, ["rebinding.example"])
        const failure = yield* Effect.flip(agent.call(config, request, Duration.seconds(20)))
        assert.strictEqual(failure.reason, "misconfigured")
        assert.deepStrictEqual(asked, ["rebinding.example", "rebinding.example"])
      }).pipe(Effect.provide(Agents.layer({ secret: () => Option.none(), allowLoopback: true, allowPrivate: [], resolve })))
      assert.strictEqual(server.received.length, 1)
      assert.strictEqual(server.received[0]?.headers.host, `rebinding.example:${server.port}`)
    }).pipe(Effect.scoped))

  it.live("reaches loopback by name and by number where it is permitted", () =>
    Effect.gen(function*() {
      const server = yield* serve(json({ response: "Hi" }))
      for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"]) {
        assert.deepStrictEqual((yield* call(`http://${host}:${server.port}/`, { allowLoopback: true })).messages, ["Hi"])
      }
    }).pipe(Effect.scoped))

  it.live("a name without an address cannot be reached", () =>
    Effect.map(Effect.flip(call("https://agent.example/", at())), (failure) => {
      assert.strictEqual(failure.reason, "unreachable")
      assert.strictEqual(failure.detail, "agent.example cannot be reached (ENOTFOUND).")
    }))
})
