/** What carriers do to a conversation: repeats, disorder, refusals, answers that never come. No text is lost, and none is doubled. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { FaultEffect } from "@parley/carrier-sim/Faults"
import { startAgent, type TestAgent } from "./harness/Agent.ts"
import type { Api } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"

const hooked = "+14155550004"

let gateway: TestGateway
let agent: TestAgent
let hook: Api

beforeAll(async () => {
  agent = await startAgent()
  gateway = await startGateway({
    projects: [
      projectFile(),
      projectFile({ project: "hook", agent: agent.asAgent, numbers: [number(hooked)] })
    ]
  })
  hook = gateway.apiFor({ connector: "conn_hook" })
})
afterAll(async () => {
  await gateway.close()
  await agent.close()
})

/** The calls that send to a handset. */
const create = (to: string) => ({ to, method: "POST" })

const settled = () => gateway.carrier.sim.settled()

describe("a user's text", () => {
  it.each([["one after the other", false], ["all at once", true]])("that the carrier tells five times, %s, is one text and one turn", async (_, concurrent) => {
    const user = newUser()
    gateway.carrier.fault({ match: { webhook: "inbound", from: user }, count: 1, effect: { type: "duplicate", copies: 5, concurrent } })
    await gateway.carrier.text(user, hooked, "hello")
    await gateway.carrier.waitFor(user, 1)
    await settled()
    expect(gateway.carrier.got(user)).toEqual(["You said: hello"])
    expect(agent.callsOf(user)).toHaveLength(1)
    const [session, ...others] = await hook.sessionsOf(user)
    expect(others).toEqual([])
    expect((await hook.history(session?.id ?? "")).map(({ direction }) => direction)).toEqual(["inbound", "outbound"])
  })

  it("that is told again much later changes nothing", async () => {
    const user = newUser()
    const { sid } = await gateway.carrier.text(user, hooked, "hello")
    await gateway.carrier.waitFor(user, 1)
    const again = await gateway.carrier.text(user, hooked, "hello", { messageSid: sid })
    expect(again.webhook.status).toBe(200)
    await settled()
    expect(gateway.carrier.got(user)).toEqual(["You said: hello"])
    expect(agent.callsOf(user)).toHaveLength(1)
  })

  it("STOP told five times at once is confirmed once", async () => {
    const user = newUser()
    gateway.carrier.fault({ match: { webhook: "inbound", from: user }, count: 1, effect: { type: "duplicate", copies: 5, concurrent: true } })
    await gateway.carrier.text(user, hooked, "STOP")
    await gateway.carrier.waitFor(user, 1)
    await settled()
    expect(gateway.carrier.got(user)).toHaveLength(1)
  })

  it("and nine others, each from another handset at once, are all answered", async () => {
    const handsets = Array.from({ length: 10 }, newUser)
    await Promise.all(handsets.map((user) => gateway.carrier.text(user, hooked, `from ${user}`)))
    for (const user of handsets) expect(await gateway.carrier.waitFor(user, 1)).toEqual([`You said: from ${user}`])
  })

  it("with a signature of somebody else is refused and not kept", async () => {
    const user = newUser()
    const form = new URLSearchParams({ MessageSid: `SM${"0".repeat(32)}`, AccountSid: gateway.carrier.sim.accountSid, From: user, To: hooked, Body: "hello", NumMedia: "0" })
    const response = await fetch(`${gateway.url}/twilio/hook/live/sms`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
      body: form.toString()
    })
    expect(response.status).toBe(403)
    expect(await hook.sessionsOf(user)).toEqual([])
  })
})

