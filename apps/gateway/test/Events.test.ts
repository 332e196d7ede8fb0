/** The stream of events over real HTTP. */
import { DateTime, Effect, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { beginning } from "@parley/core/Event"
import { EventStore } from "@parley/core/ports/EventStore"
import { Transactor } from "@parley/core/ports/Store"
import { EventId, ProjectId } from "@parley/schema/Ids"
import { Parley } from "@parley/sdk"
import * as EffectClient from "@parley/sdk/effect"
import { type Api, expectProblem } from "./harness/Api.ts"
import { type EventBody, follow } from "./harness/EventStream.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, secrets, us } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

const sandboxed = "+14155550011"
const key = (name: string, scopes: ReadonlyArray<string>) => ({ name, secret_env: `${name}_API_KEY`, scopes })

let gateway: TestGateway
let api: Api
let users = 0
const newUser = () => `+1415561${String(++users).padStart(4, "0")}`

beforeAll(async () => {
  gateway = await startGateway({
    projects: [
      projectFile({
        events: { delete_after: "7 days" },
        connectors: [{ id: "conn_main", environment: "live" }, { id: "conn_sandbox", environment: "sandbox" }],
        numbers: [number(us), number(sandboxed, "sandbox")],
        api_keys: [key("TEST", ["send", "read", "operate"]), key("READ", ["read"]), key("SEND", ["send"])]
      }),
      projectFile({ project: "short", events: {}, retention: { delete_after: "1 day" }, numbers: [number("+14155550002")], api_keys: [] }),
      projectFile({ project: "silent", numbers: [number("+14155550003")], api_keys: [] }),
      projectFile({ project: "other", account: "ws-other", events: {}, numbers: [number("+14155550005")], api_keys: [key("OTHER", ["send", "read", "operate"])] })
    ]
  })
  api = gateway.api
})
afterAll(() => gateway.close())

const about = (user: string) => ({ data }: EventBody) => data["user_number"] === user
const types = (events: ReadonlyArray<EventBody>) => events.map(({ type }) => type)

describe("the stream", () => {
  it("tells of a conversation, in order, with the resources as the API shows them", async () => {
    const user = newUser()
    const stream = await follow(api)
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({ "content-type": "text/event-stream", "cache-control": "no-store" })
    const id = await api.send(user, "Shall we keep your table?")
    await stream.waitFor(3, about(user))
    await gateway.carrier.text(user, us, "Yes please")
    await stream.waitFor(1, ({ data, type }) => type === "message.received" && data["user_number"] === user)
    await api.post(`/v1/sessions/${id}/takeover`, { by: "Grace" })
    await api.post(`/v1/sessions/${id}/release`)
    await api.post(`/v1/sessions/${id}/end`)
    await stream.waitFor(1, ({ data, type }) => type === "session.ended" && data["id"] === id)
    const events = stream.events.filter(about(user))
    expect(types(events).filter((type) => type.startsWith("session."))).toEqual(["session.started", "session.taken_over", "session.released", "session.ended"])
    const opening = events.filter(({ data }) => data["purpose"] === "opening")
    expect(types(opening)).toEqual(["message.sent", "message.delivered"])
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).toSorted())
    expect(events[0]).toMatchObject({ account: "ws-main", project: "main", environment: "live", data: { id, state: "unanswered", user_number: user } })
    const { waiting_for: _, ...session } = await api.read<Record<string, unknown>>(`/v1/sessions/${id}`)
    expect(events.at(-1)?.data).toMatchObject({ ...session, agent: expect.anything() })
    expect(opening.at(-1)?.data).toEqual(await api.read(`/v1/messages/${String(opening[0]?.data["id"])}`))
    stream.close()
  })

  it("tells of opt-outs, of texts that are dropped, and of sends that are suppressed", async () => {
    const user = newUser()
    const stream = await follow(api)
    await gateway.carrier.text(user, us, "STOP")
    await stream.waitFor(1, ({ data, type }) => type === "opt_out.recorded" && data["user_number"] === user)
    await gateway.carrier.text(user, us, "Hello?")
    await stream.waitFor(1, ({ data, type }) => type === "message.dropped" && data["user_number"] === user)
    await api.send(user, "Are you there?")
    await gateway.carrier.text(user, us, "START")
    await stream.waitFor(1, ({ data, type }) => type === "opt_out.removed" && data["user_number"] === user)
    const events = stream.events.filter(about(user))
    expect(types(events).filter((type) => !/sent|delivered/u.test(type))).toEqual([
      "opt_out.recorded",
      "message.received",
      "message.dropped",
      "session.started",
      "session.ended",
      "message.suppressed",
      "opt_out.removed",
      "message.received"
    ])
    expect(events.find(({ type }) => type === "session.ended")?.data).toMatchObject({ end_reason: "delivery_failed" })
    stream.close()
  })

  it("goes on after the event that Last-Event-ID names, in the header or in the query, and misses nothing meanwhile", async () => {
    const user = newUser()
    const before = await follow(api)
    const from = before.lastEventId()
    before.close()
    await before.ended
    await api.send(user, "While nobody listened")
    const resumed = await follow(api, "", from)
    const events = await resumed.waitFor(3, about(user))
    expect(types(events)).toEqual(["session.started", "message.sent", "message.delivered"])
    const again = await follow(api, `?last_event_id=${events[0]?.id}`)
    expect(types(await again.waitFor(2, about(user)))).toEqual(["message.sent", "message.delivered"])
    resumed.close()
    again.close()
  })

  it("is filtered by type and environment, and says how far it has come past what it leaves out", async () => {
    const [user, sandboxUser] = [newUser(), newUser()]
    const ended = await follow(api, "?types=session.ended,%20opt_out.recorded&environment=live")
    const sandbox = await follow(api, "?environment=sandbox")
    const from = ended.lastEventId()
    await gateway.apiFor({ connector: "conn_sandbox" }).send(sandboxUser, "Hello")
    const id = await api.send(user, "Hello")
    await until("the stream to come past", () => ended.lastEventId() !== from)
    await api.post(`/v1/sessions/${id}/end`)
    expect(types(await ended.waitFor(1, about(user)))).toEqual(["session.ended"])
    await sandbox.waitFor(3)
    expect(types(ended.events)).toEqual(["session.ended"])
    expect(sandbox.events.every(({ data, environment }) => environment === "sandbox" && data["user_number"] === sandboxUser)).toBe(true)
    ended.close()
    sandbox.close()
  })

  it("holds nothing of another project or account", async () => {
    const others = gateway.apiFor({ key: secrets["OTHER_API_KEY"] ?? "", connector: "conn_other" })
    const [stream, foreign] = [await follow(api), await follow(others)]
    const [user, other] = [newUser(), newUser()]
    await others.send(other, "Hello")
    await api.send(user, "Hello")
    await Promise.all([stream.waitFor(3, about(user)), foreign.waitFor(3, about(other))])
    expect(stream.events.some(about(other)) || foreign.events.some(about(user))).toBe(false)
    expect(new Set(foreign.events.map(({ account, project }) => `${account} ${project}`))).toEqual(new Set(["ws-other other"]))
    stream.close()
    foreign.close()
  })

  it("holds what could not be sent, with the reason", async () => {
    const user = newUser()
    const stream = await follow(api, "?types=message.failed,session.ended")
    gateway.carrier.fault({ match: { to: user }, count: 1, effect: { type: "reject", code: 21211 } })
    await api.send(user, "Hello")
    const events = await stream.waitFor(2, about(user))
    expect(types(events)).toEqual(["message.failed", "session.ended"])
    expect(events[0]?.data).toMatchObject({ status: "failed", trouble: { code: "21211" } })
    stream.close()
  })
})

