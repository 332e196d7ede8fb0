import { createHmac } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Redacted, Result } from "effect"
import { keyOf, sign, verify } from "../src/StandardWebhook.ts"

// The vector that the reference libraries of Standard Webhooks share.
const published = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestampSeconds: 1_614_265_330,
  body: "{\"test\": 2432232314}",
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
}

const key = (secret: string) => Result.getOrThrow(keyOf(Redacted.make(secret)))
const ours = key(published.secret)
const headers = { id: published.id, timestamp: String(published.timestampSeconds), signature: published.signature }
const after = (seconds: number) => DateTime.makeUnsafe((published.timestampSeconds + seconds) * 1_000)
const reason = (result: ReturnType<typeof verify>) => Result.isFailure(result) ? result.failure.reason : "believed"

describe("StandardWebhook", () => {
  it("signs as the published vector does", () => {
    assert.strictEqual(sign(published, ours), published.signature)
  })

  it("signs as an independent computation does, bytes as well as text", () => {
    const body = "{\"text\":\"d\u00e9j\u00e0 \u{1F44D}\"}"
    const mac = createHmac("sha256", "plain text").update(Buffer.from(`turn_1.1700000000.${body}`, "utf8")).digest("base64")
    const signed = { id: "turn_1", timestampSeconds: 1_700_000_000 }
    assert.strictEqual(sign({ ...signed, body }, key("plain text")), `v1,${mac}`)
    assert.strictEqual(sign({ ...signed, body: Buffer.from(body) }, key("plain text")), `v1,${mac}`)
  })

  it("believes the published vector, and brings its id", () => {
    assert.deepStrictEqual(verify(headers, published.body, [ours], after(0)), Result.succeed(published.id))
  })

  it("believes one right signature among others, with any of the keys", () => {
    const signature = `v1,bm9wZQ== v1a,${"x".repeat(44)} ${published.signature}`
    assert.strictEqual(reason(verify({ ...headers, signature }, published.body, [key("older"), ours], after(0))), "believed")
  })

  const refused: ReadonlyArray<readonly [name: string, () => ReturnType<typeof verify>, reason: string]> = [
    ["another body", () => verify(headers, published.body + " ", [ours], after(0)), "no_match"],
    ["another id", () => verify({ ...headers, id: "msg_other" }, published.body, [ours], after(0)), "no_match"],
    ["another time", () => verify({ ...headers, timestamp: "1614265331" }, published.body, [ours], after(0)), "no_match"],
    ["another key", () => verify(headers, published.body, [key("other")], after(0)), "no_match"],
    ["no key at all", () => verify(headers, published.body, [], after(0)), "no_match"],
    ["another version", () => verify({ ...headers, signature: published.signature.replace("v1,", "v2,") }, published.body, [ours], after(0)), "no_match"],
    ["part of a signature", () => verify({ ...headers, signature: published.signature.slice(0, -1) }, published.body, [ours], after(0)), "no_match"],
    ["a missing signature", () => verify({ ...headers, signature: undefined }, published.body, [ours], after(0)), "missing_header"],
    ["an empty id", () => verify({ ...headers, id: "" }, published.body, [ours], after(0)), "missing_header"],
    ["a time that is no number", () => verify({ ...headers, timestamp: "1e9" }, published.body, [ours], after(0)), "malformed_timestamp"],
    ["a time with a fraction", () => verify({ ...headers, timestamp: "1614265330.0" }, published.body, [ours], after(0)), "malformed_timestamp"],
    ["a request of 301 seconds ago", () => verify(headers, published.body, [ours], after(301)), "too_old"],
    ["a request of 301 seconds ahead", () => verify(headers, published.body, [ours], after(-301)), "too_new"],
    ["a request beyond a tolerance of one second", () => verify(headers, published.body, [ours], after(2), Duration.seconds(1)), "too_old"]
  ]
  for (const [name, check, expected] of refused) {
    it(`does not believe ${name}`, () => {
      assert.strictEqual(reason(check()), expected)
    })
  }

  it("believes to the very edge of the tolerance", () => {
    for (const seconds of [-300, 300]) assert.strictEqual(reason(verify(headers, published.body, [ours], after(seconds))), "believed")
  })

  for (const secret of ["", "whsec_", "whsec_not base64", "whsec_a"]) {
    it(`${JSON.stringify(secret)} is no secret`, () => {
      assert.isTrue(Result.isFailure(keyOf(Redacted.make(secret))))
    })
  }

  it("does not print its key", () => {
    assert.notInclude(`${String(ours)}${JSON.stringify({ ours })}`, "MfKQ")
  })
})
