import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { bodyHash, encodeForm, sign, withoutFragment, type FormParams } from "../src/Signature.ts"

interface Vector {
  readonly url: string
  readonly params: "default" | FormParams
  readonly body?: string
  readonly signature: string
}

const vectors = JSON.parse(readFileSync(new URL("twilio-signatures.json", import.meta.url), "utf8")) as {
  readonly authToken: string
  readonly params: FormParams
  readonly valid: ReadonlyArray<Vector>
  readonly invalid: ReadonlyArray<Vector>
}
const paramsOf = (vector: Vector) => (vector.params === "default" ? vectors.params : vector.params)

describe("a signature", () => {
  it.each(vectors.valid)("is Twilio's for $url", (vector) => {
    expect(sign(vectors.authToken, vector.url, paramsOf(vector))).toBe(vector.signature)
    if (vector.body !== undefined) expect(vector.url).toContain(`bodySHA256=${bodyHash(vector.body)}`)
  })

  it.each(vectors.invalid)("is not $signature", (vector) => {
    expect(sign(vectors.authToken, vector.url, paramsOf(vector))).not.toBe(vector.signature)
  })

  it("counts equal values of a repeated parameter once, in order", () => {
    const url = "https://example.com/"
    expect(sign("t", url, { a: ["2", "1", "2"] })).toBe(sign("t", url, { a: ["1", "2"] }))
  })
})

it("a fragment is neither requested nor signed, and the rest of a URL is left as it is", () => {
  expect(withoutFragment("https://example.com/a'b?c=d%20e#rc=2&rp=all")).toBe("https://example.com/a'b?c=d%20e")
  expect(withoutFragment("https://example.com")).toBe("https://example.com")
})

it("a form repeats the key of a repeated parameter", () => {
  expect(encodeForm({ Body: "a b+c", MediaUrl: ["x", "y"] })).toBe("Body=a+b%2Bc&MediaUrl=x&MediaUrl=y")
})
