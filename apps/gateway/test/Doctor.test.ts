import { Effect, Layer, Option } from "effect"
import { createServer, type RequestListener } from "node:http"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { AccountId, ProjectId } from "@parley/schema/Ids"
import type { AgentNumber } from "@parley/core/Project"
import { Directory } from "@parley/core/ports/Directory"
import { Ids } from "@parley/core/Ids"
import { MarketFailure, NumberMarket } from "@parley/core/ports/NumberMarket"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as StoreLock from "@parley/storage/StoreLock"
import type { InspectedNumber, InspectedService } from "@parley/twilio/TwilioInspection"
import * as Apply from "../src/Apply.ts"
import * as AddressChecks from "../src/doctor/AddressChecks.ts"
import * as CarrierChecks from "../src/doctor/CarrierChecks.ts"
import { type Finding, ok, problem, type Repair, repairable, summary, warning } from "../src/doctor/Finding.ts"
import * as PoolChecks from "../src/doctor/PoolChecks.ts"
import * as ProjectChecks from "../src/doctor/ProjectChecks.ts"
import * as Repairs from "../src/doctor/Repairs.ts"
import * as StoreChecks from "../src/doctor/StoreChecks.ts"
import { decode } from "../src/ProjectFile.ts"
import * as Settings from "../src/Settings.ts"
import { effect } from "./harness/EffectTest.ts"
import { number, projectFile, secrets } from "./harness/Projects.ts"

const levels = (findings: ReadonlyArray<Finding>) => findings.map(({ level }) => level)

/** Each finding's level, and that its sentence has the word. */
const matches = (findings: ReadonlyArray<Finding>, expected: ReadonlyArray<readonly [level: Finding["level"], like: RegExp]>) => {
  assert.deepStrictEqual(levels(findings), expected.map(([level]) => level), JSON.stringify(findings))
  for (const [i, [, like]] of expected.entries()) assert.match(findings[i]?.message ?? "", like)
}

