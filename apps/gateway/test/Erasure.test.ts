/** A user is forgotten, over real HTTP, in a store that is then searched for what is left of them. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Api, expectProblem, type PageBody } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, secrets, us } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

const sandboxed = "+14155550011"
const foreign = "+14155550005"

let gateway: TestGateway
let api: Api
let others: Api

beforeAll(async () => {
  gateway = await startGateway({
    projects: [
      projectFile({
        retention: { redact_at_carrier: true },
        connectors: [{ id: "conn_main", environment: "live" }, { id: "conn_sandbox", environment: "sandbox" }],
        numbers: [number(us), number(sandboxed, "sandbox")],
        api_keys: [{ name: "tests", secret_env: "TEST_API_KEY" }, { name: "reader", secret_env: "READ_API_KEY", scopes: ["read"] }]
      }),
      projectFile({ project: "other", account: "ws-other", numbers: [number(foreign)], api_keys: [{ name: "other", secret_env: "OTHER_API_KEY" }] })
    ]
  })
  api = gateway.api
  others = gateway.apiFor({ key: secrets["OTHER_API_KEY"] ?? "", connector: "conn_other" })
})
afterAll(() => gateway.close())

interface ErasureBody {
  readonly id: string
  readonly stage: string
  readonly pseudonym: string
  readonly report: Readonly<Record<string, number>>
  readonly finished_at: string | null
}

const encoded = encodeURIComponent

const erase = async (user: string, of = api) => {
  const response = await fetch(`${of.url}/v1/users/${encoded(user)}`, { method: "DELETE", headers: of.headers })
  expect(response.status).toBe(202)
  const body = await response.json() as ErasureBody
  expect(response.headers.get("location")).toBe(`/v1/users/erasures/${body.id}`)
  return body
}

const done = (id: string, of = api) =>
  until("the erasure to be done", async () => {
    const erasure = await of.read<ErasureBody>(`/v1/users/erasures/${id}`)
    return erasure.stage === "done" && erasure
  })

/** Every value of every row of every table that holds one of the words. */
const leftOf = (...words: ReadonlyArray<string>) =>
  gateway.run(Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const tables = yield* sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
    expect(tables.length).toBeGreaterThan(10)
    const left: Array<string> = []
    for (const { name } of tables) {
      for (const row of yield* sql.unsafe<Record<string, unknown>>(`SELECT * FROM ${name}`)) {
        for (const [column, value] of Object.entries(row)) {
          if (words.some((word) => String(value).includes(word))) left.push(`${name}.${column}: ${value}`)
        }
      }
    }
    return left
  }))

/** How many texts of a user have files at the carrier. */
const withFiles = (user: string) => gateway.carrier.sim.messages().filter(({ from, num_media: files }) => from === user && files !== "0").length

const delivered = (user: string) =>
  until(`every text to ${user} to be delivered`, () => gateway.carrier.created(user).every(({ status }) => status === "delivered" || status === "undelivered"))

describe("DELETE /v1/users/{number}", () => {
  it("leaves nothing of the user in any table, nor of their words at the carrier, and what it leaves is told", async () => {
    const user = "+14155540001"
    const sandbox = gateway.apiFor({ connector: "conn_sandbox" })
    const sent = await api.post("/v1/outbound-sms", { user_number: user, message: "Marigold one" }, { "Idempotency-Key": `reminder-${user.slice(1)}` })
    const session = (sent.headers.get("location") ?? "").replace("/v1/sessions/", "")
    await sandbox.send(user, "Marigold two")
    await gateway.carrier.text(user, us, "Marigold three", { media: ["https://media.example.com/marigold.png"] })
    await gateway.carrier.waitFor(user, 3)
    await api.post(`/v1/sessions/${session}/takeover`, { by: "ada", reason: `marigold, call ${user}` })
    await api.post(`/v1/sessions/${session}/messages`, { message: "Marigold four" })
    await api.post("/v1/outbound-sms", { user_number: user, message: "Marigold five", send_at: new Date(Date.now() + 86_400_000).toISOString() })
    await gateway.carrier.text(user, sandboxed, "STOP")
    const before = await api.sessionsOf(user)
    // Three openings and answers, what the person said, and the confirmation of STOP.
    await gateway.carrier.waitFor(user, 5)
    await delivered(user)
    expect((await leftOf(user, "arigold")).length).toBeGreaterThan(10)
    expect(withFiles(user)).toBe(1)

    const begun = await erase(user)
    const erasure = await done(begun.id)
    expect(await leftOf(user, "arigold")).toEqual([])
    expect(erasure.report).toMatchObject({ sessions_ended: 1, sessions: 2, messages_cancelled: 0, scheduled_sends: 1, opt_outs_kept: 1, not_redacted: 0 })
    expect(erasure.report["messages"]).toBe(erasure.report["redacted"])
    expect(erasure.finished_at).not.toBeNull()
    expect(gateway.carrier.sim.messages().filter(({ from, to }) => [from, to].includes(user)).map(({ body }) => body)).toEqual(
      gateway.carrier.sim.messages().filter(({ from, to }) => [from, to].includes(user)).map(() => "")
    )

    expect(withFiles(user)).toBe(0)

    expect(await api.sessionsOf(user)).toEqual([])
    expect((await api.sessionsOf(erasure.pseudonym)).map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    expect(await api.session(session)).toMatchObject({ user_number: erasure.pseudonym, state: "ended", end_reason: "operator_end", end_detail: null })
    expect((await api.history(session)).map(({ text }) => text).join("")).toBe("")
    const told = (await api.read<PageBody<{ action: string; subject: string; detail: string }>>(`/v1/audit-log?subject=${erasure.id}`)).data
    expect(told.map(({ action }) => action)).toEqual(["user.erased", "user.erasure_begun"])
    expect(told[1]?.detail).toBe("+14*******01")

    const suppressed = await sandbox.send(user, "Hello?")
    expect(await sandbox.history(suppressed)).toMatchObject([{ status: "suppressed", trouble: { reason: "opted_out" } }])
    await gateway.carrier.text(user, us, "Me again")
    expect((await api.sessionsOf(user)).map(({ state }) => state)).toEqual(["engaged", "ended"])
  })

  it("touches nothing of another account, which can't see it either", async () => {
    const user = "+14155540002"
    const theirs = await others.send(user, "Theirs")
    await gateway.carrier.waitFor(user, 1)
    const { id } = await done((await erase(user)).id)
    expect(await others.history(theirs)).toMatchObject([{ text: "Theirs" }])
    expect(await others.session(theirs)).toMatchObject({ user_number: user, state: "unanswered" })
    await expectProblem(await others.get(`/v1/users/erasures/${id}`), 404, "not-found")
  })

  it("is done with nothing where nothing is known, and refuses what is no number", async () => {
    const erasure = await done((await erase("+14155540003")).id)
    expect(Object.values(erasure.report).every((count) => count === 0)).toBe(true)
    await expectProblem(await fetch(`${api.url}/v1/users/12`, { method: "DELETE", headers: api.headers }), 404, "not-found")
    await expectProblem(await api.get("/v1/users/erasures/erase_01KAV5RK8ETQ8Y4V2N6W3Z7J9J"), 404, "not-found")
  })

  it("wants a key that may operate", async () => {
    const reader = gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" })
    await expectProblem(await fetch(`${api.url}/v1/users/${encoded("+14155540004")}`, { method: "DELETE", headers: reader.headers }), 403, "missing-scope")
  })
})
