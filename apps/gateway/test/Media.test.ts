/** Pictures and other files that are sent, over real HTTP and a simulated carrier. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { expectProblem } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"
import { until } from "./harness/Waiting.ts"

const london = "+447700900001"
const picture = "https://example.com/ticket.png"
const terms = "https://example.com/terms.pdf?v=2"

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({
    projects: [
      projectFile({
        numbers: [number(us), number(london)],
        templates: [{ name: "ticket", environment: "live", title: "A ticket", body: "Hi ${name}, your ticket." }]
      }),
      projectFile({ project: "plain", numbers: [number("+14155550002", "live", { mms: false })] })
    ]
  })
})
afterAll(() => gateway.close())

const send = (body: object, headers?: Readonly<Record<string, string>>) => gateway.api.post("/v1/outbound-sms", body, headers)
const received = (user: string) => until(`a message on ${user}`, () => gateway.carrier.sim.handset(user)[0] ?? false)

const sent = async (user: string, body: object) => {
  const response = await send({ user_number: user, ...body })
  expect(response.status, await response.text()).toBe(202)
  const [message] = await gateway.api.history((response.headers.get("location") ?? "").replace("/v1/sessions/", ""))
  return { message, onHandset: await received(user) }
}

describe("files that are sent", () => {
  it("go to the carrier with the text, and stay with the message", async () => {
    const { message, onHandset } = await sent(newUser(), { message: "Your ticket", media_urls: [picture, terms] })
    expect(onHandset).toMatchObject({ body: "Your ticket", num_media: "2", from: us })
    expect(onHandset.sid).toMatch(/^MM/u)
    expect(message).toMatchObject({
      text: "Your ticket",
      media: [{ url: picture, content_type: null, size_bytes: null }, { url: terms, content_type: null, size_bytes: null }]
    })
  })

  it("need no text", async () => {
    const { message, onHandset } = await sent(newUser(), { media_urls: [picture] })
    expect(onHandset).toMatchObject({ body: "", num_media: "1" })
    expect(message).toMatchObject({ text: "", segments: 1 })
  })

  it("go with a template's text", async () => {
    const { onHandset } = await sent(newUser(), { template: "ticket", variables: { name: "Ann" }, media_urls: [picture] })
    expect(onHandset).toMatchObject({ body: "Hi Ann, your ticket.", num_media: "1" })
  })

  it("go from a number that carries them, also where another would be chosen", async () => {
    const { onHandset } = await sent(newUser(), { message: "Hello", media_urls: [picture] })
    expect(onHandset.from).toBe(us)
  })

  it("an empty list is a text without files", async () => {
    const { onHandset } = await sent(newUser(), { message: "Hello", media_urls: [] })
    expect(onHandset).toMatchObject({ num_media: "0" })
    expect(onHandset.sid).toMatch(/^SM/u)
  })

  it("are said by a person too, alone or with a text", async () => {
    const user = newUser()
    const id = await gateway.api.send(user, "Hello")
    const remark = await gateway.api.post(`/v1/sessions/${id}/messages`, { media_urls: [picture] })
    expect(remark.status, await remark.clone().text()).toBe(202)
    expect(await remark.json()).toMatchObject({ text: "", media: [{ url: picture }] })
    await gateway.carrier.waitFor(user, 2)
    expect(gateway.carrier.sim.handset(user)[1]).toMatchObject({ num_media: "1" })
  })

  it("wait for their time with a send for later", async () => {
    const user = newUser()
    const response = await send({ user_number: user, media_urls: [picture], send_at: new Date(Date.now() + 700).toISOString() })
    expect(response.status, await response.text()).toBe(202)
    expect(await gateway.api.read(response.headers.get("location") ?? "")).toMatchObject({ text: "", media_urls: [picture], status: "scheduled" })
    expect(await received(user)).toMatchObject({ num_media: "1" })
  })

  it("count for the idempotency key", async () => {
    const user = newUser()
    const body = { user_number: user, message: "Hello", media_urls: [picture] }
    const key = { "Idempotency-Key": "files-1" }
    expect((await send(body, key)).status).toBe(202)
    expect((await send(body, key)).headers.get("idempotency-replayed")).toBe("true")
    await expectProblem(await send({ ...body, media_urls: [terms] }, key), 409, "idempotency-conflict")
    await expectProblem(await send({ ...body, media_urls: undefined }, key), 409, "idempotency-conflict")
    const id = await gateway.api.send(newUser(), "Hello")
    const speak = (body: object) => gateway.api.post(`/v1/sessions/${id}/messages`, body, { "Idempotency-Key": "files-2" })
    expect((await speak({ message: "Look", media_urls: [picture] })).status).toBe(202)
    expect((await speak({ message: "Look", media_urls: [picture] })).headers.get("idempotency-replayed")).toBe("true")
    await expectProblem(await speak({ message: "Look" }), 409, "idempotency-conflict")
  })
})

describe("files that can't be sent", () => {
  it.each<readonly [what: string, body: object, path: string, detail: RegExp]>([
    ["over plain http", { message: "Hi", media_urls: ["http://example.com/a.png"] }, "media_urls.0", /must be an https URL/u],
    ["with a password", { media_urls: ["https://me:secret@example.com/a.png"] }, "media_urls.0", /without user and password/u],
    ["at no URL", { message: "Hi", media_urls: [picture, "ticket.png"] }, "media_urls.1", /must be an https URL/u],
    ["eleven of them", { message: "Hi", media_urls: Array.from({ length: 11 }, (_, n) => `${picture}?${n}`) }, "media_urls", /at most 10, not 11/u],
    ["not in a list", { message: "Hi", media_urls: picture }, "media_urls", /must be array/u],
    ["none, and no text", { media_urls: [] }, "media_urls", /at least 1/u],
    ["with an empty text", { message: "", media_urls: [picture] }, "message", /must not be empty/u],
    ["neither they nor a text", {}, "message", /is required/u]
  ])("%s: a 400 that says so, for a send and for a person", async (_, body, path, detail) => {
    const problem = await expectProblem(await send({ user_number: newUser(), ...body }), 400, "invalid-request")
    expect(problem.errors?.map((error) => error.path)).toEqual([path])
    expect(problem.detail).toMatch(detail)
    const id = await gateway.api.send(newUser(), "Hello")
    const spoken = await expectProblem(await gateway.api.post(`/v1/sessions/${id}/messages`, body), 400, "invalid-request")
    expect(spoken.errors?.map((error) => error.path)).toEqual([path])
  })

  it.each<readonly [what: string, body: object, connector: string, detail: RegExp]>([
    ["to a country without MMS", { user_number: "+447700900123" }, "conn_main", /People in GB cannot be sent media \(MMS\): put a link into the text instead\./u],
    ["from a number of one", { user_number: newUser(), agent_number: london }, "conn_main", /\+447700900001: Numbers of GB do not carry media \(MMS\) to US/u],
    ["from a number that has none", { user_number: newUser() }, "conn_plain", /\+14155550002: The number does not carry media \(MMS\): send them from a short code or a long code/u]
  ])("%s: a 400 that says why, and what would do; a text without them goes", async (_, body, connector, detail) => {
    const api = gateway.apiFor({ connector })
    const problem = await expectProblem(await api.post("/v1/outbound-sms", { message: "Hi", media_urls: [picture], ...body }), 400, "no-eligible-number")
    expect(problem.detail).toMatch(detail)
    const later = { message: "Hi", media_urls: [picture], send_at: new Date(Date.now() + 60_000).toISOString(), ...body }
    await expectProblem(await api.post("/v1/outbound-sms", later), 400, "no-eligible-number")
    const response = await api.post("/v1/outbound-sms", { message: "Hi", ...body })
    expect(response.status).toBe(202)
    const id = (response.headers.get("location") ?? "").replace("/v1/sessions/", "")
    const spoken = await expectProblem(await api.post(`/v1/sessions/${id}/messages`, { media_urls: [picture] }), 400, "no-eligible-number")
    expect(spoken.detail).toMatch(/^This text can't be sent: /u)
  })

  it("fail visibly where the carrier can't fetch them", async () => {
    const user = newUser()
    gateway.carrier.fault({ effect: { type: "fail", code: 30019, status: "failed" }, match: { to: user } })
    const id = await gateway.api.send(user, "Look", { media_urls: [picture] })
    const [message] = await gateway.api.waitForHistory(id, "failed", ([first]) => first?.status === "failed")
    expect(message?.trouble).toMatchObject({ code: "30019" })
  })
})
