/** STOP, START, HELP and their like from end to end: what the user hears, and what is sent no more. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { defaultReplies } from "@parley/core/Consent"
import { startAgent, type TestAgent } from "./harness/Agent.ts"
import type { Api, PageBody } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"

const second = "+14155550002"
const canadian = "+14165550003"
const hooked = "+14155550004"

let gateway: TestGateway
let agent: TestAgent
/** The API of the project whose agent is the webhook. */
let hook: Api

beforeAll(async () => {
  agent = await startAgent()
  gateway = await startGateway({
    projects: [
      projectFile({ numbers: [number(us), number(second), number(canadian, "live", { country: "CA" })] }),
      projectFile({ project: "hook", agent: agent.asAgent, numbers: [number(hooked)], session: { coalesce: "30 millis", turn_timeout: "2 seconds", turn_backoff: "5 millis" } })
    ]
  })
  hook = gateway.apiFor({ connector: "conn_hook" })
})
afterAll(async () => {
  await gateway.close()
  await agent.close()
})

const text = (from: string, to: string, body: string) => gateway.carrier.text(from, to, body)

/** Everything that was under way has come to rest: nothing more will reach a handset by itself. */
const settled = () => gateway.carrier.sim.settled()

describe("STOP", () => {
  const stops = ["STOP", "stop", " Stop. ", "STOPALL", "unsubscribe", "CANCEL!", "End", "QUIT?", "REVOKE", "optout"]

  it.each(stops)("is said by %j: confirmed, never told to the agent, and the session ends", async (body) => {
    const user = newUser()
    const id = await hook.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    await text(user, hooked, body)
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["Hello", defaultReplies.stop])
    expect(await hook.session(id)).toMatchObject({ state: "ended", end_reason: "user_end" })
    expect(agent.callsOf(user)).toEqual([])
    const optOuts = await hook.read<PageBody<object>>(`/v1/opt-outs?user_number=${encodeURIComponent(user)}`)
    expect(optOuts.data).toMatchObject([{ user_number: user, agent_number: hooked, environment: "live", source: "keyword" }])
  })

  it("tells the agent of the end, and why", async () => {
    const user = newUser()
    await hook.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    await text(user, hooked, "STOP")
    const [call] = await agent.waitForCalls(user, 1, "end")
    expect(call?.session.end_reason).toBe("user_end")
  })

  it("drops what the user writes afterwards, until START", async () => {
    const user = newUser()
    await text(user, hooked, "STOP")
    await gateway.carrier.waitFor(user, 1)
    await text(user, hooked, "are you there?")
    await settled()
    expect(gateway.carrier.got(user)).toEqual([defaultReplies.stop])
    expect(agent.callsOf(user)).toEqual([])
    await text(user, hooked, "start")
    await gateway.carrier.waitFor(user, 2)
    await text(user, hooked, "and now?")
    expect(await gateway.carrier.waitFor(user, 3)).toEqual([defaultReplies.stop, defaultReplies.start, "You said: and now?"])
    expect((await hook.read<PageBody<object>>(`/v1/opt-outs?user_number=${encodeURIComponent(user)}`)).data).toEqual([])
  })

  it("holds for the number that it was sent to, and not for another", async () => {
    const user = newUser()
    await text(user, us, "STOP")
    await gateway.carrier.waitFor(user, 1)
    await gateway.api.send(user, "From another number", { agent_number: second })
    await gateway.carrier.waitFor(user, 2)
    const suppressed = await gateway.api.send(user, "From the same number", { agent_number: us })
    expect((await gateway.api.history(suppressed))[0]?.status).toBe("suppressed")
  })

  it("cancels what is still queued; only the confirmation leaves", async () => {
    const user = newUser()
    gateway.carrier.fault({ match: { to: user, body: "^One$" }, count: 1, effect: { type: "latency", ms: 600 } })
    const first = await gateway.api.send(user, "One", { agent_number: us })
    await gateway.api.waitForHistory(first, "handed over", ([one]) => one?.status === "sending")
    const queued = await gateway.api.send(user, "Two", { agent_number: us })
    await text(user, us, "STOP")
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["One", defaultReplies.stop])
    await settled()
    expect(gateway.carrier.created(user)).toHaveLength(2)
    expect((await gateway.api.history(queued))[0]).toMatchObject({ status: "suppressed", trouble: { reason: "opted_out" } })
    expect(await gateway.api.session(queued)).toMatchObject({ state: "ended", end_reason: "user_end" })
  })

  it("makes a send answer 202 all the same; message and session show that it was suppressed, and why", async () => {
    const user = newUser()
    await text(user, us, "STOP")
    await gateway.carrier.waitFor(user, 1)
    const id = await gateway.api.send(user, "Please come back", { agent_number: us })
    const session = await gateway.api.session(id)
    expect(session.state).toBe("ended")
    expect(session.end_reason).toBe("delivery_failed")
    expect(session.end_detail).toMatch(/opted out/u)
    const [message] = await gateway.api.history(id)
    expect(message).toMatchObject({ status: "suppressed", attempts: 0, trouble: { reason: "opted_out" } })
    await settled()
    expect(gateway.carrier.created(user)).toHaveLength(1)
  })

  it("is taken over from a carrier that handled it, without a second reply", async () => {
    const user = newUser()
    const id = await gateway.api.send(user, "Hello", { agent_number: us })
    await gateway.carrier.waitFor(user, 1)
    await gateway.carrier.text(user, us, "STOP", { optOutType: "STOP" })
    await gateway.api.waitForSession(id, "ended", ({ state }) => state === "ended")
    await settled()
    expect(gateway.carrier.got(user)).toEqual(["Hello"])
    const optOuts = await gateway.api.read<PageBody<object>>(`/v1/opt-outs?user_number=${encodeURIComponent(user)}`)
    expect(optOuts.data).toMatchObject([{ source: "carrier_keyword" }])
  })

  it("is learned from a carrier that refuses the recipient", async () => {
    const user = newUser()
    gateway.carrier.fault({ match: { to: user }, count: 1, effect: { type: "reject", code: 21610 } })
    const id = await gateway.api.send(user, "Hello", { agent_number: us })
    expect(await gateway.api.waitForSession(id, "ended", ({ state }) => state === "ended")).toMatchObject({ end_reason: "delivery_failed" })
    expect((await gateway.api.history(id))[0]?.trouble?.code).toBe("21610")
    const optOuts = await gateway.api.read<PageBody<object>>(`/v1/opt-outs?user_number=${encodeURIComponent(user)}`)
    expect(optOuts.data).toMatchObject([{ agent_number: us, source: "carrier_refusal" }])
    expect((await gateway.api.history(await gateway.api.send(user, "Again", { agent_number: us })))[0]?.status).toBe("suppressed")
  })
})