describe("the clients", () => {
  const settings = () => ({ baseUrl: gateway.url, connectorId: "conn_main" })

  it("bring events, and resume", async () => {
    const user = newUser()
    const parley = new Parley({ ...settings(), apiKey: secrets["TEST_API_KEY"] ?? "" })
    const before = await follow(api)
    before.close()
    await api.send(user, "Hello")
    const seen: Array<string> = []
    const stream = parley.events({ lastEventId: before.lastEventId(), types: ["session.started", "message.delivered"] })
    for await (const { data, type } of stream) {
      if (data.userNumber !== user) continue
      seen.push(type)
      if (type === "message.delivered") break
    }
    expect(seen).toEqual(["session.started", "message.delivered"])
    const rest = parley.events({ lastEventId: stream.lastEventId ?? "", types: ["message.delivered"] })
    for await (const { data } of rest) if (data.userNumber === user) break
  })

  it("on Effect do, too", async () => {
    const user = newUser()
    const before = await follow(api)
    before.close()
    await api.send(user, "Hello")
    const program = Effect.gen(function*() {
      const parley = yield* EffectClient.Parley
      const events = yield* parley.events.stream({ headers: { lastEventId: EventId.make(before.lastEventId()) }, query: { types: ["session.started", "message.delivered"] } })
      return yield* events.pipe(Stream.filter(({ data }) => data.userNumber === user), Stream.take(2), Stream.map(({ type }) => type), Stream.runCollect)
    }).pipe(Effect.scoped, Effect.provide(EffectClient.Parley.layer({ ...settings(), apiKey: Redacted.make(secrets["TEST_API_KEY"] ?? "") }).pipe(Layer.provide(FetchHttpClient.layer))))
    expect(await Effect.runPromise(program)).toEqual(["session.started", "message.delivered"])
  })
})

