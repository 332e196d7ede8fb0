import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { InvalidControl } from "../src/InvalidControl.ts"
import { startCarrierSim, type RunningCarrierSim } from "../src/startCarrierSim.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+14155550101"
const tollFree = "+18885550102"
const handset = "+12125550150"
const day = 86_400_000

let sim: RunningCarrierSim
let client: ReturnType<typeof clientOf>
let service: string

beforeEach(async () => {
  await sim?.close()
  sim = await startCarrierSim({
    numbers: [number, tollFree].map((phoneNumber) => ({ phoneNumber, registered: false })),
    delays: { reviewMillis: 2 * day, configuringMillis: day }
  })
  client = clientOf(sim)
  service = (await client.messaging.v1.services.create({ friendlyName: "Reminders" })).sid
  await client.messaging.v1.services(service).phoneNumbers.create({ phoneNumberSid: await sidOf(number) })
})
afterAll(() => sim.close())

const sidOf = async (phoneNumber: string) => (await client.incomingPhoneNumbers.list({ phoneNumber }))[0]?.sid ?? ""
const failure = (call: Promise<unknown>) => call.then(() => undefined, ({ code, status }: { code: number; status: number }) => [code, status])

type BrandInput = Parameters<typeof client.messaging.v1.brandRegistrations.create>[0]
const newBrand = (more: Partial<BrandInput> = {}) =>
  client.messaging.v1.brandRegistrations.create({ customerProfileBundleSid: `BU${"1".repeat(32)}`, a2PProfileBundleSid: `BU${"2".repeat(32)}`, ...more })
const brandOf = (sid: string) => client.messaging.v1.brandRegistrations(sid).fetch()

const campaignInput = (brandRegistrationSid: string) => ({
  brandRegistrationSid,
  description: "Reminders of appointments to the patients of Example Dental.",
  messageFlow: "Patients tick a box on example.com/book that they agree to receive reminders by text.",
  messageSamples: ["Example Dental: you have an appointment tomorrow. Reply STOP to stop.", "Example Dental: your appointment was moved. Reply STOP to stop."],
  usAppToPersonUsecase: "CUSTOMER_CARE",
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false
})
const campaigns = () => client.messaging.v1.services(service).usAppToPerson

const approvedBrand = async (score: number | null = 80) => {
  const { sid } = await newBrand()
  sim.decide(sid, { status: "APPROVED", score })
  return sid
}
const verifiedCampaign = async (score: number | null = 80) => {
  const brand = await approvedBrand(score)
  const { sid } = await campaigns().create(campaignInput(brand))
  sim.decide(sid, { status: "VERIFIED" })
  return { brand, sid }
}

/** The code that a text from the number ends with, `null` when it arrives. */
const fate = async (from: string = number) => {
  const { sid } = await client.messages.create({ to: handset, from, body: "hello" })
  sim.advance(5000)
  await sim.settled()
  return (await client.messages(sid).fetch()).errorCode
}

describe("a brand", () => {
  it("is pending until its review ends, and is scored then", async () => {
    const brand = await newBrand({ brandType: "STANDARD", mock: true })
    expect(brand).toMatchObject({ sid: expect.stringMatching(/^BN[0-9a-f]{32}$/u), status: "PENDING", brandType: "STANDARD", mock: true, brandScore: null, tcrId: null, errors: [], failureReason: null })
    sim.advance(2 * day)
    expect(await brandOf(brand.sid)).toMatchObject({ status: "APPROVED", brandScore: 80, tcrId: expect.stringMatching(/^B\w{7}$/u), identityStatus: "VETTED_VERIFIED" })
    expect((await client.messaging.v1.brandRegistrations.list()).map((each) => each.sid)).toEqual([brand.sid])
  })

  it("without vetting has no score", async () => {
    const { sid } = await newBrand({ skipAutomaticSecVet: true })
    sim.advance(2 * day)
    expect(await brandOf(sid)).toMatchObject({ status: "APPROVED", brandScore: null })
  })

  it("that failed says why, and is submitted again", async () => {
    const { sid } = await newBrand()
    sim.decide(sid, { status: "FAILED", code: 30796, reason: "The tax id is another company's.", fields: ["business_registration_number"] })
    sim.advance(3 * day)
    expect(await brandOf(sid)).toMatchObject({
      status: "FAILED",
      failureReason: "The tax id is another company's.",
      errors: [{ code: 30796, description: "The tax id is another company's.", fields: ["business_registration_number"], url: "https://www.twilio.com/docs/api/errors/30796" }]
    })
    expect(await client.messaging.v1.brandRegistrations(sid).update()).toMatchObject({ status: "PENDING", errors: [] })
    sim.advance(2 * day)
    expect(await brandOf(sid)).toMatchObject({ status: "APPROVED" })
    expect(await failure(client.messaging.v1.brandRegistrations(sid).update())).toEqual([20001, 400])
  })

  it("of another type is refused", async () => {
    expect(await failure(newBrand({ brandType: "STARTER" }))).toEqual([20001, 400])
  })
})

