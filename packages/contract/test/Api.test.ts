import { afterAll, describe, expect, it } from "vitest"
import { examples } from "../src/Examples.ts"
import { serve } from "./Stub.ts"

const { dispose, handler } = serve()
afterAll(dispose)

const access = { "X-PolyAi-Auth-Token": "pk_right", "X-TOKEN-ID": "conn_demo_live" }
const id = "TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"

const call = (method: string, path: string, options: { readonly body?: unknown; readonly headers?: Record<string, string> } = {}) =>
  handler(
    new Request(`http://parley.test${path}`, {
      method,
      headers: { ...access, ...(options.body === undefined ? {} : { "content-type": "application/json" }), ...options.headers },
      ...(options.body === undefined ? {} : { body: typeof options.body === "string" ? options.body : JSON.stringify(options.body) })
    })
  )

const post = (path: string, body?: unknown, headers: Record<string, string> = {}) => call("POST", path, { body, headers })
const text = { message: "Hello", user_number: "+15005550123" }

describe("a send", () => {
  it("answers 202 with an empty body and the session's location", async () => {
    const response = await post("/v1/outbound-sms", text)
    expect([response.status, await response.text(), response.headers.get("location")]).toEqual([202, "", `/v1/sessions/${id}`])
    expect(response.headers.get("idempotency-replayed")).toBeNull()
  })

  it("says when it is a repeat", async () => {
    const response = await post("/v1/outbound-sms", text, { "Idempotency-Key": "again" })
    expect(response.headers.get("idempotency-replayed")).toBe("true")
  })

  it("bears fields that it does not know", async () => {
    expect((await post("/v1/outbound-sms", { ...text, messaging_service_sid: "MG1" })).status).toBe(202)
  })

  it.each([
    ["no message", { user_number: text.user_number }],
    ["an empty message", { ...text, message: "" }],
    ["a message that is no string", { ...text, message: 7 }],
    ["no user number", { message: "Hello" }],
    ["a user number without a plus", { ...text, user_number: "15005550123" }],
    ["an agent number that is no number", { ...text, agent_number: "Shop" }],
    ["an agent number that is null", { ...text, agent_number: null }],
    ["malformed JSON", "{"],
    ["no object", "[]"],
    ["an empty body", ""]
  ])("answers 400 to %s", async (_, body) => {
    const response = await post("/v1/outbound-sms", body)
    expect([response.status, await response.json()]).toEqual([400, {
      type: "urn:parley:problem:invalid-request",
      title: "The request is not valid.",
      status: 400,
      detail: "Wrong: Payload."
    }])
  })

  it("checks the key before the connector, and both before the body", async () => {
    const withoutKey = await call("POST", "/v1/outbound-sms", { body: "{", headers: { "X-PolyAi-Auth-Token": "" } })
    expect(withoutKey.status).toBe(401)
    const withoutConnector = await handler(
      new Request("http://parley.test/v1/outbound-sms", { method: "POST", headers: { "X-PolyAi-Auth-Token": "pk_right", "content-type": "application/json" }, body: "{" })
    )
    expect([withoutConnector.status, await withoutConnector.json()]).toMatchObject([400, { errors: [{ path: "X-TOKEN-ID", detail: "is missing" }] }])
  })

  it("says in Retry-After and in the body when to come back", async () => {
    const response = await post("/v1/outbound-sms", { ...text, message: "too often" })
    expect([response.status, response.headers.get("retry-after"), await response.json()]).toMatchObject([429, "1", { retry_after: 1 }])
  })
})

