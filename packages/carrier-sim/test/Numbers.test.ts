import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startCarrierSim, type RunningCarrierSim } from "../src/startCarrierSim.ts"
import { clientOf } from "./TwilioClient.ts"

let sim: RunningCarrierSim
let client: ReturnType<typeof clientOf>

beforeAll(async () => {
  sim = await startCarrierSim()
  client = clientOf(sim)
})
afterAll(() => sim.close())

const codeOf = (call: Promise<unknown>) => call.then(() => undefined, ({ code }: { code: number }) => code)

describe("a search", () => {
  it("finds numbers of an area code, the same every time", async () => {
    const search = () => client.availablePhoneNumbers("US").local.list({ areaCode: 415, smsEnabled: true, limit: 5 })
    const found = await search()
    expect(found.map((each) => each.phoneNumber)).toEqual(["+14155550100", "+14155550101", "+14155550102", "+14155550103", "+14155550104"])
    expect(found[0]).toMatchObject({ isoCountry: "US", region: "CA", locality: "San Francisco", friendlyName: "(415) 555-0100", capabilities: { sms: true, mms: true, voice: true } })
    expect(await search()).toEqual(found)
  })

  it.each([
    ["a pattern", "US", { contains: "312555" }, "+13125550100"],
    ["a pattern with a wildcard", "US", { contains: "+1206*550142" }, "+12065550142"],
    ["the end of the number", "US", { contains: "0177$", areaCode: 212 }, "+12125550177"],
    ["a region", "US", { inRegion: "TX" }, "+15125550100"],
    ["another country", "CA", { areaCode: 604 }, "+16045550100"],
    ["an area code without a place", "US", { areaCode: 907 }, "+19075550100"]
  ] as const)("understands %s", async (_, country, filter, first) => {
    expect((await client.availablePhoneNumbers(country).local.list({ ...filter, limit: 1 }))[0]?.phoneNumber).toBe(first)
  })

  it("knows mobile and toll-free numbers, and which can text", async () => {
    expect((await client.availablePhoneNumbers("GB").mobile.list({ limit: 1 }))[0]).toMatchObject({ phoneNumber: "+447700900000", capabilities: { sms: true } })
    expect((await client.availablePhoneNumbers("US").tollFree.list({ areaCode: 888, limit: 1 }))[0]?.phoneNumber).toBe("+18885550100")
    expect(await client.availablePhoneNumbers("GB").local.list({ smsEnabled: true })).toEqual([])
    expect(await client.availablePhoneNumbers("US").local.list({ areaCode: 604 })).toEqual([])
  })

  it("answers 404 for a country or a type that is not sold", async () => {
    expect(await codeOf(client.availablePhoneNumbers("XX").local.list())).toBe(20404)
    expect(await codeOf(client.availablePhoneNumbers("US").mobile.list())).toBe(20404)
  })
})

describe("a number", () => {
  it("is bought, found, changed and released", async () => {
    const smsUrl = "https://example.com/sms#rc=3&rp=all"
    const bought = await client.incomingPhoneNumbers.create({ phoneNumber: "+14155550150", smsUrl, smsFallbackUrl: "https://example.com/fallback", voiceUrl: "https://example.com/voice", friendlyName: "Front desk" })
    expect(bought).toMatchObject({ sid: expect.stringMatching(/^PN[0-9a-f]{32}$/u), phoneNumber: "+14155550150", smsUrl, smsMethod: "POST", voiceUrl: "https://example.com/voice", friendlyName: "Front desk", status: "in-use" })
    expect(bought.dateCreated).toBeInstanceOf(Date)
    expect(await codeOf(client.incomingPhoneNumbers.create({ phoneNumber: "+14155550150" }))).toBe(21422)
    expect((await client.availablePhoneNumbers("US").local.list({ contains: "14155550150" }))).toEqual([])
    expect((await client.incomingPhoneNumbers.list({ phoneNumber: "+14155550150" })).map((each) => each.sid)).toEqual([bought.sid])

    const changed = await client.incomingPhoneNumbers(bought.sid).update({ smsUrl: "https://example.com/other", smsMethod: "GET" })
    expect(changed).toMatchObject({ smsUrl: "https://example.com/other", smsMethod: "GET", smsFallbackUrl: "https://example.com/fallback", friendlyName: "Front desk" })
    expect((await client.incomingPhoneNumbers(bought.sid).fetch()).smsMethod).toBe("GET")

    expect(await client.incomingPhoneNumbers(bought.sid).remove()).toBe(true)
    expect(await codeOf(client.incomingPhoneNumbers(bought.sid).fetch())).toBe(20404)
    expect((await client.availablePhoneNumbers("US").local.list({ contains: "14155550150" }))).toHaveLength(1)
  })

  it("can be bought by its area code", async () => {
    const bought = await client.incomingPhoneNumbers.create({ areaCode: "617" })
    expect(bought.phoneNumber).toBe("+16175550100")
    expect((await client.incomingPhoneNumbers.create({ areaCode: "617" })).phoneNumber).toBe("+16175550101")
  })

  it("is unregistered when bought in the US, which a control changes", async () => {
    const { phoneNumber } = await client.incomingPhoneNumbers.create({ areaCode: "702" })
    const send = async () => {
      await client.messages.create({ to: "+14155550100", from: phoneNumber, body: "x" })
      sim.advance(5000)
      await sim.settled()
      return sim.messages().at(-1)?.error_code
    }
    expect(await send()).toBe(30034)
    sim.number({ phoneNumber, registered: true })
    expect(await send()).toBeNull()
  })

  it("list is paged", async () => {
    const bought = await Promise.all(["+13125550140", "+13125550141", "+13125550142"].map((phoneNumber) => client.incomingPhoneNumbers.create({ phoneNumber })))
    const all = await client.incomingPhoneNumbers.list({ pageSize: 2 })
    expect(all.map((each) => each.sid)).toEqual(expect.arrayContaining(bought.map((each) => each.sid)))
    expect(new Set(all.map((each) => each.sid)).size).toBe(all.length)
  })

  it.each([
    ["the number that is never available", { phoneNumber: "+15005550000" }, 21422],
    ["a number that nobody sells", { phoneNumber: "+14158675309" }, 21422],
    ["an unreadable number", { phoneNumber: "hello" }, 21421],
    ["an area code without numbers", { areaCode: "533" }, 21452],
    ["nothing at all", {}, 21421],
    ["a bad SmsUrl", { phoneNumber: "+14155550151", smsUrl: "nonsense" }, 21502],
    ["a name over 64 characters", { phoneNumber: "+14155550152", friendlyName: "x".repeat(65) }, 20001]
  ])("is not sold for %s", async (_, fields, code) => {
    expect(await codeOf(client.incomingPhoneNumbers.create(fields))).toBe(code)
  })
})
