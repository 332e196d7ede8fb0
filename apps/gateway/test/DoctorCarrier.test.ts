/** What `parley doctor` finds at the carrier: numbers, their webhooks and pools, and what it repairs there. */
import { Effect, Layer } from "effect"
import { assert, describe, it } from "vitest"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { AccountId, ProjectId } from "@parley/schema/Ids"
import type { AgentNumber } from "@parley/core/Project"
import { MarketFailure, NumberMarket } from "@parley/core/ports/NumberMarket"
import type { InspectedNumber, InspectedService } from "@parley/twilio/TwilioInspection"
import * as CarrierChecks from "../src/doctor/CarrierChecks.ts"
import { ok, problem, type Repair, repairable, summary, warning } from "../src/doctor/Finding.ts"
import * as PoolChecks from "../src/doctor/PoolChecks.ts"
import * as Repairs from "../src/doctor/Repairs.ts"
import { decode } from "../src/ProjectFile.ts"
import { effect } from "./harness/EffectTest.ts"
import { agentNumber, type Expected, inspected, matches } from "./harness/Findings.ts"
import { projectFile } from "./harness/Projects.ts"

describe("a number at the carrier", () => {
  const publicUrl = "https://sms.example.com"
  const us = agentNumber("+14155550001")
  const url = "https://sms.example.com/twilio/main/live/sms"
  const well: InspectedNumber = { sid: "PN1", number: us.number, smsUrl: `${url}#rc=3&rp=5xx,ct,rt`, smsMethod: "POST", smsFallbackUrl: url, smsApplicationSid: "", canText: true }

  const rows: ReadonlyArray<readonly [name: string, changes: Partial<InspectedNumber>, ...expected: ReadonlyArray<Expected>]> = [
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
  const [one, two, sandbox] = [agentNumber("+14155550001"), agentNumber("+14155550002"), agentNumber("+14155550003", { environment: "sandbox" })]
  const service: InspectedService = { sid: "MG1", inboundRequestUrl: null, useInboundWebhookOnNumber: true, senders: [one.number, two.number] }
  const there = (services: ReadonlyArray<InspectedService>): PoolChecks.There => ({ numbers: [one, two, sandbox].map(inspected), services, publicUrl: "https://sms.example.com" })
  const project = Effect.map(decode(projectFile({ sender_pools: [pool] })), ({ agent, events, limits, quiet_hours: quietHours, registration, retention, sender_pools: senderPools, session, templates }) => ({
    id: ProjectId.make("main"),
    accountId: AccountId.make("ws-main"),
    config: { agent, carrier: null, events, limits, quietHours, registration, retention, senderPools, session, templates }
  }))

  const poolRows: ReadonlyArray<readonly [name: string, changes: Partial<InspectedService> | null, ...expected: ReadonlyArray<Expected>]> = [
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

  const memberRows: ReadonlyArray<readonly [name: string, number: AgentNumber, services: ReadonlyArray<InspectedService>, ...expected: ReadonlyArray<Expected>]> = [
    ["has the number", one, [service]],
    ["lacks the number, which is a problem", one, [{ ...service, senders: [] }], ["problem", /not in the sender pool MG1/u]],
    ["lacks a number that is being released, as it should", agentNumber(one.number, { retiring: true }), [{ ...service, senders: [] }]],
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
