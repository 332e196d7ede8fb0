import { createHmac } from "node:crypto"
import { describe, expect, it, vi } from "vitest"
import { ParleyError, signWebhook, verifyWebhook, WebhookError } from "../src/webhooks.ts"

// The vector that the reference libraries of Standard Webhooks share.
const published = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  body: "{\"test\": 2432232314}",
  headers: {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
  }
}
const signedAt = new Date(1_614_265_330_000)
const after = (seconds: number) => new Date(signedAt.getTime() + seconds * 1000)

const verify = (headers: Record<string, string | undefined> = {}, options: { readonly body?: string; readonly secrets?: string | ReadonlyArray<string>; readonly now?: Date; readonly toleranceSeconds?: number } = {}) =>
  verifyWebhook({ body: options.body ?? published.body, headers: { ...published.headers, ...headers } }, options.secrets ?? published.secret, {
    now: options.now ?? signedAt,
    toleranceSeconds: options.toleranceSeconds
  })

const refusal = (verified: Promise<unknown>) => verified.then(() => "believed", (error: unknown) => error instanceof WebhookError ? error.reason : error)

describe("a webhook", () => {
  it("has every signature that is one compared by Web Crypto, in constant time, with every secret: an early match ends nothing", async () => {
    const original = crypto.subtle.verify
    let comparisons: Array<string> = []
    const counted: typeof original = (algorithm, ...rest) => {
      comparisons.push(typeof algorithm === "string" ? algorithm : algorithm.name)
      return original.call(crypto.subtle, algorithm, ...rest)
    }
    crypto.subtle.verify = counted
    try {
      const right = published.headers["webhook-signature"]
      for (const [signature, offered] of [[right, 1], [`${right} v1,Zm9v v1,YmFy`, 3], [`v1,Zm9v ${right}`, 2], ["v1,Zm9v", 1], ["v2,Zm9v", 0]] as const) {
        comparisons = []
        expect(await refusal(verify({ "webhook-signature": signature }, { secrets: [published.secret, "whsec_bmV3"] }))).toBe(signature.includes(right) ? "believed" : "no_match")
        expect(comparisons).toEqual(Array.from({ length: 2 * offered }, () => "HMAC"))
      }
    } finally {
      crypto.subtle.verify = original
    }
  })

  it("is believed with the published vector, and brings its id and time", async () => {
    expect(await verify()).toEqual({ id: published.headers["webhook-id"], sentAt: signedAt, body: published.body })
  })

  it("is signed as the published vector is", async () => {
    const { "webhook-id": id } = published.headers
    expect(await signWebhook(published.body, published.secret, { id, at: signedAt })).toEqual({ "content-type": "application/json", ...published.headers })
  })

  it("is signed as an independent computation does, when the secret is plain text", async () => {
    const body = "{\"text\":\"d\u00e9j\u00e0 \u{1F44D}\"}"
    const mac = createHmac("sha256", "plain text \u00e9").update(`turn_1.1700000000.${body}`).digest("base64")
    const headers = await signWebhook(Buffer.from(body), "plain text \u00e9", { id: "turn_1", at: new Date(1_700_000_000_000) })
    expect(headers["webhook-signature"]).toBe(`v1,${mac}`)
  })

  it.each([
    ["a Request", () => new Request("http://127.0.0.1/agent", { method: "POST", body: published.body, headers: published.headers })],
    ["bytes and the headers of node:http", () => ({ body: Buffer.from(published.body), headers: { ...published.headers, host: "x", "set-cookie": ["a"] } })],
    ["headers in another case", () => ({ body: published.body, headers: Object.fromEntries(Object.entries(published.headers).map(([name, value]) => [name.toUpperCase(), value])) })],
    ["headers as lists", () => ({ body: published.body, headers: Object.fromEntries(Object.entries(published.headers).map(([name, value]) => [name, [value]])) })],
    ["Headers", () => ({ body: published.body, headers: new Headers(published.headers) })]
  ])("may be %s", async (_, webhook) => {
    expect(await verifyWebhook(webhook(), published.secret, { now: signedAt })).toMatchObject({ id: published.headers["webhook-id"] })
  })

  it("is believed with either secret while one is rotated", async () => {
    expect(await refusal(verify({}, { secrets: ["whsec_b2xkZXI=", published.secret] }))).toBe("believed")
    expect(await refusal(verify({}, { secrets: [published.secret, "newer"] }))).toBe("believed")
    expect(await refusal(verify({}, { secrets: ["whsec_b2xkZXI=", "newer"] }))).toBe("no_match")
  })

  it("is believed when one of its signatures fits, whatever the others are", async () => {
    const signatures = `v1,bm9wZQ== v1a,xxxx v2,AAAA v1,!! nonsense ${published.headers["webhook-signature"]}`
    expect(await refusal(verify({ "webhook-signature": signatures }))).toBe("believed")
  })

  it.each([
    ["another body", {}, { body: `${published.body} ` }],
    ["another id", { "webhook-id": "msg_other" }, {}],
    ["another time", { "webhook-timestamp": "1614265331" }, {}],
    ["a shorter signature", { "webhook-signature": "v1,g0hM9SsE+OTPJTGt" }, {}],
    ["an empty signature", { "webhook-signature": "v1," }, {}],
    ["a signature of another version", { "webhook-signature": published.headers["webhook-signature"].replace("v1", "v2") }, {}],
    ["a signature that is no base64", { "webhook-signature": "v1,%%%" }, {}],
    ["another secret", {}, { secrets: "whsec_b2xkZXI=" }]
  ])("with %s is not believed", async (_, headers, options) => {
    expect(await refusal(verify(headers, options))).toBe("no_match")
  })

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("without %s is not believed", async (name) => {
    expect(await refusal(verify({ [name]: undefined }))).toBe("missing_header")
    expect(await refusal(verify({ [name]: "" }))).toBe("missing_header")
  })

  it.each(["soon", "-1", "1.5", " 1614265330", "16142653300000000"])("of the time %j is not believed", async (timestamp) => {
    expect(await refusal(verify({ "webhook-timestamp": timestamp }))).toBe("malformed_timestamp")
  })

  it.each([
    [300, undefined, "believed"],
    [301, undefined, "too_old"],
    [-300, undefined, "believed"],
    [-301, undefined, "too_new"],
    [11, 10, "too_old"],
    [3_600, 3_600, "believed"]
  ])("that is %i seconds old, where %s are tolerated, is %s", async (seconds, toleranceSeconds, expected) => {
    expect(await refusal(verify({}, { now: after(seconds), ...(toleranceSeconds === undefined ? {} : { toleranceSeconds }) }))).toBe(expected)
  })
})