describe("a campaign", () => {
  it("is in progress until its review ends", async () => {
    const brand = await approvedBrand()
    const created = await campaigns().create(campaignInput(brand))
    expect(created).toMatchObject({ sid: expect.stringMatching(/^QE/u), brandRegistrationSid: brand, messagingServiceSid: service, campaignStatus: "IN_PROGRESS", campaignId: null, rateLimits: null, errors: [], usAppToPersonUsecase: "CUSTOMER_CARE" })
    sim.advance(2 * day)
    const verified = await campaigns()(created.sid).fetch()
    expect(verified).toMatchObject({ campaignStatus: "VERIFIED", campaignId: expect.stringMatching(/^C\w{7}$/u), rateLimits: { att: { mps: 75, msg_class: "A" }, tmobile: { brand_tier: "TOP" } } })
    expect((await client.messaging.v1.services(service).fetch()).usAppToPersonRegistered).toBe(true)
    expect((await campaigns().list()).map((each) => each.sid)).toEqual([created.sid])
    expect(await campaigns()(created.sid).remove()).toBe(true)
    expect(await failure(campaigns()(created.sid).fetch())).toEqual([20404, 404])
  })

  it.each([
    ["a short description", { description: "x".repeat(39) }, 21728],
    ["a long description", { description: "x".repeat(4097) }, 21728],
    ["a short flow", { messageFlow: "x".repeat(39) }, 21728],
    ["a long flow", { messageFlow: "x".repeat(2049) }, 21728],
    ["one sample", { messageSamples: ["x".repeat(20)] }, 21728],
    ["six samples", { messageSamples: Array.from({ length: 6 }, () => "x".repeat(20)) }, 21728],
    ["a short sample", { messageSamples: ["x".repeat(20), "x".repeat(19)] }, 21728],
    ["a long sample", { messageSamples: ["x".repeat(20), "x".repeat(1025)] }, 21728],
    ["a short answer to an opt-in", { optInMessage: "Welcome" }, 21728],
    ["no description", { description: "" }, 21727],
    ["an unknown use case", { usAppToPersonUsecase: "APPOINTMENTS" }, 21720],
    ["an unknown brand", { brandRegistrationSid: `BN${"9".repeat(32)}` }, 21717],
    ["a use case of another type of brand", { usAppToPersonUsecase: "SOLE_PROPRIETOR" }, 21717]
  ])("with %s is refused", async (_, wrong, code) => {
    expect(await failure(campaigns().create({ ...campaignInput(await approvedBrand()), ...wrong }))).toEqual([code, 400])
    expect(await campaigns().list()).toEqual([])
  })

  it("needs an approved brand, and is the only one of its service", async () => {
    const { sid } = await newBrand()
    expect(await failure(campaigns().create(campaignInput(sid)))).toEqual([21717, 400])
    sim.decide(sid, { status: "APPROVED" })
    await campaigns().create(campaignInput(sid))
    expect(await failure(campaigns().create(campaignInput(sid)))).toEqual([20001, 400])
  })

  it("that failed says why, is written anew and reviewed again", async () => {
    const { brandRegistrationSid: _brand, usAppToPersonUsecase: _useCase, ...words } = campaignInput("")
    const { sid } = await campaigns().create(campaignInput(await approvedBrand()))
    const update = () => campaigns()(sid).update({ ...words, description: `${words.description} Once a day at most.`, ageGated: false, directLending: false })
    expect(await failure(update())).toEqual([20001, 400])
    sim.decide(sid, { status: "FAILED", code: 30886, reason: "The description is too general.", fields: ["DESCRIPTION"] })
    expect(await campaigns()(sid).fetch()).toMatchObject({ campaignStatus: "FAILED", errors: [{ error_code: 30886, description: "The description is too general.", fields: ["DESCRIPTION"] }] })
    expect(await update()).toMatchObject({ campaignStatus: "IN_PROGRESS", errors: [], description: expect.stringMatching(/Once a day/u) })
    sim.advance(2 * day)
    expect(await campaigns()(sid).fetch()).toMatchObject({ campaignStatus: "VERIFIED" })
  })

  it("has the use cases that the brand may have", async () => {
    const codes = async (brandRegistrationSid: string) =>
      (await client.messaging.v1.services(service).usAppToPersonUsecases.fetch({ brandRegistrationSid })).usAppToPersonUsecases.map((each: { code: string }) => each.code)
    expect(await codes(await approvedBrand())).toEqual(expect.arrayContaining(["2FA", "MARKETING", "LOW_VOLUME"]))
    const { sid } = await newBrand({ brandType: "SOLE_PROPRIETOR" })
    expect(await codes(sid)).toEqual([])
    sim.decide(sid, { status: "APPROVED" })
    expect(await codes(sid)).toEqual(["SOLE_PROPRIETOR"])
  })
})

