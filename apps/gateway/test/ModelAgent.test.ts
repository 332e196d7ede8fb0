/** Conversations with a chat model, from the send to the handset: what it is told, what its tools do, and what is lost while it is away: nothing. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Api } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { startModel, type TestModel } from "./harness/Model.ts"
import { number, projectFile, secrets } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"

const modelled = "+14155550007"
const greeting = "+14155550008"
const keyless = "+14155550009"
const fallback = "We will be with you in a moment."
const documented: { readonly agent: object } = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/examples/demo-model.json"), "utf8"))

let gateway: TestGateway
let model: TestModel
let api: Api
/** Said in this user's conversation alone, so that the model knows it. */
const wordOf = (user: string) => `ticket-${user.slice(-4)}`

beforeAll(async () => {
  model = await startModel()
  const agent = { ...documented.agent, base_url: model.url, api_key_env: "MODEL_KEY" }
  const session = { turn_attempts: 2, fallback_text: fallback }
  gateway = await startGateway({
    projects: [
      projectFile({ project: "model", agent, numbers: [number(modelled)], session }),
      projectFile({ project: "greeting_model", agent, numbers: [number(greeting)], session: { ...session, opening: "greet" } }),
      projectFile({ project: "keyless_model", agent: { ...agent, api_key_env: "OTHER_API_KEY" }, numbers: [number(keyless)], session })
    ]
  })
  api = gateway.apiFor({ connector: "conn_model" })
})
afterAll(async () => {
  await gateway.close()
  await model.close()
})

/** A conversation about a word of its own, opened by a send. */
const open = async (of: Api = api) => {
  const user = newUser()
  const word = wordOf(user)
  const opening = `Your appointment is tomorrow at 10:00 (${word}).`
  const id = await of.send(user, opening)
  await gateway.carrier.waitFor(user, 1)
  return { user, word, opening, id }
}