describe("a number at the carrier", () => {
  const publicUrl = "https://sms.example.com"
  const us: AgentNumber = {
    number: PhoneNumber.make("+14155550001"),
    projectId: ProjectId.make("main"),
    environment: "live",
    type: "long_code",
    country: "US" as AgentNumber["country"],
    registration: "approved",
    segmentsPerSecond: 1
  }
  const url = "https://sms.example.com/twilio/main/live/sms"
  const well: InspectedNumber = { sid: "PN1", number: us.number, smsUrl: `${url}#rc=3&rp=5xx,ct,rt`, smsMethod: "POST", smsFallbackUrl: url, smsApplicationSid: "", canText: true }

  const rows: ReadonlyArray<readonly [name: string, changes: Partial<InspectedNumber>, ...expected: ReadonlyArray<readonly [Finding["level"], RegExp]>]> = [
    ["is well with our URL, its repeats and a fallback", {}],
    ["is well with every failure repeated", { smsUrl: `${url}#rc=5&rp=all` }],
    ["is well when its URL is written otherwise", { smsUrl: "https://SMS.example.com:443/twilio/main/live/sms#rp=5xx" }],
    ["is a problem when it can't text", { canText: false }, ["problem", /can't text/u]],
    ["is a problem when it calls nothing", { smsUrl: "" }, ["problem", /calls nothing.*sms#rc=5&rp=all/u]],
    ["is a problem when it calls elsewhere", { smsUrl: "https://demo.twilio.com/welcome/sms/reply" }, ["problem", /go to https:\/\/demo\.twilio\.com/u]],
    ["is a problem when it calls another environment", { smsUrl: "https://sms.example.com/twilio/main/sandbox/sms" }, ["problem", /set its messaging webhook to .*\/live\/sms/u]],
    ["is a problem when it calls with GET", { smsMethod: "GET" }, ["problem", /method to POST/u]],
    ["is a problem when an application stands before its URL", { smsApplicationSid: "AP1" }, ["problem", /AP1/u]],
    ["is worth a warning without repeats", { smsUrl: url }, ["warning", /append #rc=5/u]],
    ["is worth a warning when it repeats connect failures alone", { smsUrl: `${url}#rc=3` }, ["warning", /5xx/u]],
    ["is worth a warning when it repeats never", { smsUrl: `${url}#rc=0&rp=5xx` }, ["warning", /5xx/u]],
    ["is worth a warning without a fallback", { smsFallbackUrl: "" }, ["warning", /fallback URL/u]],
    ["is told everything that is wrong with it", { canText: false, smsMethod: "GET", smsUrl: url, smsFallbackUrl: "" }, ["problem", /text/u], ["problem", /GET/u], ["warning", /5xx/u], ["warning", /fallback/u]]
  ]
  for (const [name, changes, ...expected] of rows) {
    it(name, () => matches(CarrierChecks.checkNumber(us, { ...well, ...changes }, publicUrl), expected))
  }

  it("is not asked for its URL while ours is unknown", () => {
    assert.deepStrictEqual(CarrierChecks.checkNumber(us, { ...well, smsUrl: "" }, null), [])
  })
})

describe("a sender pool at the carrier", () => {
  const pool = { environment: "live" as const, id: "MG1" }
  const of = (of: string, more: Partial<AgentNumber> = {}): AgentNumber => ({
    number: PhoneNumber.make(of),
    projectId: ProjectId.make("main"),
    environment: "live",
    type: "long_code",
    country: "US" as AgentNumber["country"],
    registration: "approved",
    segmentsPerSecond: 1,
    ...more
  })
  const [one, two, sandbox] = [of("+14155550001"), of("+14155550002"), of("+14155550003", { environment: "sandbox" })]
  const inspected = (number: AgentNumber): InspectedNumber => ({ sid: `PN${number.number}`, number: number.number, smsUrl: "", smsMethod: "POST", smsFallbackUrl: "", smsApplicationSid: "", canText: true })
  const service: InspectedService = { sid: "MG1", inboundRequestUrl: null, useInboundWebhookOnNumber: true, senders: [one.number, two.number] }
  const there = (services: ReadonlyArray<InspectedService>): PoolChecks.There => ({ numbers: [one, two, sandbox].map(inspected), services, publicUrl: "https://sms.example.com" })
  const project = Effect.map(decode(projectFile({ sender_pools: [pool] })), ({ agent, limits, quiet_hours: quietHours, registration, retention, sender_pools: senderPools, session, templates }) => ({
    id: ProjectId.make("main"),
    accountId: AccountId.make("ws-main"),
    config: { agent, carrier: null, limits, quietHours, registration, retention, senderPools, session, templates }
  }))

  const poolRows: ReadonlyArray<readonly [name: string, changes: Partial<InspectedService> | null, ...expected: ReadonlyArray<readonly [Finding["level"], RegExp]>]> = [
    ["is well with our numbers, whose own webhooks it calls", {}],
    ["is well when it brings their texts to our address itself", { useInboundWebhookOnNumber: false, inboundRequestUrl: "https://sms.example.com/twilio/main/live/sms#rc=5&rp=all" }],
    ["is a problem when it is not there", null, ["problem", /no such Messaging Service/u]],
    ["is a problem when it gives texts to nobody", { useInboundWebhookOnNumber: false }, ["problem", /gives them to nobody/u]],
    ["is a problem when it gives texts to somebody else", { useInboundWebhookOnNumber: false, inboundRequestUrl: "https://elsewhere.example.com/sms" }, ["problem", /to https:\/\/elsewhere\.example\.com\/sms/u]],
    ["is a problem when it may choose another environment's number", { senders: [one.number, sandbox.number] }, ["problem", /\+14155550003, which is sandbox's/u]],
    ["is worth a warning when it may choose a number that nobody has declared", { senders: [PhoneNumber.make("+14155550009")] }, ["warning", /\+14155550009, of which project main knows nothing/u]]
  ]
  for (const [name, changes, ...expected] of poolRows) {
    effect(name, () =>
      Effect.map(project, (project) => matches(PoolChecks.checkPool(project, pool, [one, two, sandbox], there(changes === null ? [] : [{ ...service, ...changes }])), expected)))
  }

  const memberRows: ReadonlyArray<readonly [name: string, number: AgentNumber, services: ReadonlyArray<InspectedService>, ...expected: ReadonlyArray<readonly [Finding["level"], RegExp]>]> = [
    ["has the number", one, [service]],
    ["lacks the number, which is a problem", one, [{ ...service, senders: [] }], ["problem", /not in the sender pool MG1/u]],
    ["lacks a number that is being released, as it should", of(one.number, { retiring: true }), [{ ...service, senders: [] }]],
    ["can't have a number of another one, which is a problem", one, [{ ...service, senders: [] }, { ...service, sid: "MG2" }], ["problem", /sender of Messaging Service MG2/u]],
    ["is none of a number's without one", sandbox, [{ ...service, sid: "MG2", senders: [sandbox.number] }]],
    ["keeps the texts of a number that has none, which is a problem", sandbox, [{ ...service, sid: "MG2", senders: [sandbox.number], useInboundWebhookOnNumber: false }], ["problem", /keeps users' texts from its own webhook/u]]
  ]
  for (const [name, number, services, ...expected] of memberRows) {
    effect(name, () => Effect.map(project, (project) => matches(PoolChecks.checkMembership(number, project, there(services)), expected)))
  }
})

describe("a repair", () => {
  const unasked = () => Effect.die(new Error("nobody asks for this"))
  const market = (calls: Array<string>) =>
    Layer.succeed(NumberMarket, {
      inboundAddress: () => null,
      search: unasked,
      buy: unasked,
      find: unasked,
      preparePool: unasked,
      joinPool: unasked,
      leavePool: unasked,
      release: unasked,
      configure: (carrierId) =>
        Effect.suspend(() => {
          calls.push(carrierId)
          return carrierId === "PN2" ? Effect.fail(new MarketFailure({ reason: "not_now", code: null, detail: "Twilio does not answer." })) : Effect.void
        })
    })
  const destination = { projectId: ProjectId.make("main"), environment: "live" as const }
  const [first, second] = ["PN1", "PN2"].map((sid) => Repairs.configure(sid, destination, "https://sms.example.com")) as [Repair, Repair]

  effect("is made once for all the findings that it removes, and what it could not do stays a finding", () =>
    Effect.gen(function*() {
      const calls: Array<string> = []
      const findings = [
        ok("settings", "They are valid."),
        ...repairable([problem("one", "It calls nothing."), warning("one", "It has no fallback URL.")], first),
        ...repairable([problem("two", "It calls nothing.")], second),
        warning("three", "It is old.")
      ]
      const after = yield* Repairs.apply(findings).pipe(Effect.provide(market(calls)))
      assert.deepStrictEqual(calls, ["PN1", "PN2"])
      matches(after, [["ok", /valid/u], ["fixed", /^It calls nothing\. Its webhook is now/u], ["fixed", /fallback/u], ["problem", /could not be repaired: Twilio does not answer\.$/u], ["warning", /old/u]])
      assert.strictEqual(summary(after), "2 fixed, 1 problem, 1 warning")
    }))
})

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
  const unregistered = [number("+14155550001", "live", { registration: "pending" })]

  const rows: ReadonlyArray<readonly [name: string, file: object, expected: ReadonlyArray<readonly [Finding["level"], RegExp]>, environment?: Readonly<Record<string, string>>]> = [
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
  const check = (filename: string) => Effect.map(Effect.provide(StoreChecks.check(filename), StoreChecks.layer(filename)), (result) => levels([result._tag === "Success" ? result.success : result.failure]))

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
