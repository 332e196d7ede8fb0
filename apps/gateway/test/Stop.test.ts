/** How the process ends, and what its log gives away. */
import { describe, expect, it, type TestContext } from "vitest"
import type { Api } from "./harness/Api.ts"
import { type ChildGateway, childGateway } from "./harness/Child.ts"
import { follow } from "./harness/EventStream.ts"
import { gate, startAgent } from "./harness/Agent.ts"
import { accountSid, authToken, projectFile, secrets, us } from "./harness/Projects.ts"
import { startReceiver } from "./harness/Receiver.ts"
import { newUser } from "./harness/Users.ts"
import { until } from "./harness/Waiting.ts"

const atMostMillis = 60_000


/** A gateway of its own for each test: they run at once. */
const start = async (test: TestContext, ...how: Parameters<typeof childGateway>) => {
  const gateway = await childGateway(...how)
  test.onTestFinished(() => gateway.close())
  await gateway.apply(projectFile())
  await gateway.start()
  return { api: gateway.apiFor({}), gateway }
}

const stoppedWell = { code: 0, signal: null }

const arrivedOnce = async (gateway: ChildGateway, texts: ReadonlyMap<string, string>) => {
  for (const [user, body] of texts) expect(await gateway.carrier.waitFor(user, 1)).toEqual([body])
  await gateway.carrier.sim.settled()
  for (const user of texts.keys()) expect(gateway.carrier.created(user)).toHaveLength(1)
}

describe.concurrent("a gateway that is told to stop", () => {
  it("by SIGINT ends with 0 although a client keeps its connection", { timeout: atMostMillis }, async (test) => {
    const { api, gateway } = await start(test)
    await api.send(newUser(), "Hello")
    expect(await gateway.stop("SIGINT")).toEqual(stoppedWell)
  })

  it("waits for the texts that are on their way, and loses and doubles none over a restart", { timeout: atMostMillis }, async (test) => {
    const { api, gateway } = await start(test)
    // More than a line hands over at once, so that some are out and some still wait.
    gateway.carrier.fault({ match: { method: "POST" }, effect: { type: "latency", ms: 500 } })
    const texts = new Map(Array.from({ length: 24 }, (_, i) => [newUser(), `text ${i}`]))
    await Promise.all([...texts].map(([user, body]) => api.send(user, body)))
    await until("calls of the carrier", () => (gateway.carrier.sim.faultRules()[0]?.struck ?? 0) > 0)
    expect(await gateway.stop("SIGTERM")).toEqual(stoppedWell)
    gateway.carrier.sim.faults([])
    await gateway.start()
    await arrivedOnce(gateway, texts)
  })

  it("in the middle of accepting keeps every text that it answered with 202", { timeout: atMostMillis }, async (test) => {
    const { api, gateway } = await start(test)
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
    await arrivedOnce(gateway, accepted)
    for (const user of unanswered) expect(gateway.carrier.created(user).length).toBeLessThanOrEqual(1)
  })
})

describe.concurrent("who follows the events", () => {
  const following = async (test: TestContext) => {
    const { api, gateway } = await start(test)
    await gateway.apply(projectFile({ events: {} }))
    return { api, gateway, stream: await follow(api) }
  }

  it("is let go at once by a stop, and misses nothing over the restart", { timeout: 2 * atMostMillis }, async (test) => {
    const { api, gateway, stream } = await following(test)
    const users = [newUser(), newUser()]
    await api.send(users[0] ?? "", "Before")
    await stream.waitFor(3)
    expect(await gateway.stop("SIGTERM")).toEqual(stoppedWell)
    expect(await stream.ended).toBe("ended")
    await gateway.start()
    await api.send(users[1] ?? "", "After")
    const resumed = await follow(api, "", stream.lastEventId())
    const events = await resumed.waitFor(3)
    expect(events.map(({ data, type }) => `${type} ${String(data["user_number"])}`)).toEqual(["session.started", "message.sent", "message.delivered"].map((type) => `${type} ${users[1]}`))
    resumed.close()
  })

  it("is told of every text once, in order, although the gateway is killed in between", { timeout: 2 * atMostMillis }, async (test) => {
    const { api, gateway, stream } = await following(test)
    const heard = [stream]
    const users = Array.from({ length: 24 }, () => newUser())
    await Promise.all(users.map((user) => api.send(user, "Hello")))
    await stream.waitFor(1)
    await gateway.stop("SIGKILL")
    await stream.ended
    await gateway.start()
    heard.push(await follow(api, "", stream.lastEventId()))
    const told = (user: string) => heard.flatMap(({ events }) => events).filter(({ data }) => data["user_number"] === user).map(({ type }) => type)
    // A receipt that came while nobody was there is asked for much later.
    await until("every text to be out", () => users.every((user) => told(user).some((type) => type === "message.sent" || type === "message.delivered")), () => users.map(told))
    heard.at(-1)?.close()
    const events = heard.flatMap((each) => each.events)
    const ids = events.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].toSorted())
    // A text that was being handed over is unknown until the carrier tells.
    for (const user of users) expect(told(user).join(" ")).toMatch(/^session\.started( message\.unknown)?( message\.sent)?( message\.delivered)?$/u)
  })
})

