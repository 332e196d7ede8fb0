import { once } from "node:events"
import { describe, expect, it } from "vitest"
import { AbortError, ApiError, ConnectionError, TimeoutError } from "../src/Errors.ts"
import { settingsOf } from "../src/Options.ts"
import { Transport } from "../src/Transport.ts"
import { accepted, inTurn, listen, type Play, problem } from "./Server.ts"

const breaks: Play = (response) => response.destroy()
const breaksHalfway: Play = (response) => {
  response.writeHead(200, { "content-length": "100" })
  response.write("{")
  setImmediate(() => response.destroy())
}
const never: Play = () => {}
const get = { method: "GET", path: "/v1/numbers" } as const

/** A transport whose pauses take no time and are written down. */
const transport = (baseUrl: string, options: { readonly maxRetries?: number; readonly random?: number; readonly whileAsleep?: () => void } = {}) => {
  const pauses: Array<number> = []
  const sleep = (millis: number) => {
    pauses.push(millis)
    options.whileAsleep?.()
    return Promise.resolve()
  }
  const settings = settingsOf({ apiKey: "pk_1", connectorId: "conn_1", baseUrl, maxRetries: options.maxRetries })
  return { pauses, transport: new Transport(settings, { sleep, random: () => options.random ?? 1, now: () => 0 }) }
}

describe("retries", () => {
  it.each([
    ["429", problem(429)],
    ["500", problem(500)],
    ["502", problem(502)],
    ["503", problem(503)],
    ["a broken connection", breaks],
    ["a body that breaks off", breaksHalfway]
  ])("follow %s", async (_, play) => {
    const server = await listen(inTurn(play, accepted))
    const { pauses, transport: one } = transport(server.url)
    expect((await one.run(get)).response.status).toBe(202)
    expect(pauses).toHaveLength(1)
  })

  it.each([400, 401, 403, 404, 409])("do not follow %i", async (status) => {
    const server = await listen(inTurn(problem(status), accepted))
    await expect(transport(server.url).transport.run(get)).rejects.toMatchObject({ status })
    expect(server.received).toHaveLength(1)
  })

  it("are two, and then the last error is thrown", async () => {
    const server = await listen(inTurn(problem(500), breaks, problem(503)))
    const { pauses, transport: one } = transport(server.url)
    await expect(one.run(get)).rejects.toMatchObject({ status: 503 })
    expect([server.received.length, pauses]).toEqual([3, [500, 1000]])
  })

  it("are as many as the call or the client says", async () => {
    const server = await listen(inTurn(breaks))
    const { transport: one } = transport(server.url, { maxRetries: 4 })
    await expect(one.run(get)).rejects.toThrow(ConnectionError)
    await expect(one.run(get, { maxRetries: 0 })).rejects.toThrow(ConnectionError)
    expect(server.received).toHaveLength(5 + 1)
  })

  it("wait as long as Retry-After says", async () => {
    const server = await listen(inTurn(problem(429, {}, { "retry-after": "3" }), problem(503, {}, { "retry-after": "0" }), accepted))
    const { pauses, transport: one } = transport(server.url)
    await one.run(get)
    expect(pauses).toEqual([3000, 0])
  })

  it("are left to the caller when the pause would be longer than a minute", async () => {
    const server = await listen(inTurn(problem(429, {}, { "retry-after": "61" }), accepted))
    const { pauses, transport: one } = transport(server.url)
    await expect(one.run(get)).rejects.toMatchObject({ status: 429, retryAfter: 61 })
    expect(pauses).toEqual([])
  })

  it("pass through a pause of the system's clock", async () => {
    const server = await listen(inTurn(problem(429, {}, { "retry-after": "0.001" }), accepted))
    const one = new Transport(settingsOf({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url }))
    expect((await one.run(get)).response.status).toBe(202)
  })
})

describe("a server that is not there", () => {
  it("is a ConnectionError that says where and why", async () => {
    const error = await transport("http://127.0.0.1:1", { maxRetries: 0 }).transport.run(get).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toHaveProperty("message", expect.stringMatching(/^No answer from http:\/\/127\.0\.0\.1:1: .+/u))
    expect(error).not.toBeInstanceOf(ApiError)
  })
})

describe("a time-out", () => {
  it("is a TimeoutError, and a ConnectionError too", async () => {
    const server = await listen(inTurn(never))
    const error = await transport(server.url).transport.run(get, { timeout: 5, maxRetries: 0 }).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toHaveProperty("message", "No answer within 5 ms from GET /v1/numbers.")
  })

  it("covers the body, and is retried", async () => {
    const hangsHalfway: Play = (response) => {
      response.writeHead(200, { "content-length": "100" })
      response.write("{")
    }
    const server = await listen(inTurn(hangsHalfway))
    await expect(transport(server.url).transport.run(get, { timeout: 50, maxRetries: 1 })).rejects.toThrow(TimeoutError)
    expect(server.received).toHaveLength(2)
  })
})

describe("an abort", () => {
  it("before the call makes no request", async () => {
    const server = await listen(inTurn(accepted))
    await expect(transport(server.url).transport.run(get, { signal: AbortSignal.abort("enough") })).rejects.toMatchObject({ name: "AbortError", cause: "enough" })
    expect(server.received).toEqual([])
  })

  it("ends a call that is under way, without a retry", async () => {
    const abort = new AbortController()
    let closed: Promise<unknown> = Promise.resolve()
    const server = await listen(() => (response) => {
      closed = once(response, "close")
      abort.abort()
    })
    await expect(transport(server.url).transport.run(get, { signal: abort.signal })).rejects.toThrow(AbortError)
    await closed
    expect(server.received).toHaveLength(1)
  })

  it("ends the pause before a retry", async () => {
    const abort = new AbortController()
    const server = await listen(inTurn(problem(503)))
    const one = transport(server.url, { whileAsleep: () => abort.abort() })
    await expect(one.transport.run(get, { signal: abort.signal })).rejects.toThrow(AbortError)
    expect(server.received).toHaveLength(1)
  })

  it("ends a pause of the system's clock at once", async () => {
    const abort = new AbortController()
    const server = await listen(() => {
      setImmediate(() => setImmediate(() => abort.abort()))
      return problem(503, {}, { "retry-after": "59" })
    })
    const one = new Transport(settingsOf({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url }))
    await expect(one.run(get, { signal: abort.signal })).rejects.toThrow(AbortError)
  })
})
