/** How the process ends, and what its log gives away. */
import { afterEach, describe, expect, it } from "vitest"
import type { Api } from "./harness/Api.ts"
import { type ChildGateway, childGateway } from "./harness/Child.ts"
import { accountSid, authToken, projectFile, secrets, us } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

const atMostMillis = 60_000

let gateway: ChildGateway
let users = 0
const newUser = () => `+1415559${String(++users).padStart(4, "0")}`

const start = async (environment: Readonly<Record<string, string>> = {}) => {
  gateway = await childGateway(environment)
  await gateway.apply(projectFile())
  await gateway.start()
  return gateway.apiFor({})
}
afterEach(() => gateway.close())

const stoppedWell = { code: 0, signal: null }

const arrivedOnce = async (texts: ReadonlyMap<string, string>) => {
  for (const [user, body] of texts) expect(await gateway.carrier.waitFor(user, 1)).toEqual([body])
  await gateway.carrier.sim.settled()
  for (const user of texts.keys()) expect(gateway.carrier.created(user)).toHaveLength(1)
}

describe("a gateway that is told to stop", () => {
  it("by SIGINT ends with 0 although a client keeps its connection", { timeout: atMostMillis }, async () => {
    const api = await start()
    await api.send(newUser(), "Hello")
    expect(await gateway.stop("SIGINT")).toEqual(stoppedWell)
  })

  it("waits for the texts that are on their way, and loses and doubles none over a restart", { timeout: atMostMillis }, async () => {
    const api = await start()
    // More than a line hands over at once, so that some are out and some still wait.
    gateway.carrier.fault({ match: { method: "POST" }, effect: { type: "latency", ms: 500 } })
    const texts = new Map(Array.from({ length: 24 }, (_, i) => [newUser(), `text ${i}`]))
    await Promise.all([...texts].map(([user, body]) => api.send(user, body)))
    await until("calls of the carrier", () => (gateway.carrier.sim.faultRules()[0]?.struck ?? 0) > 0)
    expect(await gateway.stop("SIGTERM")).toEqual(stoppedWell)
    gateway.carrier.sim.faults([])
    await gateway.start()
    await arrivedOnce(texts)
  })

  it("in the middle of accepting keeps every text that it answered with 202", { timeout: atMostMillis }, async () => {
    const api = await start()
    const accepted = new Map<string, string>()
    const unanswered = new Set<string>()
    const sendUntilRefused = async (api: Api) => {
      while (true) {
        const user = newUser()
        const body = `text ${user}`
        const response = await api.post("/v1/outbound-sms", { user_number: user, message: body }).catch(() => null)
        if (response?.status === 202) accepted.set(user, body)
        else unanswered.add(user)
        await response?.arrayBuffer().catch(() => null)
        if (response?.status !== 202) return
      }
    }
    const senders = Array.from({ length: 8 }, () => sendUntilRefused(api))
    await until("some texts", () => accepted.size > 50)
    expect(await gateway.stop("SIGTERM")).toEqual(stoppedWell)
    await Promise.all(senders)
    await gateway.start()
    await arrivedOnce(accepted)
    for (const user of unanswered) expect(gateway.carrier.created(user).length).toBeLessThanOrEqual(1)
  })
})

describe("a gateway that is killed", () => {
  it("with texts on their way loses and doubles none over a restart", { timeout: atMostMillis }, async () => {
    const api = await start()
    gateway.carrier.fault({ match: { method: "POST" }, count: 8, effect: { type: "latency", ms: 300 } })
    const texts = new Map(Array.from({ length: 20 }, (_, i) => [newUser(), `text ${i}`]))
    await Promise.all([...texts].map(([user, body]) => api.send(user, body)))
    await until("calls of the carrier", () => (gateway.carrier.sim.faultRules()[0]?.struck ?? 0) > 0)
    expect(await gateway.stop("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" })
    await gateway.start()
    await arrivedOnce(texts)
  })
})

describe("the log of a whole run", () => {
  it("holds no whole phone number, no API key, no auth token and no text, at any level", { timeout: atMostMillis }, async () => {
    const api = await start({ LOG_LEVEL: "debug", LOG_FORMAT: "json" })
    const { carrier } = gateway
    const [user, stopper, failing, refused, unreachable] = [newUser(), newUser(), "+15005550001", newUser(), newUser()]
    const id = await api.send(user, "A secret appointment")
    await carrier.waitFor(user, 1)
    await carrier.text(user, us, "A secret answer")
    await carrier.waitFor(user, 2)
    await carrier.text(stopper, us, "STOP")
    await carrier.waitFor(stopper, 1)
    await api.send(failing, "A secret for nobody")
    carrier.fault({ match: { to: refused }, count: 1, effect: { type: "too-many-requests" } })
    await api.send(refused, "A secret that is refused at first")
    carrier.fault({ match: { to: unreachable }, count: 1, effect: { type: "lost-after" } })
    await api.send(unreachable, "A secret whose answer is lost")
    await carrier.waitFor(refused, 1)
    await carrier.waitFor(unreachable, 1)
    await api.sessionsOf(user)
    await api.get(`/v1/opt-outs?user_number=${encodeURIComponent(stopper)}`)
    await api.get(`/v1/users/${encodeURIComponent(user)}`)
    await api.post(`/v1/sessions/${id}/messages`, { message: "A secret remark" })
    await api.post("/v1/outbound-sms", { user_number: `${user}x`, message: "A secret mistake" })
    await api.post("/v1/outbound-sms", `{"user_number":"${user}","message":"A secret`)
    await gateway.apiFor({ key: "pk_a-guessed-key-000" }).post("/v1/outbound-sms", { user_number: user, message: "A secret guess" })
    await fetch(`${gateway.url}/twilio/main/live/sms?to=${encodeURIComponent(us)}`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "wrong" },
      body: new URLSearchParams({ From: user, To: us, Body: "A secret forgery" }).toString()
    })
    await carrier.sim.settled()
    expect(await gateway.stop("SIGTERM")).toEqual(stoppedWell)

    const log = gateway.logs()
    const lines = log.trim().split("\n")
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) expect(() => JSON.parse(line) as unknown, line).not.toThrow()
    for (const number of [user, stopper, failing, refused, unreachable, us]) {
      expect(lines.filter((line) => line.includes(number.slice(1)))).toEqual([])
    }
    for (const secret of [...Object.values(secrets), authToken, "pk_a-guessed-key-000", Buffer.from(`${accountSid}:${authToken}`).toString("base64"), "A secret"]) {
      expect(lines.filter((line) => line.includes(secret))).toEqual([])
    }
    expect(log).not.toMatch(/pk_[A-Za-z0-9]/u)
  })
})
