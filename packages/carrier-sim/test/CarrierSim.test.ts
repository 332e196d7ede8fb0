import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { CarrierSim } from "../src/CarrierSim.ts"

const number = "+15005550006"
const handset = "+14155550100"

describe("CarrierSim", () => {
  it.live("a program texts a number and finds the text on the handset", () =>
    Effect.gen(function*() {
      const sim = yield* CarrierSim
      const { message, webhook } = yield* sim.inbound({ from: handset, to: number, body: "hello" })
      expect(message).toMatchObject({ direction: "inbound", status: "received", body: "hello" })
      expect(webhook.result).toBe("none")
      expect(yield* sim.handset(handset)).toHaveLength(1)
      yield* sim.reset
      expect(yield* sim.handset(handset)).toEqual([])
    }).pipe(Effect.provide(CarrierSim.layer()))
  )

  it.live("an unknown number is a failure that says so", () =>
    Effect.gen(function*() {
      const sim = yield* CarrierSim
      const failure = yield* Effect.flip(sim.inbound({ from: handset, to: "+14155550199", body: "hello" }))
      expect(failure._tag).toBe("InvalidControl")
      expect(failure.message).toContain("+14155550199")
      expect((yield* Effect.flip(sim.faults([{ effect: { type: "nonsense" as never } }]))).message).toContain("nonsense")
    }).pipe(Effect.provide(CarrierSim.layer()))
  )
})