describe("a conversation with a chat model", () => {
  it("goes from the send to the model's answer on the handset, and ends when the model says so", async () => {
    const { id, opening, user, word } = await open()
    model.answer(word, ({ messages }) =>
      messages.at(-1)?.content === "Bye" ? { tool: ["end_conversation", { reason: "natural_end", message: "See you tomorrow!" }] } : { content: "Of course, 11:00 is free." })
    await gateway.carrier.text(user, modelled, "Can I come at 11?")
    expect(await gateway.carrier.waitFor(user, 2)).toEqual([opening, "Of course, 11:00 is free."])
    await gateway.carrier.text(user, modelled, "Bye")
    expect(await gateway.carrier.waitFor(user, 3)).toEqual([opening, "Of course, 11:00 is free.", "See you tomorrow!"])
    expect(await api.waitForSession(id, "ended", ({ state }) => state === "ended")).toMatchObject({ end_reason: "natural_end" })

    const [first, second, ...more] = model.callsAbout(word)
    expect(more).toEqual([])
    expect(first?.messages.slice(1)).toEqual([{ role: "assistant", content: opening }, { role: "user", content: "Can I come at 11?" }])
    expect(second?.messages.slice(3)).toEqual([{ role: "assistant", content: "Of course, 11:00 is free." }, { role: "user", content: "Bye" }])
    expect(first?.messages[0]?.content).toMatch(/^You are the assistant of Pine Street Dental\./u)
    for (const { body } of model.callsAbout(word)) expect(body).not.toContain(user.slice(1))
  })

  it("goes to a person when the model hands off, and comes back with what the person has said", async () => {
    const { id, user, word } = await open()
    model.answer(word, ({ messages }) =>
      messages.at(-1)?.content.includes("again") === true ? { content: "Ann has booked you for 11." } : { content: "One moment.", tool: ["hand_off", { destination: "front desk", reason: "In pain." }] })
    await gateway.carrier.text(user, modelled, "My tooth hurts")
    await gateway.carrier.waitFor(user, 2)
    expect(await api.waitForSession(id, "taken over", ({ takeover }) => takeover !== null)).toMatchObject({ state: "engaged", takeover: { by: "front desk", reason: "In pain." } })
    await gateway.carrier.text(user, modelled, "Hello?")
    expect((await api.post(`/v1/sessions/${id}/messages`, { message: "Ann here: come at 11." })).status).toBe(202)
    await gateway.carrier.waitFor(user, 3)
    expect(model.callsAbout(word)).toHaveLength(1)

    expect((await api.post(`/v1/sessions/${id}/release`)).status).toBe(200)
    await gateway.carrier.text(user, modelled, "When again?")
    expect((await gateway.carrier.waitForText(user, /Ann has booked/u)).slice(1)).toEqual(["One moment.", "Ann here: come at 11.", "Ann has booked you for 11."])
    const last = model.callsAbout(word).at(-1)
    expect(last?.messages.filter(({ content }) => content.includes("Ann here: come at 11.")).map(({ role }) => role)).toEqual(["assistant"])
    expect(last?.messages[0]?.content).toContain("A person of ours has spoken")
  })

  it("answers once when the model fails first, under the same turn", async () => {
    const { user, word } = await open()
    let calls = 0
    model.answer(word, () => ++calls === 1 ? 503 : { content: "At our office." })
    await gateway.carrier.text(user, modelled, "Where is it?")
    expect((await gateway.carrier.waitFor(user, 2)).slice(1)).toEqual(["At our office."])
    const ids = model.callsAbout(word).map(({ id }) => id)
    expect(ids.map((id) => id.replace(/^turn_\w+-/u, ""))).toEqual(["1", "2"])
    expect(new Set(ids.map((id) => id.replace(/-\d$/u, ""))).size).toBe(1)
  })

  it("loses no text while the model is away: the user is told, the session shows why, and the next call has it", async () => {
    const { id, opening, user, word } = await open()
    model.answer(word, () => 500)
    await gateway.carrier.text(user, modelled, "Where is it?")
    expect(await gateway.carrier.waitFor(user, 2)).toEqual([opening, fallback])
    expect(model.callsAbout(word)).toHaveLength(2)
    expect((await api.session(id)).agent.last_error?.reason).toMatch(/^refused: 127\.0\.0\.1:\d+ can't answer now \(500\)\.$/u)

    model.answer(word, () => ({ content: "At our office, tomorrow at 10:00." }))
    await gateway.carrier.text(user, modelled, "And when?")
    expect((await gateway.carrier.waitFor(user, 3)).at(-1)).toBe("At our office, tomorrow at 10:00.")
    expect(model.callsAbout(word).at(-1)?.messages.filter(({ role }) => role === "user").map(({ content }) => content)).toEqual(["Where is it?", "And when?"])
    expect((await api.session(id)).agent.last_error).toBeNull()
  })

  it("is not asked again with a key that is refused: the user is told at once, and the session says what to do, without the key", async () => {
    const keylessApi = gateway.apiFor({ connector: "conn_keyless_model" })
    const { id, opening, user, word } = await open(keylessApi)
    await gateway.carrier.text(user, keyless, "Where is it?")
    expect(await gateway.carrier.waitFor(user, 2)).toEqual([opening, fallback])
    expect(model.callsAbout(word)).toHaveLength(1)
    const reason = (await keylessApi.session(id)).agent.last_error?.reason ?? ""
    expect(reason).toMatch(/^misconfigured: .* refuses the key in OTHER_API_KEY: set a valid one in the gateway's environment \(401\)\.$/u)
    for (const secret of [secrets["OTHER_API_KEY"], secrets["MODEL_KEY"]]) expect(reason).not.toContain(secret)
  })

  it("that the user opens is greeted by the project's own text, and answered by the model", async () => {
    const user = newUser()
    const word = wordOf(user)
    model.answer(word, () => ({ content: "Yes, tomorrow at 10:00." }))
    await gateway.carrier.text(user, greeting, `Do I have an appointment? ${word}`)
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["Hello, how can I help?", "Yes, tomorrow at 10:00."])
    expect(model.callsAbout(word)).toHaveLength(1)
  })

  it("is counted at /metrics: calls by outcome and tokens, each counter in one piece as Prometheus wants it", async () => {
    const { user, word } = await open()
    let calls = 0
    model.answer(word, () => ++calls === 1 ? 503 : { content: "At our office." })
    await gateway.carrier.text(user, modelled, "Where is it?")
    await gateway.carrier.waitFor(user, 2)
    const lines = (await (await fetch(`${gateway.url}/metrics`)).text()).trim().split("\n")
    for (const like of [/^parley_model_calls_total\{outcome="answered"\} [1-9]/u, /^parley_model_calls_total\{outcome="refused"\} [1-9]/u, /^parley_model_tokens_total\{direction="output"\} [1-9]/u]) {
      expect(lines.some((line) => like.test(line)), String(like)).toBe(true)
    }
    const names = lines.map((line) => /^(?:# (?:HELP|TYPE) )?(\w+)/u.exec(line)?.[1])
    const runs = names.filter((name, i) => name !== names[i - 1])
    expect(runs).toEqual([...new Set(runs)])
  })

  it("sends a long answer as several texts, in order", async () => {
    const { user, word } = await open()
    const paragraph = (name: string) => `${name}: ${"we open at nine and close at five. ".repeat(15)}`.trim()
    model.answer(word, () => ({ content: `${paragraph("Monday")}\n\n${paragraph("Tuesday")}` }))
    await gateway.carrier.text(user, modelled, "When are you open?")
    expect((await gateway.carrier.waitFor(user, 3)).slice(1)).toEqual([paragraph("Monday"), paragraph("Tuesday")])
  })
})
