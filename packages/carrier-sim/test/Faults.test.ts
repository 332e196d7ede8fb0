import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { FaultEffect, FaultMatch } from "../src/Faults.ts"
import { startCarrierSim, type RunningCarrierSim } from "../src/startCarrierSim.ts"
import { startAfresh, startApplication, until } from "./Application.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+15005550006"
const handset = "+14155550100"

let sim: RunningCarrierSim
let app: Awaited<ReturnType<typeof startApplication>>
let client: ReturnType<typeof clientOf>

beforeAll(async () => {
  app = await startApplication()
  sim = await startCarrierSim({ numbers: [{ phoneNumber: number, smsUrl: `${app.url}/sms` }], delays: { queuedMillis: 1, sentMillis: 5, deliveredMillis: 10 } })
  client = clientOf(sim)
})
beforeEach(() => startAfresh(sim, app))
afterAll(async () => {
  await sim.close()
  await app.close()
})

const fault = (effect: FaultEffect, match: FaultMatch = {}) => sim.faults([{ effect, match, count: 1 }])
const send = (body = "hello") => client.messages.create({ to: handset, from: number, body, statusCallback: `${app.url}/status` })
const outcome = (call: Promise<unknown>) => call.then(() => "answered", (error: { code?: number; status?: number }) => (error.status === undefined ? "broken" : `${error.status} ${error.code}`))
const statuses = () => app.received.map((each) => each.params["MessageStatus"])

describe("a fault of a request", () => {
  it.each<[FaultEffect, string, number]>([
    [{ type: "too-many-requests" }, "429 20429", 0],
    [{ type: "error-before" }, "503 20503", 0],
    [{ type: "error-before", status: 500 }, "500 20500", 0],
    [{ type: "error-after" }, "500 20500", 1],
    [{ type: "error-after", status: 503 }, "503 20503", 1],
    [{ type: "lost-before" }, "broken", 0],
    [{ type: "lost-after" }, "broken", 1],
    [{ type: "reject", code: 21612 }, "400 21612", 0]
  ])("%j: the caller sees %s, and %i message exists", async (effect, seen, messages) => {
    fault(effect, { method: "POST", path: "/Messages\\.json$" })
    expect(await outcome(send())).toBe(seen)
    expect(sim.messages()).toHaveLength(messages)
    expect(await outcome(send())).toBe("answered")
    await sim.settled()
    expect(sim.handset(handset)).toHaveLength(messages + 1)
  })

  it("hold-after: the message goes out, and the caller waits until a reset", async () => {
    fault({ type: "hold-after" })
    const held = outcome(send())
    await until("the message", () => sim.messages()[0]?.status === "delivered")
    sim.reset()
    expect(await held).toBe("broken")
  })

  it("latency: the request is handled later", async () => {
    fault({ type: "latency", ms: 60_000 })
    const late = outcome(send())
    await until("the request", () => sim.faultRules()[0]?.struck === 1)
    expect(sim.messages()).toEqual([])
    sim.advance(60_000)
    expect(await late).toBe("answered")
  })

  it("callback-first: the application hears of the message before the caller does", async () => {
    fault({ type: "callback-first" })
    const { sid } = await send()
    expect(app.received[0]?.params).toMatchObject({ MessageSid: sid, MessageStatus: "sending" })
  })

  it("strikes only what matches, and as often as it says", async () => {
    sim.faults([
      { match: { to: "+14155550101" }, effect: { type: "reject", code: 21614 } },
      { match: { body: "^bad" }, count: 2, effect: { type: "reject", code: 21612 } },
      { match: { from: "+14155550102" }, effect: { type: "lost-before" } },
      { match: { method: "GET" }, effect: { type: "too-many-requests" } }
    ])
    const seen = []
    for (const body of ["good", "bad", "bad", "bad", "not bad"]) seen.push(await outcome(send(body)))
    expect(seen).toEqual(["answered", "400 21612", "400 21612", "answered", "answered"])
    expect(await outcome(client.messages.list())).toBe("429 20429")
    expect(sim.faultRules().map((each) => each.struck)).toEqual([0, 2, 0, 1])
  })

  it("with a probability strikes the same ones on every run", async () => {
    const run = async () => {
      sim.faults([{ probability: 0.5, effect: { type: "too-many-requests" } }])
      const seen = []
      for (let i = 0; i < 20; i++) seen.push(await outcome(send()))
      return seen
    }
    const first = await run()
    expect(new Set(first)).toEqual(new Set(["answered", "429 20429"]))
    expect(await run()).toEqual(first)
  })
})