describe("a text to the US from a number", () => {
  it("without a campaign, or with one in review or failed, does not arrive", async () => {
    expect(await fate()).toBe(30034)
    const { sid } = await campaigns().create(campaignInput(await approvedBrand()))
    expect(await fate()).toBe(30034)
    sim.decide(sid, { status: "FAILED" })
    expect(await fate()).toBe(30034)
  })

  it("of a verified campaign arrives once the number is configured", async () => {
    await verifiedCampaign()
    expect(await fate()).toBe(30035)
    sim.advance(day)
    expect(await fate()).toBeNull()
    await client.messaging.v1.services(service).phoneNumbers(await sidOf(number)).remove()
    expect(await fate()).toBe(30034)
    await client.messaging.v1.services(service).phoneNumbers.create({ phoneNumberSid: await sidOf(number) })
    expect(await fate()).toBe(30035)
  })

  it("of a suspended campaign or brand does not arrive", async () => {
    const { brand, sid } = await verifiedCampaign()
    sim.advance(day)
    sim.decide(sid, { status: "SUSPENDED" })
    expect(await fate()).toBe(30033)
    sim.decide(sid, { status: "VERIFIED" })
    expect(await fate()).toBeNull()
    sim.decide(brand, { status: "SUSPENDED" })
    expect(await fate()).toBe(30033)
  })

  it("arrives until the brand's day is used up, and again on the next Pacific day", async () => {
    const { brand } = await verifiedCampaign()
    sim.advance(day)
    sim.decide(brand, { dailyCap: 2 })
    expect([await fate(), await fate(), await fate()]).toEqual([null, null, 30023])
    sim.advance(day)
    expect(await fate()).toBeNull()
  })

  it("leaves as fast as the campaign's tier", async () => {
    const rate = async () => {
      const response = await fetch(`${sim.url}/_sim/numbers`)
      const { numbers } = (await response.json()) as { numbers: ReadonlyArray<{ phone_number: string; segments_per_second: number; messaging_service_sid: string | null }> }
      return numbers.find((each) => each.phone_number === number)
    }
    expect(await rate()).toMatchObject({ segments_per_second: 1, messaging_service_sid: service })
    const { brand } = await verifiedCampaign(60)
    expect(await rate()).toMatchObject({ segments_per_second: 120 })
    sim.decide(brand, { score: 10 })
    expect(await rate()).toMatchObject({ segments_per_second: 12 })
    sim.decide(brand, { score: null })
    expect(await rate()).toMatchObject({ segments_per_second: 3.75 })
    sim.number({ phoneNumber: number, segmentsPerSecond: 50 })
    expect(await rate()).toMatchObject({ segments_per_second: 50 })
  })
})

