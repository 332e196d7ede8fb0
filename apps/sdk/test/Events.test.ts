import type { ServerResponse } from "node:http"
import { describe, expect, it } from "vitest"
import { AbortError, ApiError, ConnectionError, GoneError, ParleyError, TimeoutError } from "../src/index.ts"
import { frameReader } from "../src/EventFrames.ts"
import { settingsOf } from "../src/Options.ts"
import { type Clock, systemClock, Transport } from "../src/Transport.ts"
import { type EventParams, EventStream, type ParleyEvent } from "../src/Events.ts"
import type { RequestOptions } from "../src/Options.ts"
import { inTurn, listen, type Play, problem } from "./Server.ts"

const event = (n: number, type = "session.started") => ({ id: `evt_${n}`, type, occurred_at: "2026-11-24T15:04:05.678Z", account: "a", project: "p", environment: "live", data: { id: `TW_SMS_${n}`, opened_at: "2026-11-24T15:04:05.678Z" } })
const frame = (n: number) => `id: evt_${n}\nevent: session.started\ndata: ${JSON.stringify(event(n))}\n\n`

/** Answers with events, and then does something with the response. */
const events = (text: string, then: (response: ServerResponse) => void): Play => (response) => {
  response.writeHead(200, { "content-type": "text/event-stream" })
  response.write(text, () => then(response))
}
const ends = (response: ServerResponse) => void response.end()
const breaks = (response: ServerResponse) => void response.destroy()
const stays = () => undefined

/** A clock whose pauses are over at once, but for those that are waited for on purpose. */
const quick = (pauses: Array<number>, lasting: ReadonlyArray<number> = [45_000, 30_000]): Clock => ({
  ...systemClock,
  random: () => 1,
  sleep: (millis, signal) => {
    if (lasting.includes(millis)) return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }))
    pauses.push(millis)
    return Promise.resolve()
  }
})

const follow = (url: string, params: EventParams = {}, options: RequestOptions = {}, clock: Clock = quick([])) =>
  new EventStream(new Transport(settingsOf({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: url }), clock), params, options)

const take = async (stream: EventStream, count: number) => {
  const taken: Array<ParleyEvent> = []
  for await (const each of stream) if (taken.push(each) === count) break
  return taken.map(({ id }) => id)
}

