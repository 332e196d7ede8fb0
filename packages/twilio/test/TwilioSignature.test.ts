import { assert, describe, it } from "@effect/vitest"
import { Redacted, Schema } from "effect"
import { Buffer } from "node:buffer"
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js"
import { isSigned, isSignedBody, sign, spellings } from "../src/TwilioSignature.ts"
import vectors from "./signatures.json" with { type: "json" }

const token = Redacted.make(vectors.authToken)

type Params = Readonly<Record<string, string | ReadonlyArray<string>>>

const formOf = (params: Params) => new URLSearchParams(
  Object.entries(params).flatMap(([name, value]) => (typeof value === "string" ? [value] : value).map((one): [string, string] => [name, one]))
)

const paramsOf = (params: unknown): Params => params === "default" ? vectors.params : params as Params

const request = (url: string, signature: string, authTokens = [token]) => ({ urls: [url], signature, authTokens })

describe("TwilioSignature", () => {
  for (const vector of vectors.valid) {
    it(`signs as Twilio does: ${vector.url} ${vector.signature}`, () => {
      assert.strictEqual(sign(token, vector.url, formOf(paramsOf(vector.params))), vector.signature)
      assert.isTrue(isSigned(request(vector.url, vector.signature), formOf(paramsOf(vector.params))))
    })
  }

  for (const vector of vectors.invalid) {
    it(`refuses the signature "${vector.signature}"`, () => {
      assert.isFalse(isSigned(request(vector.url, vector.signature), formOf(paramsOf(vector.params))))
    })
  }

  it("checks a JSON body by the hash that the signed URL names", () => {
    const vector = vectors.valid.find(({ body }) => body !== undefined)
    const signed = request(vector?.url ?? "", vector?.signature ?? "")
    assert.isTrue(isSignedBody(signed, Buffer.from(vector?.body ?? "")))
    assert.isFalse(isSignedBody(signed, Buffer.from(`${vector?.body} `)))
    assert.isFalse(isSignedBody({ ...signed, signature: "" }, Buffer.from(vector?.body ?? "")))
    assert.isFalse(isSignedBody(request("https://mycompany.com/myapp.php", sign(token, "https://mycompany.com/myapp.php", null)), Buffer.from("{}")))
  })

  const Pairs = Schema.Array(Schema.Tuple([Schema.String, Schema.String]))
  it.prop("agrees with Twilio's package on any form", [Pairs], ([drawn]) => {
    const pairs = drawn.map(([name, value]): [string, string] => [`p${name.toWellFormed()}`, value.toWellFormed()])
    const params: Record<string, Array<string>> = {}
    for (const [name, value] of pairs) (params[name] ??= []).push(value)
    const url = "https://a.example/sms"
    assert.strictEqual(sign(token, url, new URLSearchParams(pairs)), getExpectedTwilioSignature(vectors.authToken, url, params))
  })

  const form = formOf(vectors.params)
  const seenByTwilio: ReadonlyArray<readonly [string, string, boolean]> = [
    ["https://a.example/sms?x=1", "https://a.example:443/sms?x=1", true],
    ["https://a.example:443/sms", "https://a.example/sms", true],
    ["http://a.example/sms", "http://a.example:80/sms", true],
    ["http://[::1]/sms", "http://[::1]:80/sms", true],
    ["https://a.example:8443/sms", "https://a.example:8443/sms", true],
    ["https://a.example:8443/sms", "https://a.example/sms", false],
    ["https://a.example/sms", "https://a.example:80/sms", false],
    ["http://a.example/sms", "https://a.example/sms", false],
    ["https://a.example/sms", "https://a.example/sms/", false],
    ["https://a.example/sms", "https://a.example/sms?x=1", false],
    ["https://a.example/sms", "https://b.example/sms", false]
  ]
  for (const [ours, theirs, valid] of seenByTwilio) {
    it(`${valid ? "accepts" : "refuses"} ${theirs} where the gateway is known as ${ours}`, () => {
      assert.strictEqual(isSigned(request(ours, sign(token, theirs, form)), form), valid)
    })
  }

  it("accepts either token while one is being rotated, and none when there is none", () => {
    const url = "https://a.example/sms"
    const [older, newer] = [Redacted.make("older"), Redacted.make("newer")]
    assert.isTrue(isSigned(request(url, sign(older, url, form), [newer, older]), form))
    assert.isTrue(isSigned(request(url, sign(newer, url, form), [newer, older]), form))
    assert.isFalse(isSigned(request(url, sign(token, url, form), [newer, older]), form))
    assert.isFalse(isSigned(request(url, sign(token, url, form), []), form))
  })

  it("refuses a form to which a field was added, removed or changed", () => {
    const url = "https://a.example/sms"
    const signature = sign(token, url, form)
    const changed = [
      new URLSearchParams([...form, ["Added", "1"]]),
      new URLSearchParams([...form].slice(1)),
      new URLSearchParams([...form].map(([key, one]): [string, string] => [key, `${one}!`]))
    ]
    for (const one of changed) assert.isFalse(isSigned(request(url, signature), one))
  })

  it("leaves what is no URL as it is", () => assert.deepStrictEqual(spellings("/sms"), ["/sms"]))
})