describe("sessions", () => {
  it("are snake_case, with times in ISO 8601", async () => {
    expect(await (await call("GET", `/v1/sessions/${id}`)).json()).toEqual(examples["retrieveSession"]?.answer)
  })

  it("come in pages of 20 when no limit is given", async () => {
    expect(await (await call("GET", "/v1/sessions")).json()).toMatchObject({ next_cursor: "anyone 20" })
  })

  it("are filtered by snake_case parameters", async () => {
    const response = await call("GET", "/v1/sessions?user_number=%2B15005550123&limit=100&state=warned&started_after=2026-11-24T15:04:05Z")
    expect(await response.json()).toMatchObject({ next_cursor: "+15005550123 100" })
  })

  it.each(["limit=0", "limit=101", "limit=x", "limit=1.5", "state=closed", "started_after=yesterday", "environment=prod", "cursor="])("refuse ?%s", async (query) => {
    expect((await call("GET", `/v1/sessions?${query}`)).status).toBe(400)
  })

  it("refuse an id of another shape", async () => {
    expect((await call("GET", "/v1/sessions/msg_1")).status).toBe(400)
  })

  it("answer 404 to an id that is not there", async () => {
    const response = await call("GET", `/v1/sessions/${id.slice(0, -1)}D`)
    expect([response.status, response.headers.get("content-type"), await response.json()]).toEqual([
      404,
      "application/problem+json",
      { type: "urn:parley:problem:not-found", title: "There is no such resource.", status: 404, detail: `There is no session ${id.slice(0, -1)}D.` }
    ])
  })

  it("let a person speak, and say where the message is", async () => {
    const response = await post(`/v1/sessions/${id}/messages`, { message: "It is Grace." })
    expect([response.status, response.headers.get("location"), await response.json()]).toMatchObject([202, /^\/v1\/messages\/msg_/u, { text: "It is Grace." }])
  })

  it.each([["a body", { by: "Grace", reason: "asked" }], ["an empty object", {}]])("are taken over with %s", async (_, body) => {
    expect((await post(`/v1/sessions/${id}/takeover`, body)).status).toBe(200)
  })

  it("are taken over, released and ended without a body", async () => {
    expect((await post(`/v1/sessions/${id}/takeover`)).status).toBe(200)
    expect((await post(`/v1/sessions/${id}/release`)).status).toBe(200)
    expect([(await post(`/v1/sessions/${id}/end`)).status]).toEqual([409])
  })
})

it("POST /v1/campaigns/scan answers as the document's example", async () => {
  const { answer, request } = examples["scanCampaign"] ?? {}
  const response = await post("/v1/campaigns/scan", request as object)
  expect([response.status, await response.json()]).toEqual([200, answer])
})

it.each([
  ["/v1/messages/msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D", "retrieveMessage"],
  [`/v1/sessions/${id}/messages`, "listSessionMessages"],
  ["/v1/numbers", "listNumbers"],
  ["/v1/opt-outs?user_number=%2B15005550123", "listOptOuts"],
  ["/v1/availability", "listAvailability"],
  ["/v1/availability/gb", "retrieveAvailability"]
])("GET %s answers as the document's example", async (path, operationId) => {
  expect(await (await call("GET", path)).json()).toEqual(examples[operationId]?.answer)
})

describe("a number", () => {
  it("that is asked for is accepted with the operation's place, or planned when nothing is to be done", async () => {
    const accepted = await post("/v1/numbers", { country: "US", area_code: "415" })
    const operation = { ...Object(examples["retrieveNumberOperation"]?.answer) }
    expect([accepted.status, accepted.headers.get("location"), await accepted.json()]).toEqual([202, `/v1/numbers/operations/${operation.id}`, operation])
    const planned = await post("/v1/numbers", { number: "+14155550142", dry_run: true })
    expect([planned.status, planned.headers.get("location"), await planned.json()]).toEqual([200, null, examples["provisionNumber"]?.dryRun])
  })

  it("is released by its own name in the path, encoded or not", async () => {
    for (const path of ["/v1/numbers/+14155550142", "/v1/numbers/%2B14155550142"]) {
      const response = await call("DELETE", path)
      expect([response.status, Object(await response.json()).number]).toEqual([202, "+14155550142"])
    }
  })

  it.each([["area_code=41"], ["contains=abc"], ["type=fax"], ["limit=101"], ["limit=0"]])("for sale with %s is a 400", async (query) => {
    expect((await call("GET", `/v1/available-numbers?country=US&${query}`)).status).toBe(400)
  })
})
