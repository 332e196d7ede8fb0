/** What happens at once: sends against sends, texts against sends, STOP against answers, and a store that is away for a moment. */
import { Effect, Layer } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { defaultReplies } from "@parley/core/Consent"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { StoreFailure } from "@parley/core/ports/Store"
import { gate, startAgent, type TestAgent } from "./harness/Agent.ts"
import type { Api } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"

const second = "+14155550002"
const hooked = "+14155550004"
const sandboxed = "+14155550005"

/** How often the store still fails for a text with these words, before it takes it. */
const failing = new Map<string, number>()

const fails = (body: string) => {
  const left = failing.get(body) ?? 0
  failing.set(body, left - 1)
  return left > 0
}

const away = (operation: string) => Effect.fail(new StoreFailure({ reason: "unavailable", operation, cause: "away" }))

const faltering = Layer.effect(
  MessageStore,
  Effect.map(MessageStore, (real) =>
    MessageStore.of({
      ...real,
      insert: (message) => message.direction === "inbound" && fails(message.body) ? away("insert") : real.insert(message),
      update: (message) => message.status === "sent" && fails(message.body) ? away("update") : real.update(message)
    }))
)

let gateway: TestGateway
let agent: TestAgent
let hook: Api

beforeAll(async () => {
  agent = await startAgent()
  gateway = await startGateway({
    store: (store) => faltering.pipe(Layer.provideMerge(store)),
    projects: [
      projectFile({ numbers: [number(us), number(second)] }),
      projectFile({
        project: "hook",
        agent: agent.asAgent,
        connectors: [{ id: "conn_hook", environment: "live" }, { id: "conn_hook_sandbox", environment: "sandbox" }],
        numbers: [number(hooked), number(sandboxed, "sandbox")],
        session: { turn_timeout: "300 millis", turn_backoff: "5 millis" }
      }),
      projectFile({ project: "narrow", numbers: [number("+14155550006")], limits: { outbound_per_minute: 5 } })
    ]
  })
  hook = gateway.apiFor({ connector: "conn_hook" })
})
afterAll(async () => {
  await gateway.close()
  await agent.close()
})

const settled = () => gateway.carrier.sim.settled()

describe("at most one session of a user is active", () => {
  it("after ten sends at once: the others are superseded, and every text arrives in the order of its session", async () => {
    const user = newUser()
    await Promise.all(Array.from({ length: 10 }, (_, i) => gateway.api.send(user, `text ${i}`)))
    const sessions = await gateway.api.sessionsOf(user)
    expect(sessions).toHaveLength(10)
    expect(sessions.map(({ end_reason }) => end_reason)).toEqual([null, ...Array.from({ length: 9 }, () => "superseded")])
    const got = await gateway.carrier.waitFor(user, 10)
    const oldestFirst = await Promise.all(sessions.toReversed().map(async ({ id }) => (await gateway.api.history(id))[0]?.text))
    expect(got).toEqual(oldestFirst)
  })

  it("after texts to two of the project's numbers at once", async () => {
    const user = newUser()
    await Promise.all([gateway.carrier.text(user, us, "hello"), gateway.carrier.text(user, second, "hello there"), gateway.carrier.text(user, us, "anybody?")])
    expect(await gateway.api.sessionsOf(user)).toHaveLength(1)
    await gateway.carrier.waitFor(user, 1)
  })

  it("after sends and texts at once", async () => {
    const user = newUser()
    await Promise.all([
      gateway.api.send(user, "One"), gateway.carrier.text(user, us, "hello"), gateway.api.send(user, "Two"), gateway.carrier.text(user, us, "hello again")
    ])
    const sessions = await gateway.api.sessionsOf(user)
    expect(sessions.filter(({ state }) => state !== "ended")).toHaveLength(1)
    const texts = (await Promise.all(sessions.map(({ id }) => gateway.api.history(id)))).flat()
    expect(texts.filter(({ direction }) => direction === "inbound").map(({ text }) => text).toSorted()).toEqual(["hello", "hello again"])
  })

  it("in each environment", async () => {
    const user = newUser()
    const live = await hook.send(user, "Live")
    const sandbox = await gateway.apiFor({ connector: "conn_hook_sandbox" }).send(user, "Sandbox")
    await gateway.carrier.waitFor(user, 2)
    await gateway.carrier.text(user, sandboxed, "to the sandbox")
    await gateway.carrier.waitFor(user, 3)
    expect((await hook.session(live)).state).toBe("unanswered")
    expect((await hook.session(sandbox)).state).toBe("engaged")
  })
})

describe("the minute's allowance", () => {
  it("is not exceeded by sends at once, and a repeat under its key uses none of it", async () => {
    const narrow = gateway.apiFor({ connector: "conn_narrow" })
    const user = newUser()
    const keyed = () => narrow.post("/v1/outbound-sms", { user_number: user, message: "Keyed" }, { "Idempotency-Key": "narrow-1" })
    expect((await keyed()).status).toBe(202)
    const answers = await Promise.all(Array.from({ length: 20 }, () => narrow.post("/v1/outbound-sms", { user_number: newUser(), message: "Hello" })))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(4)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(16)
    expect((await keyed()).headers.get("idempotency-replayed")).toBe("true")
  })
})

