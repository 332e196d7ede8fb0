import { assert, it } from "@effect/vitest"
import { DateTime, Redacted, Result } from "effect"
import crypto from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import { keyOf, sign, verify } from "../src/StandardWebhook.ts"

/** The lengths that Node's comparison in constant time was given while `run` ran. */
const compared = (run: () => void): ReadonlyArray<readonly [number, number]> => {
  const original = crypto.timingSafeEqual
  const lengths: Array<readonly [number, number]> = []
  crypto.timingSafeEqual = (a, b) => {
    lengths.push([a.byteLength, b.byteLength])
    return original(a, b)
  }
  syncBuiltinESMExports()
  try {
    run()
  } finally {
    crypto.timingSafeEqual = original
    syncBuiltinESMExports()
  }
  return lengths
}

const key = (secret: string) => Result.getOrThrow(keyOf(Redacted.make(secret)))
const signed = { id: "turn_1", timestampSeconds: 1_700_000_000, body: "{}" }
const now = DateTime.makeUnsafe(1_700_000_000_000)

it("every signature of an agent's call, of any length, is compared in constant time, as digests, with every key", () => {
  const right = sign(signed, key("one"))
  for (const signature of ["a", right.slice(1), right, `${right}x`, "é".repeat(40), `${right} v1,x`, `v1,x ${right} v1a,y`]) {
    let believed = false
    const lengths = compared(() => {
      believed = Result.isSuccess(verify({ id: signed.id, timestamp: "1700000000", signature }, signed.body, [key("one"), key("two")], now))
    })
    const offered = signature.split(" ")
    assert.strictEqual(believed, offered.includes(right))
    // Two keys: an early match ends nothing.
    assert.deepStrictEqual(lengths, Array.from({ length: 2 * offered.length }, () => [32, 32]))
  }
})
