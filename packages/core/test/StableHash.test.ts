import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { stableHash } from "../src/StableHash.ts"

describe("stableHash", () => {
  it("stays what it was, since stored states and choices depend on it", () => {
    // The second to fourth are published vectors of the method.
    assert.deepStrictEqual(["", "a", "b", "revenge", "+15005550006"].map(stableHash), [
      "488bdcb81aee8d83",
      "501c2ba782c97901",
      "459eda5bc254d2bf",
      "fbce64cc3b748385",
      "709441f9468b83c9"
    ])
  })

  it("is 16 hex digits of every text", () => {
    fc.assert(fc.property(fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }), (text) => {
      assert.match(stableHash(text), /^[0-9a-f]{16}$/u)
    }))
  })

  it("tells 50,000 similar texts apart and spreads them evenly", () => {
    const hashes = Array.from({ length: 50_000 }, (_, i) => stableHash(`+1415555${i}`))
    assert.strictEqual(new Set(hashes).size, hashes.length)
    const byFirstDigit = Object.values(Object.groupBy(hashes, (hash) => hash.slice(0, 1))).map((group) => group?.length ?? 0)
    assert.strictEqual(byFirstDigit.length, 16)
    for (const size of byFirstDigit) assert.closeTo(size, 50_000 / 16, 300)
  })
})
