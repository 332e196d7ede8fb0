import { expect, it } from "vitest"
import { startCarrierSim } from "../src/startCarrierSim.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+15005550006"
const handset = "+14155550100"

it("messages of a sender leave in the order they came, as fast as its segments allow", async () => {
  const sim = await startCarrierSim({ numbers: [{ phoneNumber: number, segmentsPerSecond: 2 }], delays: { queuedMillis: 60_000 } })
  const client = clientOf(sim)
  const bodies = ["a".repeat(161), "b", "c", "d"]
  for (const body of bodies) await client.messages.create({ to: handset, from: number, body })
  expect(sim.messages().map((each) => each.status)).toEqual(["queued", "queued", "queued", "queued"])
  // All leave in skipped time, each at its exact moment.
  sim.advance(120_000)
  await sim.settled()
  expect(sim.handset(handset).map((each) => each.body)).toEqual(bodies)
  const sending = sim.messages().map((each) => each.sending_at_ms ?? 0)
  expect(sending.slice(1).map((at, i) => at - (sending[i] ?? 0))).toEqual([1000, 500, 500])
  await sim.close()
})

it("one sender does not wait for another", async () => {
  const sim = await startCarrierSim({ numbers: [{ phoneNumber: number, segmentsPerSecond: 0.001 }, { phoneNumber: "+14155550111" }] })
  const client = clientOf(sim)
  for (const body of ["first", "slow"]) await client.messages.create({ to: handset, from: number, body })
  await client.messages.create({ to: handset, from: "+14155550111", body: "quick" })
  sim.advance(1000)
  expect(sim.handset(handset).map((each) => each.body)).toEqual(["first", "quick"])
  await sim.close()
})

it("a full queue refuses a create call with 21611, and fails a Messaging Service's message with 30001", async () => {
  const service = `MG${"2".repeat(32)}`
  const sim = await startCarrierSim({
    numbers: [{ phoneNumber: number, segmentsPerSecond: 1 }],
    messagingServices: [{ sid: service, senders: [number] }],
    queueSeconds: 3,
    delays: { queuedMillis: 60_000 }
  })
  const client = clientOf(sim)
  for (const body of ["1", "2", "3"]) await client.messages.create({ to: handset, from: number, body })
  await expect(client.messages.create({ to: handset, from: number, body: "4" })).rejects.toMatchObject({ code: 21611, status: 400 })
  const { sid } = await client.messages.create({ to: handset, messagingServiceSid: service, body: "5" })
  sim.advance(1000)
  expect(await client.messages(sid).fetch()).toMatchObject({ status: "failed", errorCode: 30001, errorMessage: "Queue overflow" })
  sim.advance(120_000)
  await client.messages.create({ to: handset, from: number, body: "6" })
  await sim.close()
})
