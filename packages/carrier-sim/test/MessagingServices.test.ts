import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { startCarrierSim, type RunningCarrierSim } from "../src/startCarrierSim.ts"
import { startApplication } from "./Application.ts"
import { clientOf } from "./TwilioClient.ts"

const sf = "+14155550101"
const ny = "+12125550102"
const gb = "+447700900001"
const other = { sid: `AC${"1".repeat(32)}`, authToken: "another-token" }

let sim: RunningCarrierSim
let client: ReturnType<typeof clientOf>
let app: Awaited<ReturnType<typeof startApplication>>

beforeAll(async () => {
  app = await startApplication()
})
beforeEach(async () => {
  await sim?.close()
  app.forget()
  sim = await startCarrierSim({
    accounts: [{ sid: `AC${"0".repeat(32)}`, authToken: "a-token" }, other],
    numbers: [sf, ny, gb].map((phoneNumber) => ({ phoneNumber, smsUrl: `${app.url}/number` })),
    poolLimit: 3
  })
  client = clientOf(sim)
})
afterAll(async () => {
  await sim.close()
  await app.close()
})

const sidOf = async (phoneNumber: string) => (await client.incomingPhoneNumbers.list({ phoneNumber }))[0]?.sid ?? ""
const failure = (call: Promise<unknown>) => call.then(() => undefined, ({ code, status }: { code: number; status: number }) => [code, status])

const serviceWith = async (...numbers: ReadonlyArray<string>) => {
  const service = await client.messaging.v1.services.create({ friendlyName: "Reminders" })
  for (const each of numbers) await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: await sidOf(each) })
  return service
}

const sent = async (to: string, messagingServiceSid: string) => {
  const { sid } = await client.messages.create({ to, messagingServiceSid, body: "hello" })
  sim.advance(5000)
  await sim.settled()
  return client.messages(sid).fetch()
}

it("a service is created with Twilio's defaults, listed, changed and removed", async () => {
  const service = await client.messaging.v1.services.create({ friendlyName: "Reminders" })
  expect(service).toMatchObject({
    accountSid: sim.accountSid,
    friendlyName: "Reminders",
    stickySender: true,
    areaCodeGeomatch: true,
    smartEncoding: true,
    validityPeriod: 36_000,
    inboundRequestUrl: null,
    useInboundWebhookOnNumber: false,
    usAppToPersonRegistered: false,
    usecase: "undeclared"
  })
  expect(service.dateCreated).toBeInstanceOf(Date)
  const second = await client.messaging.v1.services.create({ friendlyName: "Orders", stickySender: false, validityPeriod: 60 })
  expect((await client.messaging.v1.services.list({ pageSize: 1 })).map((each) => each.sid)).toEqual([second.sid, service.sid])
  const changed = await client.messaging.v1.services(service.sid).update({ inboundRequestUrl: `${app.url}/service`, useInboundWebhookOnNumber: true })
  expect(changed).toMatchObject({ friendlyName: "Reminders", inboundRequestUrl: `${app.url}/service`, useInboundWebhookOnNumber: true })
  expect(await client.messaging.v1.services(second.sid).remove()).toBe(true)
  expect(await failure(client.messaging.v1.services(second.sid).fetch())).toEqual([20404, 404])
  expect(await failure(clientOf({ url: sim.url, accountSid: other.sid, authToken: other.authToken }).messaging.v1.services(service.sid).fetch())).toEqual([20404, 404])
  expect(await failure(client.messaging.v1.services.create({ friendlyName: "x", usecase: "customer care" }))).toEqual([21713, 400])
  expect(await failure(client.messaging.v1.services.create({ friendlyName: "x", validityPeriod: 0 }))).toEqual([20001, 400])
  expect(await failure(clientOf({ url: sim.url, accountSid: sim.accountSid, authToken: "wrong" }).messaging.v1.services.list())).toEqual([20003, 401])
})