describe.concurrent("who has events posted to them", () => {
  it("has every one of them at least once, each user's in order, although the gateway is killed in between", { timeout: 2 * atMostMillis }, async (test) => {
    const receiver = await startReceiver()
    test.onTestFinished(() => receiver.close())
    const { api, gateway } = await start(test, { EVENTS_SECRET: secrets["EVENTS_SECRET"] ?? "" }, "serveWithLocalAgents")
    await gateway.apply(projectFile({ events: { webhooks: [receiver.asWebhook] } }))
    const users = Array.from({ length: 12 }, () => newUser())
    await Promise.all(users.map((user) => api.send(user, "Hello")))
    await until("the first events", () => receiver.events.length > 0)
    await gateway.stop("SIGKILL")
    await gateway.start()
    await Promise.all(users.map((user) => api.send(user, "Hello again")))
    const told = (user: string) => receiver.events.filter(({ data }) => "userNumber" in data && data.userNumber === user)
    const isWhole = (user: string) => told(user).filter(({ type }) => type === "session.started").length >= 2 && told(user).some(({ type }) => type === "session.ended")
    await receiver.waitFor("every conversation", () => users.every(isWhole))
    for (const user of users) {
      const first = [...new Set(told(user).map(({ id }) => id))]
      expect(first).toEqual(first.toSorted())
      expect(told(user).find(({ id }) => id === first[0])?.type).toBe("session.started")
    }
    expect(receiver.unbelieved()).toBe(0)
  })
})

describe.concurrent("a gateway that is killed", () => {
  it("again and again while texts are on their way loses and doubles none", { timeout: atMostMillis }, async (test) => {
    const { api, gateway } = await start(test)
    gateway.carrier.fault({ match: { method: "POST" }, probability: 0.3, effect: { type: "latency", ms: 200 } })
    const texts = new Map<string, string>()
    for (let round = 0; round < 2; round++) {
      const more = Array.from({ length: 12 }, (_, i) => [newUser(), `text ${round}.${i}`] as const)
      await Promise.all(more.map(([user, body]) => api.send(user, body)))
      for (const [user, body] of more) texts.set(user, body)
      expect(await gateway.stop("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" })
      await gateway.start()
    }
    await arrivedOnce(gateway, texts)
  })

  it("while the agent thinks calls it again under the same turn id, and sends one answer", { timeout: atMostMillis }, async (test) => {
    const agent = await startAgent()
    test.onTestFinished(() => agent.close())
    const { gateway } = await start(test, { AGENT_SECRET: secrets["AGENT_SECRET"] ?? "" }, "serveWithLocalAgents")
    await gateway.apply(projectFile({ agent: agent.asAgent }))
    const user = newUser()
    const door = gate()
    agent.answer(user, async (call) => {
      if (call.kind !== "reply") return {}
      if (call.attempt === 1) await door.opened
      return { response: `answer of attempt ${call.attempt}` }
    })
    await gateway.apiFor({}).send(user, "Hello")
    await gateway.carrier.text(user, us, "think about it")
    await agent.waitForCalls(user, 1)
    await gateway.stop("SIGKILL")
    await gateway.start()
    expect((await gateway.carrier.waitFor(user, 2))[1]).toBe("answer of attempt 2")
    door.open()
    expect(agent.callsOf(user).map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(new Set(agent.callsOf(user).map(({ turn_id }) => turn_id)).size).toBe(1)
    await gateway.carrier.sim.settled()
    expect(gateway.carrier.created(user)).toHaveLength(2)
  })
})

describe.concurrent("the log of a whole run", () => {
  it("holds no whole phone number, no API key, no auth token and no text, at any level", { timeout: atMostMillis }, async (test) => {
    const { api, gateway } = await start(test, { LOG_LEVEL: "debug", LOG_FORMAT: "json" })
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
    await api.get(`/v1/users/${user.slice(1)}`)
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
