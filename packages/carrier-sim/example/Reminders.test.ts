import { startCarrierSim, type RunningCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import twilio, { type Twilio } from "twilio"
import { afterEach, beforeEach, expect, it } from "vitest"
import { remind, replies } from "./Reminders.ts"
import { toSimulator } from "./toSimulator.ts"

const practice = "+15005550006"
const ada = "+14155550100"
const confirmed = new Set<string>()
let sim: RunningCarrierSim
let server: Server
let client: Twilio

beforeEach(async () => {
  confirmed.clear()
  sim = await startCarrierSim({ optOutHandling: "carrier" })
  server = replies(sim.authToken, confirmed).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  sim.number({ phoneNumber: practice, smsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms` })
  client = twilio(sim.accountSid, sim.authToken, { httpClient: toSimulator(sim.url) })
})

afterEach(async () => {
  await sim.close()
  server.close()
})

it("a reminder arrives, and a YES confirms", async () => {
  await remind(client, practice, ada, "10:00")
  await sim.settled()
  await sim.inbound({ from: ada, to: practice, body: "Yes" })
  await sim.settled()
  expect([...confirmed]).toEqual([ada])
  expect(sim.handset(ada).map(({ body, status }) => [body, status])).toEqual([
    ["Your appointment is at 10:00. Reply YES to confirm.", "delivered"],
    ["Yes", "received"],
    ["Thank you, see you then!", "delivered"]
  ])
})

it("a patient who texted STOP is not reminded: error 21610", async () => {
  await sim.inbound({ from: ada, to: practice, body: "STOP" })
  await sim.settled()
  await expect(remind(client, practice, ada, "10:00")).rejects.toMatchObject({ status: 400, code: 21610 })
})

it("a reminder whose answer got lost may have arrived all the same", async () => {
  sim.faults([{ match: { path: "Messages" }, count: 1, effect: { type: "lost-after" } }])
  await expect(remind(client, practice, ada, "10:00")).rejects.toThrow("socket hang up")
  await sim.settled()
  expect(sim.handset(ada)).toHaveLength(1)
})
