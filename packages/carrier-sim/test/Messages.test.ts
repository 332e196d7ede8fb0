import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { startCarrierSim, type RunningCarrierSim } from "../src/startCarrierSim.ts"
import { startAfresh, startApplication, until } from "./Application.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+15005550006"
const handset = "+14155550100"
const otherAccount = { sid: `AC${"1".repeat(32)}`, authToken: "another-token" }
const service = `MG${"2".repeat(32)}`

let sim: RunningCarrierSim
let app: Awaited<ReturnType<typeof startApplication>>
let client: ReturnType<typeof clientOf>

beforeAll(async () => {
  app = await startApplication()
  const account = { sid: `AC${"0".repeat(32)}`, authToken: "a-token", apiKeys: [{ sid: `SK${"3".repeat(32)}`, secret: "a-secret" }] }
  sim = await startCarrierSim({
    accounts: [account, otherAccount],
    numbers: [
      { phoneNumber: number },
      { phoneNumber: "+14155550111", accountSid: otherAccount.sid },
      { phoneNumber: "+14155550112", capabilities: { sms: false } },
      { phoneNumber: "+14155550113", registered: false },
      { phoneNumber: "+18005550114", registered: false },
      { phoneNumber: "+447700900001" },
      { phoneNumber: "12345" }
    ],
    messagingServices: [
      { sid: service, senders: ["+447700900001", number] },
      { sid: `MG${"4".repeat(32)}`, senders: [] }
    ],
    disabledCountries: ["FR"]
  })
  client = clientOf(sim)
})
beforeEach(() => startAfresh(sim, app))
afterAll(async () => {
  await sim.close()
  await app.close()
})

