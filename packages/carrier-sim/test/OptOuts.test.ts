import { describe, expect, it } from "vitest"
import { makeOptOuts } from "../src/OptOuts.ts"
import { startCarrierSim } from "../src/startCarrierSim.ts"
import { clientOf } from "./TwilioClient.ts"

const number = "+15005550006"
const handset = "+14155550100"
const confirmation = "You have been unsubscribed and will not receive further messages. Reply START to resubscribe."

describe("an opt-out", () => {
  it.each([
    ["STOP", true],
    [" stopall ", true],
    ["Unsubscribe", true],
    ["revoke", true],
    ["stop it", false],
    ["hello", false]
  ])("comes of the text %j: %s", (body, blocked) => {
    const optOuts = makeOptOuts("carrier")
    optOuts.hear(handset, number, body, 0)
    expect(optOuts.blocks(handset, number, "hello", 0)).toBe(blocked)
    expect(optOuts.blocks(handset, "+14155550111", "hello", 0)).toBe(false)
  })

  it.each(["START", "yes", "UNSTOP"])("ends with %s", (body) => {
    const optOuts = makeOptOuts("carrier")
    optOuts.hear(handset, number, "STOP", 0)
    optOuts.hear(handset, number, body, 1)
    expect(optOuts.blocks(handset, number, "hello", 2)).toBe(false)
  })

  it("lets one confirmation pass within 5 s", () => {
    const optOuts = makeOptOuts("carrier")
    optOuts.hear(handset, number, "STOP", 0)
    expect(optOuts.blocks(handset, number, confirmation, 5000)).toBe(false)
    expect(optOuts.blocks(handset, number, confirmation, 5000)).toBe(true)
    optOuts.hear(handset, number, "STOP", 10_000)
    expect(optOuts.blocks(handset, number, confirmation, 15_001)).toBe(true)
  })

  it("does not exist when the application handles keywords itself", () => {
    const optOuts = makeOptOuts("off")
    optOuts.hear(handset, number, "STOP", 0)
    expect(optOuts.blocks(handset, number, "hello", 0)).toBe(false)
  })

  it("refuses a create call with 21610", async () => {
    const sim = await startCarrierSim({ optOutHandling: "carrier" })
    const client = clientOf(sim)
    const send = (body: string) => client.messages.create({ to: handset, from: number, body })
    await sim.inbound({ from: handset, to: number, body: "STOP" })
    await expect(send("hello")).rejects.toMatchObject({ code: 21610, status: 400 })
    expect((await send(confirmation)).status).toBe("queued")
    await sim.inbound({ from: handset, to: number, body: "START" })
    expect((await send("hello")).status).toBe("queued")
    await sim.close()
  })
})
