import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { startCarrierSim, type RunningCarrierSim } from "../src/startCarrierSim.ts"
import { startAfresh, startApplication, until } from "./Application.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+15005550006"
const handset = "+14155550100"

let sim: RunningCarrierSim
let app: Awaited<ReturnType<typeof startApplication>>

beforeAll(async () => {
  app = await startApplication()
  sim = await startCarrierSim({ keptMessages: 50 })
})
beforeEach(() => startAfresh(sim, app))
afterAll(async () => {
  await sim.close()
  await app.close()
})

const get = async (path: string) => {
  const response = await fetch(sim.url + path)
  return { status: response.status, body: (await response.json()) as Record<string, never> }
}
const post = async (path: string, body: unknown) => {
  const response = await fetch(sim.url + path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Record<string, never> }
}

describe("the controls over HTTP", () => {
  it("text a number and show the handset, whichever way its plus sign is written", async () => {
    await post("/_sim/numbers", { phoneNumber: number, smsUrl: `${app.url}/sms` })
    const { status, body } = await post("/_sim/inbound", { from: handset, to: number, body: "hello" })
    expect(status).toBe(200)
    expect(body).toMatchObject({ sid: expect.stringMatching(/^SM/u), message: { direction: "inbound" }, webhook: { result: "ok", status: 200, attempts: [{ http_status: 200 }] } })
    for (const written of [handset, encodeURIComponent(handset)]) {
      expect((await get(`/_sim/handsets/${written}/messages`)).body).toMatchObject({ messages: [{ body: "hello", direction: "inbound" }] })
    }
    expect((await get("/_sim/webhooks")).body).toMatchObject({ webhooks: [{ kind: "inbound", http_status: 200 }] })
    expect((await post("/_sim/inbound", { from: handset, to: number, body: "later", wait: false })).status).toBe(202)
    await until("the second text", () => app.received.length === 2)
  })

  it("account for messages with their times", async () => {
    await clientOf(sim).messages.create({ to: handset, from: number, body: "hello" })
    const { body } = await get(`/_sim/messages?to=${encodeURIComponent(handset)}`)
    expect(body).toMatchObject({ messages: [{ body: "hello", created_at_ms: expect.any(Number), sent_at_ms: null }] })
    expect((await get("/_sim/messages?direction=inbound")).body).toEqual({ messages: [] })
  })

  it("set, show and forget faults", async () => {
    const rule = { match: { to: handset }, count: 1, effect: { type: "latency", ms: 1 } }
    expect((await post("/_sim/faults", { rules: [rule] })).body).toEqual({ rules: [{ ...rule, struck: 0 }] })
    expect((await post("/_sim/faults", [rule, rule])).body["rules"]).toHaveLength(2)
    expect((await post("/_sim/faults", rule)).body["rules"]).toHaveLength(1)
    await post("/_sim/reset", "")
    expect((await get("/_sim/faults")).body).toEqual({ rules: [] })
  })

  it("skip time", async () => {
    await clientOf(sim).messages.create({ to: handset, from: number, body: "hello" })
    await post("/_sim/advance", { ms: 60_000 })
    expect((await get(`/_sim/handsets/${handset}/messages`)).body["messages"]).toHaveLength(1)
  })

  it.each([
    ["/_sim/inbound", "{", "not JSON"],
    ["/_sim/inbound", [], "must be a JSON object"],
    ["/_sim/inbound", { to: number, body: "x" }, "needs \"from\""],
    ["/_sim/inbound", { from: "0170", to: number, body: "x" }, "E.164"],
    ["/_sim/inbound", { from: handset, to: number }, "needs \"body\""],
    ["/_sim/inbound", { from: handset, to: number, body: 1 }, "must be a string"],
    ["/_sim/inbound", { from: handset, to: number, body: "x", texts: 1 }, "no field \"texts\""],
    ["/_sim/inbound", { from: handset, to: "+14155550199", body: "x" }, "not a number of any account"],
    ["/_sim/inbound", { from: handset, to: "+14155550199", body: "x", wait: false }, "not a number of any account"],
    ["/_sim/inbound", { from: handset, to: number, body: "x", messageSid: "SM1" }, "32 hexadecimal"],
    ["/_sim/inbound", "x".repeat(1024 * 1024 + 1), "over 1 MB"],
    ["/_sim/faults", { effect: { type: "explode" } }, "no effect \"explode\""],
    ["/_sim/faults", { effect: { type: "latency" } }, "needs \"ms\""],
    ["/_sim/faults", { effect: { type: "drop", ms: 1 } }, "no field \"ms\""],
    ["/_sim/faults", { match: { path: "(" }, effect: { type: "drop" } }, "regular expression"],
    ["/_sim/faults", { match: { colour: "red" }, effect: { type: "drop" } }, "no field \"colour\""],
    ["/_sim/faults", { probability: 2, effect: { type: "drop" } }, "between 0 and 1"],
    ["/_sim/faults", { effect: { type: "duplicate", copies: 1 } }, "2 to 100"],
    ["/_sim/faults", { effect: { type: "error-after", status: 404 } }, "between 500 and 599"],
    ["/_sim/numbers", { phoneNumber: "hello" }, "neither a number in E.164"],
    ["/_sim/numbers", { phoneNumber: number, accountSid: "AC1" }, "no account AC1"],
    ["/_sim/numbers", { phoneNumber: number, segmentsPerSecond: 0 }, "above 0"],
    ["/_sim/advance", { ms: "long" }, "needs \"ms\""],
    ["/_sim/nonsense", {}, "There is no POST /_sim/nonsense"]
  ])("answer a wrong call of %s with a sentence", async (path, body, sentence) => {
    const answer = await post(path, body)
    expect(answer.status).toBe(400)
    expect(answer.body["error"]).toContain(sentence)
  })

  it("answer a handset that is none with a sentence", async () => {
    expect(await get("/_sim/handsets/hello/messages")).toMatchObject({ status: 400, body: { error: expect.stringContaining("E.164") } })
  })
})

it("only so many messages are kept, the oldest finished ones go first", async () => {
  for (let i = 0; i < 60; i++) await sim.inbound({ from: handset, to: number, body: `${i}` })
  expect(sim.messages()).toHaveLength(50)
  expect(sim.handset(handset).map((each) => each.body)).toEqual(Array.from({ length: 50 }, (_, i) => `${i + 10}`))
})

it("a closed carrier frees its port and lets nothing hang", async () => {
  const first = await startCarrierSim({ numbers: [{ phoneNumber: number, smsUrl: `${app.url}/sms` }] })
  first.faults([{ effect: { type: "hold-after" } }])
  const held = clientOf(first).messages.create({ to: handset, from: number, body: "x", statusCallback: `${app.url}/status` }).then(() => "answered", () => "broken")
  await until("the request", () => first.messages().length === 1)
  await first.close()
  expect(await held).toBe("broken")
  const second = await startCarrierSim({ port: Number(new URL(first.url).port) })
  expect(second.url).toBe(first.url)
  await expect(startCarrierSim({ port: Number(new URL(first.url).port) })).rejects.toMatchObject({ code: "EADDRINUSE" })
  await second.close()
})
