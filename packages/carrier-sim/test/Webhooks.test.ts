import { createServer } from "node:net"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { startCarrierSim, type RunningCarrierSim } from "../src/startCarrierSim.ts"
import { hangUp, never, startAfresh, startApplication, status, twiml, until } from "./Application.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+15005550006"
const handset = "+14155550100"

let sim: RunningCarrierSim
let app: Awaited<ReturnType<typeof startApplication>>
/** A port on which nobody listens. */
let closed: string

beforeAll(async () => {
  app = await startApplication()
  sim = await startCarrierSim()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  closed = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  await new Promise<void>((resolve) => server.close(() => resolve()))
})
beforeEach(async () => {
  await startAfresh(sim, app)
  sim.number({ phoneNumber: number, smsUrl: "", smsFallbackUrl: "", smsMethod: "POST" })
})
afterAll(async () => {
  await sim.close()
  await app.close()
})

const text = (smsUrl: string, smsFallbackUrl = "", body = "hello") => {
  sim.number({ phoneNumber: number, smsUrl, smsFallbackUrl })
  return sim.inbound({ from: handset, to: number, body })
}

describe("an inbound text", () => {
  it("is told with every documented field, signed over the exact URL", async () => {
    const { sid, webhook } = await text(`${app.url}/sms?project=a%20b#rc=2`)
    expect(webhook).toMatchObject({ result: "ok", status: 200, error_code: null })
    expect(app.received).toHaveLength(1)
    const [received] = app.received
    expect(received?.path).toBe("/sms?project=a%20b")
    expect(received === undefined ? false : app.isSigned(received, sim.authToken)).toBe(true)
    expect(received?.headers["content-type"]).toBe("application/x-www-form-urlencoded; charset=UTF-8")
    expect(received?.params).toEqual({
      AccountSid: sim.accountSid,
      ApiVersion: "2010-04-01",
      Body: "hello",
      From: handset,
      FromCity: "SAN FRANCISCO",
      FromCountry: "US",
      FromState: "CA",
      FromZip: "94102",
      MessageSid: sid,
      NumMedia: "0",
      NumSegments: "1",
      SmsMessageSid: sid,
      SmsSid: sid,
      SmsStatus: "received",
      To: number,
      ToCity: "",
      ToCountry: "US",
      ToState: "",
      ToZip: ""
    })
  })

  it("brings its media and its opt-out type", async () => {
    sim.number({ phoneNumber: number, smsUrl: `${app.url}/sms` })
    await sim.inbound({ from: handset, to: number, body: "STOP", media: ["https://example.com/a.png"], optOutType: "STOP" })
    expect(app.received[0]?.params).toMatchObject({ OptOutType: "STOP", NumMedia: "1", MediaUrl0: "https://example.com/a.png", MediaContentType0: "image/png", MessageSid: expect.stringMatching(/^MM/u) })
  })

  it("can be told by GET, signed over the whole URL", async () => {
    sim.number({ phoneNumber: number, smsUrl: `${app.url}/sms?a=b`, smsMethod: "GET" })
    await sim.inbound({ from: handset, to: number, body: "hello there" })
    const [received] = app.received
    expect(received).toMatchObject({ method: "GET", params: {} })
    expect(new URL(received?.url ?? "").searchParams.get("Body")).toBe("hello there")
    expect(received === undefined ? false : app.isSigned(received, sim.authToken)).toBe(true)
  })

  it("told again with the same sid is on the handset once", async () => {
    const { sid } = await text(`${app.url}/sms`)
    await sim.inbound({ from: handset, to: number, body: "hello", messageSid: sid })
    expect(app.received.map((each) => each.params["MessageSid"])).toEqual([sid, sid])
    expect(sim.handset(handset)).toHaveLength(1)
  })

  it("is answered by the TwiML of the webhook", async () => {
    app.reply("/sms", twiml("<Response><Message>one</Message><Message>two</Message></Response>"))
    await text(`${app.url}/sms`)
    await sim.settled()
    expect(sim.handset(handset).map((each) => [each.direction, each.body])).toEqual([["inbound", "hello"], ["outbound-reply", "one"], ["outbound-reply", "two"]])
  })

  it("follows a redirect as a GET that has lost the form", async () => {
    app.reply("/sms", (_, response) => void response.writeHead(302, { location: "/moved" }).end())
    const { webhook } = await text(`${app.url}/sms`)
    expect(webhook.result).toBe("ok")
    expect(app.received.map((each) => [each.method, each.path, each.params["MessageSid"] !== undefined])).toEqual([["POST", "/sms", true], ["GET", "/moved", false]])
  })
})

