/** `POST /v1/outbound-sms` over real HTTP: one test for each status and each cause of the published description. */
import { DateTime, Effect, Layer, Option } from "effect"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { Directory } from "@parley/core/ports/Directory"
import { StoreFailure } from "@parley/core/ports/Store"
import * as ApiKeys from "../src/ApiKeys.ts"
import { expectProblem } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, secrets, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"

const path = "/v1/outbound-sms"

/** Two connectors whose lookup breaks, and a project whose numbers can't be read: what nobody expects, behind a real server. */
const breaking = Layer.effect(
  Directory,
  Effect.map(Directory, (real) =>
    Directory.of({
      ...real,
      connector: (id) =>
        id === "conn_dies"
          ? Effect.die(new Error("the secret inside of /srv/gateway"))
          : id === "conn_away"
          ? Effect.fail(new StoreFailure({ reason: "unavailable", operation: "connector", cause: "the secret inside" }))
          : real.connector(id),
      numbers: (projectId, environment) => projectId === "broken" ? Effect.die(new Error("the secret inside")) : real.numbers(projectId, environment)
    }))
)

const unregistered = "+14155550002"

const key = (name: string, more: object = {}) => ({ name, secret_env: `${name}_API_KEY`, ...more })

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({
    store: (store) => breaking.pipe(Layer.provideMerge(store)),
    projects: [
      projectFile({
        connectors: [{ id: "conn_main", environment: "live" }, { id: "conn_sandbox", environment: "sandbox" }],
        numbers: [number(us), number("+447700900001"), number("+14155550011", "sandbox")],
        api_keys: [
          key("TEST"),
          key("EXPIRED", { expires_at: "2020-01-01T00:00:00Z" }),
          key("REVOKED"),
          key("READ", { scopes: ["read"] })
        ]
      }),
      projectFile({ project: "strict", numbers: [number(unregistered, "live", { registration: "unregistered" })] }),
      projectFile({ project: "lax", registration: "warn", numbers: [number("+14155550003", "live", { registration: "pending" })] }),
      projectFile({ project: "empty", numbers: [] }),
      projectFile({ project: "narrow", numbers: [number("+14155550004")], limits: { outbound_per_minute: 3 } }),
      projectFile({ project: "spent", numbers: [], limits: { outbound_per_minute: 1 } }),
      projectFile({ project: "broken", numbers: [] }),
      projectFile({ project: "other", account: "ws-other", numbers: [number("+14155550005")], api_keys: [key("OTHER")] })
    ]
  })
  const revoked = ApiKeys.hash(secrets["REVOKED_API_KEY"] ?? "")
  await gateway.run(Effect.gen(function*() {
    const directory = yield* Directory
    const found = yield* directory.keyByHash(revoked)
    if (Option.isSome(found)) yield* directory.revokeKey(found.value.id, yield* DateTime.now)
  }))
})
afterAll(() => gateway.close())

// Whatever a test has sent, the process lives and takes the next call.
afterEach(async () => {
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
})

const good = () => ({ user_number: newUser(), message: "Hello there" })

const post = (body: unknown, headers?: Readonly<Record<string, string>>) => gateway.api.post(path, body, headers)

/** The request exactly as written: only the headers that are given. */
const raw = (headers: Readonly<Record<string, string>>, body: string | Uint8Array<ArrayBuffer> = JSON.stringify(good())) =>
  fetch(gateway.url + path, { method: "POST", headers, body })

const json = { "Content-Type": "application/json" }