describe("a toll-free verification", () => {
  const input = async (phoneNumber = tollFree) => ({
    businessName: "Example Dental",
    businessWebsite: "https://example.com",
    notificationEmail: "owner@example.com",
    useCaseCategories: ["ACCOUNT_NOTIFICATIONS"],
    useCaseSummary: "Reminders of appointments.",
    productionMessageSample: "Example Dental: you have an appointment tomorrow.",
    optInImageUrls: ["https://example.com/opt-in.png"],
    optInType: "WEB_FORM" as const,
    messageVolume: "1,000",
    tollfreePhoneNumberSid: await sidOf(phoneNumber)
  })
  const verifications = () => client.messaging.v1.tollfreeVerifications

  it("is reviewed in two steps, and its number may send at its end", async () => {
    expect(await fate(tollFree)).toBe(30032)
    const created = await verifications().create(await input())
    expect(created).toMatchObject({ sid: expect.stringMatching(/^HH/u), status: "PENDING_REVIEW", tollfreePhoneNumber: tollFree, businessName: "Example Dental", useCaseCategories: ["ACCOUNT_NOTIFICATIONS"], rejectionReason: null, editAllowed: null })
    sim.advance(day)
    expect((await verifications()(created.sid).fetch()).status).toBe("IN_REVIEW")
    expect(await fate(tollFree)).toBe(30032)
    sim.advance(day)
    expect((await verifications().list({ status: "TWILIO_APPROVED" })).map((each) => each.sid)).toEqual([created.sid])
    expect(await fate(tollFree)).toBeNull()
  })

  it("that is rejected says why, is corrected and reviewed again", async () => {
    const { sid } = await verifications().create(await input())
    sim.decide(sid, { status: "TWILIO_REJECTED", code: 30475, reason: "Consent is missing." })
    expect(await verifications()(sid).fetch()).toMatchObject({ status: "TWILIO_REJECTED", errorCode: 30475, rejectionReason: "Consent is missing.", rejectionReasons: [{ code: 30475, reason: "Consent is missing." }], editAllowed: true })
    expect(await verifications()(sid).update({ useCaseSummary: "Reminders, after a box is ticked.", editReason: "Consent" })).toMatchObject({ status: "PENDING_REVIEW", useCaseSummary: "Reminders, after a box is ticked.", rejectionReason: null })
    expect(await verifications()(sid).remove()).toBe(true)
    expect(await failure(verifications()(sid).fetch())).toEqual([20404, 404])
  })

  it("is refused for a number that is not toll-free, what nobody knows, and a second time", async () => {
    expect(await failure(verifications().create(await input(number)))).toEqual([20001, 400])
    expect(await failure(verifications().create({ ...(await input()), useCaseCategories: ["REMINDERS"] }))).toEqual([20001, 400])
    expect(await failure(verifications().create({ ...(await input()), messageVolume: "12" }))).toEqual([20001, 400])
    expect(await failure(verifications().create({ ...(await input()), businessName: "" }))).toEqual([20001, 400])
    await verifications().create(await input())
    expect(await failure(verifications().create(await input()))).toEqual([20001, 400])
  })
})

describe("the controls", () => {
  const control = async (path: string, body?: unknown) => {
    const response = await fetch(`${sim.url}/_sim/${path}`, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as { error?: string; registrations?: ReadonlyArray<unknown> } }
  }

  it("decide on a registration, list them, and forget them with a reset", async () => {
    const { sid } = await newBrand()
    expect(await control(`registrations/${sid}`, { status: "APPROVED", score: 42 })).toEqual({ status: 200, body: { kind: "brand", sid, account_sid: sim.accountSid, status: "APPROVED", reason: null, a2p_profile_bundle_sid: expect.stringMatching(/^BU/u), score: 42 } })
    expect((await control("registrations")).body.registrations).toHaveLength(1)
    await control("reset", {})
    expect((await control("registrations")).body.registrations).toEqual([])
    expect((await client.messaging.v1.services.list()).map((each) => each.sid)).toEqual([service])
  })

  it("refuse what a registration does not have, in a sentence", async () => {
    const { sid } = await newBrand()
    expect((await control(`registrations/${sid}`, { status: "VERIFIED" })).body.error).toMatch(/A brand has no status "VERIFIED"; it has: PENDING/u)
    expect((await control(`registrations/BN${"0".repeat(32)}`, { status: "FAILED" })).body.error).toMatch(/There is no registration/u)
    expect((await control(`registrations/${sid}`, { state: "FAILED" })).body.error).toMatch(/no field "state"/u)
    const { sid: campaign } = await verifiedCampaign()
    expect(() => sim.decide(campaign, { score: 10 })).toThrow(InvalidControl)
  })
})
