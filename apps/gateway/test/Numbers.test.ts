/** Numbers of a whole gateway: searched, bought, imported and released at the simulated carrier, over HTTP, the SDK and the command line. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { Parley } from "@parley/sdk"
import { expectProblem } from "./harness/Api.ts"
import { parley } from "./harness/Command.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { ownedNumbers } from "./harness/OwnedNumbers.ts"
import { number, projectFile, secrets, us } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

vi.setConfig({ testTimeout: 60_000 })

interface OperationBody {
  readonly id: string
  readonly kind: string
  readonly number: string
  readonly environment: string
  readonly stage: string
  readonly trouble: { readonly code: string | null; readonly detail: string } | null
}

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    projects: [
      projectFile({ registration: "warn", api_keys: [{ name: "tests", secret_env: "TEST_API_KEY" }, { name: "read", secret_env: "READ_API_KEY", scopes: ["read", "send"] }] }),
      projectFile({ project: "other", numbers: [number("+14155550081")] })
    ]
  })
})
afterAll(() => gateway.close())

const post = async (body: object, headers: Readonly<Record<string, string>> = {}) => {
  const response = await gateway.api.post("/v1/numbers", body, headers)
  const text = await response.text()
  expect(response.status, text).toBe(202)
  const operation = JSON.parse(text) as OperationBody
  expect(response.headers.get("location")).toBe(`/v1/numbers/operations/${operation.id}`)
  return operation
}

const final = (id: string) =>
  until(`operation ${id}`, async () => {
    const operation = await gateway.api.read<OperationBody>(`/v1/numbers/operations/${id}`)
    return ["active", "failed", "released"].includes(operation.stage) && operation
  }, () => gateway.api.read(`/v1/numbers/operations/${id}`))

const remove = (of: string, api = gateway.api) => fetch(`${api.url}/v1/numbers/${encodeURIComponent(of)}`, { method: "DELETE", headers: api.headers })

/** Carriers let a US number text once its campaign is approved, which is not the gateway's to do. */
const register = (of: string) => gateway.carrier.sim.number({ phoneNumber: of, registered: true, segmentsPerSecond: 1_000 })

const bearing = async (mark: string) => (await ownedNumbers(gateway.carrier)).filter(({ friendly_name }) => friendly_name === mark)
const owned = async (of: string) => (await ownedNumbers(gateway.carrier)).filter(({ phone_number }) => phone_number === of)

