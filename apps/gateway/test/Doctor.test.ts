import { DateTime, Effect, Layer, Option, Redacted } from "effect"
import { createServer, type RequestListener } from "node:http"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { AccountId, ProjectId, RegistrationId } from "@parley/schema/Ids"
import { startCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import * as Samples from "@parley/conformance/Samples"
import { builtIn } from "@parley/core/Availability"
import * as CarrierRegistration from "@parley/core/CarrierRegistration"
import type { AgentNumber } from "@parley/core/Project"
import { Directory } from "@parley/core/ports/Directory"
import { Ids } from "@parley/core/Ids"
import { MarketFailure, NumberMarket } from "@parley/core/ports/NumberMarket"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as StoreLock from "@parley/storage/StoreLock"
import * as TwilioInspection from "@parley/twilio/TwilioInspection"
import type { InspectedCampaign, InspectedNumber, InspectedService, InspectedVerification } from "@parley/twilio/TwilioInspection"
import * as Apply from "../src/Apply.ts"
import * as AddressChecks from "../src/doctor/AddressChecks.ts"
import * as CarrierChecks from "../src/doctor/CarrierChecks.ts"
import { type Finding, ok, problem, type Repair, repairable, summary, warning } from "../src/doctor/Finding.ts"
import * as PoolChecks from "../src/doctor/PoolChecks.ts"
import * as CountryChecks from "../src/doctor/CountryChecks.ts"
import * as RegistrationChecks from "../src/doctor/RegistrationChecks.ts"
import * as ProjectChecks from "../src/doctor/ProjectChecks.ts"
import * as Repairs from "../src/doctor/Repairs.ts"
import * as StoreChecks from "../src/doctor/StoreChecks.ts"
import { decode } from "../src/ProjectFile.ts"
import * as Settings from "../src/Settings.ts"
import { effect } from "./harness/EffectTest.ts"
import { messagingServices } from "./harness/MessagingServices.ts"
import { accountSid, authToken, number, projectFile, secrets } from "./harness/Projects.ts"

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

describe("a number's registration", () => {
  const of = (of: string, more: Partial<AgentNumber> = {}): AgentNumber => ({
    number: PhoneNumber.make(of),
    projectId: ProjectId.make("main"),
    environment: "live",
    type: "long_code",
    country: "US" as AgentNumber["country"],
    registration: "approved",
    segmentsPerSecond: 12,
    ...more
  })
  const long = of("+14155550001")
  const tollFree = of("+18885550001", { type: "toll_free", segmentsPerSecond: 3 })
  const british = of("+447700900001", { country: "GB" as AgentNumber["country"], registration: "not_required", segmentsPerSecond: 10 })
  const inspected = (number: AgentNumber): InspectedNumber => ({ sid: `PN${number.number}`, number: number.number, smsUrl: "", smsMethod: "POST", smsFallbackUrl: "", smsApplicationSid: "", canText: true })
  const service: InspectedService = { sid: "MG1", inboundRequestUrl: null, useInboundWebhookOnNumber: true, senders: [long.number] }
  const word = (state: CarrierRegistration.CarrierWord["state"], detail?: string): CarrierRegistration.CarrierWord => ({ state, trustScore: null, trouble: detail === undefined ? null : { code: null, detail } })
  const campaign = (of: CarrierRegistration.CarrierWord, segmentsPerSecond: number | null = 12): InspectedCampaign => ({ sid: "QE1", service: "MG1", word: of, segmentsPerSecond })
  const verification = (of: CarrierRegistration.CarrierWord): InspectedVerification => ({ sid: "HH1", numberSid: `PN${tollFree.number}`, word: of })
  const there = (more: Partial<RegistrationChecks.There> = {}): RegistrationChecks.There => ({
    numbers: [long, tollFree, british].map(inspected),
    services: [service],
    hasOlderServices: false,
    campaigns: [],
    verifications: [],
    ...more
  })
  const id = RegistrationId.make(`reg_${"1".repeat(26)}`)
  const registration = CarrierRegistration.file({ id, accountId: AccountId.make("ws-main"), projectId: long.projectId, filing: Samples.campaignFiling(id) }, DateTime.makeUnsafe(0))
  const under = (number: AgentNumber): RegistrationChecks.Under => ({ registration: { ...registration, carrierId: "QE1" }, link: CarrierRegistration.registers(number.number, registration.id) })
  const pending = { ...long, registration: "pending" as const }

  const rows: ReadonlyArray<readonly [name: string, number: AgentNumber, there: RegistrationChecks.There, under: RegistrationChecks.Under | null, ...expected: ReadonlyArray<readonly [Finding["level"], RegExp]>]> = [
    ["is well under an approved campaign", long, there({ campaigns: [campaign(word("approved"))] }), null],
    ["is a problem under a suspended campaign", long, there({ campaigns: [campaign(word("suspended", "Spam."))] }), null, ["problem", /declared approved, but campaign QE1 is suspended \(Spam\): its texts.*30033.*"suspended"/u]],
    ["is a problem while the campaign is in review", long, there({ campaigns: [campaign(word("in_review"))] }), null, ["problem", /QE1 is in review.*30034.*to "pending"/u]],
    ["is a problem when its service has no campaign", long, there(), null, ["problem", /MG1 has no campaign.*30034/u]],
    ["is a problem when no service has it", long, there({ services: [] }), null, ["problem", /no Messaging Service of the account has it.*its texts.*30034/u]],
    ["is worth a warning when an older service may have it", long, there({ services: [], hasOlderServices: true }), null, ["warning", /newest Messaging Services has it.*if it is under none/u]],
    ["is a problem when what was filed here is no longer so", long, there({ campaigns: [campaign(word("rejected", "No opt-in."))] }), under(long), ["problem", /approved here under campaign QE1, but campaign QE1 is rejected \(No opt-in\).*parley registration campaign status reg_1{26}/u]],
    ["is worth a warning when the carrier has approved it and nobody here knows", pending, there({ campaigns: [campaign(word("approved"))] }), null, ["warning", /declared pending, but campaign QE1 is approved.*to "approved"/u]],
    ["follows by itself what was filed here", pending, there({ campaigns: [campaign(word("approved"))] }), under(pending)],
    ["is worth a warning when it waits in vain", pending, there({ campaigns: [campaign(word("rejected"))] }), null, ["warning", /declared pending, but campaign QE1 is rejected/u]],
    ["is well when both say that it waits", pending, there({ campaigns: [campaign(word("in_review"))] }), null],
    ["is well with a verified toll-free number", tollFree, there({ verifications: [verification(word("approved"))] }), null],
    ["is a problem with a toll-free number that was rejected", tollFree, there({ verifications: [verification(word("rejected"))] }), null, ["problem", /verification HH1 is rejected.*30032/u]],
    ["is a problem with a toll-free number that nobody had verified", tollFree, there(), null, ["problem", /nobody has asked Twilio.*30032/u]],
    ["is not asked for elsewhere", british, there(), null],
    ["is not asked for of a number that the account lacks", long, there({ numbers: [] }), null]
  ]
  for (const [name, number, there, under, ...expected] of rows) {
    it(name, () => matches(RegistrationChecks.checkRegistration(number, under, there, builtIn), expected))
  }

  const second = of("+14155550002")
  const two = (segmentsPerSecond: number | null) => there({ numbers: [long, second].map(inspected), services: [{ ...service, senders: [long.number, second.number] }], campaigns: [campaign(word("approved"), segmentsPerSecond)] })
  const paceRows: ReadonlyArray<readonly [name: string, numbers: ReadonlyArray<AgentNumber>, there: RegistrationChecks.There, ...expected: ReadonlyArray<readonly [Finding["level"], RegExp]>]> = [
    ["is well within what the campaign has", [long, second], two(24)],
    ["is worth a warning when a campaign's numbers have more together than its brand allows", [long, second], two(12), ["warning", /\+14155550001, \+14155550002 may send 24 segments a second together here.*allow 12.*30022/u]],
    ["is worth a hint far below it", [long, second], two(225), ["ok", /24 segments a second here of the 225/u]],
    ["says nothing of a brand that could not be read", [long, second], two(null)],
    ["says nothing of a campaign that carries no texts", [long], there({ campaigns: [campaign(word("suspended"), 1)] })],
    ["is worth a warning above what the number's type has", [{ ...tollFree, segmentsPerSecond: 25 }], there(), ["warning", /25 segments a second here, and a toll-free number of US has 3 unless.*30001/u]],
    ["is worth a hint far below what the number's type has", [british, { ...british, segmentsPerSecond: 1 }], there(), ["ok", /1 segment a second here of the 10 that a long code of GB/u]]
  ]
  describe("and its pace", () => {
    for (const [name, numbers, there, ...expected] of paceRows) it(name, () => matches(RegistrationChecks.checkPace(numbers, there, builtIn), expected))
  })

  it("counts for nothing where the account may not text people", () => {
    const [us, gb] = CountryChecks.countriesOf([long, tollFree, british]).toReversed()
    assert.deepStrictEqual([us, gb], [long.country, british.country])
    const told = CountryChecks.check("carrier account AC1", [long, tollFree, british], [{ country: long.country, isEnabled: false }, { country: british.country, isEnabled: null }])
    matches(told, [["problem", /people in US, where \+14155550001, \+18885550001 are.*21408.*Geo permissions/u], ["warning", /people in GB is not known/u]])
  })

  effect("is compared with the carrier's own word, with its pace and its countries", () =>
    Effect.gen(function*() {
      const sim = yield* Effect.acquireRelease(
        Effect.promise(() =>
          startCarrierSim({
            accounts: [{ sid: accountSid, authToken }],
            numbers: [long, second, tollFree, british].map(({ number }) => ({ phoneNumber: number, registered: false })),
            disabledCountries: ["GB"]
          })
        ),
        (sim) => Effect.promise(sim.close)
      )
      const post = (path: string, form: Readonly<Record<string, string>>, samples: ReadonlyArray<string> = []) =>
        Effect.promise(async () => {
          const response = await fetch(sim.url + path, { method: "POST", body: new URLSearchParams([...Object.entries(form), ...samples.map((sample) => ["MessageSamples", sample] as [string, string])]), headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}` } })
          return await response.json() as { readonly sid: string }
        })
      const brand = yield* post("/v1/a2p/BrandRegistrations", { CustomerProfileBundleSid: `BU${"1".repeat(32)}`, A2PProfileBundleSid: `BU${"2".repeat(32)}` })
      sim.decide(brand.sid, { status: "APPROVED", score: 30 })
      const campaignIn = Effect.fnUntraced(function*(number: AgentNumber, status: string) {
        const sid = yield* Effect.promise(() => messagingServices(sim).create([number.number]))
        const { sid: campaign } = yield* post(`/v1/Services/${sid}/Compliance/Usa2p`, {
          BrandRegistrationSid: brand.sid,
          Description: "Reminders of appointments to the patients of Example Dental.",
          MessageFlow: "Patients tick a box on example.com/book that they agree to receive reminders by text.",
          UsAppToPersonUsecase: "CUSTOMER_CARE",
          HasEmbeddedLinks: "false",
          HasEmbeddedPhone: "false"
        }, ["Example Dental: you have an appointment tomorrow. Reply STOP to stop.", "Example Dental: your appointment was moved. Reply STOP to stop."])
        sim.decide(campaign, { status })
        return campaign
      })
      const verified = yield* campaignIn(long, "VERIFIED")
      const suspended = yield* campaignIn(second, "SUSPENDED")
      const numbers = [
        number(long.number, "live", { segments_per_second: 50 }),
        number(second.number, "live", { segments_per_second: 3 }),
        number(tollFree.number, "live", { type: "toll_free", segments_per_second: 3 }),
        number(british.number, "live", { registration: "not_required", segments_per_second: 10 })
      ]
      const found = yield* Effect.gen(function*() {
        yield* Apply.apply(yield* Apply.plan(yield* decode(projectFile({ numbers })), (name) => Option.fromNullishOr(secrets[name])))
        const projects = yield* (yield* Directory).projects(null)
        const inspection = yield* TwilioInspection.make({ baseUrl: new URL(sim.url) })
        const accountFor = () => Effect.succeed({ accountSid, authTokens: [Redacted.make(authToken)], apiKey: null })
        return yield* CarrierChecks.check(projects, accountFor, inspection, { publicUrl: null, isOurs: false })
      }).pipe(Effect.provide([SqliteStore.layerSingleCommit({ filename: ":memory:" }), Ids.layer]))
      const told = found.filter(({ about }) => about !== "clock").map(({ about, level, message }) => `${level} ${about}: ${message}`)
      assert.strictEqual(told.length, 4, told.join("\n"))
      assert.match(told[0] ?? "", new RegExp(`^problem number \\+14155550002: It is declared approved, but campaign ${suspended} is suspended.*30033`, "u"))
      assert.match(told[1] ?? "", /^problem number \+18885550001: .*nobody has asked Twilio/u)
      assert.match(told[2] ?? "", new RegExp(`^warning campaign ${verified}: \\+14155550001 may send 50 segments a second here.*allow 12`, "u"))
      assert.match(told[3] ?? "", /^problem carrier account AC\S+: It may not text people in GB, where \+447700900001 is/u)
    }))
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
  const modelAt = (base_url: string, api_key_env: string | null = "MODEL_KEY") => projectFile({ agent: { type: "openai", model: "m", instructions: "Be kind.", base_url, api_key_env } })
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
    ["is well with a model at a public address", modelAt("https://1.1.1.1/v1"), [["ok", /in order/u]]],
    ["is well with a model in a permitted network, without a key", modelAt("http://10.1.2.3:8000/v1", null), [["ok", /in order/u]], { AGENT_ALLOW_PRIVATE: "10.0.0.0/8" }],
    ["is a problem with a model on this machine", modelAt("http://127.0.0.1:11434/v1"), [["problem", /loopback address.*parley dev/u]]],
    ["is a problem with a model whose host has no address", modelAt("https://models.invalid/v1"), [["problem", /models\.invalid has no address/u]]],
    ["is a problem when the model's key is not set", modelAt("https://1.1.1.1/v1", "NOT_SET"), [["problem", /model is in NOT_SET, which is not set/u]]],
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
