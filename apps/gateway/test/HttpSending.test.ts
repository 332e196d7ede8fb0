/** Templates, sends for later and quiet hours over real HTTP. */
import { DateTime, Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Directory } from "@parley/core/ports/Directory"
import { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import type { ScheduledSend } from "@parley/core/ScheduledSend"
import { expectProblem, type PageBody } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"
import { until } from "./harness/Waiting.ts"

const path = "/v1/outbound-sms"

interface ScheduledBody {
  readonly id: string
  readonly status: string
  readonly text: string
  readonly template: string | null
  readonly send_at: string
  readonly session_id: string | null
  readonly trouble: { readonly reason: string; readonly detail: string } | null
}

/** Quiet for all but one hour of the day, an hour that is not now. */
const quietNow = () => {
  const { hour } = DateTime.toPartsUtc(DateTime.add(DateTime.nowUnsafe(), { hours: 5 }))
  const time = (hour: number) => `${String(hour % 24).padStart(2, "0")}:00`
  return { from: time(hour + 1), to: time(hour) }
}

let gateway: TestGateway

beforeAll(async () => {
  const template = (name: string, environment: string, body: string) => ({ name, environment, title: `About ${name}`, body })
  gateway = await startGateway({
    projects: [
      projectFile({
        connectors: [{ id: "conn_main", environment: "live" }, { id: "conn_sandbox", environment: "sandbox" }],
        numbers: [number(us), number("+14155550011", "sandbox")],
        api_keys: [
          { name: "tests", secret_env: "TEST_API_KEY" },
          { name: "read", secret_env: "READ_API_KEY", scopes: ["read"] },
          { name: "send", secret_env: "SEND_API_KEY", scopes: ["send"] }
        ],
        templates: [template("reminder", "live", "Hi ${name}, see you at ${time}."), template("bye", "live", "Bye."), template("reminder", "sandbox", "Test ${name}.")]
      }),
      projectFile({ project: "night", numbers: [number("+447700900001")], quiet_hours: { enabled: true, default: quietNow() } }),
      projectFile({ project: "gone", numbers: [number("+14155550004")] }),
      projectFile({ project: "other", account: "ws-other", numbers: [number("+14155550005")], api_keys: [{ name: "other", secret_env: "OTHER_API_KEY" }] })
    ]
  })
})
afterAll(() => gateway.close())

const post = (body: unknown, headers?: Readonly<Record<string, string>>) => gateway.api.post(path, body, headers)
const inMillis = (millis: number) => new Date(Date.now() + millis).toISOString()
const remove = (of: string, api = gateway.api) => fetch(gateway.url + of, { method: "DELETE", headers: api.headers })

describe("a template", () => {
  it("makes the text of a send", async () => {
    const user = newUser()
    const response = await post({ template: "reminder", variables: { name: "Ann", time: "8 pm", more: "ignored" }, user_number: user })
    expect(response.status, await response.text()).toBe(202)
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["Hi Ann, see you at 8 pm."])
  })

  it.each<readonly [what: string, body: object, path: string, detail: RegExp]>([
    ["is unknown", { template: "nothing" }, "template", /no template "nothing"/u],
    ["lacks a variable", { template: "reminder", variables: { name: "Ann" } }, "variables.time", /needs time/u],
    ["lacks all variables", { template: "reminder" }, "variables.name", /needs name, time/u],
    ["makes no text that can be sent", { template: "reminder", variables: { name: "я".repeat(800), time: "8" } }, "variables", /10 segments/u],
    ["comes with a message", { template: "bye", message: "Hello" }, "template", /one of the two/u],
    ["has a variable that is no text", { template: "reminder", variables: { name: 5, time: "8" } }, "variables.name", /must be string/u]
  ])("that %s is a 400 that says so", async (_, body, at, detail) => {
    const problem = await expectProblem(await post({ user_number: newUser(), ...body }), 400, "invalid-request")
    expect(problem.errors?.[0]?.path).toBe(at)
    expect(problem.detail).toMatch(detail)
  })

  it("belongs to its environment, and is listed there by name, in pages", async () => {
    const list = (of: string, api = gateway.api) => api.read<PageBody<object>>(`/v1/templates${of}`)
    expect((await list("")).data).toEqual([
      { name: "bye", title: "About bye", body: "Bye.", variables: [] },
      { name: "reminder", title: "About reminder", body: "Hi ${name}, see you at ${time}.", variables: ["name", "time"] }
    ])
    expect(await list("?limit=1")).toMatchObject({ data: [{ name: "bye" }], next_cursor: "bye" })
    expect(await list("?limit=1&cursor=bye")).toMatchObject({ data: [{ name: "reminder" }], next_cursor: null })
    const sandbox = gateway.apiFor({ connector: "conn_sandbox" })
    expect((await list("", sandbox)).data).toMatchObject([{ body: "Test ${name}." }])
    await expectProblem(await sandbox.post(path, { template: "bye", user_number: newUser() }), 400, "invalid-request")
  })
})