describe("202", () => {
  it("has an empty body, the session's location, a correlation id and what is left of the minute", async () => {
    const user = newUser()
    const response = await post({ user_number: user, message: "Your table is booked." })
    expect(response.status).toBe(202)
    expect(await response.text()).toBe("")
    expect(response.headers.get("content-type")).toBeNull()
    expect(response.headers.get("location")).toMatch(/^\/v1\/sessions\/TW_SMS_[0-9A-Z]{26}$/u)
    expect(response.headers.get("x-polyai-correlation-id")).toMatch(/^[0-9a-f-]{36}$/u)
    expect(response.headers.get("ratelimit")).toMatch(/^"outbound";r=\d+;t=\d+$/u)
    expect(response.headers.get("ratelimit-policy")).toBe("\"outbound\";q=100000;w=60")
    expect(response.headers.get("retry-after")).toBeNull()
    expect(response.headers.get("idempotency-replayed")).toBeNull()
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["Your table is booked."])
  })

  it("gives every answer a correlation id of its own", async () => {
    const ids = await Promise.all([post(good()), post(good())])
    expect(new Set(ids.map((response) => response.headers.get("x-polyai-correlation-id"))).size).toBe(2)
  })

  it("sends from the agent_number that was asked for", async () => {
    const user = newUser()
    const id = await gateway.api.send(user, "From London", { agent_number: "+447700900001" })
    await gateway.carrier.waitFor(user, 1)
    expect((await gateway.api.session(id)).agent_number).toBe("+447700900001")
    expect(gateway.carrier.created(user)[0]?.from).toBe("+447700900001")
  })

  it("picks a number of the user's own country when none was asked for", async () => {
    const user = "+447700900555"
    await gateway.api.send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    expect(gateway.carrier.created(user)[0]?.from).toBe("+447700900001")
  })

  it("picks a number of the connector's environment", async () => {
    const user = newUser()
    await gateway.apiFor({ connector: "conn_sandbox" }).send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
    expect(gateway.carrier.created(user)[0]?.from).toBe("+14155550011")
  })

  it("accepts fields that nobody knows", async () => {
    expect((await post({ ...good(), messaging_service_sid: "MG1", later: { nested: [1] } })).status).toBe(202)
  })

  it("accepts a charset in the content type, and headers in any case", async () => {
    const response = await raw({
      "x-polyai-auth-token": secrets["TEST_API_KEY"] ?? "",
      "x-token-id": "conn_main",
      "content-type": "Application/JSON; charset=utf-8"
    })
    expect(response.status).toBe(202)
  })

  it("takes a text of 1530 GSM characters, which is ten segments, and one of 670 others", async () => {
    const user = newUser()
    await gateway.api.send(user, "a".repeat(1530))
    const id = await gateway.api.send(user, "я".repeat(670))
    await gateway.carrier.waitFor(user, 2)
    expect((await gateway.api.history(id))[0]).toMatchObject({ segments: 10 })
  })

  it("uses an unregistered US number where the project's policy only warns", async () => {
    const user = newUser()
    await gateway.apiFor({ connector: "conn_lax" }).send(user, "Hello")
    await gateway.carrier.waitFor(user, 1)
  })
})

