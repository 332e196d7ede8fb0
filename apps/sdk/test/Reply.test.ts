import { describe, expect, it } from "vitest"
import { AbortError, NoReplyError, ParleyError, SessionEndedError } from "../src/index.ts"
import { settingsOf } from "../src/Options.ts"
import { Sessions } from "../src/Sessions.ts"
import { Transport } from "../src/Transport.ts"
import { listen } from "./Server.ts"

const id = "TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"

const text = (of: string, more: object = {}) => ({ id: `msg_${of}`, direction: "inbound", purpose: "text", status: "received", text: of, ...more })
const opening = text("0", { direction: "outbound", purpose: "opening", status: "sent" })

interface Scene {
  state: string
  end_reason: string | null
  end_detail: string | null
  /** Oldest first. */
  messages: Array<{ readonly id: string }>
}

/** A session that goes on while the clock is asleep, which takes no time. `meanwhile` sees the milliseconds since the beginning. */
const setUp = async (meanwhile: (scene: Scene, now: number) => void = () => {}, begin: Partial<Scene> = {}) => {
  const scene: Scene = { state: "unanswered", end_reason: null, end_detail: null, messages: [opening], ...begin }
  const server = await listen(({ path }) => {
    const url = new URL(path, "http://127.0.0.1")
    if (url.pathname === `/v1/sessions/${id}`) return { status: 200, body: { id, state: scene.state, end_reason: scene.end_reason, end_detail: scene.end_detail } }
    const from = Number(url.searchParams.get("cursor") ?? 0)
    const newestFirst = scene.messages.toReversed()
    return { status: 200, body: { data: newestFirst.slice(from, from + 2), next_cursor: from + 2 < newestFirst.length ? String(from + 2) : null } }
  })
  let now = 0
  const pauses: Array<number> = []
  const sleep = (millis: number) => {
    pauses.push(Math.round(millis))
    now += millis
    meanwhile(scene, now)
    return Promise.resolve()
  }
  const settings = settingsOf({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url })
  return { pauses, server, sessions: new Sessions(new Transport(settings, { sleep, random: () => 1, now: () => now })) }
}

const failure = (wait: Promise<unknown>) => wait.then(() => "resolved", (error: unknown) => error)

describe("waiting for a reply", () => {
  it("ends with the text that was there already", async () => {
    const { pauses, sessions } = await setUp(undefined, { messages: [opening, text("1")] })
    expect(await sessions.waitForReply(id)).toMatchObject({ id: "msg_1", text: "1" })
    expect(pauses).toEqual([])
  })

  it("takes the send's result, the session or its id", async () => {
    const { sessions } = await setUp(undefined, { messages: [opening, text("1")] })
    expect(await Promise.all([sessions.waitForReply({ sessionId: id }), sessions.waitForReply({ id })])).toMatchObject([{ id: "msg_1" }, { id: "msg_1" }])
  })

  it("looks ever more rarely, until there is one", async () => {
    const { pauses, sessions } = await setUp((scene, now) => {
      if (now > 30_000) scene.messages.push(text("1"))
    })
    expect(await sessions.waitForReply(id)).toMatchObject({ id: "msg_1" })
    expect(pauses).toEqual([1000, 1500, 2250, 3375, 5063, 7594, 10_000])
  })

  it("brings the first of several, over all pages", async () => {
    const messages = [opening, text("1"), text("2", { direction: "outbound", purpose: "answer" }), text("3"), text("4"), text("5")]
    const { sessions } = await setUp(undefined, { messages })
    expect(await sessions.waitForReply(id)).toMatchObject({ id: "msg_1" })
    expect(await sessions.waitForReply(id, { after: "msg_1" })).toMatchObject({ id: "msg_3" })
    expect(await sessions.waitForReply(id, { after: { id: "msg_3" } })).toMatchObject({ id: "msg_4" })
  })

  it("does not read what is older than the message that it follows", async () => {
    const { server, sessions } = await setUp(undefined, { messages: [opening, text("1"), text("2"), text("3"), text("4")] })
    expect(await sessions.waitForReply(id, { after: "msg_3" })).toMatchObject({ id: "msg_4" })
    expect(server.received).toHaveLength(2)
  })

  it("is not ended by a keyword, a dropped text or our own words", async () => {
    const messages = [opening, text("1", { purpose: "keyword" }), text("2", { status: "dropped" }), text("3", { direction: "outbound", purpose: "answer" })]
    const { sessions } = await setUp(undefined, { messages })
    expect(await failure(sessions.waitForReply(id, { timeout: 0 }))).toBeInstanceOf(NoReplyError)
  })

  it("looks once more when the time is up, and then fails", async () => {
    const { pauses, server, sessions } = await setUp()
    const error = await failure(sessions.waitForReply(id, { timeout: 4_000 }))
    expect(error).toBeInstanceOf(NoReplyError)
    expect(error).toMatchObject({ message: `No reply within 4000 ms in session ${id}.`, sessionId: id })
    expect([pauses, server.received.length]).toEqual([[1000, 1500, 1500], 8])
  })

  it("fails when the session has ended", async () => {
    const { sessions } = await setUp((scene) => Object.assign(scene, { state: "ended", end_reason: "superseded" }))
    const error = await failure(sessions.waitForReply(id))
    expect(error).toBeInstanceOf(SessionEndedError)
    expect(error).toMatchObject({ message: `Session ${id} ended without a reply: superseded.`, sessionId: id, endReason: "superseded" })
  })

  it("says what there is to say about the end", async () => {
    const { sessions } = await setUp(undefined, { state: "ended", end_reason: "delivery_failed", end_detail: "The user has opted out." })
    expect(await failure(sessions.waitForReply(id))).toHaveProperty("message", `Session ${id} ended without a reply: delivery_failed (The user has opted out.).`)
  })

  it("brings the reply before an end", async () => {
    const { sessions } = await setUp(undefined, { state: "ended", end_reason: "natural_end", messages: [opening, text("1")] })
    expect(await sessions.waitForReply(id)).toMatchObject({ id: "msg_1" })
  })

  it("ends when it is aborted, before it or during a pause", async () => {
    const abort = new AbortController()
    const { sessions } = await setUp(() => abort.abort("enough"))
    expect(await failure(sessions.waitForReply(id, { signal: AbortSignal.abort() }))).toBeInstanceOf(AbortError)
    expect(await failure(sessions.waitForReply(id, { signal: abort.signal }))).toMatchObject({ name: "AbortError", cause: "enough" })
  })

  it("is refused for a send that has no session yet", async () => {
    const { sessions } = await setUp()
    expect(await failure(sessions.waitForReply({ sessionId: "" }))).toEqual(new ParleyError("There is no session yet: a send for later opens one when its time has come."))
  })
})