describe("an answer", () => {
  const get = (query: string, of = api, headers: Record<string, string> = {}) => fetch(`${of.url}/v1/events${query}`, { headers: { ...of.headers, ...headers } })

  it.each(["?types=session.closed", "?types=", "?environment=prod", "?last_event_id=msg_1"])("is 400 to %s", async (query) => {
    await expectProblem(await get(query), 400, "invalid-request")
  })

  it("is 400 to a Last-Event-ID that is no event's", async () => {
    await expectProblem(await get("", api, { "Last-Event-ID": "7" }), 400, "invalid-request")
  })

  it("is 401 without a key, 403 to a key that may not read, 404 to an unknown connector", async () => {
    await expectProblem(await get("", gateway.apiFor({ key: "pk_wrong" })), 401, "invalid-api-key")
    await expectProblem(await get("", gateway.apiFor({ key: secrets["SEND_API_KEY"] ?? "" })), 403, "missing-scope")
    await expectProblem(await get("", gateway.apiFor({ connector: "conn_none" })), 404, "unknown-connector")
    const reader = await follow(gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" }))
    reader.close()
  })

  it("is 409 where the project's file does not ask for events, of which none are kept", async () => {
    const silent = gateway.apiFor({ connector: "conn_silent" })
    const id = await silent.send(newUser(), "Hello")
    await silent.waitForHistory(id, "delivered", (messages) => messages.some(({ status }) => status === "delivered"))
    const { detail } = await expectProblem(await get("", silent), 409, "events-not-kept")
    expect(detail).toContain("\"events\"")
    const kept = await gateway.run(Effect.flatMap(EventStore, (log) => log.after(ProjectId.make("silent"), beginning, 10)))
    expect(kept.events).toEqual([])
  })

  it("is 429 where the project has as many streams open as it may have, until one is closed", async () => {
    const others = gateway.apiFor({ key: secrets["OTHER_API_KEY"] ?? "", connector: "conn_other" })
    const streams = await Promise.all(Array.from({ length: 100 }, () => follow(others)))
    const metric = async () => /^parley_event_streams (\d+)$/mu.exec(await (await fetch(`${api.url}/metrics`)).text())?.[1]
    expect(Number(await metric())).toBeGreaterThanOrEqual(100)
    const refused = await get("", others)
    expect(refused.headers.get("retry-after")).toBe("10")
    await expectProblem(refused, 429, "rate-limited")
    for (const stream of streams) stream.close()
    await until("a place", async () => {
      const response = await get("", others)
      await response.body?.cancel()
      return response.status === 200
    })
  })

  it("is 410 after an event that age has removed more than, or that the log has never had", async () => {
    const short = gateway.apiFor({ connector: "conn_short" })
    const stream = await follow(short)
    const from = stream.lastEventId()
    await short.send(newUser(), "Hello")
    const [first, , last] = await stream.waitFor(3)
    stream.close()
    const resumed = await follow(short, "", first?.id)
    resumed.close()
    const inTwoDays = DateTime.add(DateTime.nowUnsafe(), { days: 2 })
    await gateway.run(Effect.gen(function*() {
      const { transact } = yield* Transactor
      expect(yield* transact((yield* EventStore).purge(ProjectId.make("short"), inTwoDays, 2))).toBe(2)
    }))
    await expectProblem(await get("", short, { "Last-Event-ID": from }), 410, "events-removed")
    await expectProblem(await get("", short, { "Last-Event-ID": first?.id ?? "" }), 410, "events-removed")
    const { detail } = await expectProblem(await get("", short, { "Last-Event-ID": "evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ" }), 410, "events-removed")
    expect(detail).toContain("Begin without Last-Event-ID")
    const rest = await follow(short, "", last?.id)
    rest.close()
  })
})

it("an erasure takes words and number from the events, too", async () => {
  const user = newUser()
  const stream = await follow(api)
  const from = stream.lastEventId()
  await api.send(user, "The secret word is heron")
  await stream.waitFor(3, about(user))
  stream.close()
  const response = await fetch(`${api.url}/v1/users/${encodeURIComponent(user)}`, { method: "DELETE", headers: api.headers })
  const { id, pseudonym } = await response.json() as { readonly id: string; readonly pseudonym: string }
  await until("the erasure to be done", async () => (await api.read<{ readonly stage: string }>(`/v1/users/erasures/${id}`)).stage === "done")
  const after = await follow(api, "", from)
  const events = await after.waitFor(4, about(pseudonym))
  expect(types(events)).toEqual(["session.started", "message.sent", "message.delivered", "session.ended"])
  expect(after.text()).not.toMatch(new RegExp(`heron|${user.slice(1)}`, "u"))
  after.close()
})