describe("a refusal", () => {
  it("says what is wrong and what to do, and never the secret", async () => {
    const errors = await Promise.all([verify({ "webhook-id": undefined }), verify({}, { now: after(400) }), verify({}, { body: "{}" })].map((each) => each.catch((error: unknown) => error)))
    expect(errors.map((error) => error instanceof WebhookError && error.message)).toEqual([
      "The headers webhook-id, webhook-timestamp and webhook-signature must all be there. Does the project's file name a secret_env for it?",
      "The webhook is signed for 400 seconds ago, and 300 are tolerated. It is a replay, or one of the clocks is wrong.",
      "No signature fits. The secret is another one, or the body is not what arrived, byte for byte."
    ])
  })
})

describe("a secret", () => {
  it.each(["", "whsec_", "whsec_%%%", "whsec_abcde"])("like %j is refused, without being told", async (secret) => {
    const error: unknown = await verify({}, { secrets: [published.secret, secret] }).catch((each: unknown) => each)
    expect(error).toEqual(new ParleyError("A webhook secret is whsec_ and base64, or any other text that is not empty. This one is neither."))
    expect(error).not.toBeInstanceOf(WebhookError)
  })

  it("comes from the environment when none is passed", async () => {
    const webhook = { body: published.body, headers: published.headers }
    vi.stubEnv("PARLEY_WEBHOOK_SECRET", "")
    await expect(verifyWebhook(webhook)).rejects.toThrow("There is no webhook secret: pass one or set PARLEY_WEBHOOK_SECRET.")
    vi.stubEnv("PARLEY_WEBHOOK_SECRET", published.secret)
    expect(await refusal(verifyWebhook(webhook, undefined, { now: signedAt }))).toBe("believed")
    vi.unstubAllEnvs()
    await expect(verifyWebhook(webhook, [])).rejects.toThrow("There is no webhook secret")
  })
})
