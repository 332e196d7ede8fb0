import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { startCarrierSim, type RunningCarrierSim } from "../src/startCarrierSim.ts"
import { startApplication, until } from "./Application.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+15005550006"
const handset = "+14155550100"

let sim: RunningCarrierSim
let app: Awaited<ReturnType<typeof startApplication>>
let client: ReturnType<typeof clientOf>

beforeAll(async () => {
  app = await startApplication()
  sim = await startCarrierSim()
  client = clientOf(sim)
})
beforeEach(() => {
  sim.reset()
  app.forget()
})
afterAll(async () => {
  await sim.close()
  await app.close()
})

describe("a message", () => {
  it("is created with Twilio's twenty keys, queued", async () => {
    const response = await fetch(`${sim.url}/2010-04-01/Accounts/${sim.accountSid}/Messages.json`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${sim.accountSid}:${sim.authToken}`)}` },
      body: new URLSearchParams({ To: handset, From: number, Body: "hello" })
    })
    expect(response.status).toBe(201)
    expect(response.headers.get("twilio-request-id")).toMatch(/^RQ[0-9a-f]{32}$/u)
    expect(response.headers.get("twilio-concurrent-requests")).toBe("1")
    const body = (await response.json()) as Record<string, unknown>
    expect(Object.keys(body).sort()).toEqual(
      "account_sid api_version body date_created date_sent date_updated direction error_code error_message from messaging_service_sid num_media num_segments price price_unit sid status subresource_uris to uri".split(" ")
    )
    expect(body).toMatchObject({ status: "queued", num_segments: "1", num_media: "0", direction: "outbound-api", from: number, to: handset, date_sent: null, error_code: null })
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
    expect((await client.messages(created.sid).fetch()).status).toBe("delivered")
  })
})