it("a pool takes each number once, of this account, until it is full", async () => {
  const service = await serviceWith(sf)
  const pool = client.messaging.v1.services(service.sid).phoneNumbers
  expect(await pool.list()).toMatchObject([{ phoneNumber: sf, countryCode: "US", capabilities: ["Voice", "SMS", "MMS"], serviceSid: service.sid, sid: await sidOf(sf) }])
  expect(await failure(pool.create({ phoneNumberSid: await sidOf(sf) }))).toEqual([21710, 409])
  const second = await client.messaging.v1.services.create({ friendlyName: "Orders" })
  expect(await failure(client.messaging.v1.services(second.sid).phoneNumbers.create({ phoneNumberSid: await sidOf(sf) }))).toEqual([21712, 409])
  expect(await failure(pool.create({ phoneNumberSid: `PN${"0".repeat(32)}` }))).toEqual([20404, 404])
  sim.number({ phoneNumber: "+14155550109" })
  for (const each of [ny, gb]) await pool.create({ phoneNumberSid: await sidOf(each) })
  expect(await failure(pool.create({ phoneNumberSid: await sidOf("+14155550109") }))).toEqual([21714, 412])
  expect(await pool(await sidOf(ny)).remove()).toBe(true)
  expect(await failure(pool(await sidOf(ny)).fetch())).toEqual([20404, 404])
  expect(await client.incomingPhoneNumbers(await sidOf(gb)).remove()).toBe(true)
  expect((await pool.list()).map((each) => each.phoneNumber)).toEqual([sf])
})

it("a sender is chosen by country and area code, and a handset keeps it", async () => {
  const { sid } = await serviceWith(sf, ny, gb)
  expect((await sent("+12125550150", sid)).from).toBe(ny)
  expect((await sent("+447700900555", sid)).from).toBe(gb)
  const first = (await sent("+13035550150", sid)).from
  expect([sf, ny]).toContain(first)
  for (let i = 0; i < 3; i++) expect((await sent("+13035550150", sid)).from).toBe(first)
  await client.messaging.v1.services(sid).update({ stickySender: false })
  const others = [await sent("+13035550150", sid), await sent("+13035550150", sid)].map((each) => each.from)
  expect(new Set(others)).toEqual(new Set([sf, ny]))
})

it("a sender that leaves the pool is kept no longer, and an empty pool sends nothing", async () => {
  const { sid } = await serviceWith(sf, ny)
  const first = (await sent("+13035550150", sid)).from
  await client.messaging.v1.services(sid).phoneNumbers(await sidOf(first)).remove()
  expect((await sent("+13035550150", sid)).from).toBe(first === sf ? ny : sf)
  await client.messaging.v1.services(sid).phoneNumbers(await sidOf(first === sf ? ny : sf)).remove()
  expect(await failure(client.messages.create({ to: "+13035550150", messagingServiceSid: sid, body: "x" }))).toEqual([21704, 400])
})

it("a text may name its sender besides the service", async () => {
  const { sid } = await serviceWith(sf, ny)
  expect(await client.messages.create({ to: "+12125550150", from: sf, messagingServiceSid: sid, body: "hello" })).toMatchObject({ from: sf, status: "accepted", numSegments: "0" })
})

it("what arrives goes to the service, to the number's own webhook where the service says so, and nowhere without either", async () => {
  const { sid } = await serviceWith(sf)
  const service = client.messaging.v1.services(sid)
  const text = () => sim.inbound({ from: "+14155550150", to: sf, body: "hi" })
  expect((await text()).webhook.result).toBe("none")
  await service.update({ inboundRequestUrl: `${app.url}/service` })
  expect((await text()).webhook.result).toBe("ok")
  await service.update({ useInboundWebhookOnNumber: true })
  expect((await text()).webhook.result).toBe("ok")
  expect(sim.webhooks().map((each) => new URL(each.url).pathname)).toEqual(["/service", "/number"])
  expect(app.received.map((each) => each.params["MessagingServiceSid"])).toEqual([sid, sid])
})

it("smart encoding is the service's until a text says otherwise", async () => {
  const { sid } = await serviceWith(sf)
  const body = async (smartEncoded?: boolean) =>
    (await client.messages.create({ to: "+12125550150", messagingServiceSid: sid, body: "“hi”", ...(smartEncoded === undefined ? {} : { smartEncoded }) })).body
  expect([await body(), await body(false)]).toEqual(["\"hi\"", "“hi”"])
})
