import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import fc from "fast-check"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as LineHealth from "../src/LineHealth.ts"

const zero = 1_790_000_000_000
const at = (millis: number) => DateTime.makeUnsafe(zero + millis)
const line = LineHealth.fresh(PhoneNumber.make("+15005550006"), at(0))

describe("LineHealth", () => {
  it("a fresh line has neither sends nor failures", () => {
    assert.deepInclude(line, { recentSends: 0, recentFailures: 0, epoch: 0 })
  })

  it("a failed send counts as a send and as a failure", () => {
    const counted = LineHealth.counted(LineHealth.counted(line, "sent", at(0)), "failed", at(0))
    assert.deepInclude(counted, { recentSends: 2, recentFailures: 1 })
  })

  it("what was counted weighs half after ten minutes", () => {
    const counted = LineHealth.counted(line, "failed", at(0))
    assert.deepInclude(LineHealth.faded(counted, at(LineHealth.halfLifeMillis)), { recentSends: 0.5, recentFailures: 0.5 })
    assert.deepInclude(LineHealth.faded(counted, at(2 * LineHealth.halfLifeMillis)), { recentSends: 0.25, recentFailures: 0.25 })
  })

  it("a clock that steps back fades nothing and gains nothing", () => {
    const counted = LineHealth.counted(line, "failed", at(60_000))
    assert.strictEqual(LineHealth.faded(counted, at(0)), counted)
  })

  it("failures never outweigh sends, and fading in two steps is fading in one", () => {
    const outcomes = fc.array(fc.record({ outcome: fc.constantFrom("sent" as const, "failed" as const), afterMillis: fc.nat(3_600_000) }), { maxLength: 50 })
    fc.assert(fc.property(outcomes, fc.nat(3_600_000), (steps, wait) => {
      let now = 0
      let state = line
      for (const { afterMillis, outcome } of steps) state = LineHealth.counted(state, outcome, at(now += afterMillis))
      assert.isAtMost(state.recentFailures, state.recentSends + 1e-9)
      const once = LineHealth.faded(state, at(now + 2 * wait))
      const twice = LineHealth.faded(LineHealth.faded(state, at(now + wait)), at(now + 2 * wait))
      assert.closeTo(once.recentSends, twice.recentSends, 1e-6)
    }))
  })
})
