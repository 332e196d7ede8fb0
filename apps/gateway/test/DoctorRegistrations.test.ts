/** What `parley doctor` finds of registrations, pace and countries, beside what the carrier says of them. */
import { DateTime, Effect, Option, Redacted } from "effect"
import { assert, describe, it } from "vitest"
import { AccountId, RegistrationId } from "@parley/schema/Ids"
import { startCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import * as Samples from "@parley/conformance/Samples"
import { builtIn } from "@parley/core/Availability"
import * as CarrierRegistration from "@parley/core/CarrierRegistration"
import type { AgentNumber } from "@parley/core/Project"
import { Directory } from "@parley/core/ports/Directory"
import { Ids } from "@parley/core/Ids"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as TwilioInspection from "@parley/twilio/TwilioInspection"
import type { InspectedCampaign, InspectedService, InspectedVerification } from "@parley/twilio/TwilioInspection"
import * as Apply from "../src/Apply.ts"
import * as CarrierChecks from "../src/doctor/CarrierChecks.ts"
import * as CountryChecks from "../src/doctor/CountryChecks.ts"
import * as RegistrationChecks from "../src/doctor/RegistrationChecks.ts"
import { decode } from "../src/ProjectFile.ts"
import { effect } from "./harness/EffectTest.ts"
import { agentNumber, type Expected, inspected, matches } from "./harness/Findings.ts"
import { messagingServices } from "./harness/MessagingServices.ts"
import { accountSid, authToken, number, projectFile, secrets } from "./harness/Projects.ts"

describe("a number's registration", () => {
  const of = (number: string, more: Partial<AgentNumber> = {}) => agentNumber(number, { segmentsPerSecond: 12, ...more })
  const long = of("+14155550001")
  const tollFree = of("+18885550001", { type: "toll_free", segmentsPerSecond: 3 })
  const british = of("+447700900001", { country: "GB" as AgentNumber["country"], registration: "not_required", segmentsPerSecond: 10 })
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

  const rows: ReadonlyArray<readonly [name: string, number: AgentNumber, there: RegistrationChecks.There, under: RegistrationChecks.Under | null, ...expected: ReadonlyArray<Expected>]> = [
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
  const paceRows: ReadonlyArray<readonly [name: string, numbers: ReadonlyArray<AgentNumber>, there: RegistrationChecks.There, ...expected: ReadonlyArray<Expected>]> = [
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
