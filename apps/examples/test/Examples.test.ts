/** Every program in `src`, run as it stands. One gateway serves them all. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Parley } from "@parley/sdk"
import { signedTestTurn, signWebhook } from "@parley/sdk/webhooks"
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest"
import { projectFile, secrets, startGateway } from "./Gateway.ts"
import { type Program, start } from "./Program.ts"

const agents = { Hono: "+14155550002", Effect: "+14155550003" } as const
const secret = secrets["AGENT_SECRET"] ?? ""
const apiKey = secrets["EXAMPLES_API_KEY"] ?? ""

let gateway: Awaited<ReturnType<typeof startGateway>>
const programs = new Map<string, Program>()
const urls = new Map<string, string>()

beforeAll(async () => {
  const started = await Promise.all(Object.keys(agents).map(async (name) => {
    const program = start(`AgentServer${name}.ts`, { PORT: "0", PARLEY_WEBHOOK_SECRET: secret })
    programs.set(name, program)
    const [, port] = await program.printed(/http:\/\/127\.0\.0\.1:(\d+)/u)
    const url = `http://127.0.0.1:${port}/agent`
    urls.set(name, url)
    return projectFile(name.toLowerCase(), agents[name as keyof typeof agents], { type: "webhook", url, secret_env: "AGENT_SECRET" })
  }))
  const receiver = start("ReceiveEvents.ts", { PORT: "0", PARLEY_WEBHOOK_SECRET: secret })
  programs.set("receiver", receiver)
  const [eventsUrl = ""] = await receiver.printed(/http:\/\/127\.0\.0\.1:\d+\/events/u)
  urls.set("receiver", eventsUrl)
  const posting = projectFile("posting", "+14155550005", { type: "scripted" }, { webhooks: [{ name: "mine", url: eventsUrl, secret_env: "AGENT_SECRET" }] })
  gateway = await startGateway([posting, projectFile("asking", "+14155550001", { type: "scripted" }), projectFile("following", "+14155550004", { type: "scripted" }), ...started])
})

afterAll(async () => {
  for (const program of programs.values()) program.stop()
  // Absent when a program did not start.
  await (gateway as typeof gateway | undefined)?.close()
})

const client = (project: string) => new Parley({ apiKey, connectorId: `conn_${project}`, baseUrl: gateway.url })
const got = (handset: string, count: number) =>
  vi.waitFor(() => {
    const texts = gateway.got(handset)
    expect(texts.length).toBeGreaterThanOrEqual(count)
    return texts
  }, { timeout: 15_000, interval: 10 })

it("every program is run by a test here", () => {
  expect(readdirSync(join(import.meta.dirname, "../src")).toSorted()).toEqual(["AgentServerEffect.ts", "AgentServerHono.ts", "FollowEvents.ts", "ReceiveEvents.ts", "SendAndWait.ts", "SessionMachine.ts"])
})

describe("SendAndWait", () => {
  const environment = () => ({ PARLEY_API_KEY: apiKey, PARLEY_CONNECTOR_ID: "conn_asking", PARLEY_BASE_URL: gateway.url })

  it("asks, reads the answer, thanks and ends the conversation", async () => {
    const user = "+14155551001"
    const program = start("SendAndWait.ts", environment(), user)
    const [, sessionId = ""] = await program.printed(/session (TW_SMS_\w+)/u)
    await got(user, 1)
    // Before that, the agent would answer.
    await vi.waitFor(async () => expect(await client("asking").sessions.retrieve(sessionId)).toMatchObject({ takeover: { by: "table-bot" } }), { timeout: 15_000, interval: 10 })
    await gateway.text(user, "+14155550001", "Yes please")
    expect(await program.ended).toEqual({ code: 0, output: `Asked in session ${sessionId}.\nAnswered: Yes please\n` })
    expect(await got(user, 2)).toEqual(["Your table is booked for 8 pm. Shall we keep it?", "Thank you, see you at 8!"])
    expect(await client("asking").sessions.retrieve(sessionId)).toMatchObject({ state: "ended", endReason: "operator_end" })
  })

  it("says so when the user leaves", async () => {
    const user = "+14155551002"
    const program = start("SendAndWait.ts", environment(), user)
    await got(user, 1)
    await gateway.text(user, "+14155550001", "STOP")
    expect(await program.ended).toMatchObject({ code: 0, output: expect.stringMatching(/Over without an answer: .*user_end/u) })
  })
})

it("FollowEvents tells how conversations go, and what it has missed while it was stopped", async () => {
  const directory = mkdtempSync(join(tmpdir(), "parley-"))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, "last-event-id")
  // Before the first event of all, so that none is missed while the program starts.
  writeFileSync(file, `evt_${"0".repeat(26)}`)
  const environment = { PARLEY_API_KEY: apiKey, PARLEY_CONNECTOR_ID: "conn_following", PARLEY_BASE_URL: gateway.url }
  const one = start("FollowEvents.ts", environment, file)
  await gateway.text("+14155551003", "+14155550004", "Hello")
  await one.printed(/session\.started\ntext: Hello\n/u)
  one.stop()
  await one.ended
  await gateway.text("+14155551003", "+14155550004", "STOP")
  const two = start("FollowEvents.ts", environment, file)
  await two.printed(/over: user_end\nkeyword: STOP\n/u)
  two.stop()
  const { output } = await two.ended
  expect(output).not.toContain("session.started")
})

it("ReceiveEvents tells how conversations go, each event once, and believes nobody but Parley", async () => {
  const receiver = programs.get("receiver")
  const url = urls.get("receiver") ?? ""
  await gateway.text("+14155551005", "+14155550005", "Hello")
  await receiver?.printed(/session\.started\n[\s\S]*text: Hello\n/u)
  await gateway.text("+14155551005", "+14155550005", "STOP")
  await receiver?.printed(/over: user_end\n[\s\S]*keyword: STOP\n/u)
  expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401)
  for (const [id, type] of [["evt_twice", "opt_out.removed"], ["evt_twice", "opt_out.removed"], ["evt_last", "session.resumed"]]) {
    const body = JSON.stringify({ id, type, occurred_at: new Date(), data: {} })
    expect((await fetch(url, { method: "POST", body, headers: await signWebhook(body, secret) })).status).toBe(204)
  }
  const [told] = await receiver?.printed(/[\s\S]*session\.resumed\n/u) ?? []
  expect(told?.match(/opt_out\.removed/gu)).toHaveLength(1)
})

describe.each(Object.entries(agents))("the agent on %s", (name, number) => {
  it("greets, answers, hands over, and says goodbye", async () => {
    const [user, leaving] = [number.replace("555000", "555200"), number.replace("555000", "555300")]
    await gateway.text(user, number, "Are you there?")
    expect(await got(user, 2)).toEqual(["Hello! What can I do for you?", "You said: Are you there?"])
    await gateway.text(user, number, "I want a person")
    expect((await got(user, 3))[2]).toBe("One moment, I am getting somebody.")
    await gateway.text(leaving, number, "bye")
    expect((await got(leaving, 2))[1]).toBe("Goodbye!")
    const { sessions } = client(name.toLowerCase())
    await vi.waitFor(async () => {
      expect((await sessions.list({ userNumber: user })).data).toMatchObject([{ takeover: { by: "front desk" } }])
      expect((await sessions.list({ userNumber: leaving })).data).toMatchObject([{ state: "ended", endReason: "natural_end" }])
    }, { timeout: 15_000, interval: 20 })
  })

  it("believes nobody but Parley", async () => {
    const url = urls.get(name) ?? ""
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401)
    expect((await fetch(url, await signedTestTurn({}, "another secret"))).status).toBe(401)
    expect(await (await fetch(url, await signedTestTurn({ kind: "start" }, secret))).json()).toEqual({ messages: ["Hello! What can I do for you?"] })
    expect((await fetch(url, await signedTestTurn({ kind: "end" }, secret))).status).toBe(204)
  })
})

it("SessionMachine tells two days in a moment", async () => {
  const { code, output } = await start("SessionMachine.ts").ended
  expect([code, output.trim().split("\n")]).toEqual([0, [
    "11-24T09:05 TextReceived → engaged",
    "11-25T09:04 TimerFired → engaged",
    "11-25T09:05 TimerFired → warned, says \"Are you still there? Reply within 10 minutes to keep this conversation open.\"",
    "11-25T09:05 TextAccepted → warned",
    "11-25T09:16 TimerFired → ended (abandoned), says \"I am going to end conversation now\""
  ]])
})