describe("GET /v1/available-numbers", () => {
  it("lists numbers that can text", async () => {
    const { data } = await gateway.api.read<{ readonly data: ReadonlyArray<object> }>("/v1/available-numbers?country=US&area_code=212&contains=0142&limit=3")
    expect(data).toEqual([{ number: "+12125550142", country: "US", type: "local", locality: "New York", region: "NY", needs_address: false, monthly_price: null }])
    const toll = await gateway.api.read<{ readonly data: ReadonlyArray<{ readonly number: string }> }>("/v1/available-numbers?country=US&type=toll_free&area_code=888&limit=1")
    expect(toll.data.map(({ number }) => number)).toEqual(["+18885550100"])
    expect(await gateway.api.read("/v1/available-numbers?country=XX")).toEqual({ data: [] })
  })

  it("is a 403 without the scope operate, a 400 without a country, and a 503 or a 502 for what the carrier does", async () => {
    await expectProblem(await gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" }).get("/v1/available-numbers?country=US"), 403, "missing-scope")
    await expectProblem(await gateway.api.get("/v1/available-numbers"), 400, "invalid-request")
    gateway.carrier.fault({ match: { path: "AvailablePhoneNumbers/GB" }, count: 1, effect: { type: "error-before" } })
    await expectProblem(await gateway.api.get("/v1/available-numbers?country=GB&type=mobile"), 503, "service-unavailable")
    gateway.carrier.fault({ match: { path: "AvailablePhoneNumbers/GB" }, count: 1, effect: { type: "reject", code: 20003 } })
    await expectProblem(await gateway.api.get("/v1/available-numbers?country=GB&type=mobile"), 502, "carrier-refused")
  })
})

describe("POST /v1/numbers", () => {
  it("plans with dry_run, and buys nothing", async () => {
    const before = (await ownedNumbers(gateway.carrier)).length
    const response = await gateway.api.post("/v1/numbers", { country: "US", area_code: "617", dry_run: true })
    expect([response.status, await response.json()]).toEqual([200, {
      number: "+16175550100",
      steps: [
        "Buy +16175550100 (long_code, US) from the carrier, bearing the operation's id.",
        `Have the carrier bring its texts to ${gateway.url}/twilio/main/live/sms#rc=5&rp=all`,
        "Let project main text from it in live, at 1 segment a second (registration unregistered).",
        "Carriers block its texts until it is under an approved campaign: name one, or put it under one later."
      ],
      monthly_price: null
    }])
    expect((await ownedNumbers(gateway.carrier)).length).toBe(before)
  })

  it("buys a number that users can text at once, and whose texts the gateway answers", async () => {
    const operation = await post({ country: "US", area_code: "415", registration: "approved" })
    expect(operation).toMatchObject({ kind: "buy", environment: "live", stage: "intended", trouble: null })
    const bought = (await final(operation.id)).number
    register(bought)
    const url = `${gateway.url}/twilio/main/live/sms`
    expect(await owned(bought)).toMatchObject([{ friendly_name: operation.id, sms_url: `${url}#rc=5&rp=all`, sms_method: "POST", sms_fallback_url: url }])
    const user = "+14155559001"
    await gateway.carrier.text(user, bought, "hello")
    await gateway.carrier.waitFor(user, 1)
    expect((await gateway.api.sessionsOf(user))[0]?.agent_number).toBe(bought)
    const { data } = await gateway.api.read<{ readonly data: ReadonlyArray<{ readonly number: string }> }>("/v1/numbers")
    expect(data.find(({ number }) => number === bought)).toMatchObject({ type: "long_code", country: "US", registration: "approved", segments_per_second: 225, environment: "live" })
  })

  it("with a key that came before is the same purchase, and with another body a 409", async () => {
    const key = { "Idempotency-Key": "numbers-1" }
    const body = { country: "US", area_code: "206", environment: "sandbox" }
    const first = await post(body, key)
    const again = await gateway.api.post("/v1/numbers", body, key)
    expect([again.status, again.headers.get("idempotency-replayed"), (await again.json() as OperationBody).id]).toEqual([202, "true", first.id])
    await expectProblem(await gateway.api.post("/v1/numbers", { ...body, area_code: "303" }, key), 409, "idempotency-conflict")
    expect((await final(first.id)).environment).toBe("sandbox")
    expect(await bearing(first.id)).toHaveLength(1)
  })

  const cuts = [
    ["the answer to the purchase is lost", "POST", "IncomingPhoneNumbers\\.json", "lost-after"],
    ["the purchase is a 5xx that sold", "POST", "IncomingPhoneNumbers\\.json", "error-after"],
    ["the purchase is lost before it came", "POST", "IncomingPhoneNumbers\\.json", "lost-before"],
    ["there are too many requests", "POST", "IncomingPhoneNumbers\\.json", "too-many-requests"],
    ["the answer to the set-up is lost", "POST", "IncomingPhoneNumbers/PN", "lost-after"],
    ["the set-up is a 5xx", "POST", "IncomingPhoneNumbers/PN", "error-before"]
  ] as const
  it.each(cuts)("buys once when %s", async (_, method, path, type) => {
    gateway.carrier.fault({ match: { method, path }, count: 1, effect: { type } })
    const operation = await post({ country: "US", area_code: "512" })
    const done = await final(operation.id)
    expect(done).toMatchObject({ stage: "active", trouble: null })
    expect(await bearing(operation.id)).toMatchObject([{ phone_number: done.number }])
  })

  it("imports a number that the account has, and refuses to buy it", async () => {
    gateway.carrier.sim.number({ phoneNumber: "+13035550123", smsUrl: "https://elsewhere.example.com/" })
    await expectProblem(await gateway.api.post("/v1/numbers", { number: "+13035550123" }), 409, "number-taken")
    const operation = await post({ number: "+13035550123", import: true })
    expect(await final(operation.id)).toMatchObject({ kind: "import", stage: "active" })
    expect(await owned("+13035550123")).toMatchObject([{ sms_url: `${gateway.url}/twilio/main/live/sms#rc=5&rp=all` }])
  })

  it("gives a number back whose webhook is not accepted, and tells why", async () => {
    gateway.carrier.fault({ match: { method: "POST", path: "IncomingPhoneNumbers/PN" }, count: 1, effect: { type: "reject", code: 21502 } })
    const done = await final((await post({ country: "US", area_code: "702" })).id)
    expect([done.stage, done.trouble?.code]).toEqual(["failed", "21502"])
    expect(await bearing(done.id)).toEqual([])
  })

  it.each([
    ["nothing to buy", {}, 400, "invalid-request"],
    ["an import without a number", { country: "US", import: true }, 400, "invalid-request"],
    ["an area code that is none", { country: "US", area_code: "41" }, 400, "invalid-request"],
    ["an unknown environment", { country: "US", environment: "moon" }, 400, "invalid-request"],
    ["a number of another project", { number: "+14155550081" }, 409, "number-taken"],
    ["an area code without numbers", { country: "US", area_code: "533" }, 409, "number-taken"],
    ["an import of what the account lacks", { number: "+12065550199", import: true }, 404, "not-found"]
  ])("refuses %s", async (_, body, status, type) => {
    await expectProblem(await gateway.api.post("/v1/numbers", body), status, type)
  })

  it("needs the scope operate, and tells another project's caller nothing of an operation", async () => {
    await expectProblem(await gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" }).post("/v1/numbers", { country: "US" }), 403, "missing-scope")
    const { id } = await post({ country: "US", area_code: "360" })
    await expectProblem(await gateway.apiFor({ connector: "conn_other" }).get(`/v1/numbers/operations/${id}`), 404, "not-found")
    await expectProblem(await gateway.api.get("/v1/numbers/operations/op_1"), 404, "not-found")
    await final(id)
  })
})

describe("DELETE /v1/numbers/{number}", () => {
  it("hands conversations over, lets texts leave, gives the number back, and an applied file does not bring it back", async () => {
    const { number: bought } = await final((await post({ country: "US", area_code: "213", registration: "approved" })).id)
    register(bought)
    const [texter, greeted] = ["+12135559001", "+12135559002"]
    await gateway.carrier.text(texter, bought, "hello")
    await gateway.carrier.waitFor(texter, 1)
    const session = await gateway.api.send(greeted, "Hello from the old number", { agent_number: bought })
    gateway.carrier.fault({ match: { method: "DELETE", path: "IncomingPhoneNumbers/PN" }, count: 1, effect: { type: "lost-after" } })
    const response = await remove(bought)
    expect(response.status).toBe(202)
    const operation = await response.json() as OperationBody
    expect(operation).toMatchObject({ kind: "release", number: bought })
    expect((await final(operation.id)).stage).toBe("released")
    expect(await owned(bought)).toEqual([])
    // The greeting left first, from the number that it was promised from.
    expect(gateway.carrier.created(greeted).map(({ from, body }) => [from, body])).toEqual([[bought, "Hello from the old number"]])
    const taker = (await gateway.api.session(session)).agent_number
    expect(taker).not.toBe(bought)
    // Whichever number of the other tests it is, the carrier lets it text.
    register(taker)
    expect((await gateway.api.sessionsOf(texter))[0]).toMatchObject({ state: "engaged" })
    await gateway.carrier.text(greeted, taker, "Hi")
    await gateway.carrier.waitFor(greeted, 2)
    await expectProblem(await remove(bought), 404, "not-found")
    await expectProblem(await gateway.api.post("/v1/outbound-sms", { user_number: greeted, message: "x", agent_number: bought }), 400, "agent-number-not-provisioned")
  })

  it("is a 404 for a number of another project, and a 403 without the scope", async () => {
    await expectProblem(await remove("+14155550081"), 404, "not-found")
    await expectProblem(await remove("hello"), 404, "not-found")
    await expectProblem(await remove(us, gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" })), 403, "missing-scope")
  })

  it("leaves bought numbers to their project when its file is applied again", async () => {
    const { number: bought } = await final((await post({ country: "US", area_code: "305" })).id)
    await gateway.apply(projectFile({ registration: "warn", api_keys: [{ name: "tests", secret_env: "TEST_API_KEY" }] }))
    const { data } = await gateway.api.read<{ readonly data: ReadonlyArray<{ readonly number: string }> }>("/v1/numbers?limit=100")
    expect(data.map(({ number }) => number)).toContain(bought)
  })
})

it("the SDK searches, plans, buys, follows and releases", async () => {
  const client = new Parley({ apiKey: secrets["TEST_API_KEY"] ?? "", connectorId: "conn_main", baseUrl: gateway.url })
  const [offer] = await client.numbers.search({ country: "US", areaCode: "404", limit: 1 })
  expect(offer).toMatchObject({ number: "+14045550100", needsAddress: false, monthlyPrice: null })
  expect((await client.numbers.plan({ number: "+14045550100" })).steps).toHaveLength(4)
  const begun = await client.numbers.buy({ number: "+14045550100", environment: "dev" })
  await final(begun.id)
  expect(await client.numbers.operation(begun.id)).toMatchObject({ stage: "active", environment: "dev", createdAt: expect.any(Date) })
  await final((await client.numbers.release("+14045550100")).id)
  expect(await owned("+14045550100")).toEqual([])
})

it("the command line searches, plans, buys, imports, lists and releases", async () => {
  const environment = { PARLEY_BASE_URL: gateway.url, PARLEY_API_KEY: secrets["TEST_API_KEY"] ?? "", PARLEY_CONNECTOR_ID: "conn_main" }
  const run = async (...words: ReadonlyArray<string>) => {
    const ran = await parley(["numbers", ...words], environment)
    expect(ran.code, ran.stderr).toBe(0)
    return ran.stdout.trim().split("\n")
  }
  expect(await run("search", "--country", "US", "--area-code", "503", "--contains", "0142")).toEqual([expect.stringMatching(/^\+15035550142\tUS\tlocal\t.*\tprice not told by the carrier$/u)])
  expect((await run("search", "--country", "US", "--type", "toll-free", "--limit", "2")).length).toBe(2)
  const plan = await run("buy", "--country", "US", "--area-code", "503", "--dry-run")
  expect(plan.slice(-2)).toEqual(["Monthly price: not told by the carrier", "Nothing was done (--dry-run)."])
  const bought = await run("buy", "+15035550142", "--environment", "sandbox")
  expect(bought.at(-1)).toBe("+15035550142\tactive")
  gateway.carrier.sim.number({ phoneNumber: "+15035550199" })
  expect((await run("import", "+15035550199")).at(-1)).toBe("+15035550199\tactive")
  expect((await run("list")).some((line) => line.startsWith("+15035550199\tlive\tUS\tlong_code\tunregistered\t1/s"))).toBe(true)
  expect((await run("release", "+15035550142")).at(-1)).toBe("+15035550142\treleased")
  const again = await parley(["numbers", "release", "+15035550142"], environment)
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/^parley: .*does not have this number/u)])
  const missing = await parley(["numbers", "search"], environment)
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/--country/u)])
})
