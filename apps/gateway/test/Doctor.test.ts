/** What `parley doctor` finds at home: projects, the public address, the store. */
import { Effect, Option } from "effect"
import { createServer, type RequestListener } from "node:http"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { Directory } from "@parley/core/ports/Directory"
import { Ids } from "@parley/core/Ids"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as StoreLock from "@parley/storage/StoreLock"
import * as Apply from "../src/Apply.ts"
import * as AddressChecks from "../src/doctor/AddressChecks.ts"
import { ok, problem, summary, warning } from "../src/doctor/Finding.ts"
import * as ProjectChecks from "../src/doctor/ProjectChecks.ts"
import * as StoreChecks from "../src/doctor/StoreChecks.ts"
import { decode } from "../src/ProjectFile.ts"
import * as Settings from "../src/Settings.ts"
import { effect } from "./harness/EffectTest.ts"
import { type Expected, matches } from "./harness/Findings.ts"
import { number, projectFile, secrets } from "./harness/Projects.ts"

describe("a project", () => {
  const check = Effect.fnUntraced(function*(file: object, environment: Readonly<Record<string, string>> = {}) {
    const lookup: Apply.Lookup = (name) => Option.fromNullishOr(secrets[name])
    const settings = yield* Settings.read(environment)
    return yield* Effect.gen(function*() {
      yield* Apply.apply(yield* Apply.plan(yield* decode(file), lookup))
      const directory = yield* Directory
      const [project] = yield* directory.projects(null)
      return project === undefined ? [] : yield* ProjectChecks.check(project, settings, lookup)
    }).pipe(Effect.provide([SqliteStore.layerSingleCommit({ filename: ":memory:" }), Ids.layer]))
  })
  const webhook = (url: string, secret_env: string | null = "AGENT_SECRET") => projectFile({ agent: { type: "webhook", url, secret_env } })
  const modelAt = (base_url: string, api_key_env: string | null = "MODEL_KEY") => projectFile({ agent: { type: "openai", model: "m", instructions: "Be kind.", base_url, api_key_env } })
  const posting = (url: string, secret_env = "EVENTS_SECRET") => projectFile({ events: { webhooks: [{ name: "crm", url, secret_env }] } })
  const unregistered = [number("+14155550001", "live", { registration: "pending" })]

  const rows: ReadonlyArray<readonly [name: string, file: object, expected: ReadonlyArray<Expected>, environment?: Readonly<Record<string, string>>]> = [
    ["is well with an agent, a connector, a number and a key", projectFile(), [["ok", /in order/u]]],
    ["is well with an agent at a public address", webhook("https://1.1.1.1/agent"), [["ok", /in order/u]]],
    ["is well with an agent in a permitted network", webhook("http://10.1.2.3/agent"), [["ok", /in order/u]], { AGENT_ALLOW_PRIVATE: "10.0.0.0/8" }],
    ["is a problem with an agent in a network that is not permitted", webhook("http://10.1.2.3/agent"), [["problem", /AGENT_ALLOW_PRIVATE/u]]],
    ["is a problem with an agent on this machine", webhook("http://127.0.0.1:9000/agent"), [["problem", /loopback address.*parley dev/u]]],
    ["is a problem with an agent at a metadata service", webhook("http://169.254.169.254/agent"), [["problem", /special address/u]]],
    ["is a problem with a public agent without TLS", webhook("http://1.1.1.1/agent"), [["problem", /use https/u]]],
    ["is a problem when the agent's host has no address", webhook("https://agent.invalid/"), [["problem", /agent\.invalid has no address/u]]],
    ["is a problem when the agent's secret is not set", webhook("https://1.1.1.1/agent", "NOT_SET"), [["problem", /NOT_SET, which is not set/u]]],
    ["is worth a warning when the agent's calls are not signed", webhook("https://1.1.1.1/agent", null), [["warning", /secret_env/u]]],
    ["is well with a model at a public address", modelAt("https://1.1.1.1/v1"), [["ok", /in order/u]]],
    ["is well with a model in a permitted network, without a key", modelAt("http://10.1.2.3:8000/v1", null), [["ok", /in order/u]], { AGENT_ALLOW_PRIVATE: "10.0.0.0/8" }],
    ["is a problem with a model on this machine", modelAt("http://127.0.0.1:11434/v1"), [["problem", /loopback address.*parley dev/u]]],
    ["is a problem with a model whose host has no address", modelAt("https://models.invalid/v1"), [["problem", /models\.invalid has no address/u]]],
    ["is a problem when the model's key is not set", modelAt("https://1.1.1.1/v1", "NOT_SET"), [["problem", /model is in NOT_SET, which is not set/u]]],
    ["is well with a webhook for its events at a public address", posting("https://1.1.1.1/events"), [["ok", /in order/u]]],
    ["is a problem with a webhook on this machine", posting("http://127.0.0.1:9000/events"), [["problem", /webhook crm's host 127\.0\.0\.1 is at .*no event is posted to it/u]]],
    ["is a problem when a webhook's secret is not set", posting("https://1.1.1.1/events", "NOT_SET"), [["problem", /webhook crm's secret is in NOT_SET/u]]],
    ["is a problem without a connector", projectFile({ connectors: [] }), [["problem", /no connector, so/u]]],
    ["is a problem without a number where its connector stands", projectFile({ numbers: [number("+14155550001", "sandbox")] }), [["problem", /conn_main has no number in live/u], ["warning", /sandbox/u]]],
    ["is a problem without a key", projectFile({ api_keys: [] }), [["problem", /parley keys create --account ws-main/u]]],
    ["is a problem when its only key has expired", projectFile({ api_keys: [{ name: "old", secret_env: "EXPIRED_API_KEY", expires_at: "1969-01-01T00:00:00Z" }] }), [["problem", /no active API key/u]]],
    ["is worth a warning when its last key expires soon", projectFile({ api_keys: [{ name: "old", secret_env: "TEST_API_KEY", expires_at: "1970-01-03T00:00:00Z" }] }), [["warning", /within 14 days/u]]],
    ["is a problem with a long code that may not send", projectFile({ numbers: unregistered }), [["problem", /10DLC.*does not send/u]]],
    ["is worth a warning with such a number when policy only warns", projectFile({ numbers: unregistered, registration: "warn" }), [["warning", /10DLC/u]]]
  ]
  for (const [name, file, expected, environment] of rows) {
    effect(name, () => Effect.map(check(file, environment), (findings) => matches(findings, expected)))
  }
})

describe("the public address", () => {
  const answering = (listener: RequestListener) =>
    Effect.acquireRelease(
      Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
        const server = createServer(listener)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed({
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          close: () => {
            server.close()
            server.closeAllConnections()
          }
        })))
      }),
      (server) => Effect.sync(server.close)
    ).pipe(Effect.map(({ url }) => url))

  const check = (publicUrl: string | null, isServed = true) => AddressChecks.publicUrl({ publicUrl }, isServed)

  effect("is a problem when it is unknown", () => Effect.map(check(null), (findings) => matches(findings, [["problem", /PUBLIC_URL is not set/u]])))

  effect("is well when a gateway answers there", () =>
    Effect.gen(function*() {
      const url = yield* answering((request, response) => response.end(request.url === "/healthz" ? `{"status":"ok"}` : ""))
      matches(yield* check(url), [["ok", /answers/u]])
    }))

  effect("is a problem when something else answers there, or sends the carrier elsewhere", () =>
    Effect.gen(function*() {
      const others: ReadonlyArray<RequestListener> = [
        (_, response) => response.end("<html>"),
        (_, response) => response.end(`{"status":"down"}`),
        (_, response) => response.writeHead(404).end(`{"status":"ok"}`),
        (_, response) => response.writeHead(301, { location: "https://elsewhere.invalid/healthz" }).end()
      ]
      for (const other of others) matches(yield* check(yield* answering(other)), [["problem", /Something other/u]])
    }))

  effect("is a problem when nothing answers although a gateway runs, and worth a warning while none does", () =>
    Effect.gen(function*() {
      const url = yield* Effect.scoped(answering((_, response) => response.end()))
      matches(yield* check(url, true), [["problem", /although a gateway runs/u]])
      matches(yield* check(url, false), [["warning", /parley serve/u]])
    }))

  effect("is a problem without TLS beyond this machine", () =>
    Effect.gen(function*() {
      const [first] = yield* check("http://gateway.invalid", false)
      matches(first === undefined ? [] : [first], [["problem", /not https/u]])
    }))
})

describe("the store", () => {
  const directory = Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "parley-doctor-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const check = (filename: string) => Effect.map(Effect.provide(StoreChecks.check(filename), StoreChecks.layer(filename)), (result) => [(result._tag === "Success" ? result.success : result.failure).level])

  effect("is well when it is whole and up to date", () =>
    Effect.gen(function*() {
      const filename = join(yield* directory, "parley.db")
      yield* Effect.scoped(Effect.provide(Effect.void, SqliteStore.layer({ filename })))
      assert.deepStrictEqual(yield* check(filename), ["ok"])
    }))

  effect("is a problem without its tables", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* check(join(yield* directory, "empty.db")), ["problem"])
    }))

  effect("fails to open when it is no database", () =>
    Effect.gen(function*() {
      const filename = join(yield* directory, "parley.db")
      writeFileSync(filename, "x".repeat(5_000))
      const failure = yield* Effect.flip(check(filename))
      assert.match(StoreChecks.unreadable(filename, failure).message, /not a database/u)
    }))

  effect("knows whether a gateway holds it", () =>
    Effect.gen(function*() {
      const filename = join(yield* directory, "parley.db")
      assert.isFalse(yield* StoreChecks.isServed(filename))
      assert.isTrue(yield* Effect.provide(StoreChecks.isServed(filename), StoreLock.layer(filename)))
      assert.isFalse(yield* StoreChecks.isServed(filename))
    }))
})

describe("the summary", () => {
  it("counts problems and warnings", () => {
    assert.strictEqual(summary([ok("a", ""), problem("a", ""), warning("a", ""), warning("a", "")]), "1 problem, 2 warnings")
    assert.strictEqual(summary([]), "0 problems, 0 warnings")
  })
})
