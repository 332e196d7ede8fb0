import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import fc from "fast-check"
import { nextPacificMidnight, pacificDay } from "../src/PacificDay.ts"

const at = (iso: string) => DateTime.makeUnsafe(iso)
const midnight = (iso: string) => DateTime.formatIso(nextPacificMidnight(at(iso)))

describe("A Pacific day", () => {
  const rows: ReadonlyArray<readonly [string, string, string, string]> = [
    ["in winter", "2026-11-24T18:00:00Z", "2026-11-24", "2026-11-25T08:00:00.000Z"],
    ["in summer", "2026-07-01T06:59:59Z", "2026-06-30", "2026-07-01T07:00:00.000Z"],
    ["that has 23 hours, before the clocks go forward", "2026-03-08T09:59:00Z", "2026-03-08", "2026-03-09T07:00:00.000Z"],
    ["that has 23 hours, after they have", "2026-03-08T10:01:00Z", "2026-03-08", "2026-03-09T07:00:00.000Z"],
    ["that has 25 hours, in the hour that comes twice", "2026-11-01T09:30:00Z", "2026-11-01", "2026-11-02T08:00:00.000Z"],
    ["that begins just now", "2026-11-25T08:00:00Z", "2026-11-25", "2026-11-26T08:00:00.000Z"]
  ]
  for (const [what, now, day, next] of rows) {
    it(what, () => assert.deepStrictEqual([pacificDay(at(now)), midnight(now)], [day, next]))
  }

  it("ends at its next midnight, and not a moment before, 23 to 25 hours after it began", () => {
    // 1999 to 2059: with the rules of before 2007, too.
    fc.assert(fc.property(fc.integer({ min: 915_148_800_000, max: 2_840_140_800_000 }), (millis) => {
      const now = DateTime.makeUnsafe(millis)
      const next = nextPacificMidnight(now)
      const after = nextPacificMidnight(next)
      assert.isTrue(DateTime.isGreaterThan(next, now))
      assert.isTrue(pacificDay(next) > pacificDay(now))
      assert.strictEqual(pacificDay(DateTime.subtract(next, { milliseconds: 1 })), pacificDay(now))
      assert.include([23, 24, 25], (DateTime.toEpochMillis(after) - DateTime.toEpochMillis(next)) / 3_600_000)
    }))
  })
})