describe("an agent that is still thinking", () => {
  it("has its answer dropped when the user says STOP", async () => {
    const user = newUser()
    const door = gate()
    agent.answer(user, async (call) => {
      await door.opened
      return call.kind === "reply" ? { response: "Too late" } : {}
    })
    const id = await hook.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    await gateway.carrier.text(user, hooked, "what do you mean?")
    await agent.waitForCalls(user, 1)
    await gateway.carrier.text(user, hooked, "STOP")
    door.open()
    await agent.waitForCalls(user, 1, "end")
    await hook.waitForSession(id, "told of its end", (session) => session.agent.status === "idle")
    await settled()
    expect(gateway.carrier.got(user)).toEqual(["Hello", defaultReplies.stop])
    expect((await hook.history(id)).filter(({ author }) => author === "agent")).toEqual([])
  })

  it("has its answer dropped when a send supersedes the session, of whose end it is told", async () => {
    const user = newUser()
    const door = gate()
    agent.answer(user, async (call) => {
      await door.opened
      return call.kind === "reply" ? { response: "To the old session" } : {}
    })
    await hook.send(user, "One")
    await gateway.carrier.text(user, hooked, "yes?")
    await agent.waitForCalls(user, 1)
    await hook.send(user, "Two")
    door.open()
    const [told] = await agent.waitForCalls(user, 1, "end")
    expect(told?.session.end_reason).toBe("superseded")
    await settled()
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["One", "Two"])
  })

  it("for longer than it may is called again under the same turn id, and one answer is sent", async () => {
    const user = newUser()
    const door = gate()
    agent.answer(user, async (call) => {
      if (call.kind !== "reply") return {}
      if (call.attempt === 1) await door.opened
      return { response: `answer of attempt ${call.attempt}` }
    })
    await hook.send(user, "Hello")
    await gateway.carrier.text(user, hooked, "take your time")
    expect((await gateway.carrier.waitFor(user, 2))[1]).toBe("answer of attempt 2")
    door.open()
    expect(new Set(agent.callsOf(user).map(({ turn_id }) => turn_id)).size).toBe(1)
    await settled()
    expect(gateway.carrier.got(user)).toHaveLength(2)
  })
})

describe("a burst of forty texts of one user", () => {
  it("reaches the agent whole, each text once and in order", async () => {
    const user = newUser()
    const said = Array.from({ length: 40 }, (_, i) => `word ${i}`)
    for (const body of said) await gateway.carrier.text(user, hooked, body)
    await gateway.carrier.waitForText(user, /word 39/u)
    expect(agent.callsOf(user).flatMap(({ texts }) => texts.map(({ text }) => text))).toEqual(said)
  })
})

describe("a store that is away for a moment", () => {
  it("while a text arrives has the carrier tell it again: it is kept once and answered once", async () => {
    const user = newUser()
    failing.set("the store is away", 2)
    const result = await gateway.carrier.text(user, hooked, "the store is away")
    expect(result.webhook.attempts.map(({ http_status }) => http_status)).toEqual([503, 503, 200])
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["You said: the store is away"])
    const [session] = await hook.sessionsOf(user)
    expect((await hook.history(session?.id ?? "")).filter(({ direction }) => direction === "inbound")).toHaveLength(1)
  })

  it("while a text's outcome is recorded does not have it sent again", async () => {
    const user = newUser()
    failing.set("recorded late", 1)
    const id = await gateway.api.send(user, "recorded late")
    const [text] = await gateway.api.waitForHistory(id, "delivered", ([one]) => one?.status === "delivered")
    expect(text?.trouble).toBeNull()
    await settled()
    expect(gateway.carrier.created(user)).toHaveLength(1)
  })
})

describe("a project that changes", () => {
  const changing = (more: object) => projectFile({ project: "changing", ...more })
  const to = "+14155550007"

  it("takes connectors and numbers away at once, and texts of a user to a number that is gone are not taken", async () => {
    await gateway.apply(changing({ numbers: [number(to)] }))
    const api = gateway.apiFor({ connector: "conn_changing" })
    const user = newUser()
    await api.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    await gateway.apply(changing({ numbers: [] }))
    expect((await api.post("/v1/outbound-sms", { user_number: user, message: "Hello" })).status).toBe(404)
    expect((await gateway.carrier.text(user, to, "hello?")).webhook.status).toBe(404)
    await gateway.apply(changing({ numbers: [], connectors: [] }))
    expect((await api.get("/v1/sessions")).status).toBe(404)
  })

  it("still sends what waits on a number that was taken away", async () => {
    const gone = "+14155550008"
    await gateway.apply(projectFile({ project: "going", numbers: [number(gone)] }))
    const user = newUser()
    gateway.carrier.fault({ match: { to: user, method: "POST" }, count: 1, effect: { type: "too-many-requests" } })
    await gateway.apiFor({ connector: "conn_going" }).send(user, "Before it went")
    await gateway.apply(projectFile({ project: "going", numbers: [] }))
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["Before it went"])
  })
})