describe("a fault of a message", () => {
  it.each([
    [30003, "undelivered", ["sending", "sent", "undelivered"]],
    [30004, "undelivered", ["sending", "sent", "undelivered"]],
    [30005, "undelivered", ["sending", "sent", "undelivered"]],
    [30006, "undelivered", ["sending", "sent", "undelivered"]],
    [30007, "undelivered", ["sending", "sent", "undelivered"]],
    [30008, "undelivered", ["sending", "sent", "undelivered"]],
    [30001, "failed", ["sending", "failed"]]
  ])("ends it with %i as %s", async (code, status, told) => {
    fault({ type: "fail", code })
    const { sid } = await send()
    await sim.settled()
    expect(await client.messages(sid).fetch()).toMatchObject({ status, errorCode: code, errorMessage: expect.any(String) })
    expect(statuses()).toEqual(told)
    expect(app.received.at(-1)?.params["ErrorCode"]).toBe(String(code))
    expect(sim.handset(handset)).toEqual([])
  })

  it("may say how it ends", async () => {
    fault({ type: "fail", code: 30008, status: "failed" })
    await send()
    await sim.settled()
    expect(statuses()).toEqual(["sending", "failed"])
  })
})

describe("a fault of a webhook", () => {
  it("drop: one status is never told", async () => {
    fault({ type: "drop" }, { webhook: "status", statuses: ["delivered"] })
    await send()
    await sim.settled()
    expect(statuses()).toEqual(["sending", "sent"])
  })

  it("reorder: delivered comes before sent", async () => {
    fault({ type: "reorder" })
    await send()
    await sim.settled()
    expect(statuses()).toEqual(["sending", "delivered", "sent"])
  })

  it("reorder together with a dropped last status still tells of sent", async () => {
    sim.faults([{ effect: { type: "reorder" } }, { match: { statuses: ["delivered"] }, effect: { type: "drop" } }])
    await send()
    await sim.settled()
    expect(statuses()).toEqual(["sending", "sent"])
  })

  it("delay: a status is told later than the next one", async () => {
    fault({ type: "delay", ms: 60_000 }, { statuses: ["sent"] })
    await send()
    await until("delivered", () => statuses().includes("delivered"))
    expect(statuses()).toEqual(["sending", "delivered"])
    sim.advance(60_000)
    await sim.settled()
    expect(statuses()).toEqual(["sending", "delivered", "sent"])
  })

  it.each([true, false])("duplicate: a text is told so often, at once: %s", async (concurrent) => {
    fault({ type: "duplicate", copies: 3, concurrent }, { webhook: "inbound" })
    let inside = 0
    let most = 0
    app.reply("/sms", (_, response) => {
      most = Math.max(most, ++inside)
      setImmediate(() => {
        inside--
        response.writeHead(204).end()
      })
    })
    const { sid, webhook } = await sim.inbound({ from: handset, to: number, body: "hello" })
    expect(app.received.map((each) => each.params["MessageSid"])).toEqual([sid, sid, sid])
    expect(webhook.attempts).toHaveLength(3)
    expect(sim.handset(handset)).toHaveLength(1)
    if (!concurrent) expect(most).toBe(1)
  })

  it("duplicate: a status is told so often", async () => {
    fault({ type: "duplicate", copies: 2 }, { webhook: "status", statuses: ["sent"] })
    await send()
    await sim.settled()
    expect(statuses().toSorted()).toEqual(["delivered", "sending", "sent", "sent"])
  })

  it("drop: a text is on the handset, and the application never hears of it", async () => {
    fault({ type: "drop" }, { webhook: "inbound", from: handset, body: "hel+o" })
    expect((await sim.inbound({ from: handset, to: number, body: "hello" })).webhook.result).toBe("dropped")
    expect(app.received).toEqual([])
    expect(sim.handset(handset)).toHaveLength(1)
  })
})
