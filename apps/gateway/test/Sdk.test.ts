/** The published client against the real gateway. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  NotFoundError,
  Parley,
  PermissionError,
  RateLimitError
} from "@parley/sdk"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, secrets, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"
import { until } from "./harness/Waiting.ts"

let gateway: TestGateway
let client: Parley

const clientOf = (options: { readonly apiKey?: string; readonly connectorId?: string; readonly fetch?: typeof fetch } = {}) =>
  new Parley({ baseUrl: gateway.url, apiKey: secrets["TEST_API_KEY"], connectorId: "conn_main", ...options })

beforeAll(async () => {
  gateway = await startGateway({
    projects: [
      projectFile(),
      projectFile({ project: "narrow", numbers: [number("+14155550004")], limits: { outbound_per_minute: 1 } }),
      projectFile({ project: "other", account: "ws-other", numbers: [number("+14155550005")], api_keys: [{ name: "other", secret_env: "OTHER_API_KEY" }] })
    ]
  })
  client = clientOf()
})
afterAll(() => gateway.close())

const collect = async <A>(items: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  for await (const item of items) all.push(item)
  return all
}

const failure = async (call: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error("The call should have failed.")
}

describe("a conversation", () => {
  it("is opened, read, followed and ended", async () => {
    const user = newUser()
    const sent = await client.outboundSms.send({ userNumber: user, message: "Your appointment is tomorrow at 10:00." })
    expect(sent.sessionId).toMatch(/^TW_SMS_/u)
    expect(sent.correlationId).toMatch(/\S/u)
    expect(sent.replayed).toBe(false)
    await gateway.carrier.waitFor(user, 1)
    await gateway.carrier.text(user, us, "yes please")
    await gateway.carrier.waitFor(user, 2)

    const session = await client.sessions.retrieve(sent.sessionId)
    expect(session).toMatchObject({ id: sent.sessionId, state: "engaged", userNumber: user, agentNumber: us })
    expect(session.openedAt).toBeInstanceOf(Date)
    const texts = await collect(client.sessions.messages(sent.sessionId))
    expect(texts.map(({ author }) => author)).toEqual(["agent", "user", "api"])
    const [newest] = texts
    expect((await client.messages.retrieve(newest?.id ?? "")).text).toBe(newest?.text)

    expect((await client.sessions.takeover(sent.sessionId, { by: "ada" })).takeover?.by).toBe("ada")
    expect(await client.sessions.speak(sent.sessionId, { message: "Ada here" })).toMatchObject({ author: "person", text: "Ada here" })
    expect((await client.sessions.release(sent.sessionId)).takeover).toBeNull()
    expect(await client.sessions.end(sent.sessionId)).toMatchObject({ state: "ended", endReason: "operator_end" })
    expect(await gateway.carrier.waitFor(user, 3)).toContain("Ada here")
  })
})

describe("lists", () => {
  it("are iterated over all of their pages, newest first", async () => {
    const user = newUser()
    const sent: Array<string> = []
    for (let i = 0; i < 5; i++) sent.push((await client.outboundSms.send({ userNumber: user, message: `text ${i}` })).sessionId)
    expect((await collect(client.sessions.list({ userNumber: user, limit: 2 }))).map(({ id }) => id)).toEqual(sent.toReversed())
    const page = await client.sessions.list({ userNumber: user, limit: 2 })
    expect(page.data).toHaveLength(2)
    expect((await page.nextPage())?.data.map(({ id }) => id)).toEqual([sent[2], sent[1]])
    expect((await collect(client.sessions.list({ userNumber: user, state: "unanswered" }))).map(({ id }) => id)).toEqual([sent[4]])
    expect(await collect(client.sessions.list({ userNumber: user, startedBefore: new Date(0) }))).toEqual([])
  })

  it("tell numbers and opt-outs", async () => {
    const user = newUser()
    await gateway.carrier.text(user, us, "STOP")
    expect((await collect(client.numbers.list())).map((one) => one.number)).toEqual([us])
    expect(await collect(client.optOuts.list({ userNumber: user }))).toMatchObject([{ userNumber: user, agentNumber: us, source: "keyword" }])
  })
})

describe("failures", () => {
  const message = "Hello"

  it("are BadRequestError with the fields that are wrong", async () => {
    const error = await failure(client.outboundSms.send({ userNumber: "0123", message: "" }))
    expect(error).toBeInstanceOf(BadRequestError)
    expect((error as BadRequestError).errors.map(({ path }) => path).toSorted()).toEqual(["message", "user_number"])
    expect((error as BadRequestError).correlationId).toMatch(/\S/u)
  })
  it("are AuthenticationError for a wrong key", async () => {
    expect(await failure(clientOf({ apiKey: "pk_wrong" }).outboundSms.send({ userNumber: newUser(), message }))).toBeInstanceOf(AuthenticationError)
  })
  it("are PermissionError for another account's connector", async () => {
    expect(await failure(clientOf({ connectorId: "conn_other" }).outboundSms.send({ userNumber: newUser(), message }))).toBeInstanceOf(PermissionError)
  })
  it("are NotFoundError for what is not there", async () => {
    expect(await failure(clientOf({ connectorId: "conn_nowhere" }).outboundSms.send({ userNumber: newUser(), message }))).toBeInstanceOf(NotFoundError)
    expect(await failure(client.sessions.retrieve("TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"))).toBeInstanceOf(NotFoundError)
  })
  it("are ConflictError for an ended session and for a key that came with another text", async () => {
    const { sessionId } = await client.outboundSms.send({ userNumber: newUser(), message }, { idempotencyKey: "sdk-1" })
    await client.sessions.end(sessionId)
    expect(await failure(client.sessions.speak(sessionId, { message }))).toBeInstanceOf(ConflictError)
    expect(await failure(client.outboundSms.send({ userNumber: newUser(), message: "Another" }, { idempotencyKey: "sdk-1" }))).toBeInstanceOf(ConflictError)
  })
  it("are RateLimitError, with when to come back, once the minute is used up", async () => {
    const narrow = clientOf({ connectorId: "conn_narrow" })
    await narrow.outboundSms.send({ userNumber: newUser(), message })
    const error = await failure(narrow.outboundSms.send({ userNumber: newUser(), message }, { maxRetries: 0 }))
    expect(error).toBeInstanceOf(RateLimitError)
    expect((error as RateLimitError).retryAfter).toBeGreaterThan(0)
  })
})

describe("a connection that breaks after the send was accepted", () => {
  it("is tried again under the same key, so that one text arrives", async () => {
    const user = newUser()
    let calls = 0
    const losing: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (++calls === 1) throw new TypeError("fetch failed")
      return response
    }
    const sent = await clientOf({ fetch: losing }).outboundSms.send({ userNumber: user, message: "Once" })
    expect(calls).toBe(2)
    expect(sent.replayed).toBe(true)
    await gateway.carrier.waitFor(user, 1)
    await until("the text to settle", () => gateway.carrier.sim.settled().then(() => true))
    expect(gateway.carrier.created(user)).toHaveLength(1)
  })
})
