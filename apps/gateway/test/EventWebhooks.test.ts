/** Events that are posted to where the project's file says, over real HTTP, read with the SDK. */
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"
import { ProjectId } from "@parley/schema/Ids"
import type { ParleyEvent } from "@parley/sdk"
import { follow } from "./harness/EventStream.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { number, projectFile, us } from "./harness/Projects.ts"
import { type Receiver, startReceiver } from "./harness/Receiver.ts"
import { newUser } from "./harness/Users.ts"
import { until } from "./harness/Waiting.ts"

let gateway: TestGateway
let receiver: Receiver
let away: Receiver

beforeAll(async () => {
  receiver = await startReceiver()
  away = await startReceiver()
  away.answer(503)
  gateway = await startGateway({
    projects: [
      projectFile({ events: { webhooks: [receiver.asWebhook] } }),
      projectFile({ project: "picky", numbers: [number("+14155550002")], connectors: [{ id: "conn_picky", environment: "live" }], api_keys: [], events: { webhooks: [{ ...receiver.asWebhook, types: ["session.ended"] }] } }),
      projectFile({ project: "deaf", numbers: [number("+14155550003")], connectors: [{ id: "conn_deaf", environment: "live" }], api_keys: [], events: { webhooks: [away.asWebhook] } })
    ]
  })
})
afterAll(async () => {
  await gateway.close()
  await receiver.close()
  await away.close()
})

const about = (user: string) => (event: ParleyEvent) => "userNumber" in event.data && event.data.userNumber === user
const metric = async (outcome: string) => Number(new RegExp(`^parley_event_posts_total\\{outcome="${outcome}"\\} (\\d+)`, "mu").exec(await (await fetch(`${gateway.url}/metrics`)).text())?.[1] ?? 0)

describe("a webhook for events", () => {
  it("has what the stream tells, signed, in order and once", async () => {
    const user = newUser()
    const stream = await follow(gateway.api)
    const id = await gateway.api.send(user, "Shall we keep your table?")
    await stream.waitFor(3, ({ data }) => data["user_number"] === user)
    await gateway.carrier.text(user, us, "Yes please")
    await stream.waitFor(1, ({ data, type }) => type === "message.received" && data["user_number"] === user)
    await gateway.api.post(`/v1/sessions/${id}/end`)
    await stream.waitFor(1, ({ data, type }) => type === "session.ended" && data["user_number"] === user)
    await receiver.waitFor("the end", (events) => events.filter(about(user)).some(({ type }) => type === "session.ended"))
    const posted = receiver.events.filter(about(user))
    const told = stream.events.filter(({ data }) => data["user_number"] === user)
    const end = told.findIndex(({ type }) => type === "session.ended")
    expect(posted.slice(0, end + 1).map(({ id, type }) => [id, type])).toEqual(told.slice(0, end + 1).map(({ id, type }) => [id, type]))
    expect(posted[0]).toMatchObject({ account: "ws-main", project: "main", environment: "live", occurredAt: expect.any(Date), data: { id, state: "unanswered", userNumber: user } })
    expect(receiver.unbelieved()).toBe(0)
    expect(await metric("received")).toBeGreaterThanOrEqual(posted.length)
    stream.close()
  })

  it("has nothing that its filter leaves out", async () => {
    const api = gateway.apiFor({ connector: "conn_picky" })
    const user = newUser()
    const id = await api.send(user, "Hello", { agent_number: "+14155550002" })
    await api.post(`/v1/sessions/${id}/end`)
    const [end, ...more] = await until("the end", () => {
      const its = receiver.events.filter(about(user))
      return its.length > 0 && its
    })
    expect(end).toMatchObject({ type: "session.ended", project: "picky", data: { id, endReason: "operator_end" } })
    expect(more).toEqual([])
  })

  it("that is away holds up nobody, is tried again, and its trouble is written down", async () => {
    const api = gateway.apiFor({ connector: "conn_deaf" })
    const user = newUser()
    await api.send(user, "Hello", { agent_number: "+14155550003" })
    const progress = () => gateway.run(Effect.flatMap(EventWebhookStore, (store) => store.list(ProjectId.make("deaf"))))
    const [failing] = await until("the first failure", async () => {
      const all = await progress()
      return all.some(({ failures }) => failures > 0) && all
    })
    expect(failing).toMatchObject({ name: "crm", trouble: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 503\.$/u) })
    const other = newUser()
    await gateway.api.send(other, "Hello")
    await receiver.waitFor("the other project's events", (events) => events.some(about(other)))
    away.answer(204)
    await away.waitFor("what was kept", (events) => events.filter(about(user)).length > 2)
    expect(away.attempts.filter((id) => id === away.events[0]?.id).length).toBeGreaterThan(1)
    await until("no trouble", async () => (await progress()).every(({ failures }) => failures === 0))
    expect(await metric("not_now")).toBeGreaterThan(0)
  })
})
