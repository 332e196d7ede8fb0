/** A project that sends through a Messaging Service, against the simulated carrier: what the service chooses, and what the gateway makes of it. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { messagingServices } from "./harness/MessagingServices.ts"
import { number, projectFile } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

vi.setConfig({ testTimeout: 60_000 })

const [sf, ny] = ["+14155550001", "+12125550001"] as const
/** In the pool, and not declared. */
const stranger = "+13055550001"

let gateway: TestGateway
let services: ReturnType<typeof messagingServices>
let pool: string

beforeAll(async () => {
  gateway = await startGateway({ projects: [projectFile({ numbers: [number(sf), number(ny)] })] })
  gateway.carrier.sim.number({ phoneNumber: stranger, segmentsPerSecond: 1_000, registered: true, smsUrl: `${gateway.url}/twilio/main/live/sms#rc=5&rp=all` })
  services = messagingServices(gateway.carrier.sim)
  pool = await services.create([sf, ny, stranger])
  await gateway.apply(projectFile({ numbers: [number(sf), number(ny)], sender_pools: [{ environment: "live", id: pool }] }))
})
afterAll(() => gateway.close())

const created = (user: string) => gateway.carrier.created(user)

/** Sends, and waits until the carrier's choice is known here. */
const chosen = async (user: string) => {
  const id = await gateway.api.send(user, "Hello")
  return await until(`the sender of ${id}`, async () => {
    const [session] = await gateway.api.sessionsOf(user)
    return session !== undefined && session.sender_pool === null && session
  }, () => gateway.api.sessionsOf(user))
}

describe("a send through a Messaging Service", () => {
  it("leaves without a sender, which the service's callback tells; the conversation goes on from it", async () => {
    const user = "+13055559001"
    const session = await chosen(user)
    // The area code decides at the carrier, which knows more numbers than the project has declared.
    expect(created(user)).toMatchObject([{ messaging_service_sid: pool, from: stranger }])
    expect(session.agent_number).toBe(stranger)
    await gateway.carrier.text(user, stranger, "Hi there")
    await gateway.carrier.waitFor(user, 2)
    expect(created(user).map(({ from, messaging_service_sid }) => [from, messaging_service_sid])).toEqual([[stranger, pool], [stranger, null]])
    expect((await gateway.api.history(session.id)).map(({ agent_number, sender_pool }) => [agent_number, sender_pool])).toEqual([[stranger, null], [stranger, null], [stranger, null]])
  })

  it("keeps the user's number for the next conversation", async () => {
    const user = "+12125559002"
    expect((await chosen(user)).agent_number).toBe(ny)
    await gateway.api.send(user, "And again")
    await gateway.carrier.waitFor(user, 2)
    expect(created(user).map(({ from, messaging_service_sid }) => [from, messaging_service_sid])).toEqual([[ny, pool], [ny, null]])
  })

  it("is not sent again when its answer was lost", async () => {
    const user = "+12125559003"
    gateway.carrier.fault({ match: { to: user, method: "POST" }, count: 1, effect: { type: "lost-after" } })
    gateway.carrier.fault({ match: { to: user, webhook: "status" }, effect: { type: "drop" } })
    expect((await chosen(user)).agent_number).toBe(ny)
    expect(created(user)).toHaveLength(1)
  })

  it("that the service can't deliver ends visibly, with the number that it had chosen", async () => {
    const user = "+12125559004"
    gateway.carrier.fault({ match: { to: user }, count: 1, effect: { type: "fail", code: 21610, status: "failed" } })
    const { id } = await chosen(user)
    const ended = await until("the session to end", async () => {
      const session = await gateway.api.session(id)
      return session.state === "ended" && session
    })
    expect(ended).toMatchObject({ agent_number: ny, sender_pool: null, end_reason: "delivery_failed" })
    expect((await gateway.api.history(id))[0]).toMatchObject({ status: "failed", agent_number: ny })
    await gateway.api.send(user, "And again")
    await until("the next text to be suppressed", async () => (await gateway.api.sessionsOf(user))[0]?.end_detail?.includes("opted out") === true)
    expect(created(user)).toHaveLength(1)
  })
})

describe("a number that is bought", () => {
  const operation = (id: string, stage: string) =>
    until(`operation ${id} to be ${stage}`, async () => (await gateway.api.read<{ readonly stage: string }>(`/v1/numbers/operations/${id}`)).stage === stage)

  it("is added to the pool, and taken out of it before anything else when it is released", async () => {
    const plan = await (await gateway.api.post("/v1/numbers", { country: "US", area_code: "617", dry_run: true })).json() as { readonly steps: ReadonlyArray<string> }
    expect(plan.steps).toContain(`Let the carrier's pool ${pool} choose it.`)
    const bought = await (await gateway.api.post("/v1/numbers", { country: "US", area_code: "617", registration: "approved" })).json() as { readonly id: string; readonly number: string }
    await operation(bought.id, "active")
    expect(await services.senders(pool)).toContain(bought.number)
    const released = await fetch(`${gateway.url}/v1/numbers/${encodeURIComponent(bought.number)}`, { method: "DELETE", headers: gateway.api.headers })
    await operation((await released.json() as { readonly id: string }).id, "released")
    expect((await services.senders(pool)).toSorted()).toEqual([ny, stranger, sf].toSorted())
  })

  it("is not bought for a pool that gives its texts to somebody else", async () => {
    await services.update(pool, { UseInboundWebhookOnNumber: "false", InboundRequestUrl: "https://elsewhere.example.com/sms" })
    const { id, number } = await (await gateway.api.post("/v1/numbers", { country: "US", area_code: "303" })).json() as { readonly id: string; readonly number: string }
    await operation(id, "failed")
    expect(await gateway.api.read(`/v1/numbers/operations/${id}`)).toMatchObject({ trouble: { detail: expect.stringMatching(/brings its numbers' texts to https:\/\/elsewhere.example.com\/sms/u) } })
    const owned = await (await fetch(`${gateway.carrier.sim.url}/_sim/numbers`)).json() as { readonly numbers: ReadonlyArray<{ readonly phone_number: string }> }
    expect(owned.numbers.map((each) => each.phone_number)).not.toContain(number)
    await services.update(pool, { UseInboundWebhookOnNumber: "true", InboundRequestUrl: "" })
  })
})