describe("status reports", () => {
  const reports: ReadonlyArray<readonly [string, FaultEffect, ReadonlyArray<string>]> = [
    ["out of order", { type: "reorder" }, ["delivered"]],
    ["three times each", { type: "duplicate", copies: 3 }, ["delivered"]],
    ["three times each at once", { type: "duplicate", copies: 3, concurrent: true }, ["delivered"]],
    ["never", { type: "drop" }, ["sent"]]
  ]
  it.each(reports)("that come %s leave the text where it is", async (_, effect, statuses) => {
    const user = newUser()
    gateway.carrier.fault({ match: { webhook: "status", to: user }, effect })
    const id = await gateway.api.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    await gateway.api.waitForHistory(id, "at its last status", ([text]) => statuses.includes(text?.status ?? ""))
    await settled()
    expect((await gateway.api.history(id))[0]).toMatchObject({ status: statuses[0], trouble: null })
    expect(gateway.carrier.created(user)).toHaveLength(1)
    expect((await gateway.api.session(id)).state).toBe("unanswered")
  })

  it("that come before the answer to the call are believed", async () => {
    const user = newUser()
    gateway.carrier.fault({ match: { to: user, method: "POST" }, count: 1, effect: { type: "callback-first" } })
    const id = await gateway.api.send(user, "Hello")
    await gateway.api.waitForHistory(id, "delivered", ([text]) => text?.status === "delivered")
    expect(gateway.carrier.created(user)).toHaveLength(1)
  })
})

describe("a carrier that refuses for now", () => {
  it("is asked again until it takes the text, which arrives once", async () => {
    const user = newUser()
    gateway.carrier.fault({ match: { to: user, method: "POST" }, count: 4, effect: { type: "too-many-requests" } })
    const id = await gateway.api.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    const [text] = await gateway.api.waitForHistory(id, "delivered", ([one]) => one?.status === "delivered")
    expect(text).toMatchObject({ attempts: 5, trouble: null })
    await settled()
    expect(gateway.carrier.created(user)).toHaveLength(1)
  })

  it("in a storm loses nothing, doubles nothing and keeps each user's order", async () => {
    const handsets = Array.from({ length: 8 }, newUser)
    for (const to of handsets) gateway.carrier.fault({ match: { to, method: "POST" }, count: 2, effect: { type: "too-many-requests" } })
    for (const body of ["one", "two", "three"]) await Promise.all(handsets.map((user) => gateway.api.send(user, body)))
    for (const user of handsets) expect(await gateway.carrier.waitFor(user, 3)).toEqual(["one", "two", "three"])
    await settled()
    for (const user of handsets) expect(gateway.carrier.created(user)).toHaveLength(3)
  })
})

describe("a call whose outcome is not known", () => {
  it.each<readonly [string, FaultEffect]>([
    ["was accepted and then answered 500", { type: "error-after", status: 500 }],
    ["was accepted and then answered 503", { type: "error-after", status: 503 }],
    ["was accepted and whose answer was lost", { type: "lost-after" }]
  ])("that %s is settled by the status report, and the text arrives once", async (_, effect) => {
    const user = newUser()
    gateway.carrier.fault({ match: create(user), count: 1, effect })
    const id = await gateway.api.send(user, "Hello")
    const [text] = await gateway.api.waitForHistory(id, "delivered", ([one]) => one?.status === "delivered")
    expect(text?.carrier_id).toBe(gateway.carrier.created(user)[0]?.sid)
    expect(gateway.carrier.created(user)).toHaveLength(1)
    expect(gateway.carrier.got(user)).toEqual(["Hello"])
  })

  it.each<readonly [string, FaultEffect]>([
    ["was accepted and then answered 500", { type: "error-after", status: 500 }],
    ["was accepted and whose answer was lost", { type: "lost-after" }]
  ])("that %s is settled by the carrier's list where no report comes", async (_, effect) => {
    const user = newUser()
    gateway.carrier.fault({ match: create(user), count: 1, effect })
    gateway.carrier.fault({ match: { webhook: "status", to: user }, effect: { type: "drop" } })
    const id = await gateway.api.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    const [text] = await gateway.api.waitForHistory(id, "settled", ([one]) => one?.status === "sent" || one?.status === "delivered")
    expect(text?.carrier_id).toBe(gateway.carrier.created(user)[0]?.sid)
    expect(gateway.carrier.created(user)).toHaveLength(1)
  })

  it.each<readonly [string, FaultEffect]>([
    ["never reached the carrier", { type: "lost-before" }],
    ["was answered 503 and not accepted", { type: "error-before", status: 503 }]
  ])("that %s is made again only once the carrier's list proves it, and the text arrives once", async (_, effect) => {
    const user = newUser()
    gateway.carrier.fault({ match: create(user), count: 1, effect })
    const id = await gateway.api.send(user, "Hello")
    const [unknown] = await gateway.api.waitForHistory(id, "unknown", ([one]) => one?.status === "unknown" || one?.status === "delivered")
    if (unknown?.status === "unknown") expect(unknown.trouble?.reason).toBe("ambiguous")
    const [text] = await gateway.api.waitForHistory(id, "delivered", ([one]) => one?.status === "delivered")
    expect(text?.trouble).toBeNull()
    expect(gateway.carrier.created(user)).toHaveLength(1)
  })

  it("holds back what comes after it for the same user, and nobody else", async () => {
    const [user, other] = [newUser(), newUser()]
    gateway.carrier.fault({ match: create(user), count: 1, effect: { type: "lost-before" } })
    await gateway.api.send(user, "One")
    await gateway.api.send(user, "Two")
    await gateway.api.send(other, "Meanwhile")
    await gateway.carrier.waitFor(other, 1)
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["One", "Two"])
  })

  it("does not keep two identical texts from arriving twice", async () => {
    const user = newUser()
    gateway.carrier.fault({ match: create(user), count: 1, effect: { type: "error-after" } })
    gateway.carrier.fault({ match: { webhook: "status", to: user }, count: 2, effect: { type: "drop" } })
    await gateway.api.send(user, "The same")
    await gateway.api.send(user, "The same")
    await gateway.carrier.waitFor(user, 2)
    await settled()
    expect(gateway.carrier.created(user)).toHaveLength(2)
  })
})

