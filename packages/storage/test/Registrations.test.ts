import { assert, describe, it } from "@effect/vitest"
import { DateTime, type Duration, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "@parley/conformance/Samples"
import type { RegistrationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { CampaignFiling, CarrierWord, Filing } from "@parley/core/CarrierRegistration"
import { Directory } from "@parley/core/ports/Directory"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import { waiting } from "@parley/core/RegisteredNumbers"
import * as Registrations from "@parley/core/Registrations"
import * as RegistrationSteps from "@parley/core/RegistrationSteps"
import type { Fault } from "./CarrierFaults.ts"
import * as FakeRegistrations from "./FakeRegistrations.ts"
import { accountId, connector, first, second, world } from "./World.ts"

const owner = { accountId, projectId: connector.projectId }
const tollFree = PhoneNumber.make("+18005550199")
const carrier = FakeRegistrations.FakeRegistrations

const file = (filing: Filing, key: string | null = null) => Registrations.create(owner, filing, key === null ? null : { key, fingerprint: "same" })

/** What the owner of registrations does while time passes: kills leave the rows as they are, and the next run goes on. */
const pass = Effect.fnUntraced(function*(time: Duration.Input = "1 minute", step: Duration.Input = "1 second") {
  const until = DateTime.addDuration(yield* DateTime.now, time)
  while (DateTime.isLessThan(yield* DateTime.now, until)) {
    yield* Effect.exit(RegistrationSteps.runDue(100, 1))
    yield* TestClock.adjust(step)
  }
  yield* Effect.exit(RegistrationSteps.runDue(100, 1))
})

const row = (id: RegistrationId) => Effect.map(Effect.flatMap(RegistrationStore, (store) => store.get(id)), Option.getOrThrow)
const number = (of: PhoneNumber) => Effect.map(Effect.flatMap(Directory, (directory) => directory.number(of)), Option.getOrThrow)
const says = (carrierId: string | null, word: Partial<CarrierWord>) => Effect.map(carrier, (fake) => void fake.words.set(carrierId ?? "", word))
const fail = (kind: "find" | "submit" | "look" | "attach", ...faults: ReadonlyArray<Fault>) => Effect.map(carrier, (fake) => void fake.faults.set(kind, [...faults]))

/** A brand that carriers have approved. */
const approvedBrand = Effect.fnUntraced(function*(trustScore: number | null = 80, filing: Filing = Samples.brandFiling) {
  const { registration } = yield* file(filing)
  yield* pass()
  yield* says((yield* row(registration.id)).carrierId, { state: "approved", trustScore })
  yield* pass()
  return yield* row(registration.id)
})

const filedCampaign = Effect.fnUntraced(function*(brand: RegistrationId, changes: Partial<CampaignFiling> = {}) {
  return (yield* file(Samples.campaignFiling(brand, changes))).registration
})

const problems = (filing: Filing) =>
  Effect.map(Effect.flip(file(filing)), (failure) => failure._tag === "InvalidFiling" ? failure.mistakes.map(({ detail, path }) => `${path} ${detail}`) : assert.fail(failure._tag))

const numbers = [{ number: first, registration: "unregistered" as const }, { number: second, registration: "unregistered" as const }, { number: tollFree, type: "toll_free" as const, registration: "unregistered" as const }]

type Services = Effect.Services<ReturnType<typeof pass>> | Effect.Services<ReturnType<typeof file>> | FakeRegistrations.FakeRegistrations | Directory

const test = (name: string, body: Effect.Effect<void, unknown, Services>) =>
  it.effect(name, () => body.pipe(Effect.provide(FakeRegistrations.layer.pipe(Layer.provideMerge(world({ numbers }))))))

describe("a brand", () => {
  test("is submitted once, and followed to its verdict and its score", Effect.gen(function*() {
    const { registration } = yield* file(Samples.brandFiling)
    assert.deepStrictEqual([registration.state, registration.carrierId], ["submitting", null])
    yield* pass()
    const reviewed = yield* row(registration.id)
    assert.deepStrictEqual([reviewed.state, reviewed.carrierId], ["in_review", "BN1"])
    yield* says("BN1", { state: "approved", trustScore: 76 })
    yield* pass()
    const approved = yield* row(registration.id)
    assert.deepStrictEqual([approved.state, approved.trustScore, approved.trouble], ["approved", 76, null])
    yield* says("BN1", { state: "suspended", trouble: { code: "30999", detail: "Complaints." } })
    yield* pass("7 hours", "10 minutes")
    assert.deepInclude(yield* row(registration.id), { state: "suspended", trustScore: 76, trouble: { code: "30999", detail: "Complaints." } })
    assert.strictEqual((yield* carrier).submissions, 1)
  }))

  const cuts: ReadonlyArray<readonly [string, ...ReadonlyArray<Fault>]> = [
    ["the answer to the submission is lost", "lost_after"],
    ["the submission is lost", "lost_before"],
    ["the process is killed before the submission", "killed_before"],
    ["the process is killed after the submission", "killed_after"],
    ["the process is killed twice", "killed_before", "killed_after"],
    ["the carrier is busy", "busy", "busy"],
    ["the carrier refuses the gateway, until somebody acts", "refused", "refused"]
  ]
  for (const [what, ...faults] of cuts) {
    test(`is submitted exactly once when ${what}`, Effect.gen(function*() {
      yield* fail("submit", ...faults)
      const { registration } = yield* file(Samples.brandFiling)
      yield* pass("30 minutes", "20 seconds")
      assert.deepInclude(yield* row(registration.id), { state: "in_review", carrierId: "BN1", attemptedAt: null, trouble: null })
      assert.strictEqual((yield* carrier).submissions, 1)
    }))
  }

  test("whose submission's fate is unknown is not submitted again before it is sure that the carrier has none", Effect.gen(function*() {
    yield* fail("submit", "lost_before")
    const { registration } = yield* file(Samples.brandFiling)
    yield* pass("9 minutes", "10 seconds")
    const { calls } = yield* carrier
    assert.strictEqual(calls.filter((call) => call === "submit brand").length, 1)
    assert.match((yield* row(registration.id)).trouble?.detail ?? "", /ambiguous/u)
    yield* pass("7 minutes", "10 seconds")
    assert.strictEqual(calls.filter((call) => call === "submit brand").length, 2)
    assert.strictEqual((yield* row(registration.id)).state, "in_review")
  }))

  test("that the carrier does not take is rejected with its reason, and nobody asks again", Effect.gen(function*() {
    yield* fail("submit", "rejected")
    const { registration } = yield* file(Samples.brandFiling)
    yield* pass()
    assert.deepInclude(yield* row(registration.id), { state: "rejected", dueAt: null, trouble: { code: "20001", detail: "The carrier says rejected." } })
    assert.strictEqual((yield* carrier).submissions, 0)
  }))

  test("with a key that came before is the same brand", Effect.gen(function*() {
    const one = yield* file(Samples.brandFiling, "k")
    const again = yield* file(Samples.brandFiling, "k")
    assert.deepStrictEqual([again.registration.id, one.replayed, again.replayed], [one.registration.id, false, true])
  }))

  test("is told all that is wrong before anything is kept", Effect.gen(function*() {
    const fake = yield* carrier
    fake.mistakes = [{ path: "customer_profile", detail: "must be a SID" }]
    assert.deepStrictEqual(yield* problems(Samples.brandFiling), ["customer_profile must be a SID"])
    assert.deepStrictEqual((yield* (yield* RegistrationStore).list(owner, { limit: 10, cursor: null })).items, [])
  }))

  test("in review is asked about less and less often", Effect.gen(function*() {
    yield* file(Samples.brandFiling)
    yield* pass("1 hour", "5 seconds")
    const { calls } = yield* carrier
    const inTheFirst = calls.length
    yield* pass("1 day", "1 minute")
    assert.isAbove(inTheFirst, 15)
    assert.isBelow(calls.length - inTheFirst, 70)
  }))
})

describe("a campaign", () => {
  test("waits for its brand, then lets its numbers text at their share of the brand's pace", Effect.gen(function*() {
    const brand = (yield* file(Samples.brandFiling)).registration
    const campaign = yield* filedCampaign(brand.id, { numbers: [first, second] })
    yield* pass()
    assert.match((yield* row(campaign.id)).trouble?.detail ?? "", /^It is submitted once brand BN1 is approved \(in_review\)\.$/u)
    assert.match((yield* waiting(yield* number(first))) ?? "", /^Waiting for campaign reg_\w+ to be submitted: It is submitted once brand BN1 is approved/u)
    yield* says("BN1", { state: "approved", trustScore: 60 })
    yield* pass()
    assert.deepInclude(yield* row(campaign.id), { state: "in_review", carrierId: "QE2", poolId: "MG2", trouble: null })
    assert.deepStrictEqual((yield* carrier).attached.get(campaign.id), [first, second])
    assert.deepInclude(yield* number(first), { registration: "pending", segmentsPerSecond: 1 })
    assert.strictEqual(yield* waiting(yield* number(first)), "Waiting for campaign QE2, which is in review.")
    yield* says("QE2", { state: "approved" })
    yield* pass()
    assert.deepInclude(yield* number(first), { registration: "approved", segmentsPerSecond: 60 })
    assert.deepInclude(yield* number(second), { registration: "approved", segmentsPerSecond: 60 })
    assert.isNull(yield* waiting(yield* number(first)))
    yield* says("BN1", { state: "approved", trustScore: 90 })
    yield* pass("7 hours", "10 minutes")
    assert.strictEqual((yield* number(first)).segmentsPerSecond, 112.5)
  }))

  test("takes another number later, which is chosen as soon as the carrier has it", Effect.gen(function*() {
    const brand = yield* approvedBrand()
    const campaign = yield* filedCampaign(brand.id, { numbers: [first] })
    yield* says("QE2", { state: "approved" })
    yield* pass()
    assert.deepInclude(yield* number(first), { registration: "approved", segmentsPerSecond: 225 })
    yield* fail("attach", "busy", "rejected")
    yield* Registrations.attach(owner, campaign.id, second)
    yield* Registrations.attach(owner, campaign.id, second)
    assert.deepInclude(yield* number(second), { registration: "pending" })
    yield* pass("10 seconds")
    assert.match((yield* waiting(yield* number(second))) ?? "", /^Waiting for the number to be added to campaign QE2: The carrier says rejected\. \(20001\)$/u)
    assert.deepInclude(yield* number(first), { registration: "approved" })
    yield* pass("7 hours", "10 minutes")
    assert.deepInclude(yield* number(second), { registration: "approved", segmentsPerSecond: 112.5 })
  }))

  test("that is rejected says why, of its numbers too", Effect.gen(function*() {
    const brand = yield* approvedBrand()
    const campaign = yield* filedCampaign(brand.id, { numbers: [first] })
    yield* says("QE2", { state: "rejected", trouble: { code: "30909", detail: "No opt-in was found." } })
    yield* pass()
    assert.strictEqual((yield* row(campaign.id)).state, "rejected")
    assert.strictEqual((yield* number(first)).registration, "rejected")
    assert.strictEqual(yield* waiting(yield* number(first)), "The campaign QE2 was rejected: No opt-in was found. (30909)")
    yield* fail("look", "busy", "busy", "busy")
    yield* pass("7 hours", "10 minutes")
    assert.strictEqual((yield* row(campaign.id)).trouble?.code, "30909")
  }))

  test("of a brand that is rejected is never submitted", Effect.gen(function*() {
    const brand = (yield* file(Samples.brandFiling)).registration
    const campaign = yield* filedCampaign(brand.id)
    yield* pass()
    yield* says("BN1", { state: "rejected", trouble: { code: "30796", detail: "The tax number is another's." } })
    yield* pass()
    assert.deepInclude(yield* row(campaign.id), { state: "rejected", dueAt: null })
    assert.match((yield* row(campaign.id)).trouble?.detail ?? "", /^Its brand BN1 was rejected/u)
    assert.strictEqual((yield* carrier).submissions, 1)
  }))

  test("is held to the form, the scan, its brand and its numbers, all at once", Effect.gen(function*() {
    const brand = yield* approvedBrand()
    const stranger = PhoneNumber.make("+14155559999")
    const wrong = yield* problems(Samples.campaignFiling(brand.id, {
      description: "Too short.",
      useCase: "SOLE_PROPRIETOR",
      messageSamples: ["Harbor Family Clinic: see https://bit.ly/x. Reply STOP to opt out.", "Harbor Family Clinic: You have an appointment."],
      numbers: [first, first, stranger, tollFree]
    }))
    for (const expected of [/^description would be rejected: The description has 10 characters; 40 to 4096 are taken\./u, /^message_samples\.0 would be rejected: bit\.ly is a public link shortener/u, /^use_case must be SOLE_PROPRIETOR/u, /^numbers\.1 stands here twice$/u, /^numbers\.2 is not a number of this project/u, /^numbers\.3 is no US or Canadian long code/u]) {
      assert.isTrue(wrong.some((sentence) => expected.test(sentence)), `${expected} in ${wrong.join(" | ")}`)
    }
    const shortened = { messageSamples: ["Harbor Family Clinic: see https://bit.ly/x. Reply STOP to opt out.", "Harbor Family Clinic: You have an appointment tomorrow."], hasEmbeddedLinks: true }
    assert.isNotEmpty(yield* problems(Samples.campaignFiling(brand.id, shortened)))
    assert.strictEqual((yield* filedCampaign(brand.id, { ...shortened, ignoreFindings: true })).state, "submitting")
    assert.deepStrictEqual(yield* problems(Samples.campaignFiling(brand.id, { description: "Too short.", ignoreFindings: true })).pipe(Effect.map((sentences) => sentences.length)), 1)
    assert.deepStrictEqual(yield* problems(Samples.campaignFiling(Samples.registrationId())), ["brand is not a brand of this project: register one first"])
    const one = yield* filedCampaign(brand.id, { numbers: [first] })
    assert.deepStrictEqual(yield* problems(Samples.campaignFiling(brand.id, { numbers: [first] })), [`numbers.0 is registered already, under ${one.id}`])
  }))
})

describe("a toll-free verification", () => {
  const filing = (changes: Partial<Extract<Filing, { kind: "toll_free" }>> = {}): Filing => ({
    kind: "toll_free",
    number: tollFree,
    businessName: "Harbor Family Clinic, Inc.",
    businessWebsite: "https://harborclinic.example.com",
    businessType: "SOLE_PROPRIETOR",
    street: "1 Harbor Street",
    city: "Portland",
    region: "ME",
    postalCode: "04101",
    country: Samples.number(Samples.project()).country,
    contactFirstName: "Ada",
    contactLastName: "Lovelace",
    contactEmail: "ada@harborclinic.example.com",
    contactPhone: first,
    notificationEmail: "ada@harborclinic.example.com",
    useCases: ["ACCOUNT_NOTIFICATIONS"],
    useCaseSummary: "Reminders.",
    messageSample: "Harbor Family Clinic: See you.",
    optInType: "WEB_FORM",
    optInImageUrls: ["https://harborclinic.example.com/intake.png"],
    monthlyVolume: "1,000",
    ...changes
  })

  test("lets the number text once it is approved, and after a rejection it is filed anew", Effect.gen(function*() {
    const { registration } = yield* file(filing())
    yield* pass()
    assert.deepInclude(yield* number(tollFree), { registration: "pending" })
    assert.deepStrictEqual(yield* problems(filing()), [`number is registered already, under ${registration.id} (in_review)`])
    yield* says("HH1", { state: "rejected", trouble: { code: "30475", detail: "Consent." } })
    yield* pass()
    assert.strictEqual(yield* waiting(yield* number(tollFree)), "The toll-free verification HH1 was rejected: Consent. (30475)")
    const again = (yield* file(filing())).registration
    assert.isNull((yield* row(registration.id)).dueAt)
    yield* pass()
    yield* says("HH2", { state: "approved" })
    yield* pass()
    assert.strictEqual((yield* row(again.id)).state, "approved")
    assert.deepInclude(yield* number(tollFree), { registration: "approved", segmentsPerSecond: 3 })
  }))

  test("is for toll-free numbers of the project, and wants a business's own number", Effect.gen(function*() {
    assert.deepStrictEqual(yield* problems(filing({ number: first })), ["number is not toll-free: register a campaign for long codes"])
    assert.deepStrictEqual((yield* problems(filing({ businessType: "NON_PROFIT" }))).length, 3)
  }))
})