describe("a failing webhook", () => {
  const replies = { status500: status(500), status404: status(404), hangs: never, breaks: hangUp }
  type Failure = keyof typeof replies | "refused"

  it.each<[Failure, string, number]>([
    ["refused", "", 2],
    ["refused", "#rc=0", 1],
    ["refused", "#rc=3", 4],
    ["refused", "#rp=5xx", 1],
    ["status500", "", 1],
    ["status500", "#rp=5xx", 2],
    ["status500", "#rc=2&rp=all", 3],
    ["status500", "#rp=4xx,rt", 1],
    ["status404", "", 1],
    ["status404", "#rc=2&rp=4xx", 3],
    ["breaks", "", 1],
    ["breaks", "#rp=rt", 2],
    ["hangs", "#rt=100", 1],
    ["hangs", "#rt=100&rc=2&rp=rt", 3],
    ["hangs", "#tt=150&rc=5&rp=all", 1]
  ])("that is %s with %s is tried so often: %i, then lost", async (failure, fragment, tries) => {
    if (failure !== "refused") app.reply("/sms", replies[failure])
    const { webhook } = await text(`${failure === "refused" ? closed : app.url}/sms${fragment}`)
    expect(webhook).toMatchObject({ result: "lost", error_code: failure === "refused" ? 11205 : 11200 })
    expect(webhook.attempts.map((each) => each.attempt)).toEqual(Array.from({ length: tries }, (_, i) => i + 1))
    expect(new Set(webhook.attempts.map((each) => each.idempotency_token)).size).toBe(1)
    expect(sim.webhooks()).toEqual(webhook.attempts)
    if (failure === "refused") return
    expect(app.received).toHaveLength(tries)
    expect(new Set(app.received.map((each) => each.headers["i-twilio-idempotency-token"])).size).toBe(1)
  })

  it.each<[Failure, string]>([
    ["refused", "11205"],
    ["status500", "11200"],
    ["status404", "11200"],
    ["breaks", "11200"]
  ])("that is %s goes to the fallback URL with code %s", async (failure, code) => {
    if (failure !== "refused") app.reply("/sms", replies[failure])
    const url = `${failure === "refused" ? closed : app.url}/sms`
    const { webhook, sid } = await text(`${url}#rc=0`, `${app.url}/fallback#rc=1`)
    expect(webhook).toMatchObject({ result: "fallback", status: 200 })
    const fallback = app.received.at(-1)
    expect(fallback).toMatchObject({ path: "/fallback", params: { MessageSid: sid, ErrorCode: code, ErrorUrl: url } })
    expect(fallback === undefined ? false : app.isSigned(fallback, sim.authToken)).toBe(true)
  })

  it("whose fallback fails too is lost", async () => {
    app.reply("/sms", status(500))
    app.reply("/fallback", status(503))
    expect((await text(`${app.url}/sms`, `${app.url}/fallback`)).webhook).toMatchObject({ result: "lost", status: 503, attempts: [{ fallback: false }, { fallback: true }] })
  })

  it("that answers something else than TwiML goes to the fallback", async () => {
    app.reply("/sms", (_, response) => void response.writeHead(200, { "content-type": "application/json" }).end("{}"))
    expect((await text(`${app.url}/sms`, `${app.url}/fallback`)).webhook.result).toBe("fallback")
    expect(app.received.at(-1)?.params["ErrorCode"]).toBe("12300")
  })

  it("of a status is tried again when the connection fails, and has no fallback", async () => {
    await clientOf(sim).messages.create({ to: handset, from: number, body: "x", statusCallback: `${closed}/status` })
    await sim.settled()
    expect(sim.webhooks().map((each) => [each.message_status, each.attempt]).toSorted()).toEqual(["delivered", "sending", "sent"].flatMap((each) => [[each, 1], [each, 2]]))
  })
})

it("a reset breaks what is under way and sends nothing more", async () => {
  app.reply("/sms", never)
  const told = text(`${app.url}/sms#rc=5&rp=all`, `${app.url}/fallback`)
  await until("the webhook", () => app.received.length === 1)
  sim.reset()
  expect((await told).webhook.result).toBe("lost")
  expect(app.received).toHaveLength(1)
  expect(sim.webhooks()).toEqual([])
})