describe("a send for later", () => {
  const schedule = async (body: object, headers?: Readonly<Record<string, string>>) => {
    const response = await post({ user_number: newUser(), message: "Later", ...body }, headers)
    expect(response.status, await response.clone().text()).toBe(202)
    expect(await response.text()).toBe("")
    return response.headers.get("location") ?? ""
  }

  it("is durable at once, and becomes a session at its time", async () => {
    const user = newUser()
    const at = await schedule({ user_number: user, send_at: inMillis(700) })
    expect(at).toMatch(/^\/v1\/scheduled-sends\/sched_/u)
    expect(await gateway.api.read(at)).toMatchObject({ status: "scheduled", session_id: null, text: "Later", agent_number: null })
    expect(await gateway.api.sessionsOf(user)).toEqual([])
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["Later"])
    const sent = await gateway.api.read<ScheduledBody>(at)
    expect(sent.status).toBe("sent")
    expect((await gateway.api.sessionsOf(user)).map(({ id }) => id)).toEqual([sent.session_id])
    await expectProblem(await remove(at), 409, "scheduled-send-settled")
  })

  it("is made of a template when it is accepted", async () => {
    const at = await schedule({ message: undefined, template: "reminder", variables: { name: "Bo", time: "9" }, send_at: inMillis(3_600_000) })
    expect(await gateway.api.read(at)).toMatchObject({ template: "reminder", text: "Hi Bo, see you at 9." })
  })

  it("can be taken back, also with a key that only sends, and cancelling again changes nothing", async () => {
    const user = newUser()
    const at = await schedule({ user_number: user, send_at: inMillis(3_600_000) })
    await expectProblem(await remove(at, gateway.apiFor({ key: "pk_the-reading-key-00000000000000000000000000" })), 403, "missing-scope")
    for (const api of [gateway.apiFor({ key: "pk_the-sending-key-00000000000000000000000000" }), gateway.api]) {
      const response = await remove(at, api)
      expect([response.status, await response.json()]).toMatchObject([200, { status: "cancelled", trouble: null }])
    }
    const mine = await gateway.api.read<PageBody<ScheduledBody>>(`/v1/scheduled-sends?user_number=${encodeURIComponent(user)}&status=cancelled`)
    expect(mine.data).toHaveLength(1)
  })

  it("is listed newest first, in pages", async () => {
    const user = newUser()
    const ids = []
    for (let i = 0; i < 3; i++) ids.unshift((await schedule({ user_number: user, send_at: inMillis(3_600_000) })).split("/").at(-1))
    const list = (more: string) => gateway.api.read<PageBody<ScheduledBody>>(`/v1/scheduled-sends?user_number=${encodeURIComponent(user)}${more}`)
    const one = await list("&limit=2")
    const two = await list(`&limit=2&cursor=${one.next_cursor}`)
    expect([...one.data, ...two.data].map(({ id }) => id)).toEqual(ids)
    expect(two.next_cursor).toBeNull()
    await expectProblem(await gateway.api.get("/v1/scheduled-sends?cursor=x"), 400, "invalid-request")
  })

  it("is another account's 404, and so is an id that can't be", async () => {
    const at = await schedule({ send_at: inMillis(3_600_000) })
    const other = gateway.apiFor({ key: "pk_another-accounts-key-000000000000000000000", connector: "conn_other" })
    await expectProblem(await other.get(at), 404, "not-found")
    await expectProblem(await remove(at, other), 404, "not-found")
    await expectProblem(await gateway.api.get("/v1/scheduled-sends/x"), 404, "not-found")
  })

  it.each([
    ["past", "2020-01-01T00:00:00Z", /future/u],
    ["too far", inMillis(36 * 86_400_000), /35 days/u],
    ["a date", "2030-01-01", /offset/u],
    ["without an offset", "2030-01-01T10:00:00", /offset/u],
    ["no time", "tomorrow", /offset/u],
    ["no date that is", "2030-13-01T10:00:00Z", /offset/u],
    ["a number", 1_800_000_000, /must be string/u],
    ["null", null, /must be string/u]
  ])("at a time that is %s is a 400", async (_, send_at, detail) => {
    const problem = await expectProblem(await post({ user_number: newUser(), message: "Hello", send_at }), 400, "invalid-request")
    expect(problem.errors).toMatchObject([{ path: "send_at" }])
    expect(problem.detail).toMatch(detail)
  })

  it("acts once with its idempotency key, also when its repeat comes late", async () => {
    const body = { user_number: newUser(), message: "Once", send_at: inMillis(400) }
    const headers = { "Idempotency-Key": "scheduled-1" }
    const before = await post(body, headers)
    const again = await post(body, headers)
    expect([again.status, again.headers.get("location"), again.headers.get("idempotency-replayed")]).toEqual([202, before.headers.get("location"), "true"])
    await gateway.carrier.waitFor(body.user_number, 1)
    const late = await post(body, headers)
    expect([late.status, late.headers.get("location")]).toEqual([202, before.headers.get("location")])
    await expectProblem(await post({ ...body, message: "Twice" }, headers), 409, "idempotency-conflict")
    expect(gateway.carrier.got(body.user_number)).toEqual(["Once"])
  })

  it("that can't be sent when its time comes says why, in the words of the send", async () => {
    const gone = gateway.apiFor({ connector: "conn_gone" })
    const response = await gone.post(path, { user_number: newUser(), message: "Hello", send_at: inMillis(600) })
    const at = response.headers.get("location") ?? ""
    await gateway.apply(projectFile({ project: "gone", numbers: [] }))
    const refused = await expectProblem(await gone.post(path, { user_number: newUser(), message: "Hello" }), 404, "no-numbers")
    const failed = await until("the scheduled send to fail", async () => {
      const found = await gone.read<ScheduledBody>(at)
      return found.status === "failed" && found
    })
    expect(failed.trouble).toEqual({ reason: "no_numbers", code: null, detail: refused.detail })
  })

  it("that was due while the gateway was away is sent when it is back", async () => {
    const user = newUser()
    const at = await schedule({ user_number: user, send_at: inMillis(3_600_000) })
    // The same row as a restart would find it: its time came, and nobody was there.
    await gateway.run(Effect.gen(function*() {
      const store = yield* ScheduledSendStore
      const rows = yield* store.list({ accountId: "ws-main" as ScheduledSend["accountId"], projectId: "main" as ScheduledSend["projectId"] }, { limit: 100, cursor: null })
      const row = rows.items.find(({ id }) => at.endsWith(id))
      if (row !== undefined) yield* store.update({ ...row, dueAt: DateTime.subtract(yield* DateTime.now, { hours: 1 }) })
    }))
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["Later"])
  })
})

