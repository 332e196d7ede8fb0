import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { admit, guardWindowMillis, idle } from "../src/LinePacing.ts"

const at = 1_790_000_000_000

interface Sent {
  readonly segments: number
  readonly atMillis: number
}

/** Sends texts in order as a line does: waits when told to, and goes then. */
const run = (texts: ReadonlyArray<{ readonly segments: number; readonly afterMillis: number }>, rate: number) => {
  let state = idle
  let nowMillis = at
  const sent: Array<Sent> = []
  for (const { afterMillis, segments } of texts) {
    nowMillis += afterMillis
    let admission = admit(state, segments, rate, nowMillis)
    if (admission._tag === "Wait") {
      assert.isAbove(admission.untilMillis, nowMillis)
      nowMillis = admission.untilMillis
      admission = admit(state, segments, rate, nowMillis)
    }
    if (admission._tag === "Wait") return assert.fail("it may not go when it was told to")
    state = admission.state
    sent.push({ segments, atMillis: nowMillis })
  }
  return { sent, state }
}

const times = (segments: ReadonlyArray<number>, rate: number) => run(segments.map((count) => ({ segments: count, afterMillis: 0 })), rate).sent.map(({ atMillis }) => atMillis - at)

const rates = fc.constantFrom(0.25, 0.5, 1, 2, 3, 3.75, 10, 12, 100)
const texts = fc.array(fc.record({ segments: fc.integer({ min: 1, max: 10 }), afterMillis: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(3_000)) }), { maxLength: 120 })

describe("LinePacing", () => {
  const rows: ReadonlyArray<readonly [string, ReadonlyArray<number>, number, ReadonlyArray<number>]> = [
    ["one segment a second goes once a window", [1, 1, 1], 1, [0, 1_050, 2_100]],
    ["ten a second go at once, the eleventh a window later", Array(11).fill(1), 10, [...Array(10).fill(0), 1_050]],
    ["a fractional rate holds its whole part", [1, 1, 1, 1], 3.75, [0, 0, 0, 1_050]],
    ["a text that does not fit beside the others waits", [2, 2, 1], 3, [0, 1_050, 1_050]],
    ["a text above the rate takes the line for its own time", [10, 1], 3, [0, 3_384]],
    ["a text above the rate waits for an empty line", [1, 10], 3, [0, 1_050]],
    ["a rate below one spaces every text", [1, 1], 0.5, [0, 2_050]]
  ]
  for (const [name, segments, rate, expected] of rows) {
    it(name, () => {
      assert.deepStrictEqual(times(segments, rate), expected)
    })
  }

  it("never goes at a rate of nothing", () => {
    assert.deepStrictEqual(admit(idle, 1, 0, at), { _tag: "Wait", untilMillis: Infinity })
  })

  it("follows a changed rate at once", () => {
    const { state } = run(Array.from({ length: 10 }, () => ({ segments: 1, afterMillis: 0 })), 10)
    assert.strictEqual(admit(state, 1, 20, at)._tag, "Go")
    assert.deepStrictEqual(admit(state, 1, 5, at), { _tag: "Wait", untilMillis: at + 2_050 })
  })

  it("puts no more than the rate into any second, unless one text alone is above it", () => {
    fc.assert(fc.property(texts, rates, (texts, rate) => {
      const { sent } = run(texts, rate)
      for (const first of sent) {
        const second = sent.filter(({ atMillis }) => atMillis >= first.atMillis && atMillis < first.atMillis + 1_000)
        const segments = second.reduce((sum, text) => sum + text.segments, 0)
        assert.isTrue(segments <= rate || second.length === 1, `${segments} segments of ${second.length} texts at ${rate}`)
      }
    }), { numRuns: 300 })
  })

  it("gives a text above the rate the time that its segments take", () => {
    fc.assert(fc.property(texts, rates, (texts, rate) => {
      const { sent } = run(texts, rate)
      sent.forEach((text, i) => {
        const next = sent[i + 1]
        if (text.segments > rate && next !== undefined) assert.isAtLeast(next.atMillis - text.atMillis, (text.segments * 1_000) / rate)
      })
    }))
  })

  it("makes every text wait only for what stands before it, and not a millisecond longer than needed", () => {
    fc.assert(fc.property(texts, rates, fc.integer({ min: 1, max: 10 }), fc.nat(1_200), (texts, rate, segments, later) => {
      const { sent, state } = run(texts, rate)
      const nowMillis = (sent.at(-1)?.atMillis ?? at) + later
      const admission = admit(state, segments, rate, nowMillis)
      if (admission._tag === "Go") return
      assert.strictEqual(admit(state, segments, rate, admission.untilMillis)._tag, "Go")
      assert.strictEqual(admit(state, segments, rate, admission.untilMillis - 1)._tag, "Wait")
      assert.isAtMost(admission.untilMillis - nowMillis, Math.max(guardWindowMillis, Math.ceil(10_000 / rate) + 50))
    }))
  })

  it("keeps only what still matters", () => {
    fc.assert(fc.property(texts, rates, (texts, rate) => {
      const { state } = run(texts, rate)
      assert.isAtMost(state.recent.length, Math.max(1, Math.floor(rate)))
    }))
  })
})
