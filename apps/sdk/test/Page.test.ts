import { examples } from "@parley/contract/Examples"
import { describe, expect, it } from "vitest"
import { Parley, type Session } from "../src/index.ts"
import { listen, problem, type Received } from "./Server.ts"

const template = examples["retrieveSession"]?.answer as object

/** Seven sessions in pages of three. */
const sevenSessions = ({ path }: Received) => {
  const start = Number(new URL(path, "http://127.0.0.1").searchParams.get("cursor") ?? 0)
  const data = [0, 1, 2, 3, 4, 5, 6].slice(start, start + 3).map((index) => ({ ...template, id: `TW_SMS_${index}` }))
  return { status: 200, body: { data, next_cursor: start + 3 < 7 ? String(start + 3) : null } }
}

const setUp = async (answer: Parameters<typeof listen>[0] = sevenSessions) => {
  const server = await listen(answer)
  return { server, parley: new Parley({ apiKey: "pk_1", connectorId: "conn_1", baseUrl: server.url, maxRetries: 0 }) }
}

const ids = (sessions: ReadonlyArray<Session>) => sessions.map(({ id }) => id)

describe("a list", () => {
  it("is iterated over all of its pages, with its filters", async () => {
    const { parley, server } = await setUp()
    const seen: Array<Session> = []
    for await (const session of parley.sessions.list({ limit: 3, state: "engaged", startedAfter: new Date(0) })) seen.push(session)
    expect(ids(seen)).toEqual(["TW_SMS_0", "TW_SMS_1", "TW_SMS_2", "TW_SMS_3", "TW_SMS_4", "TW_SMS_5", "TW_SMS_6"])
    const filters = "limit=3&state=engaged&started_after=1970-01-01T00%3A00%3A00.000Z"
    expect(server.received.map(({ path }) => path)).toEqual([
      `/v1/sessions?${filters}`,
      `/v1/sessions?${filters}&cursor=3`,
      `/v1/sessions?${filters}&cursor=6`
    ])
  })

  it("asks for no page that nobody wants", async () => {
    const { parley, server } = await setUp()
    for await (const session of parley.sessions.list()) if (session.id === "TW_SMS_2") break
    expect(server.received).toHaveLength(1)
  })

  it("is awaited for one page, which leads to the next", async () => {
    const { parley } = await setUp()
    const first = await parley.sessions.list()
    expect([ids(first.data), first.nextCursor]).toEqual([["TW_SMS_0", "TW_SMS_1", "TW_SMS_2"], "3"])
    const second = await first.nextPage()
    expect(ids(second?.data ?? [])).toEqual(["TW_SMS_3", "TW_SMS_4", "TW_SMS_5"])
    const third = await second?.nextPage()
    expect([third?.nextCursor, await third?.nextPage()]).toEqual([null, null])
  })

  it("goes on from a cursor that was kept", async () => {
    const { parley } = await setUp()
    const seen: Array<Session> = []
    for await (const session of parley.sessions.list({ cursor: "6" })) seen.push(session)
    expect(ids(seen)).toEqual(["TW_SMS_6"])
  })

  it("shows times as Date, and numbers of the API as they are", async () => {
    const { parley } = await setUp()
    const [session] = (await parley.sessions.list()).data
    expect(session?.openedAt).toEqual(new Date("2026-11-24T15:04:05.678Z"))
    expect(session?.nextTimeout?.dueAt).toBeInstanceOf(Date)
    expect(session?.userNumber).toBe("+15005550123")
  })

  it("gives the raw response of its first page", async () => {
    const { parley } = await setUp()
    const { data, response } = await parley.sessions.list().withResponse()
    expect([data.data.length, response.status]).toEqual([3, 200])
  })

  it("fails where a page fails", async () => {
    const { parley } = await setUp((request) => request.path.includes("cursor") ? problem(503) : sevenSessions(request))
    const seen: Array<Session> = []
    const walk = async () => {
      for await (const session of parley.sessions.list()) seen.push(session)
    }
    await expect(walk()).rejects.toMatchObject({ status: 503 })
    expect(seen).toHaveLength(3)
  })
})