describe("quiet hours", () => {
  const night = () => gateway.apiFor({ connector: "conn_night" })

  it("hold a send, and say so on its message, until a reply shows that the user is awake", async () => {
    const user = "+447700900123"
    const id = await night().send(user, "Good morning")
    const [message] = await night().history(id)
    expect(message).toMatchObject({ status: "queued", trouble: { reason: "quiet_hours" }, attempts: 0 })
    const { held_until } = message as unknown as { readonly held_until: string }
    expect(Date.parse(held_until)).toBeGreaterThan(Date.now())
    expect(held_until).toMatch(/:00:00\.000Z$/u)
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain("parley_messages_held 1")
    await gateway.carrier.text(user, "+447700900001", "Are you there?")
    expect((await gateway.carrier.waitFor(user, 2))[0]).toBe("Good morning")
    expect((await night().history(id))[0]).toMatchObject({ trouble: null })
  })

  it("let a conversation that the user began go on", async () => {
    const user = "+447700900124"
    await gateway.carrier.text(user, "+447700900001", "Hi")
    expect(await gateway.carrier.waitFor(user, 1)).toHaveLength(1)
  })

  it("a message of a project without them is held by nothing", async () => {
    const id = await gateway.api.send(newUser(), "Hello")
    expect((await gateway.api.history(id))[0]).toMatchObject({ held_until: null })
    const project = await gateway.run(Effect.flatMap(Directory, (directory) => directory.project("main" as ScheduledSend["projectId"])))
    expect(project).toMatchObject({ value: { config: { quietHours: { enabled: false } } } })
  })
})