describe("400", () => {
  const refused = async (body: unknown, field: string, headers?: Readonly<Record<string, string>>) => {
    const problem = await expectProblem(await post(body, headers), 400, "invalid-request")
    expect(problem.errors?.map((error) => error.path)).toContain(field)
    expect(problem.detail).toContain(field === "body" ? "body" : field)
    return problem
  }

  it("says that X-TOKEN-ID is missing", async () => {
    const problem = await expectProblem(await raw({ ...json, "X-PolyAi-Auth-Token": secrets["TEST_API_KEY"] ?? "" }), 400, "invalid-request")
    expect(problem.detail).toContain("X-TOKEN-ID")
  })
  it("says that X-TOKEN-ID is blank", async () => {
    await expectProblem(await raw({ ...json, ...gateway.api.headers, "X-TOKEN-ID": "  " }), 400, "invalid-request")
  })
  it("says that the body is no JSON", async () => {
    await refused("{\"user_number\": ", "body")
  })
  it("says that the body is empty", async () => {
    await refused("", "body")
  })
  it.each([["null", "null"], ["a list", "[]"], ["a string", "\"hello\""], ["a number", "1e999"]])("says that %s is no object", async (_, body) => {
    await refused(body, "body")
  })
  it("says that the body is not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from(`{"user_number":"${newUser()}","message":"`), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from("\"}")])
    await expectProblem(await raw({ ...json, ...gateway.api.headers }, new Uint8Array(bytes)), 400, "invalid-request")
  })
  it("says that message is missing", async () => {
    await refused({ user_number: newUser() }, "message")
  })
  it("says that message is empty", async () => {
    await refused({ user_number: newUser(), message: "" }, "message")
  })
  it.each(["   ", "\n\t", "\u200b\u2060", "\u00a0"])("says that message is blank: %j", async (message) => {
    await refused({ user_number: newUser(), message }, "message")
  })
  it.each([null, 5, true, {}, ["x"]])("says that message is no text: %j", async (message) => {
    await refused({ user_number: newUser(), message }, "message")
  })
  it("says that user_number is missing", async () => {
    await refused({ message: "Hello" }, "user_number")
  })
  it.each([
    "", "+", "14155550100", "0014155550100", "+04155550100", "+1", "+1234567890123456", "+1 415 555 0100", "+1-415-555-0100", "(415) 555-0100",
    "+1415555010a", " +14155550100", "+14155550100 ", "+14155550100\n", "tel:+14155550100", "rcs:+14155550100", "+١٤١٥٥٥٥٠١٠٠", "++14155550100"
  ])("says that user_number is not E.164: %j", async (user_number) => {
    await refused({ user_number, message: "Hello" }, "user_number")
  })
  it.each([null, 14155550100, ["+14155550100"]])("says that user_number is no text: %j", async (user_number) => {
    await refused({ user_number, message: "Hello" }, "user_number")
  })
  it("says that agent_number is not E.164", async () => {
    await refused({ ...good(), agent_number: "12345" }, "agent_number")
  })
  it("says that agent_number is no text", async () => {
    await refused({ ...good(), agent_number: null }, "agent_number")
  })
  it("says that agent_number is not provisioned for the project", async () => {
    const user = newUser()
    await expectProblem(await post({ user_number: user, message: "Hello", agent_number: "+14155559999" }), 400, "agent-number-not-provisioned")
    await expectProblem(await post({ user_number: user, message: "Hello", agent_number: unregistered }), 400, "agent-number-not-provisioned")
    expect(await gateway.api.sessionsOf(user)).toEqual([])
  })
  it("says that agent_number is not provisioned for the environment", async () => {
    await expectProblem(await post({ ...good(), agent_number: "+14155550011" }), 400, "agent-number-not-provisioned")
  })
  it("says that the text has more than 1600 characters", async () => {
    expect((await refused({ user_number: newUser(), message: "a".repeat(1601) }, "message")).detail).toContain("1600")
  })
  it("says that the text has more than 10 segments", async () => {
    expect((await refused({ user_number: newUser(), message: "я".repeat(671) }, "message")).detail).toContain("10 segments")
    await refused({ user_number: newUser(), message: "a".repeat(1531) }, "message")
  })
  it.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", "application/json-patch+json"])(
    "says that the content type is wrong: %s",
    async (type) => {
      expect((await refused(JSON.stringify(good()), "Content-Type", { "Content-Type": type })).detail).toContain("application/json")
    }
  )
  it("says that the content type is missing", async () => {
    const body = new TextEncoder().encode(JSON.stringify(good()))
    const problem = await expectProblem(await raw(gateway.api.headers, body), 400, "invalid-request")
    expect(problem.errors?.[0]?.path).toBe("Content-Type")
  })
  it("takes a body of 64 KB, and says that one byte more is too much", async () => {
    const of = (bytes: number) => {
      const body = { ...good(), padding: "" }
      return JSON.stringify({ ...body, padding: "x".repeat(bytes - JSON.stringify(body).length) })
    }
    expect((await post(of(65_536))).status).toBe(202)
    expect((await refused(of(65_537), "body")).detail).toContain("64 KB")
  })
  it("says that a chunked body over 64 KB is too large, without waiting for its end", async () => {
    let sent = 0
    const drops = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 16_384
        controller.enqueue(new TextEncoder().encode(" ".repeat(16_384)))
        if (sent > 65_536 * 4) controller.close()
      }
    })
    const response = await fetch(gateway.url + path, { method: "POST", headers: { ...gateway.api.headers, ...json }, body: drops, duplex: "half" } as RequestInit)
    expect((await expectProblem(response, 400, "invalid-request")).detail).toContain("64 KB")
  })
  it("says that no number may be used: unregistered 10DLC in live", async () => {
    const user = newUser()
    const response = await gateway.apiFor({ connector: "conn_strict" }).post(path, { user_number: user, message: "Hello" })
    expect((await expectProblem(response, 400, "no-eligible-number")).detail).toContain("10DLC")
    expect(gateway.carrier.created(user)).toEqual([])
  })
  it("says that no number may be used: people in that country can't answer", async () => {
    const problem = await expectProblem(await post({ user_number: "+385912345678", message: "Hello" }), 400, "no-eligible-number")
    expect(problem.detail).toContain("HR")
  })
  it("says so too when the unusable number was asked for by name", async () => {
    const response = await gateway.apiFor({ connector: "conn_strict" }).post(path, { ...good(), agent_number: unregistered })
    await expectProblem(response, 400, "no-eligible-number")
  })
  it.each([["blank", " "], ["too long", "k".repeat(256)], ["not ASCII", "clé"]])("says that an Idempotency-Key is %s", async (_, value) => {
    const problem = await expectProblem(await post(good(), { "Idempotency-Key": value }), 400, "invalid-request")
    expect(problem.errors?.[0]?.path).toBe("idempotency-key")
  })
  it("names every wrong field at once", async () => {
    const problem = await expectProblem(await post({ user_number: "x", agent_number: "y" }), 400, "invalid-request")
    expect(problem.errors?.map(({ path }) => path).toSorted()).toEqual(["agent_number", "message", "user_number"])
  })
  it("tells what is left of the minute on a refusal too", async () => {
    const response = await post({ user_number: newUser() })
    expect(response.headers.get("ratelimit")).toMatch(/^"outbound";r=\d+;t=\d+$/u)
    expect(response.headers.get("ratelimit-policy")).toBe("\"outbound\";q=100000;w=60")
  })
})

describe("401", () => {
  it("answers a missing key", async () => {
    await expectProblem(await raw({ ...json, "X-TOKEN-ID": "conn_main" }), 401, "invalid-api-key")
  })
  it.each([
    ["empty", ""], ["unknown", "pk_unknown"], ["a known one with a letter more", `${secrets["TEST_API_KEY"]}x`], ["very long", "k".repeat(8_000)],
    ["the hash of a known one", ApiKeys.hash(secrets["TEST_API_KEY"] ?? "")]
  ])("answers a key that is %s", async (_, key) => {
    await expectProblem(await gateway.apiFor({ key }).post(path, good()), 401, "invalid-api-key")
  })
  it("answers an expired key", async () => {
    await expectProblem(await gateway.apiFor({ key: secrets["EXPIRED_API_KEY"] ?? "" }).post(path, good()), 401, "invalid-api-key")
  })
  it("answers a revoked key", async () => {
    await expectProblem(await gateway.apiFor({ key: secrets["REVOKED_API_KEY"] ?? "" }).post(path, good()), 401, "invalid-api-key")
  })
})

describe("403", () => {
  it("answers the key of another account than the connector's", async () => {
    await expectProblem(await gateway.apiFor({ key: secrets["OTHER_API_KEY"] ?? "" }).post(path, good()), 403, "account-mismatch")
    await expectProblem(await gateway.apiFor({ connector: "conn_other" }).post(path, good()), 403, "account-mismatch")
  })
  it("answers a key without the scope to send", async () => {
    const problem = await expectProblem(await gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "" }).post(path, good()), 403, "missing-scope")
    expect(problem.detail).toContain("send")
  })
})

describe("404", () => {
  it("answers a connector that does not exist", async () => {
    await expectProblem(await gateway.apiFor({ connector: "conn_nowhere" }).post(path, good()), 404, "unknown-connector")
  })
  it("answers a project that has no numbers", async () => {
    await expectProblem(await gateway.apiFor({ connector: "conn_empty" }).post(path, good()), 404, "no-numbers")
  })
  it("answers the same when agent_number was given", async () => {
    await expectProblem(await gateway.apiFor({ connector: "conn_empty" }).post(path, { ...good(), agent_number: us }), 404, "no-numbers")
  })
})

describe("409", () => {
  it("answers a key that came with another body before, and sends nothing", async () => {
    const [user, other] = [newUser(), newUser()]
    const headers = { "Idempotency-Key": "conflict-1" }
    expect((await post({ user_number: user, message: "One" }, headers)).status).toBe(202)
    await expectProblem(await post({ user_number: user, message: "Two" }, headers), 409, "idempotency-conflict")
    await expectProblem(await post({ user_number: other, message: "One" }, headers), 409, "idempotency-conflict")
    await gateway.carrier.waitFor(user, 1)
    await gateway.carrier.sim.settled()
    expect(gateway.carrier.created(user)).toHaveLength(1)
    expect(await gateway.api.sessionsOf(other)).toEqual([])
  })
  it("is not what a repeat gets: it is answered as the first was, and sends nothing", async () => {
    const user = newUser()
    const headers = { "Idempotency-Key": "replay-1" }
    const first = await post({ user_number: user, message: "Once" }, headers)
    const again = await post(`{ "message": "Once", "user_number": "${user}" }`, headers)
    expect(again.status).toBe(202)
    expect(await again.text()).toBe("")
    expect(again.headers.get("location")).toBe(first.headers.get("location"))
    expect(first.headers.get("idempotency-replayed")).toBeNull()
    expect(again.headers.get("idempotency-replayed")).toBe("true")
    await gateway.carrier.waitFor(user, 1)
    await gateway.carrier.sim.settled()
    expect(gateway.carrier.created(user)).toHaveLength(1)
    expect(await gateway.api.sessionsOf(user)).toHaveLength(1)
  })
  it("is not what twenty concurrent repeats get: they open one session", async () => {
    const user = newUser()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post({ user_number: user, message: "Once" }, { "Idempotency-Key": "concurrent-1" }))
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202))
    expect(new Set(answers.map(({ headers }) => headers.get("location"))).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(19)
    expect(await gateway.api.sessionsOf(user)).toHaveLength(1)
  })
  it("does not come from another connector's use of the same key", async () => {
    const headers = { "Idempotency-Key": "shared-1" }
    expect((await post(good(), headers)).status).toBe(202)
    expect((await gateway.apiFor({ connector: "conn_sandbox" }).post(path, good(), headers)).status).toBe(202)
  })
})

describe("429", () => {
  it("comes after the minute's allowance of well-formed calls, with when to come back", async () => {
    const narrow = gateway.apiFor({ connector: "conn_narrow" })
    const malformed = await Promise.all([
      narrow.post(path, "{"), narrow.post(path, { message: "No number" }), narrow.post(path, { ...good(), agent_number: "x" }), narrow.post(path, {}),
      gateway.apiFor({ connector: "conn_narrow", key: "pk_wrong" }).post(path, good())
    ])
    expect(malformed.map(({ status }) => status)).toEqual([400, 400, 400, 400, 401])

    const left: Array<string | null> = []
    for (let i = 0; i < 3; i++) {
      const response = await narrow.post(path, good())
      expect(response.status).toBe(202)
      left.push((response.headers.get("ratelimit") ?? "").split(";")[1] ?? null)
    }
    expect(left).toEqual(["r=2", "r=1", "r=0"])

    const user = newUser()
    const response = await narrow.post(path, { user_number: user, message: "One too many" })
    const headers = response.headers
    const problem = await expectProblem(response, 429, "rate-limited")
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0)
    expect(problem.retry_after).toBe(Number(headers.get("retry-after")))
    expect(problem.detail).toContain(String(problem.retry_after))
    expect(headers.get("ratelimit")).toMatch(/^"outbound";r=0;t=\d+$/u)
    expect(headers.get("ratelimit-policy")).toBe("\"outbound\";q=3;w=60")
    expect(await narrow.sessionsOf(user)).toEqual([])
    expect(gateway.carrier.created(user)).toEqual([])
  })
  it("does not hold up another project", async () => {
    expect((await post(good())).status).toBe(202)
  })
})

describe("500 and 503", () => {
  it("answers a defect before the handler without telling anything of the inside", async () => {
    const problem = await expectProblem(await gateway.apiFor({ connector: "conn_dies" }).post(path, good()), 500, "internal-error")
    expect(JSON.stringify(problem)).not.toContain("secret")
  })
  it("answers a defect inside the transaction the same way, and keeps nothing of the call", async () => {
    const user = newUser()
    const broken = gateway.apiFor({ connector: "conn_broken" })
    const problem = await expectProblem(await broken.post(path, { user_number: user, message: "Hello" }), 500, "internal-error")
    expect(JSON.stringify(problem)).not.toContain("secret")
    expect(await broken.sessionsOf(user)).toEqual([])
    expect((await post(good())).status).toBe(202)
  })
  it("answers 503, and when to come back, while the store is away", async () => {
    const response = await gateway.apiFor({ connector: "conn_away" }).post(path, good())
    const problem = await expectProblem(response, 503, "service-unavailable")
    expect(problem.retry_after).toBeGreaterThan(0)
    expect(JSON.stringify(problem)).not.toContain("secret")
  })
})

describe("the order of the checks", () => {
  it("is key, connector header, connector, account, body, limit, numbers", async () => {
    const bad = "{"
    const with_ = (headers: Readonly<Record<string, string>>, body = bad) => raw({ "Content-Type": "text/plain", ...headers }, body)
    const key = { "X-PolyAi-Auth-Token": secrets["TEST_API_KEY"] ?? "" }
    const other = { "X-PolyAi-Auth-Token": secrets["OTHER_API_KEY"] ?? "" }
    await expectProblem(await with_({}), 401, "invalid-api-key")
    await expectProblem(await with_({ "X-TOKEN-ID": "conn_nowhere", "X-PolyAi-Auth-Token": "pk_wrong" }), 401, "invalid-api-key")
    await expectProblem(await with_(other), 400, "invalid-request")
    await expectProblem(await with_({ ...other, "X-TOKEN-ID": "conn_nowhere" }), 404, "unknown-connector")
    await expectProblem(await with_({ ...other, "X-TOKEN-ID": "conn_spent" }), 403, "account-mismatch")
    const spent = { ...key, "X-TOKEN-ID": "conn_spent" }
    await expectProblem(await with_(spent), 400, "invalid-request")
    const wellFormed = JSON.stringify({ ...good(), agent_number: "+14155559999" })
    await expectProblem(await with_({ ...spent, ...json }, wellFormed), 404, "no-numbers")
    // That call has used the only one of the minute.
    await expectProblem(await with_({ ...spent, ...json }, bad), 400, "invalid-request")
    await expectProblem(await with_({ ...spent, ...json }, wellFormed), 429, "rate-limited")
  })
  it("asks for numbers before it looks at agent_number, and for that before eligibility", async () => {
    const asked = { ...good(), agent_number: "+14155559999" }
    await expectProblem(await gateway.apiFor({ connector: "conn_empty" }).post(path, asked), 404, "no-numbers")
    await expectProblem(await gateway.apiFor({ connector: "conn_strict" }).post(path, asked), 400, "agent-number-not-provisioned")
  })
  it("puts the account before the key's scope", async () => {
    await expectProblem(await gateway.apiFor({ key: secrets["READ_API_KEY"] ?? "", connector: "conn_other" }).post(path, good()), 403, "account-mismatch")
  })
})
