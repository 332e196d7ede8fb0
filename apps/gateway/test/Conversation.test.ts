/** Conversations from end to end: handsets on the simulated carrier, the whole gateway, an agent behind a URL. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { gate, startAgent, type TestAgent } from "./harness/Agent.ts"
import type { Api } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"
import { until } from "./harness/Waiting.ts"

const second = "+14155550002"
const hooked = "+14155550004"
const greeting = "+14155550005"
const unhurried = "+14155550006"

let gateway: TestGateway
let agent: TestAgent
/** The API of the project whose agent is the webhook. */
let hook: Api

const hookProject = (project: string, of: string, session: object = {}) =>
  projectFile({
    project,
    agent: agent.asAgent,
    numbers: [number(of)],
    session: { coalesce: "30 millis", turn_timeout: "2 seconds", turn_backoff: "5 millis", ...session }
  })

beforeAll(async () => {
  agent = await startAgent()
  gateway = await startGateway({
    projects: [
      projectFile({ numbers: [number(us), number(second)] }),
      hookProject("hook", hooked),
      hookProject("patient_hook", unhurried, { coalesce: "400 millis" }),
      projectFile({ project: "greeting", numbers: [number(greeting)], session: { opening: "greet" } })
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

describe("a conversation that a send opens", () => {
  it("is answered by the agent, and its history shows both sides", async () => {
    const user = newUser()
    const id = await gateway.api.send(user, "Your appointment is tomorrow at 10:00. Reply YES to confirm.", { agent_number: us })
    await gateway.carrier.waitFor(user, 1)
    expect((await gateway.api.session(id)).state).toBe("unanswered")
    await text(user, us, "Yes please")
    const [, answer] = await gateway.carrier.waitFor(user, 2)
    expect(answer).toContain("confirmed")
    const history = await gateway.api.waitForHistory(id, "all delivered", (texts) => texts.length === 3 && texts[2]?.status === "delivered")
    expect(history.map(({ author, purpose, status }) => [author, purpose, status])).toEqual([
      ["api", "opening", "delivered"],
      ["user", "text", "received"],
      ["agent", "answer", "delivered"]
    ])
    expect(await gateway.api.session(id)).toMatchObject({ state: "engaged", next_timeout: { kind: "idle" }, agent: { status: "idle" } })
  })

  it("answers from the number that the user last texted", async () => {
    const user = newUser()
    const id = await gateway.api.send(user, "Your appointment is tomorrow at 10:00.", { agent_number: us })
    await gateway.carrier.waitFor(user, 1)
    await text(user, second, "Yes please")
    await gateway.carrier.waitFor(user, 2)
    expect(gateway.carrier.created(user).map(({ from }) => from)).toEqual([us, second])
    expect((await gateway.api.sessionsOf(user)).map((session) => session.id)).toEqual([id])
  })

  it("is superseded, silently, by the next send; the reply belongs to the new one", async () => {
    const user = newUser()
    const first = await gateway.api.send(user, "One")
    await gateway.carrier.waitFor(user, 1)
    const next = await gateway.api.send(user, "Two")
    await gateway.carrier.waitFor(user, 2)
    expect(await gateway.api.session(first)).toMatchObject({ state: "ended", end_reason: "superseded" })
    await text(user, us, "Who is this?")
    await gateway.carrier.waitFor(user, 3)
    expect((await gateway.api.history(first)).map((message) => message.text)).toEqual(["One"])
    expect((await gateway.api.history(next)).map(({ purpose }) => purpose)).toEqual(["opening", "text", "answer"])
    await settled()
    expect(gateway.carrier.got(user)).toHaveLength(3)
  })
})

describe("a conversation that the user opens", () => {
  it("is greeted, and then answered", async () => {
    const user = newUser()
    await text(user, greeting, "Do I have an appointment?")
    const [hello, answer] = await gateway.carrier.waitFor(user, 2)
    expect(hello).toBe("Hello, how can I help?")
    expect(answer).toMatch(/\S/u)
    const [session] = await gateway.apiFor({ connector: "conn_greeting" }).sessionsOf(user)
    expect(session).toMatchObject({ opening: "text", state: "engaged" })
  })

  it("continues while the session is active, and a text after its end opens another", async () => {
    const user = newUser()
    agent.answer(user, (call) => call.texts.some(({ text }) => text === "bye") ? { messages: ["Goodbye!"], end: "natural_end" } : call.kind === "reply" ? { response: "Yes?" } : {})
    await text(user, hooked, "hello")
    await gateway.carrier.waitFor(user, 1)
    await text(user, hooked, "bye")
    await gateway.carrier.waitFor(user, 2)
    const [ended] = await hook.sessionsOf(user)
    await hook.waitForSession(ended?.id ?? "", "ended", ({ state }) => state === "ended")
    await text(user, hooked, "hello again")
    await gateway.carrier.waitFor(user, 3)
    expect((await hook.sessionsOf(user)).map(({ end_reason, state }) => [state, end_reason])).toEqual([["engaged", null], ["ended", "natural_end"]])
  })
})

describe("turns", () => {
  it("answer three quick texts at once, in their order", async () => {
    const user = newUser()
    const id = await gateway.apiFor({ connector: "conn_patient_hook" }).send(user, "What would you like?")
    await gateway.carrier.waitFor(user, 1)
    for (const body of ["a coffee", "a tea", "no, two teas"]) await text(user, unhurried, body)
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["What would you like?", "You said: a coffee / a tea / no, two teas"])
    expect(agent.callsOf(user)).toHaveLength(1)
    expect(agent.callsOf(user)[0]).toMatchObject({ conversation_id: id, attempt: 1, session: { opening: "send" } })
    expect(agent.callsOf(user)[0]?.history.map(({ author, text }) => [author, text])).toEqual([
      ["api", "What would you like?"], ["user", "a coffee"], ["user", "a tea"], ["user", "no, two teas"]
    ])
    await settled()
    expect(gateway.carrier.got(user)).toHaveLength(2)
  })

  it("run one at a time: what arrives during one is answered by the next", async () => {
    const user = newUser()
    const door = gate()
    let running = 0
    let most = 0
    agent.answer(user, async (call) => {
      most = Math.max(most, ++running)
      if (call.texts[0]?.text === "first") await door.opened
      running--
      return call.kind === "reply" ? { messages: [`re: ${call.texts.map((one) => one.text).join("+")}`] } : {}
    })
    await text(user, hooked, "first")
    await agent.waitForCalls(user, 1)
    await text(user, hooked, "second")
    await text(user, hooked, "third")
    door.open()
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["re: first", "re: second+third"])
    expect(most).toBe(1)
    expect(new Set(agent.callsOf(user).map(({ turn_id }) => turn_id)).size).toBe(2)
  })

  it("send several answers in their order", async () => {
    const user = newUser()
    agent.answer(user, (call) => call.kind === "reply" ? { messages: Array.from({ length: 8 }, (_, i) => `part ${i}`) } : {})
    await text(user, hooked, "everything, please")
    expect(await gateway.carrier.waitFor(user, 8)).toEqual(Array.from({ length: 8 }, (_, i) => `part ${i}`))
  })
})

describe("an agent behind a URL", () => {
  it("is called with a signature that fits", async () => {
    const user = newUser()
    await text(user, hooked, "hello")
    await gateway.carrier.waitFor(user, 1)
    expect(agent.callsOf(user)).toHaveLength(1)
    expect(agent.unsigned()).toBe(0)
  })

  it("that fails once is called again with the same turn id, and its answer is sent once", async () => {
    const user = newUser()
    agent.answer(user, (call) => call.kind !== "reply" ? {} : call.attempt === 1 ? 500 : { messages: ["Here I am"] })
    const id = await hook.send(user, "Hello")
    await text(user, hooked, "anybody?")
    await gateway.carrier.waitFor(user, 2)
    const calls = agent.callsOf(user)
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(new Set(calls.map(({ turn_id }) => turn_id)).size).toBe(1)
    expect((await hook.history(id)).at(-1)).toMatchObject({ author: "agent", turn_id: calls[0]?.turn_id })
    expect((await hook.session(id)).agent).toMatchObject({ status: "idle", last_error: null })
  })

  it.each([
    ["fails", 500], ["answers no JSON", "<html>"], ["answers what nobody can read", { messages: "hello" }], ["says too much", { messages: ["x".repeat(2_000)] }],
    ["answers for another conversation", { response: "hi", conversation_id: "TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C" }]
  ])("that always %s is called so often as the policy says, then the fallback text is sent, and the session shows it", async (_, answer) => {
    const user = newUser()
    agent.answer(user, (call) => call.kind === "reply" ? answer : {})
    const id = await hook.send(user, "Hello")
    await text(user, hooked, "anybody?")
    expect((await gateway.carrier.waitFor(user, 2))[1]).toBe("Sorry, I can't answer right now. Please try again in a little while.")
    expect(agent.callsOf(user)).toHaveLength(3)
    expect(new Set(agent.callsOf(user).map(({ turn_id }) => turn_id)).size).toBe(1)
    const session = await hook.session(id)
    expect(session.agent.status).toBe("failed")
    expect(session.agent.attempts).toBe(3)
    expect(session.agent.last_error?.reason).toMatch(/\S/u)
    // The next text gets a new turn.
    agent.answer(user, () => ({ response: "Back again" }))
    await text(user, hooked, "and now?")
    expect((await gateway.carrier.waitFor(user, 3))[2]).toBe("Back again")
    expect((await hook.session(id)).agent).toMatchObject({ status: "idle", last_error: null })
  })

  it("may go on without a word", async () => {
    const user = newUser()
    agent.answer(user, () => 204)
    const id = await hook.send(user, "Hello")
    await text(user, hooked, "thanks")
    await agent.waitForCalls(user, 1)
    await hook.waitForSession(id, "idle", (session) => session.agent.status === "idle" && session.state === "engaged")
    await settled()
    expect(gateway.carrier.got(user)).toEqual(["Hello"])
  })

  it.each([["natural_end", { messages: ["Goodbye"], end: "natural_end" }], ["natural_end", { response: "Goodbye", end_conversation: true }], ["user_end", { messages: ["Goodbye"], end: "user_end" }]])(
    "ends the conversation as %s, after its last words",
    async (reason, answer) => {
      const user = newUser()
      agent.answer(user, (call) => call.kind === "reply" ? answer : {})
      const id = await hook.send(user, "Hello")
      await text(user, hooked, "that is all")
      expect((await gateway.carrier.waitFor(user, 2))[1]).toBe("Goodbye")
      expect(await hook.session(id)).toMatchObject({ state: "ended", end_reason: reason, next_timeout: null })
      const [told] = await agent.waitForCalls(user, 1, "end")
      expect(told?.session.end_reason).toBe(reason)
    }
  )

  it("hands off: the session says to whom and why, texts are kept for them, and the release brings the agent back", async () => {
    const user = newUser()
    agent.answer(user, (call) => call.kind === "reply" && call.texts.some(({ text }) => text === "a person!") ? { response: "One moment", handoff: { destination: "front desk", reason: "asked for a person" } } : { response: "Back" })
    const id = await hook.send(user, "Hello")
    await text(user, hooked, "a person!")
    await gateway.carrier.waitFor(user, 2)
    expect(await hook.session(id)).toMatchObject({ state: "engaged", takeover: { by: "front desk", reason: "asked for a person" } })
    await text(user, hooked, "anybody?")
    await hook.waitForHistory(id, "kept", (texts) => texts.at(-1)?.text === "anybody?")
    expect(agent.callsOf(user)).toHaveLength(1)
    expect((await hook.post(`/v1/sessions/${id}/release`)).status).toBe(200)
    expect((await gateway.carrier.waitFor(user, 3))[2]).toBe("Back")
    expect(agent.callsOf(user)[1]?.texts.map((one) => one.text)).toEqual(["anybody?"])
  })
})

describe("a person", () => {
  it("takes over, speaks and releases; the agent goes on with everything that was said", async () => {
    const user = newUser()
    const id = await hook.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    expect(await (await hook.post(`/v1/sessions/${id}/takeover`, { by: "grace@example.com", reason: "angry" })).json()).toMatchObject({
      takeover: { by: "grace@example.com", reason: "angry" }
    })
    await text(user, hooked, "I am not happy")
    await hook.waitForHistory(id, "kept", (texts) => texts.length === 2)
    const spoken = await hook.post(`/v1/sessions/${id}/messages`, { message: "This is Grace. I am sorry." })
    expect(spoken.status).toBe(202)
    expect(await spoken.json()).toMatchObject({ author: "person", purpose: "remark", session_id: id })
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["Hello", "This is Grace. I am sorry."])
    expect(agent.callsOf(user)).toEqual([])
    expect((await (await hook.post(`/v1/sessions/${id}/release`)).json() as { takeover: unknown }).takeover).toBeNull()
    await text(user, hooked, "thank you")
    expect((await gateway.carrier.waitFor(user, 3))[2]).toContain("thank you")
    const told = agent.callsOf(user).at(-1)?.history.map((one) => [one.author, one.text])
    expect(told).toEqual([["api", "Hello"], ["user", "I am not happy"], ["person", "This is Grace. I am sorry."], ["user", "thank you"]])
  })

  it("who takes over while the agent thinks has its answer dropped; the release has the agent answer anew", async () => {
    const user = newUser()
    const door = gate()
    agent.answer(user, async (call) => {
      if (agent.callsOf(user).length > 1) return { response: "The answer after the release" }
      await door.opened
      return call.kind === "reply" ? { response: "Too late" } : {}
    })
    const id = await hook.send(user, "Hello")
    await text(user, hooked, "are you there?")
    await agent.waitForCalls(user, 1)
    await hook.post(`/v1/sessions/${id}/takeover`)
    door.open()
    await hook.post(`/v1/sessions/${id}/messages`, { message: "A person here" })
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["Hello", "A person here"])
    await text(user, hooked, "good")
    await hook.post(`/v1/sessions/${id}/release`)
    expect(await gateway.carrier.waitFor(user, 3)).toEqual(["Hello", "A person here", "The answer after the release"])
  })

  it("ends the session without a word to the user, and the next text opens another", async () => {
    const user = newUser()
    const id = await hook.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    expect(await (await hook.post(`/v1/sessions/${id}/end`)).json()).toMatchObject({ state: "ended", end_reason: "operator_end" })
    await text(user, hooked, "hello?")
    await gateway.carrier.waitFor(user, 2)
    expect(gateway.carrier.got(user)).toEqual(["Hello", "You said: hello?"])
    expect(await hook.sessionsOf(user)).toHaveLength(2)
  })
})

describe("time", () => {
  const clocked = (project: string, of: string, session: object) => projectFile({ project, numbers: [number(of)], session: { warning_text: "Still there?", ending_text: "Goodbye for now.", ...session } })
  /** A conversation under way, whose silence begins with the last text under the short times that are applied before it. */
  const fallSilent = async (project: string, of: string, session: object) => {
    await gateway.apply(clocked(project, of, {}))
    const api = gateway.apiFor({ connector: `conn_${project}` })
    const user = newUser()
    const id = await api.send(user, "Your appointment is tomorrow at 10:00.")
    await text(user, of, "hello")
    await gateway.carrier.waitFor(user, 2)
    await gateway.apply(clocked(project, of, session))
    await api.post(`/v1/sessions/${id}/messages`, { message: "Anything else?" })
    return { api, id, user }
  }

  it("warns an idle user, and closes with the ending text after the grace", async () => {
    const { api, id, user } = await fallSilent("brisk", "+14155550021", { idle_after: "200 millis", warning_grace: "200 millis" })
    const got = await gateway.carrier.waitFor(user, 5)
    expect(got.slice(2)).toEqual(["Anything else?", "Still there?", "Goodbye for now."])
    expect(await api.session(id)).toMatchObject({ state: "ended", end_reason: "abandoned", next_timeout: null })
    expect((await api.history(id)).map(({ purpose }) => purpose)).toEqual(["opening", "text", "answer", "remark", "warning", "ending"])
    await gateway.apply(clocked("brisk", "+14155550021", {}))
    await text(user, "+14155550021", "sorry, I was away")
    await gateway.carrier.waitFor(user, 6)
    expect((await api.sessionsOf(user)).map(({ state }) => state)).toEqual(["engaged", "ended"])
  })

  it("keeps the session of a user who replies within the grace, with a new idle time", async () => {
    const { api, id, user } = await fallSilent("patient", "+14155550022", { idle_after: "200 millis", warning_grace: "10 minutes" })
    await gateway.carrier.waitForText(user, /Still there/u)
    expect(await api.waitForSession(id, "in its grace", ({ next_timeout }) => next_timeout?.kind === "grace")).toMatchObject({ state: "warned" })
    await gateway.apply(clocked("patient", "+14155550022", {}))
    await text(user, "+14155550022", "yes, I am here")
    expect(await api.session(id)).toMatchObject({ state: "engaged", end_reason: null, next_timeout: { kind: "idle" } })
    await gateway.carrier.waitFor(user, 5)
    expect(gateway.carrier.got(user).filter((one) => one === "Still there?")).toHaveLength(1)
    expect(await api.sessionsOf(user)).toHaveLength(1)
  })

  it("ends the session of a user who never answered, without a word", async () => {
    await gateway.apply(clocked("silent", "+14155550023", { unanswered_after: "300 millis" }))
    const api = gateway.apiFor({ connector: "conn_silent" })
    const user = newUser()
    const id = await api.send(user, "Hello")
    expect(await api.waitForSession(id, "ended", ({ state }) => state === "ended")).toMatchObject({ end_reason: "unanswered_expiry" })
    await settled()
    expect(gateway.carrier.got(user)).toEqual(["Hello"])
  })

  it("does not run out while the warning can't leave: the grace begins with its acceptance", async () => {
    await gateway.apply(clocked("stuck", "+14155550024", { idle_after: "300 millis", warning_grace: "200 millis" }))
    const api = gateway.apiFor({ connector: "conn_stuck" })
    const user = newUser()
    gateway.carrier.fault({ match: { to: user, body: "Still there" }, effect: { type: "too-many-requests" } })
    const id = await api.send(user, "Hello")
    await text(user, "+14155550024", "hello")
    await api.waitForSession(id, "warned", ({ state }) => state === "warned")
    await until("several refusals", () => (gateway.carrier.sim.faultRules().find(({ match }) => match?.to === user)?.struck ?? 0) > 3)
    expect((await api.session(id)).state).toBe("warned")
    await text(user, "+14155550024", "I am here")
    expect((await api.waitForSession(id, "engaged", ({ state }) => state === "engaged")).end_reason).toBeNull()
    const history = await api.waitForHistory(id, "the warning taken back", (texts) => texts.some(({ purpose, status }) => purpose === "warning" && status === "suppressed"))
    expect(history.filter(({ purpose }) => purpose === "ending")).toEqual([])
  })
})

describe("too many texts", () => {
  it("are dropped with a notice, and the carrier is answered 200 all the same", async () => {
    const to = "+14155550031"
    await gateway.apply(projectFile({ project: "limited", numbers: [number(to)], limits: { inbound_per_user_per_minute: 3 }, session: { coalesce: "10 millis" } }))
    const user = newUser()
    const results = []
    for (let i = 0; i < 6; i++) results.push(await text(user, to, `text ${i}`))
    expect(results.map(({ webhook }) => webhook.status)).toEqual([200, 200, 200, 200, 200, 200])
    await gateway.carrier.waitForText(user, /too quickly/u)
    await settled()
    expect(gateway.carrier.got(user).filter((one) => one.includes("too quickly"))).toHaveLength(1)
    await text(user, to, "STOP")
    await gateway.carrier.waitForText(user, /unsubscribed/u)
  })
})