describe("an opening text that can never be delivered", () => {
  it.each([
    ["+15005550001", "21211"], ["+15005550002", "21612"], ["+15005550003", "21408"], ["+15005550009", "21614"]
  ])("to %s ends its session as delivery_failed, with the code %s and a sentence", async (user, code) => {
    // Changes nothing, and counts what reaches the carrier: a call that this process makes too late, held up on a busy machine, is withheld and made again.
    gateway.carrier.fault({ match: create(user), effect: { type: "latency", ms: 0 } })
    const id = await gateway.api.send(user, "Hello", { agent_number: us })
    const session = await gateway.api.waitForSession(id, "ended", ({ state }) => state === "ended")
    expect(session.end_reason).toBe("delivery_failed")
    expect(session.end_detail).toMatch(/^[A-Z].+\w/u)
    const [text] = await gateway.api.history(id)
    expect(text).toMatchObject({ status: "failed", trouble: { code } })
    expect(gateway.carrier.sim.faultRules().find(({ match }) => match?.to === user)?.struck).toBe(1)
    expect(text?.trouble?.detail).toMatch(/^[A-Z].+\w/u)
    expect(text?.trouble?.detail).not.toMatch(/undefined|null|\[object/u)
  })

  it.each([[30003, "undelivered"], [30006, "failed"], [30007, "undelivered"]] as const)("with %i after its acceptance does the same", async (code, status) => {
    const user = newUser()
    gateway.carrier.fault({ match: { to: user }, effect: { type: "fail", code, status } })
    const id = await gateway.api.send(user, "Hello")
    const session = await gateway.api.waitForSession(id, "ended", ({ state }) => state === "ended")
    expect(session.end_reason).toBe("delivery_failed")
    expect((await gateway.api.history(id))[0]).toMatchObject({ status, trouble: { code: String(code) } })
    expect(session.end_detail).toMatch(/^[A-Z].+\w/u)
  })

  it("is shown with the carrier's refusal of the gateway itself, which no retry would change", async () => {
    const user = newUser()
    gateway.carrier.fault({ match: { to: user, method: "POST" }, count: 1, effect: { type: "reject", code: 21606 } })
    const id = await gateway.api.send(user, "Hello")
    await gateway.api.waitForSession(id, "ended", ({ state }) => state === "ended")
    expect((await gateway.api.history(id))[0]).toMatchObject({ status: "failed", trouble: { code: "21606" } })
  })
})
