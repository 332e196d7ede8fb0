/** An agent that answers rubbish or not at all: the user's text is kept and tried again, the user gets the fallback text, and whoever asks sees why. Others are served meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { gate, startAgent, type TestAgent } from "./harness/Agent.ts"
import type { Api } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"

const hooked = "+14155550004"
const fallback = "We will be with you in a moment."
const attempts = 2

let gateway: TestGateway
let agent: TestAgent
let hook: Api

beforeAll(async () => {
  agent = await startAgent()
  gateway = await startGateway({
    projects: [
      projectFile(),
      projectFile({
        project: "hook",
        agent: agent.asAgent,
        numbers: [number(hooked)],
        session: { turn_timeout: "1 second", turn_attempts: attempts, fallback_text: fallback }
      })
    ]
  })
  hook = gateway.apiFor({ connector: "conn_hook" })
})
afterAll(async () => {
  await gateway.close()
  never.open()
  await agent.close()
})

const fiveMegabytes = JSON.stringify({ messages: ["x".repeat(5 * 1024 * 1024)] })

/** Opened when all is over. */
const never = gate()

describe.concurrent("an agent that", () => {
  it.each<readonly [string, string, () => object | string | number | Promise<object>]>([
    ["answers what is no JSON", "invalid_answer", () => "{\"messages\": [\"Hel"],
    ["answers JSON that is no answer", "invalid_answer", () => ({ messages: [{ words: "Hello" }] })],
    ["answers five megabytes", "invalid_answer", () => fiveMegabytes],
    ["answers two hundred messages", "invalid_answer", () => ({ messages: Array.from({ length: 200 }, (_, i) => `message ${i}`) })],
    ["is down", "refused", () => 503],
    ["hangs", "timeout", () => never.opened.then(() => ({}))]
  ])("%s loses no text: it is asked again, the user is told, the session shows why, and the next call has it", async (_, reason, answer) => {
    const user = newUser()
    const id = await hook.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    agent.answer(user, (call) => call.kind === "reply" ? answer() : {})
    await gateway.carrier.text(user, hooked, "When is it?")
    await agent.waitForCalls(user, 1)

    // While it fails, a conversation of another project goes on.
    const other = newUser()
    await gateway.carrier.text(other, us, "Friday at 3pm?")
    expect(await gateway.carrier.waitFor(other, 1)).toHaveLength(1)

    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["Hello", fallback])
    const calls = agent.callsOf(user)
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(new Set(calls.map(({ turn_id }) => turn_id)).size).toBe(1)
    expect((await hook.history(id)).map(({ author, text }) => `${author}: ${text}`)).toEqual(["api: Hello", "user: When is it?", `system: ${fallback}`])
    const { agent: shown, state } = await hook.session(id)
    expect(state).toBe("engaged")
    expect(shown.attempts).toBe(attempts)
    expect(shown.last_error?.reason).toMatch(new RegExp(`^${reason}\\b`, "u"))

    // Well again, it learns of the text that it failed with the next one.
    agent.answer(user, () => ({ messages: ["At our office."] }))
    await gateway.carrier.text(user, hooked, "And where?")
    expect(await gateway.carrier.waitFor(user, 3)).toEqual(["Hello", fallback, "At our office."])
    const last = agent.callsOf(user).at(-1)
    expect(last?.texts.map(({ text }) => text)).toEqual(["And where?"])
    expect(last?.history.filter(({ author }) => author === "user").map(({ text }) => text)).toEqual(["When is it?", "And where?"])
  })
})