describe("the other keywords", () => {
  it.each(["HELP", "info", "Help?"])("%j is answered with what can be said, and the conversation goes on", async (body) => {
    const user = newUser()
    const id = await hook.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    await text(user, hooked, body)
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["Hello", defaultReplies.help])
    expect((await hook.session(id)).end_reason).toBeNull()
    await text(user, hooked, "what else?")
    expect((await gateway.carrier.waitFor(user, 3))[2]).toBe("You said: what else?")
  })

  it.each(["YES", "unstop", "START!"])("%j subscribes a user who has opted out", async (body) => {
    const user = newUser()
    await text(user, hooked, "STOP")
    await gateway.carrier.waitFor(user, 1)
    await text(user, hooked, body)
    expect(await gateway.carrier.waitFor(user, 2)).toEqual([defaultReplies.stop, defaultReplies.start])
    const id = await hook.send(user, "Welcome back")
    await gateway.carrier.waitFor(user, 3)
    expect((await hook.session(id)).state).toBe("unanswered")
    expect(agent.callsOf(user)).toEqual([])
  })

  it("YES is an answer of a user who has not opted out", async () => {
    const user = newUser()
    await hook.send(user, "Shall we keep it?")
    await gateway.carrier.waitFor(user, 1)
    await text(user, hooked, "YES")
    expect((await gateway.carrier.waitFor(user, 2))[1]).toBe("You said: YES")
  })

  it("START is confirmed to anybody, and never told to the agent", async () => {
    const user = newUser()
    await text(user, hooked, "START")
    expect(await gateway.carrier.waitFor(user, 1)).toEqual([defaultReplies.start])
    expect(agent.callsOf(user)).toEqual([])
  })

  it.each(["ARRET", "arrêt"])("%j is STOP to a Canadian number and a word to any other", async (body) => {
    const user = newUser()
    await text(user, canadian, body)
    expect(await gateway.carrier.waitFor(user, 1)).toEqual([defaultReplies.stop])
    const other = newUser()
    await text(other, hooked, body)
    expect(await gateway.carrier.waitFor(other, 1)).toEqual([`You said: ${body}`])
  })

  it.each(["please stop", "STOP IT", "don't stop", "stopp", "yes please"])("%j is a sentence for the agent", async (body) => {
    const user = newUser()
    await text(user, hooked, body)
    expect(await gateway.carrier.waitFor(user, 1)).toEqual([`You said: ${body}`])
  })
})
