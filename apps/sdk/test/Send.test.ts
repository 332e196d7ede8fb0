import { describe, expect, it } from "vitest"
import { Parley } from "../src/index.ts"
import { accepted, inTurn, listen, problem, type Server, sessionId } from "./Server.ts"

const client = (server: Server) => new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: `${server.url}/` })
const text = { message: "Hello", userNumber: "+15005550123" }
const now = { "retry-after": "0" }

describe("a send", () => {
  it("gives the session's id and path, and the correlation id", async () => {
    const server = await listen(inTurn(accepted))
    expect(await client(server).outboundSms.send(text)).toEqual({
      sessionId,
      location: `/v1/sessions/${sessionId}`,
      correlationId: "c-1",
      replayed: false,
      scheduledSendId: null
    })
  })

  it("is snake_case JSON with both headers", async () => {
    const server = await listen(inTurn(accepted))
    await client(server).outboundSms.send({ ...text, agentNumber: "+15005550006" })
    expect(server.received).toMatchObject([{
      method: "POST",
      path: "/v1/outbound-sms",
      headers: { "x-polyai-auth-token": "pk_1", "x-token-id": "conn_1", "content-type": "application/json" },
      body: { message: "Hello", user_number: "+15005550123", agent_number: "+15005550006" }
    }])
  })

  it("says when the answer is an earlier one", async () => {
    const server = await listen(inTurn({ status: 202, headers: { location: "/v1/sessions/TW_SMS_1", "idempotency-replayed": "true" } }))
    expect(await client(server).outboundSms.send(text)).toMatchObject({ sessionId: "TW_SMS_1", replayed: true })
  })

  it("succeeds against a server that tells no location", async () => {
    const server = await listen(inTurn({ status: 202 }))
    expect(await client(server).outboundSms.send(text)).toEqual({ sessionId: "", location: "", correlationId: null, replayed: false, scheduledSendId: null })
  })
})

describe("an idempotency key", () => {
  const keys = (server: Server) => server.received.map(({ headers }) => headers["idempotency-key"])

  it("stays the same over the retries of a call", async () => {
    const server = await listen(inTurn(problem(503, {}, now), problem(429, {}, now), accepted))
    await client(server).outboundSms.send(text)
    expect(new Set(keys(server)).size).toBe(1)
    expect(keys(server)).toHaveLength(3)
    expect(keys(server)[0]).toMatch(/^[0-9a-f-]{36}$/u)
  })

  it("is new for each call", async () => {
    const server = await listen(inTurn(accepted))
    await client(server).outboundSms.send(text)
    await client(server).outboundSms.send(text)
    expect(new Set(keys(server)).size).toBe(2)
  })

  it("may be the caller's", async () => {
    const server = await listen(inTurn(accepted))
    await client(server).outboundSms.send(text, { idempotencyKey: "order-17" })
    expect(keys(server)).toEqual(["order-17"])
  })

  it("is on every POST and on no GET", async () => {
    const server = await listen(inTurn({ status: 200, body: { data: [], next_cursor: null } }))
    const parley = client(server)
    await parley.sessions.speak("TW_SMS_1", { message: "Hello" })
    await parley.sessions.takeover("TW_SMS_1")
    await parley.sessions.release("TW_SMS_1")
    await parley.sessions.end("TW_SMS_1")
    await parley.sessions.list()
    expect(keys(server).map((key) => typeof key)).toEqual(["string", "string", "string", "string", "undefined"])
  })
})

it("withResponse gives the raw response beside the result", async () => {
  const server = await listen(inTurn(accepted))
  const { correlationId, data, response } = await client(server).outboundSms.send(text).withResponse()
  expect([data.sessionId, correlationId, response.status, response.headers.get("location")]).toEqual([sessionId, "c-1", 202, data.location])
})

it("headers of the client and of the call go along, and replace none of what the API needs", async () => {
  const server = await listen(inTurn(accepted))
  const parley = new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url, headers: { "X-Proxy": "a", "x-team": "b", "X-Token-Id": "conn_2" } })
  await parley.outboundSms.send(text, { headers: { "x-team": "c" } })
  expect(server.received[0]?.headers).toMatchObject({ "x-proxy": "a", "x-team": "c", "x-token-id": "conn_1" })
})

it("a call is a promise like any other", async () => {
  const server = await listen(inTurn(accepted, problem(404), accepted))
  const parley = client(server)
  let finished = false
  const sent = parley.outboundSms.send(text).finally(() => {
    finished = true
  })
  expect((await sent).sessionId).toBe(sessionId)
  expect(finished).toBe(true)
  expect(await parley.messages.retrieve("msg_1").catch(() => "caught")).toBe("caught")
  expect(await Promise.all([parley.outboundSms.send(text), 1])).toMatchObject([{ sessionId }, 1])
})

it("an id cannot leave its place in the path", async () => {
  const server = await listen(inTurn({ status: 200, body: {} }))
  await client(server).sessions.retrieve("../numbers?x=1")
  expect(server.received[0]?.path).toBe("/v1/sessions/..%2Fnumbers%3Fx%3D1")
  expect(() => client(server).sessions.retrieve("")).toThrow("The id is empty.")
})