const post = (fields: Record<string, string>, path = "Messages.json", user = sim.accountSid, password = sim.authToken) =>
  fetch(`${sim.url}/2010-04-01/Accounts/${sim.accountSid}/${path}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${user}:${password}`)}` },
    body: new URLSearchParams(fields)
  })

const refusalOf = (call: Promise<unknown>) => call.then(() => undefined, ({ code, status }: { code: number; status: number }) => ({ code, status }))

describe("a message", () => {
  it("is created with Twilio's twenty keys, queued", async () => {
    const response = await post({ To: handset, From: number, Body: "hello" })
    expect(response.status).toBe(201)
    expect(response.headers.get("twilio-request-id")).toMatch(/^RQ[0-9a-f]{32}$/u)
    expect(response.headers.get("twilio-concurrent-requests")).toBe("1")
    const body = (await response.json()) as Record<string, unknown>
    expect(Object.keys(body).sort()).toEqual(
      "account_sid api_version body date_created date_sent date_updated direction error_code error_message from messaging_service_sid num_media num_segments price price_unit sid status subresource_uris to uri".split(" ")
    )
    expect(body).toMatchObject({ status: "queued", num_segments: "1", num_media: "0", direction: "outbound-api", from: number, to: handset, date_sent: null, error_code: null, price: null })
    expect(body["date_created"]).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/u)
    expect(body["uri"]).toBe(`/2010-04-01/Accounts/${sim.accountSid}/Messages/${body["sid"]}.json`)
  })

  it("reaches the handset once, with signed callbacks for all but the first status", async () => {
    const statusCallback = `${app.url}/status?message=a%20b`
    const created = await client.messages.create({ to: handset, from: number, body: "hello", statusCallback })
    await until("three callbacks", () => app.received.length === 3)
    expect(app.received.map((each) => each.params["MessageStatus"])).toEqual(["sending", "sent", "delivered"])
    expect(app.received.every((each) => app.isSigned(each, sim.authToken))).toBe(true)
    expect(app.received[2]?.params).toEqual({
      AccountSid: sim.accountSid,
      ApiVersion: "2010-04-01",
      From: number,
      MessageSid: created.sid,
      MessageStatus: "delivered",
      RawDlrDoneDate: expect.stringMatching(/^\d{10}$/u),
      SmsSid: created.sid,
      SmsStatus: "delivered",
      To: handset
    })
    expect(sim.handset(handset).map((each) => each.sid)).toEqual([created.sid])
    const fetched = await client.messages(created.sid).fetch()
    expect(fetched).toMatchObject({ status: "delivered", price: "-0.00830" })
    expect(fetched.dateSent).toBeInstanceOf(Date)
  })

  it("with media is an MMS, and counts its segments otherwise", async () => {
    expect(await client.messages.create({ to: handset, from: number, mediaUrl: ["https://example.com/a.png", "https://example.com/b.png"] })).toMatchObject({ sid: expect.stringMatching(/^MM/u), numMedia: "2" })
    expect((await client.messages.create({ to: handset, from: number, body: "a".repeat(161) })).numSegments).toBe("2")
    expect((await client.messages.create({ to: handset, from: number, body: "“smart”", smartEncoded: true })).body).toBe("\"smart\"")
  })

  it("through a Messaging Service is accepted without a sender, which the service then chooses and keeps", async () => {
    const first = await client.messages.create({ to: handset, messagingServiceSid: service, body: "hello", statusCallback: `${app.url}/status` })
    expect(first).toMatchObject({ status: "accepted", from: null, numSegments: "0", messagingServiceSid: service })
    const second = await client.messages.create({ to: handset, messagingServiceSid: service, body: "again" })
    await sim.settled()
    expect(app.received.map((each) => each.params["MessageStatus"])).toEqual(["queued", "sending", "sent", "delivered"])
    expect(await client.messages(first.sid).fetch()).toMatchObject({ from: number, numSegments: "1", status: "delivered" })
    expect((await client.messages(second.sid).fetch()).from).toBe(number)
  })

  it("from an unregistered number does not arrive in the US", async () => {
    await client.messages.create({ to: handset, from: "+14155550113", body: "hello", statusCallback: `${app.url}/status` })
    await client.messages.create({ to: handset, from: "+18005550114", body: "hello" })
    sim.advance(5000)
    await sim.settled()
    expect(sim.messages().map((each) => [each.status, each.error_code])).toEqual([["undelivered", 30034], ["undelivered", 30032]])
    expect(app.received.at(-1)?.params).toMatchObject({ MessageStatus: "undelivered", ErrorCode: "30034" })
    expect(sim.handset(handset)).toEqual([])
  })

  it("can be scheduled, canceled while it is, and not later", async () => {
    const sendAt = new Date(Date.now() + 3_600_000)
    const create = (at: Date) => client.messages.create({ to: handset, messagingServiceSid: service, body: "hello", scheduleType: "fixed", sendAt: at })
    const canceled = await create(sendAt)
    expect(canceled.status).toBe("scheduled")
    expect((await client.messages(canceled.sid).update({ status: "canceled" })).status).toBe("canceled")
    const kept = await create(sendAt)
    sim.advance(3_700_000)
    await sim.settled()
    expect((await client.messages(kept.sid).fetch()).status).toBe("delivered")
    expect(sim.handset(handset).map((each) => each.sid)).toEqual([kept.sid])
    expect(await refusalOf(client.messages(kept.sid).update({ status: "canceled" }))).toEqual({ code: 30409, status: 400 })
    expect(await refusalOf(create(new Date(Date.now() + 60_000)))).toEqual({ code: 35114, status: 400 })
  })

  it("can be redacted and deleted once it is over; the handset keeps it", async () => {
    const { sid } = await client.messages.create({ to: handset, from: number, body: "secret" })
    expect(await refusalOf(client.messages(sid).remove())).toEqual({ code: 20009, status: 409 })
    expect(await refusalOf(client.messages(sid).update({ body: "" }))).toEqual({ code: 20009, status: 409 })
    await sim.settled()
    expect((await client.messages(sid).update({ body: "" })).body).toBe("")
    expect(sim.handset(handset)[0]?.body).toBe("secret")
    expect(await client.messages(sid).remove()).toBe(true)
    expect(await refusalOf(client.messages(sid).fetch())).toEqual({ code: 20404, status: 404 })
    expect(await client.messages.list()).toEqual([])
    expect(sim.handset(handset)).toHaveLength(1)
  })

  it("that waits longer than its validity period fails", async () => {
    sim.number({ phoneNumber: number, segmentsPerSecond: 0.02 })
    for (const body of ["one", "two"]) await client.messages.create({ to: handset, from: number, body, validityPeriod: 30 })
    sim.advance(60_000)
    await sim.settled()
    sim.number({ phoneNumber: number, segmentsPerSecond: 225 })
    expect(sim.messages().map((each) => [each.status, each.error_code])).toEqual([["delivered", null], ["failed", 30036]])
  })
})

describe("the list", () => {
  it("is paged, newest first, and the client reads it to its end", async () => {
    const sids: Array<string> = []
    for (let i = 0; i < 7; i++) sids.unshift((await client.messages.create({ to: handset, from: number, body: `${i}` })).sid)
    const listed = await client.messages.list({ pageSize: 3 })
    expect(listed.map((each) => each.sid)).toEqual(sids)
    const first = await client.messages.page({ pageSize: 3 })
    await client.messages.create({ to: handset, from: number, body: "late" })
    const second = await first.nextPage()
    expect(second?.instances.map((each) => each.sid)).toEqual(sids.slice(3, 6))
    const third = await second?.nextPage()
    expect(third?.instances.map((each) => each.sid)).toEqual(sids.slice(6))
    expect(third?.nextPage()).toBeUndefined()
    expect((await second?.previousPage())?.instances).toHaveLength(3)
  })

  it("has Twilio's envelope", async () => {
    const response = await fetch(`${sim.url}/2010-04-01/Accounts/${sim.accountSid}/Messages.json?PageSize=2`, { headers: { authorization: `Basic ${btoa(`${sim.accountSid}:${sim.authToken}`)}` } })
    const path = `/2010-04-01/Accounts/${sim.accountSid}/Messages.json?PageSize=2`
    expect(await response.json()).toEqual({ end: 0, first_page_uri: `${path}&Page=0`, next_page_uri: null, page: 0, page_size: 2, previous_page_uri: null, start: 0, uri: path, messages: [] })
  })

  it("is filtered by both ends and by the date of sending", async ({ onTestFinished }) => {
    // What is sent from it after "2" waits for a quarter of an hour.
    const slow = "+14155550102"
    sim.number({ phoneNumber: slow, segmentsPerSecond: 0.001 })
    onTestFinished(() => sim.advance(1_000_000))
    await client.messages.create({ to: handset, from: number, body: "1" })
    await client.messages.create({ to: "+14155550101", from: slow, body: "2" })
    await sim.inbound({ from: handset, to: number, body: "3" })
    await sim.settled()
    await client.messages.create({ to: handset, from: slow, body: "unsent" })
    const bodies = async (filter: NonNullable<Parameters<typeof client.messages.list>[0]>) => (await client.messages.list(filter)).map((each) => each.body)
    const hour = 3_600_000
    expect(await bodies({ to: handset })).toEqual(["unsent", "1"])
    expect(await bodies({ from: handset })).toEqual(["3"])
    expect(await bodies({ dateSentAfter: new Date(Date.now() - hour) })).toEqual(["3", "2", "1"])
    expect(await bodies({ dateSentBefore: new Date(Date.now() - hour) })).toEqual([])
    expect(await bodies({ dateSentAfter: new Date(Date.now() - hour), dateSentBefore: new Date(Date.now() + hour), to: "+14155550101" })).toEqual(["2"])
  })

  it("does not show another account's messages", async () => {
    await client.messages.create({ to: handset, from: number, body: "hello" })
    expect(await clientOf({ url: sim.url, accountSid: otherAccount.sid, authToken: otherAccount.authToken }).messages.list()).toEqual([])
  })
})

describe("a create call is refused", () => {
  it.each([
    ["no To", { From: number, Body: "x" }, 21604],
    ["no From", { To: handset, Body: "x" }, 21603],
    ["no content", { To: handset, From: number }, 21602],
    ["1601 characters", { To: handset, From: number, Body: "x".repeat(1601) }, 21617],
    ["an unreadable To", { To: "hello", From: number, Body: "x" }, 21211],
    ["a To of no plan", { To: "+1415555", From: number, Body: "x" }, 21211],
    ["To and From the same", { To: number, From: number, Body: "x" }, 21266],
    ["an unreadable From", { To: handset, From: "+0", Body: "x" }, 21212],
    ["a From of nobody", { To: handset, From: "+14155550199", Body: "x" }, 21659],
    ["another account's From", { To: handset, From: "+14155550111", Body: "x" }, 21660],
    ["a From that cannot text", { To: handset, From: "+14155550112", Body: "x" }, 21606],
    ["a short code abroad", { To: "+447700900123", From: "12345", Body: "x" }, 21659],
    ["a name as the sender in the US", { To: handset, From: "Parley", Body: "x" }, 21612],
    ["a country that is not enabled", { To: "+33639980000", From: number, Body: "x" }, 21408],
    ["a bad StatusCallback", { To: handset, From: number, Body: "x", StatusCallback: "nonsense" }, 21609],
    ["media to a country without MMS", { To: "+447700900123", From: number, MediaUrl: "https://example.com/a.png" }, 21612],
    ["a bad MediaUrl", { To: handset, From: number, MediaUrl: "nonsense" }, 21620],
    ["a bad ValidityPeriod", { To: handset, From: number, Body: "x", ValidityPeriod: "0" }, 20001],
    ["an unknown Messaging Service", { To: handset, MessagingServiceSid: `MG${"9".repeat(32)}`, Body: "x" }, 21705],
    ["an empty Messaging Service", { To: handset, MessagingServiceSid: `MG${"4".repeat(32)}`, Body: "x" }, 21704],
    ["magic From …0001", { To: handset, From: "+15005550001", Body: "x" }, 21212],
    ["magic From …0007", { To: handset, From: "+15005550007", Body: "x" }, 21606],
    ["magic From …0008", { To: handset, From: "+15005550008", Body: "x" }, 21611],
    ["magic To …0001", { To: "+15005550001", From: number, Body: "x" }, 21211],
    ["magic To …0002", { To: "+15005550002", From: number, Body: "x" }, 21612],
    ["magic To …0003", { To: "+15005550003", From: number, Body: "x" }, 21408],
    ["magic To …0004", { To: "+15005550004", From: number, Body: "x" }, 21610],
    ["magic To …0009", { To: "+15005550009", From: number, Body: "x" }, 21614]
  ])("for %s", async (_, fields, code) => {
    const response = await post(fields)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ code, message: expect.any(String), more_info: `https://www.twilio.com/docs/errors/${code}`, status: 400 })
    expect(sim.messages()).toEqual([])
  })

  it("which its geographic permissions tell before", async () => {
    const permitted = async (countryCode: string) => (await client.accounts.v1.messagingGeopermissions.fetch({ countryCode })).permissions
    expect(await permitted("FR")).toMatchObject([{ country_code: "FR", type: "country", enabled: false }])
    expect(await permitted("US")).toMatchObject([{ country_code: "US", enabled: true }])
  })

  it("with the client's exception", async () => {
    await expect(client.messages.create({ to: "+15005550004", from: number, body: "x" })).rejects.toMatchObject({ code: 21610, status: 400, moreInfo: "https://www.twilio.com/docs/errors/21610" })
  })

  it.each([
    ["a wrong token", `AC${"0".repeat(32)}`, "wrong", 401],
    ["another account", otherAccount.sid, otherAccount.authToken, 401],
    ["an API key", `SK${"3".repeat(32)}`, "a-secret", 201]
  ])("or not, with the credentials of %s", async (_, user, password, expected) => {
    const response = await post({ To: handset, From: number, Body: "x" }, "Messages.json", user, password)
    expect(response.status).toBe(expected)
    if (expected === 401) expect(await response.json()).toMatchObject({ code: 20003, status: 401 })
  })

  it("when more requests run at once than the account may", async () => {
    const narrow = await startCarrierSim({ concurrentRequests: 1 })
    narrow.faults([{ effect: { type: "latency", ms: 60_000 }, count: 1 }])
    const narrowClient = clientOf(narrow)
    const first = narrowClient.messages.create({ to: handset, from: number, body: "x" })
    await until("the first request", () => narrow.faultRules()[0]?.struck === 1)
    expect(await refusalOf(narrowClient.messages.create({ to: handset, from: number, body: "x" }))).toEqual({ code: 20429, status: 429 })
    narrow.advance(60_000)
    expect((await first).status).toBe("queued")
    await narrow.close()
  })
})

it("the account is active, and unknown resources and methods are refused as Twilio does", async () => {
  expect(await client.api.v2010.accounts(sim.accountSid).fetch()).toMatchObject({ status: "active", type: "Full", sid: sim.accountSid })
  expect(await refusalOf(client.messages(`SM${"0".repeat(32)}`).fetch())).toEqual({ code: 20404, status: 404 })
  expect(await refusalOf(client.calls.list())).toEqual({ code: 20404, status: 404 })
  const response = await fetch(`${sim.url}/2010-04-01/Accounts/${sim.accountSid}/Messages.json`, { method: "PUT", headers: { authorization: `Basic ${btoa(`${sim.accountSid}:${sim.authToken}`)}` } })
  expect([response.status, ((await response.json()) as { code: number }).code]).toEqual([405, 20004])
})