describe("a stream of events", () => {
  it("brings events as they come, with times as dates, and asks for those that are wanted", async () => {
    const server = await listen(inTurn(events(frame(1) + frame(2), stays)))
    const stream = follow(server.url, { types: ["session.started", "message.sent"], environment: "live" })
    for await (const each of stream) {
      expect(each).toEqual({ ...event(1), occurred_at: undefined, occurredAt: new Date("2026-11-24T15:04:05.678Z"), data: { id: "TW_SMS_1", openedAt: new Date("2026-11-24T15:04:05.678Z") } })
      break
    }
    const [request] = server.received
    expect(request?.path).toBe("/v1/events?environment=live&types=session.started%2Cmessage.sent")
    expect(request?.headers).toMatchObject({ accept: "text/event-stream", "x-polyai-auth-token": "pk_1", "x-token-id": "conn_1" })
    expect(request?.headers["last-event-id"]).toBeUndefined()
  })

  it.each([["ends", ends], ["breaks", breaks]])("goes on after the last event when the connection %s", async (_, then) => {
    const server = await listen(inTurn(events(`id: evt_0\n\n${frame(1)}`, then), events("", then), events(frame(2), stays)))
    const stream = follow(server.url)
    expect(await take(stream, 2)).toEqual(["evt_1", "evt_2"])
    expect(server.received.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "evt_1", "evt_1"])
    // The last one was given out, and what came of it nobody knows yet.
    expect(stream.lastEventId).toBe("evt_1")
  })

  it("goes on from where it stands although no event has come yet, and from where an earlier one was", async () => {
    const server = await listen(inTurn(events("id: evt_5\n\n: nothing new\n\n", ends), events(frame(6) + frame(7), stays)))
    const stream = follow(server.url, { lastEventId: "evt_4" })
    expect(await take(stream, 2)).toEqual(["evt_6", "evt_7"])
    expect(server.received.map(({ headers, path }) => [path, headers["last-event-id"]])).toEqual([["/v1/events", "evt_4"], ["/v1/events", "evt_5"]])
    expect(stream.lastEventId).toBe("evt_6")
  })

  it("comes back after failures that may pass, ever later, and counts anew once it is back", async () => {
    const pauses: Array<number> = []
    const refused = (response: ServerResponse) => void response.destroy()
    const server = await listen(inTurn(problem(503), problem(429, {}, { "retry-after": "3" }), refused, events(frame(1), breaks), problem(503), events(frame(2), stays)))
    expect(await take(follow(server.url, {}, {}, quick(pauses)), 2)).toEqual(["evt_1", "evt_2"])
    expect(pauses).toEqual([500, 3_000, 2_000, 500, 1_000])
  })

  it.each([400, 401, 403, 404, 409])("fails for good with a %i", async (status) => {
    const server = await listen(inTurn(problem(status)))
    await expect(take(follow(server.url), 1)).rejects.toMatchObject({ name: expect.stringMatching(/Error$/u) as string, status })
    expect(server.received).toHaveLength(1)
  })

  it("says that it can't go on from there with an error of its own", async () => {
    const server = await listen(inTurn(problem(410)))
    await expect(take(follow(server.url, { lastEventId: "evt_1" }), 1)).rejects.toBeInstanceOf(GoneError)
  })

  it("gives up after as many failures in a row as the caller allows", async () => {
    const server = await listen(inTurn(problem(503)))
    await expect(take(follow(server.url, {}, { maxRetries: 2 }), 1)).rejects.toBeInstanceOf(ApiError)
    expect(server.received).toHaveLength(3)
  })

  it("fails where something else answers in the API's place", async () => {
    const server = await listen(inTurn({ status: 200, body: "<html>" }))
    const failure = await take(follow(server.url, {}, { maxRetries: 0 }), 1).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ParleyError)
    expect(String(failure)).toContain("Is baseUrl right?")
  })

  it("ends with an AbortError when the caller has had enough, also while nothing comes", async () => {
    const enough = new AbortController()
    const server = await listen(inTurn(events(frame(1), stays)))
    const seen: Array<string> = []
    const reading = (async () => {
      for await (const { id } of follow(server.url, {}, { signal: enough.signal })) {
        seen.push(id)
        setImmediate(() => enough.abort())
      }
    })()
    await expect(reading).rejects.toBeInstanceOf(AbortError)
    expect(seen).toEqual(["evt_1"])
    expect(server.received).toHaveLength(1)
  })

  it("closes its connection when nobody listens any more", async () => {
    let closed: () => void
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    const server = await listen(inTurn(events(frame(1), (response) => response.once("close", () => closed()))))
    expect(await take(follow(server.url), 1)).toEqual(["evt_1"])
    await isClosed
  })

  it("takes a connection that is silent for longer than the service ever is for dead", async () => {
    const server = await listen(inTurn(events(frame(1), stays), events(frame(2), stays)))
    let silences = 0
    const clock: Clock = { ...quick([]), sleep: (millis, signal) => millis === 45_000 && ++silences === 2 ? Promise.resolve() : quick([]).sleep(millis, signal) }
    expect(await take(follow(server.url, {}, {}, clock), 2)).toEqual(["evt_1", "evt_2"])
  })

  it("waits for an answer no longer than a call does", async () => {
    const server = await listen(inTurn(() => undefined))
    const clock = quick([], [45_000])
    await expect(take(follow(server.url, {}, { maxRetries: 0 }, clock), 1)).rejects.toBeInstanceOf(TimeoutError)
    await expect(take(follow("http://127.0.0.1:1", {}, { maxRetries: 0 }), 1)).rejects.toBeInstanceOf(ConnectionError)
  })
})

describe("frames", () => {
  const text = ": hello\r\nid: 1\r\ndata: {\"a\":\r\ndata: \"ü\"}\r\n\r\nid: 2\rdata:3\r\rretry: 10\n\nid\ndata\n\n"
  const read = [{ id: "1", data: "{\"a\":\n\"ü\"}" }, { id: "2", data: "3" }, { id: "", data: "" }]

  it("are read in pieces of any size, whatever ends their lines", () => {
    for (let size = 1; size <= text.length; size++) {
      const reader = frameReader()
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
      expect(pieces.flatMap((piece) => reader(piece)), `in pieces of ${size}`).toEqual(read)
    }
  })

  it("that are not complete are kept", () => {
    const reader = frameReader()
    expect([reader("id: 1\ndata: a"), reader("b\n"), reader("\n")]).toEqual([[], [], [{ id: "1", data: "ab" }]])
  })
})
