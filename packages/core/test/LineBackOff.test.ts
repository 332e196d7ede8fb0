import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration } from "effect"
import fc from "fast-check"
import type { LineBackOff } from "../src/LineBackOff.ts"
import { answered, gate, lost, rebased, refused, toleratedLosses } from "../src/LineBackOff.ts"

const times = { backOff: Duration.seconds(1), backOffAtMost: Duration.minutes(5) }
const at = (millis: number) => DateTime.makeUnsafe(1_790_000_000_000 + millis)
const millisOf = (time: DateTime.Utc) => DateTime.toEpochMillis(time) - 1_790_000_000_000
const call = (madeAt: number, now = madeAt, chance = 0.5) => ({ madeAt: at(madeAt), now: at(now), chance })
const refuse = (backOff: LineBackOff | null, madeAt: number, now = madeAt, wishMillis = 0, chance = 0.5) => refused(backOff, call(madeAt, now, chance), Duration.millis(wishMillis), times)

describe("LineBackOff", () => {
  it("waits longer each time, between half and the whole of a doubled time, up to the longest", () => {
    for (const [chance, share] of [[0, 0.5], [0.5, 0.75], [1, 1]] as const) {
      let backOff: LineBackOff | null = null
      let now = 0
      for (let wait = 0; wait < 12; wait++) {
        backOff = refuse(backOff, now, now, 0, chance)
        assert.strictEqual(millisOf(backOff.until) - now, Math.min(1_000 * 2 ** wait, 300_000) * share)
        now = millisOf(backOff.until)
      }
    }
  })

  it("waits at least as long as the carrier wishes", () => {
    assert.strictEqual(millisOf(refuse(null, 0, 0, 30_000).until), 30_000)
    assert.strictEqual(millisOf(refuse(null, 0, 0, 10).until), 750)
  })

  it("counts refusals of calls that were out together as one, and grants the longest wish among them", () => {
    const first = refuse(null, 0, 100)
    assert.deepStrictEqual(refuse(first, 0, 200), first)
    assert.deepStrictEqual(refuse(first, 0, 200, 60_000), { ...first, until: at(60_200) })
    assert.strictEqual(refuse(first, 900, 950).waits, 2)
  })

  it("opens after an answer to a call from after the refusal, and after no other", () => {
    const backOff = refuse(null, 0, 100)
    assert.strictEqual(answered(backOff, at(100)), backOff)
    assert.strictEqual(answered(backOff, null), backOff)
    assert.isNull(answered(backOff, at(101)))
    assert.isNull(answered(null, at(0)))
  })

  it("waits, then lets one text find out", () => {
    const backOff = refuse(null, 0, 100)
    assert.deepStrictEqual(gate(null, at(0)), { _tag: "Open" })
    assert.deepStrictEqual(gate(backOff, at(100)), { _tag: "Waiting", until: at(850) })
    assert.deepStrictEqual(gate(backOff, at(850)), { _tag: "Probing", since: at(100) })
  })

  it("takes some lost answers for the misfortune of their calls, and more in a row for the carrier's", () => {
    let backOff: LineBackOff | null = null
    for (let losses = 1; losses <= toleratedLosses; losses++) {
      backOff = lost(backOff, call(losses), times)
      assert.deepStrictEqual(gate(backOff, at(losses)), { _tag: "Open" })
    }
    assert.isNull(answered(backOff, at(0)))
    backOff = lost(backOff, call(10), times)
    assert.deepStrictEqual(gate(backOff, at(10)), { _tag: "Waiting", until: at(760) })
    assert.deepStrictEqual(lost(backOff, call(5, 20), times), backOff)
    assert.strictEqual(lost(backOff, call(800), times).waits, 2)
  })

  it("never waits longer than it was to, whatever the clock does", () => {
    fc.assert(fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), fc.nat(300_000), (now, wish) => {
      const backOff = rebased(refuse(null, 0, 0, wish), at(now))
      const { until = null } = backOff ?? {}
      assert.isTrue(until !== null && millisOf(until) - now <= Math.max(750, wish))
    }))
  })
})
