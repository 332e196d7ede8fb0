/** Sessions, messages, numbers, opt-outs and what operators' machines ask, over real HTTP. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Api, expectProblem, type MessageBody, type PageBody, type SessionBody } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, secrets, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"

const british = "+447700900001"
const sandboxed = "+14155550011"
const nowhere = "TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"

let gateway: TestGateway
let api: Api
let others: Api

beforeAll(async () => {
  const key = (name: string, scopes: ReadonlyArray<string>) => ({ name, secret_env: `${name}_API_KEY`, scopes })
  gateway = await startGateway({
    projects: [
      projectFile({
        connectors: [{ id: "conn_main", environment: "live" }, { id: "conn_sandbox", environment: "sandbox" }],
        numbers: [number(us), number(british, "live", { registration: "not_required" }), number(sandboxed, "sandbox", { mms: false })],
        api_keys: [key("TEST", ["send", "read", "operate"]), key("READ", ["read"]), key("SEND", ["send"]), key("OPERATE", ["operate"])]
      }),
      projectFile({ project: "second", numbers: [number("+14155550002")] }),
      projectFile({ project: "other", account: "ws-other", numbers: [number("+14155550005")], api_keys: [key("OTHER", ["send", "read", "operate"])] })
    ]
  })
  api = gateway.api
  others = gateway.apiFor({ key: secrets["OTHER_API_KEY"] ?? "", connector: "conn_other" })
})
afterAll(() => gateway.close())

const encoded = encodeURIComponent
const list = (query: string, of = api) => of.read<PageBody<SessionBody>>(`/v1/sessions?${query}`)
const ids = (page: PageBody<{ readonly id: string }>) => page.data.map(({ id }) => id)

describe("GET /v1/sessions", () => {
  it("lists sessions newest first, each with every field of the contract", async () => {
    const user = newUser()
    const first = await api.send(user, "One")
    const second = await api.send(user, "Two")
    const page = await list(`user_number=${encoded(user)}`)
    expect(ids(page)).toEqual([second, first])
    expect(page.next_cursor).toBeNull()
    expect(Object.keys(page.data[0] ?? {}).toSorted()).toEqual([
      "agent", "agent_number", "channel", "end_detail", "end_reason", "ended_at", "environment", "id", "last_activity_at", "next_timeout", "opened_at",
      "opening", "project", "sender_pool", "state", "takeover", "user_number", "waiting_for"
    ])
    expect(page.data[0]).toMatchObject({ channel: "SMS", project: "main", environment: "live" })
  })

  it("filters by user_number, agent_number, state and environment, together", async () => {
    const user = newUser()
    const fromUs = await api.send(user, "One", { agent_number: us })
    const fromLondon = await api.send(user, "Two", { agent_number: british })
    const sandbox = await gateway.apiFor({ connector: "conn_sandbox" }).send(user, "Three")
    const of = `user_number=${encoded(user)}`
    expect(ids(await list(`${of}&agent_number=${encoded(us)}`))).toEqual([fromUs])
    expect(ids(await list(`${of}&agent_number=${encoded(british)}`))).toEqual([fromLondon])
    expect(ids(await list(`${of}&state=ended`))).toEqual([fromUs])
    expect(ids(await list(`${of}&state=unanswered&environment=live`))).toEqual([fromLondon])
    expect(ids(await list(`${of}&environment=sandbox`))).toEqual([sandbox])
    expect(ids(await list(of))).toEqual([sandbox, fromLondon, fromUs])
    expect(ids(await list(`${of}&state=warned`))).toEqual([])
  })

  it("filters by started_after and started_before", async () => {
    const user = newUser()
    const first = await api.send(user, "One")
    const opened = (await api.session(first)).opened_at
    const of = `user_number=${encoded(user)}`
    const minute = (by: number) => encoded(new Date(Date.parse(opened) + by * 60_000).toISOString())
    expect(ids(await list(`${of}&started_after=${minute(-1)}&started_before=${minute(1)}`))).toEqual([first])
    expect(ids(await list(`${of}&started_after=${minute(1)}`))).toEqual([])
    expect(ids(await list(`${of}&started_before=${minute(-1)}`))).toEqual([])
  })

  it("comes a page at a time, and the pages together hold each session once", async () => {
    const user = newUser()
    const sent: Array<string> = []
    for (let i = 0; i < 7; i++) sent.push(await api.send(user, `text ${i}`))
    const seen: Array<string> = []
    let cursor: string | null = null
    let pages = 0
    do {
      const page: PageBody<SessionBody> = await list(`user_number=${encoded(user)}&limit=3${cursor === null ? "" : `&cursor=${encoded(cursor)}`}`)
      expect(page.data.length).toBeLessThanOrEqual(3)
      seen.push(...ids(page))
      cursor = page.next_cursor
      pages++
    } while (cursor !== null)
    expect(pages).toBe(3)
    expect(seen).toEqual(sent.toReversed())
  })

  it("does not show a new session on a later page of an older list", async () => {
    const user = newUser()
    const [a, b, c] = [await api.send(user, "a"), await api.send(user, "b"), await api.send(user, "c")]
    const first = await list(`user_number=${encoded(user)}&limit=2`)
    await api.send(user, "d")
    const rest = await list(`user_number=${encoded(user)}&limit=2&cursor=${encoded(first.next_cursor ?? "")}`)
    expect([...ids(first), ...ids(rest)]).toEqual([c, b, a])
  })

  it.each([
    ["limit=0", "limit"], ["limit=101", "limit"], ["limit=x", "limit"], ["limit=1.5", "limit"], ["state=asleep", "state"], ["environment=prod", "environment"],
    ["user_number=12", "user_number"], ["started_after=yesterday", "started_after"], ["cursor=xyz", "cursor"], ["cursor=", "cursor"]
  ])("refuses %s and names the parameter", async (query, field) => {
    const problem = await expectProblem(await api.get(`/v1/sessions?${query}`), 400, "invalid-request")
    expect(problem.errors?.map(({ path }) => path)).toContain(field)
  })

  it("shows nothing of another project or account", async () => {
    const user = newUser()
    await others.send(user, "Theirs")
    await gateway.apiFor({ connector: "conn_second" }).send(user, "Another project's")
    expect((await list(`user_number=${encoded(user)}`)).data).toEqual([])
  })
})

describe("one session", () => {
  it("is retrieved by its id, also through another connector of its account", async () => {
    const id = await api.send(newUser(), "Hello")
    expect((await api.session(id)).id).toBe(id)
    expect((await gateway.apiFor({ connector: "conn_sandbox" }).session(id)).id).toBe(id)
  })

  it.each([nowhere, "TW_SMS_short", "msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D", "%00", "..%2f..%2fetc"])("that is not there is a 404: %s", async (id) => {
    await expectProblem(await api.get(`/v1/sessions/${id}`), 404, "not-found")
    await expectProblem(await api.get(`/v1/sessions/${id}/messages`), 404, "not-found")
  })

  it("of another account is the same 404 as one that is not there, for everything that can be done with it", async () => {
    const theirs = await others.send(newUser(), "Theirs")
    const message = (await others.history(theirs))[0]?.id ?? ""
    const strip = async (response: Response) => ({ ...await expectProblem(response, 404, "not-found"), correlation_id: "" })
    const both = async (call: (id: string) => Promise<Response>) => expect(await strip(await call(theirs))).toEqual(await strip(await call(nowhere)))
    await both((id) => api.get(`/v1/sessions/${id}`))
    await both((id) => api.get(`/v1/sessions/${id}/messages`))
    await both((id) => api.post(`/v1/sessions/${id}/messages`, { message: "Mine?" }))
    await both((id) => api.post(`/v1/sessions/${id}/takeover`))
    await both((id) => api.post(`/v1/sessions/${id}/release`))
    await both((id) => api.post(`/v1/sessions/${id}/end`))
    expect(await strip(await api.get(`/v1/messages/${message}`))).toEqual(await strip(await api.get("/v1/messages/msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D")))
    expect(await others.session(theirs)).toMatchObject({ state: "unanswered", takeover: null })
  })
})

describe("messages", () => {
  it("of a session are listed newest first, a page at a time", async () => {
    const user = newUser()
    const id = await api.send(user, "Hello", { agent_number: us })
    await api.post(`/v1/sessions/${id}/takeover`)
    for (const message of ["one", "two", "three"]) await api.post(`/v1/sessions/${id}/messages`, { message })
    const first = await api.read<PageBody<MessageBody>>(`/v1/sessions/${id}/messages?limit=3`)
    expect(first.data.map(({ text }) => text)).toEqual(["three", "two", "one"])
    const rest = await api.read<PageBody<MessageBody>>(`/v1/sessions/${id}/messages?limit=3&cursor=${encoded(first.next_cursor ?? "")}`)
    expect(rest).toMatchObject({ data: [{ text: "Hello" }], next_cursor: null })
    await expectProblem(await api.get(`/v1/sessions/${id}/messages?cursor=${id}`), 400, "invalid-request")
  })

  it("are retrieved by id, with every field of the contract", async () => {
    const user = newUser()
    const id = await api.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    const [listed] = await api.waitForHistory(id, "delivered", ([one]) => one?.status === "delivered")
    const message = await api.read<MessageBody>(`/v1/messages/${listed?.id}`)
    expect(message).toEqual(listed)
    expect(Object.keys(message).toSorted()).toEqual([
      "accepted_at", "agent_number", "attempts", "author", "carrier_id", "created_at", "direction", "held_until", "id", "media", "purpose", "segments", "sender_pool", "session_id",
      "status", "text", "trouble", "turn_id", "updated_at", "user_number"
    ])
    expect(message.carrier_id).toBe(gateway.carrier.created(user)[0]?.sid)
  })

  it.each(["msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D", "msg_", nowhere])("that are not there are a 404: %s", async (id) => {
    await expectProblem(await api.get(`/v1/messages/${id}`), 404, "not-found")
  })
})

describe("POST /v1/sessions/{id}/messages", () => {
  const speak = (id: string, body: unknown, headers?: Readonly<Record<string, string>>) => api.post(`/v1/sessions/${id}/messages`, body, headers)

  it("answers 202 with the message and its location, and the text arrives", async () => {
    const user = newUser()
    const id = await api.send(user, "Hello")
    const response = await speak(id, { message: "A person here" })
    expect(response.status).toBe(202)
    const message = await response.json() as MessageBody
    expect(message).toMatchObject({ author: "person", purpose: "remark", direction: "outbound", session_id: id, status: "queued", text: "A person here" })
    expect(response.headers.get("location")).toBe(`/v1/messages/${message.id}`)
    expect(await gateway.carrier.waitFor(user, 2)).toEqual(["Hello", "A person here"])
  })

  it("is idempotent by its key; another text with the same key is a 409", async () => {
    const user = newUser()
    const id = await api.send(user, "Hello")
    const headers = { "Idempotency-Key": "speak-1" }
    const answers = await Promise.all(Array.from({ length: 5 }, () => speak(id, { message: "Once" }, headers)))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
    expect(new Set(answers.map((answer) => answer.headers.get("location"))).size).toBe(1)
    expect(answers.filter((answer) => answer.headers.get("idempotency-replayed") === "true")).toHaveLength(4)
    await expectProblem(await speak(id, { message: "Twice" }, headers), 409, "idempotency-conflict")
    await gateway.carrier.waitFor(user, 2)
    await gateway.carrier.sim.settled()
    expect(gateway.carrier.got(user)).toEqual(["Hello", "Once"])
  })

  it.each([[{}], [{ message: "" }], [{ message: "a".repeat(1601) }], [{ message: 1 }], ["{"], [[]]])("refuses %j", async (body) => {
    const id = await api.send(newUser(), "Hello")
    await expectProblem(await speak(id, body), 400, "invalid-request")
  })

  it("is a 409 once the session has ended", async () => {
    const id = await api.send(newUser(), "Hello")
    await api.post(`/v1/sessions/${id}/end`)
    await expectProblem(await speak(id, { message: "Too late" }), 409, "session-ended")
  })

  it("is a 409 for a user who opted out of the session's number", async () => {
    const user = newUser()
    await api.send(user, "Hello", { agent_number: us })
    await gateway.carrier.waitFor(user, 1)
    await gateway.carrier.text(user, us, "STOP")
    const again = await api.send(user, "From London", { agent_number: british })
    await gateway.carrier.text(user, british, "STOP")
    await expectProblem(await speak(again, { message: "Hello?" }), 409, "session-ended")
  })
})

describe("takeover, release and end", () => {
  it("take over with and without a body, again by another person, and give back", async () => {
    const id = await api.send(newUser(), "Hello")
    const taken = await (await api.post(`/v1/sessions/${id}/takeover`)).json() as SessionBody
    expect(taken.takeover).toMatchObject({ by: "operator", reason: null })
    const again = await (await api.post(`/v1/sessions/${id}/takeover`, { by: "ada", reason: "she knows" })).json() as SessionBody
    expect(again.takeover).toMatchObject({ by: "ada", reason: "she knows" })
    const released = await api.post(`/v1/sessions/${id}/release`, {})
    expect(await released.json()).toMatchObject({ id, takeover: null })
    await expectProblem(await api.post(`/v1/sessions/${id}/release`), 409, "not-taken-over")
  })

  it.each([[{ by: "" }], [{ by: 5 }], [{ reason: "" }], ["{"], ["[]"]])("refuses a takeover with %j", async (body) => {
    const id = await api.send(newUser(), "Hello")
    await expectProblem(await api.post(`/v1/sessions/${id}/takeover`, body), 400, "invalid-request")
  })

  it("are a 409 once the session has ended", async () => {
    const id = await api.send(newUser(), "Hello")
    expect(await (await api.post(`/v1/sessions/${id}/end`)).json()).toMatchObject({ state: "ended", end_reason: "operator_end", next_timeout: null })
    for (const action of ["takeover", "release", "end"]) await expectProblem(await api.post(`/v1/sessions/${id}/${action}`), 409, "session-ended")
  })
})

describe("GET /v1/audit-log", () => {
  interface AuditBody {
    readonly id: string
    readonly actor: string
    readonly action: string
    readonly project: string | null
    readonly subject: string
    readonly detail: string
  }
  const audit = (query: string, of = api) => of.read<PageBody<AuditBody>>(`/v1/audit-log?${query}`)

  it("tells what was applied, by whom, and what people do, with numbers masked", async () => {
    const id = await api.send(newUser(), "Hello")
    await api.post(`/v1/sessions/${id}/takeover`, { by: "ada" })
    await api.post(`/v1/sessions/${id}/release`)
    const of = (await audit(`subject=${id}`)).data
    expect(of.map(({ action, detail, project }) => ({ action, detail, project }))).toEqual([
      { action: "session.handed_back", detail: "", project: "main" },
      { action: "session.taken_over", detail: "By ada", project: "main" }
    ])
    const keys = (await audit("action=key.created")).data
    expect(keys.map(({ actor, project }) => [actor, project])).toEqual(keys.map(() => ["cli", null]))
    expect(keys.map(({ subject }) => subject)).toContain(of[0]?.actor)
    expect((await audit(`subject=${encoded(us)}`)).data).toMatchObject([{ action: "number.added", subject: "+14*******01", actor: "cli" }])
  })

  it("comes a page at a time and by time", async () => {
    const seen: Array<string> = []
    let cursor: string | null = null
    do {
      const page: PageBody<AuditBody> = await audit(`limit=3${cursor === null ? "" : `&cursor=${encoded(cursor)}`}`)
      seen.push(...ids(page))
      cursor = page.next_cursor
    } while (cursor !== null)
    expect(seen).toEqual([...new Set(seen)].toSorted().toReversed())
    expect(seen.length).toBeGreaterThan(10)
    expect(ids(await audit("limit=100&after=2020-01-01T00:00:00Z"))).toEqual(seen)
    expect(ids(await audit("before=2020-01-01T00:00:00Z"))).toEqual([])
  })

  it("shows nothing of another account", async () => {
    const theirs = (await audit("limit=100", others)).data
    expect(theirs.map(({ subject }) => subject)).toContain("other")
    const ours = new Set(ids(await audit("limit=100")))
    expect(theirs.filter(({ id }) => ours.has(id))).toEqual([])
  })

  it.each([["action=key.stolen", "action"], ["after=yesterday", "after"], ["subject=", "subject"], ["cursor=x", "cursor"], ["limit=0", "limit"]])("refuses %s", async (query, field) => {
    const problem = await expectProblem(await api.get(`/v1/audit-log?${query}`), 400, "invalid-request")
    expect(problem.errors?.map(({ path }) => path)).toContain(field)
  })

  it("wants a key that may read", async () => {
    await expectProblem(await gateway.apiFor({ key: secrets["SEND_API_KEY"] ?? "" }).get("/v1/audit-log"), 403, "missing-scope")
  })
})

describe("scopes", () => {
  it("let a reading key read and nothing else, and a sending key send and nothing else", async () => {
    const id = await api.send(newUser(), "Hello")
    const reader = gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" })
    const sender = gateway.apiFor({ key: secrets["SEND_API_KEY"] ?? "" })
    expect((await reader.session(id)).id).toBe(id)
    await expectProblem(await reader.post(`/v1/sessions/${id}/end`), 403, "missing-scope")
    await expectProblem(await reader.post(`/v1/sessions/${id}/messages`, { message: "Hi" }), 403, "missing-scope")
    await sender.send(newUser(), "Hello")
    await expectProblem(await sender.get(`/v1/sessions/${id}`), 403, "missing-scope")
    await expectProblem(await sender.get("/v1/numbers"), 403, "missing-scope")
    await expectProblem(await sender.post(`/v1/sessions/${id}/end`), 403, "missing-scope")
  })

  it.each(["/v1/outbound-sms", "/V1/Outbound-SMS", "//v1/outbound-sms", "/v1/outbound%2dsms", "/v1/outbound-sms/", "/v1//outbound-sms"])(
    "keep a key that may not send from sending, however the path is spelt: %s",
    async (path) => {
      const user = newUser()
      for (const key of ["OPERATE_API_KEY", "READ_API_KEY"]) {
        const response = await gateway.apiFor({ key: secrets[key] ?? "" }).post(path, { user_number: user, message: "Hello" })
        expect([403, 404]).toContain(response.status)
      }
      expect(await api.sessionsOf(user)).toEqual([])
    }
  )

  it.each(["/v1/sessions", `/v1/sessions/${nowhere}`, "/v1/numbers", "/v1/opt-outs", "/v1/audit-log", "/v1/messages/msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D"])(
    "and every operation wants both headers: GET %s",
    async (path) => {
      await expectProblem(await fetch(gateway.url + path), 401, "invalid-api-key")
      await expectProblem(await fetch(gateway.url + path, { headers: { "X-PolyAi-Auth-Token": secrets["TEST_API_KEY"] ?? "" } }), 400, "invalid-request")
    }
  )
})

describe("GET /v1/numbers", () => {
  it("lists the numbers of the connector's environment", async () => {
    const page = await api.read<PageBody<object>>("/v1/numbers")
    expect(page).toEqual({
      data: [
        { number: us, environment: "live", type: "long_code", country: "US", registration: "approved", registration_id: null, waiting_for: null, mms: true, segments_per_second: 1_000, queued: expect.any(Number) },
        { number: british, environment: "live", type: "long_code", country: "GB", registration: "not_required", registration_id: null, waiting_for: null, mms: false, segments_per_second: 1_000, queued: 0 }
      ],
      next_cursor: null
    })
    expect((await gateway.apiFor({ connector: "conn_sandbox" }).read<PageBody<{ number: string }>>("/v1/numbers")).data.map((one) => one.number)).toEqual([sandboxed])
  })

  it("tells of each whether it carries files: as its country's row says, unless the carrier or the project's file knows better", async () => {
    const page = await gateway.apiFor({ connector: "conn_sandbox" }).read<PageBody<{ mms: boolean }>>("/v1/numbers")
    expect(page.data.map(({ mms }) => mms)).toEqual([false])
  })

  it("comes a page at a time", async () => {
    const first = await api.read<PageBody<{ number: string }>>("/v1/numbers?limit=1")
    const rest = await api.read<PageBody<{ number: string }>>(`/v1/numbers?limit=1&cursor=${encoded(first.next_cursor ?? "")}`)
    expect([...first.data, ...rest.data].map((one) => one.number)).toEqual([us, british])
    expect(rest.next_cursor).toBeNull()
    await expectProblem(await api.get("/v1/numbers?cursor=x"), 400, "invalid-request")
  })
})

describe("GET /v1/opt-outs", () => {
  it("lists who has opted out of what, each once, a page at a time, and nothing of another account", async () => {
    const handsets = [newUser(), newUser(), newUser()]
    for (const user of handsets) await gateway.carrier.text(user, us, "STOP")
    const stranger = newUser()
    await gateway.carrier.text(stranger, "+14155550005", "STOP")
    const seen: Array<string> = []
    let cursor: string | null = null
    do {
      const page: PageBody<{ user_number: string; agent_number: string }> = await api.read(`/v1/opt-outs?limit=2${cursor === null ? "" : `&cursor=${encoded(cursor)}`}`)
      seen.push(...page.data.map((one) => `${one.user_number} ${one.agent_number}`))
      cursor = page.next_cursor
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(handsets.map((user) => `${user} ${us}`)))
    expect(seen.join("\n")).not.toContain(stranger)
    const of = await api.read<PageBody<object>>(`/v1/opt-outs?user_number=${encoded(handsets[0] ?? "")}`)
    expect(of.data).toEqual([{ user_number: handsets[0], agent_number: us, environment: "live", source: "keyword", opted_out_at: expect.stringMatching(/Z$/u) }])
    await expectProblem(await api.get("/v1/opt-outs?cursor=x"), 400, "invalid-request")
    await expectProblem(await api.get("/v1/opt-outs?user_number=x"), 400, "invalid-request")
  })
})

describe("what operators' machines ask", () => {
  it("GET /healthz and /readyz need no key", async () => {
    const health = await fetch(`${gateway.url}/healthz`)
    expect(health.status).toBe(200)
    expect(await health.json()).toEqual({ status: "ok" })
    const ready = await fetch(`${gateway.url}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({ status: "ready" })
  })

  it("GET /metrics counts in Prometheus' format, and tells nothing of a conversation", async () => {
    const user = newUser()
    await api.send(user, "A secret")
    const response = await fetch(`${gateway.url}/metrics`)
    expect(response.status).toBe(200)
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/u)
    const text = await response.text()
    for (const line of text.trim().split("\n")) expect(line).toMatch(/^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[^{}]*\})? -?[\d.e+-]+)$/u)
    expect(text).toMatch(/^parley_sessions\{state="unanswered"\} [1-9]/mu)
    expect(text).toMatch(/^parley_http_requests_total\{.*status="202".*\} [1-9]/mu)
    expect(text).not.toContain(user.slice(1))
    expect(text).not.toContain("secret")
  })

  it("and the operations guide watches nothing that /metrics does not tell", async () => {
    const guide = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8")
    const told = await (await fetch(`${gateway.url}/metrics`)).text()
    // Those of several processes, which one alone does not tell.
    const ofSeveral = new Set(["parley_shards", "parley_shards_owned", "parley_processes", "parley_ownership_confirmed_seconds"])
    const watched = new Set([...guide.matchAll(/parley_[a-z_]+(?=[`{])/gu)].map(([name]) => name).filter((name) => !ofSeveral.has(name)))
    expect([...watched].filter((name) => !told.includes(`# TYPE ${name} `))).toEqual([])
    expect(watched.size).toBeGreaterThan(4)
  })

  it("GET /openapi.json describes every operation", async () => {
    const response = await fetch(`${gateway.url}/openapi.json`)
    expect(response.status).toBe(200)
    const document = await response.json() as { openapi: string; paths: Record<string, object> }
    expect(document.openapi).toMatch(/^3\.1/u)
    expect(Object.keys(document.paths)).toContain("/v1/outbound-sms")
  })

  it("GET /docs is a page that loads nothing from elsewhere", async () => {
    const response = await fetch(`${gateway.url}/docs`)
    expect(response.status).toBe(200)
    expect(response.headers.get("content-type")).toMatch(/^text\/html/u)
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'")
    const page = await response.text()
    expect([...page.matchAll(/<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*["']?(?!data:|#)([^"'\s>]+)/giu)].map(([, url]) => url)).toEqual([])
  })
})

describe("what is not there", () => {
  it.each(["/", "/v1", "/v1/outbound-smss", "/v2/outbound-sms", "/favicon.ico", "/twilio/main/live", "/%", "/v1/sessions/a/b/c"])("is a 404: %s", async (path) => {
    await expectProblem(await api.get(path), 404, "not-found")
  })

  it.each([
    ["GET", "/v1/outbound-sms", "POST"],
    ["PUT", "/v1/outbound-sms?x=1", "POST"],
    ["DELETE", "/v1/sessions", "GET, HEAD"],
    ["PATCH", `/v1/sessions/${nowhere}`, "GET, HEAD"],
    ["DELETE", `/v1/sessions/${nowhere}/messages`, "GET, HEAD, POST"],
    ["POST", "/V1//messages/msg_1/media/0/", "GET, HEAD"],
    ["POST", "/healthz", "GET, HEAD"],
    ["POST", "/docs", "GET, HEAD"],
    ["DELETE", "/openapi.json", "GET, HEAD"],
    ["DELETE", "/v1/numbers", "GET, HEAD, POST"],
    ["GET", "/v1/numbers/+14155550001", "DELETE"]
  ])("is no method that a path has not: %s %s is a 405 that allows %s, also without a key", async (method, path, allow) => {
    for (const headers of [api.headers, {}]) {
      const response = await fetch(gateway.url + path, { method, headers })
      expect(response.headers.get("allow")).toBe(allow)
      expect((await expectProblem(response, 405, "method-not-allowed")).detail).toBe(`${method} does nothing here. The path has: ${allow}.`)
    }
  })

  it("every method that a 405 allows is one that is there", async () => {
    const document = await (await fetch(`${gateway.url}/openapi.json`)).json() as { readonly paths: Readonly<Record<string, object>> }
    for (const [path, methods] of Object.entries(document.paths)) {
      const response = await fetch(gateway.url + path.replace(/\{\w+\}/gu, "x"), { method: "PUT" })
      const allowed = new Set((response.headers.get("allow") ?? "").split(", "))
      for (const method of Object.keys(methods)) expect([...allowed], path).toContain(method.toUpperCase())
      for (const method of allowed) if (method !== "HEAD") expect((await fetch(gateway.url + path.replace(/\{\w+\}/gu, "x"), { method })).status, `${method} ${path}`).toBe(401)
    }
  })

  it("is answered to HEAD without a body", async () => {
    const response = await fetch(`${gateway.url}/v1/nothing`, { method: "HEAD", headers: api.headers })
    expect(response.status).toBe(404)
    expect(await response.text()).toBe("")
  })
})
