import { assert, it } from "@effect/vitest"
import { Redacted } from "effect"
import crypto from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import { isSigned, isSignedBody, sign } from "../src/TwilioSignature.ts"

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

const url = "https://sms.example.com/twilio/demo/live/sms"
const form = new URLSearchParams({ Body: "Hello" })
const tokens = [Redacted.make("one"), Redacted.make("two")]

it("every signature, of any length, is compared in constant time, as digests, with every token and address", () => {
  const right = sign(Redacted.make("one"), url, form)
  for (const signature of ["", "a", right.slice(1), right, `${right}x`, "é".repeat(40)]) {
    let answer = false
    const lengths = compared(() => {
      answer = isSigned({ urls: [url], signature, authTokens: tokens }, form)
    })
    assert.strictEqual(answer, signature === right)
    // Two tokens, and the address with and without its port: an early match ends nothing.
    assert.deepStrictEqual(lengths, Array.from({ length: 4 }, () => [32, 32]))
  }
})

it("the hash of a body is compared in constant time too", () => {
  for (const hash of ["", "00", "f".repeat(64)]) {
    assert.deepStrictEqual(compared(() => isSignedBody({ urls: [`${url}?bodySHA256=${hash}`], signature: "x", authTokens: [] }, Buffer.from("{}"))), [[32, 32]])
  }
})
