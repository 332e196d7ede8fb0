import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { decodeInbound, decodeStatus, formLimits, type InboundText, MalformedWebhook, parseForm, UnusableWebhook } from "../src/TwilioWebhook.ts"
import { inbound, sid, status } from "../src/testing/RecordedForms.ts"
import { accountSid, text } from "./Texts.ts"

const plain: InboundText = {
  carrierId: sid.plain,
  accountSid,
  from: text.to,
  to: text.from,
  messagingServiceSid: null,
  body: "Hi",
  media: [],
  optOutType: null
}

const mediaUrl = (n: number) => `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages/${sid.picture}/Media/ME0000000000000000000000000000000${n}`

const texts: ReadonlyArray<readonly [keyof typeof inbound, Partial<InboundText>]> = [
  ["plain", { body: "Hello there" }],
  ["punctuation", { body: "50% off? Yes! & \"thanks\" +1 a=b" }],
  ["emoji", { body: "On my way 👩🏽‍🚀" }],
  ["arabic", { body: "مرحبا" }],
  ["lines", { body: "first\nsecond\r\nthird" }],
  ["multiSegment", { body: "long text ".repeat(150) }],
  ["messagingService", { messagingServiceSid: "MG00000000000000000000000000000001" }],
  ["stopByAdvancedOptOut", { body: "Stop", optOutType: "STOP", messagingServiceSid: "MG00000000000000000000000000000001" }],
  ["startByAdvancedOptOut", { body: "START", optOutType: "START" }],
  ["helpByAdvancedOptOut", { body: "help", optOutType: "HELP" }],
  ["twoPictures", {
    carrierId: sid.picture,
    body: "Look at these",
    media: [{ url: mediaUrl(0), contentType: "image/jpeg" }, { url: mediaUrl(1), contentType: "image/png" }]
  }],
  ["pictureOnly", { carrierId: sid.picture, body: "", media: [{ url: mediaUrl(0), contentType: "image/jpeg" }] }],
  ["pictureWithoutBody", { carrierId: sid.picture, body: "", media: [{ url: mediaUrl(0), contentType: "image/jpeg" }] }],
  ["contactCard", { carrierId: sid.picture, body: "", media: [{ url: mediaUrl(0), contentType: "text/x-vcard" }] }],
  ["newFields", {}],
  ["withoutCountOfMedia", {}],
  ["olderNames", {}],
  ["empty", { body: "" }],
  ["fallback", {}]
]

const unusable: ReadonlyArray<readonly [keyof typeof inbound, UnusableWebhook["field"], UnusableWebhook["kind"]]> = [
  ["fromShortCode", "From", "short_code"],
  ["fromAlphanumeric", "From", "alphanumeric"],
  ["fromRcs", "From", "other_channel"],
  ["fromWhatsApp", "From", "other_channel"],
  ["toShortCode", "To", "short_code"]
]

/** The plain form with one field set, or taken away. */
const changed = (field: string, value: string | null) => {
  const form = parseForm(inbound.plain)
  if (field === "MessageSid") form.delete("SmsSid")
  if (value === null) form.delete(field)
  else form.set(field, value)
  return form
}

const malformed: ReadonlyArray<readonly [string, string | null, string?]> = [
  ["MessageSid", null],
  ["MessageSid", ""],
  ["MessageSid", "SM1"],
  ["MessageSid", "CA00000000000000000000000000000001"],
  ["MessageSid", `${sid.plain}\n`],
  ["AccountSid", null],
  ["AccountSid", "nobody"],
  ["From", null],
  ["From", ""],
  ["From", "15017122661"],
  ["From", "+1501712266\0"],
  ["From", "+0123456"],
  ["From", "+1501712266112345678"],
  ["From", "9".repeat(1_000)],
  ["To", null],
  ["To", "+"],
  ["Body", null],
  ["Body", "x".repeat(formLimits.bodyCharacters + 1)],
  ["NumMedia", "100"],
  ["NumMedia", "-1"],
  ["NumMedia", "1e1"],
  ["NumMedia", "many"],
  ["NumMedia", "1", "MediaUrl0"],
  ["OptOutType", "S".repeat(1_000)]
]

describe("TwilioWebhook.decodeInbound", () => {
  it("keeps a text with NUL in it, which no store knows, with a sign in its place", () => {
    assert.strictEqual(Result.getOrThrow(decodeInbound(changed("Body", "before\0after"))).body, "before\ufffdafter")
  })

  for (const [name, expected] of texts) {
    it(`reads the form "${name}"`, () => {
      assert.deepStrictEqual(decodeInbound(inbound[name]), Result.succeed({ ...plain, ...expected }))
    })
  }

  for (const [name, field, kind] of unusable) {
    it(`puts the form "${name}" aside: ${field} is ${kind}`, () => {
      assert.deepStrictEqual(decodeInbound(inbound[name]), Result.fail(new UnusableWebhook({ field, kind })))
    })
  }

  for (const [field, value, culprit = field] of malformed) {
    it(`refuses ${field} = ${value === null ? "nothing" : JSON.stringify(value.slice(0, 40))} and names ${culprit}`, () => {
      const result = decodeInbound(changed(field, value))
      assert.isTrue(Result.isFailure(result))
      if (Result.isSuccess(result)) return
      assert.instanceOf(result.failure, MalformedWebhook)
      assert.include(result.failure.message, culprit)
      assert.match(result.failure.message, /^\w+ (?:is missing|must .{5,80})\.$/u)
    })
  }

  const wrongMedia: ReadonlyArray<readonly [string, string]> = [
    ["MediaUrl0", "javascript:alert(1)"],
    ["MediaUrl0", "https://example.com/\0"],
    ["MediaUrl0", "https://example.com/a b"],
    ["MediaUrl0", `https://example.com/${"x".repeat(3_000)}`],
    ["MediaContentType0", "x".repeat(300)]
  ]
  for (const [field, value] of wrongMedia) {
    it(`refuses ${field} = ${JSON.stringify(value.slice(0, 40))}`, () => {
      const form = parseForm(inbound.pictureOnly)
      form.set(field, value)
      const result = decodeInbound(form)
      assert.strictEqual(Result.isFailure(result) && result.failure._tag === "MalformedWebhook" && result.failure.field, field)
    })
  }

  it("takes ten media, in order", () => {
    const form = parseForm(inbound.plain)
    form.set("NumMedia", "10")
    for (let i = 0; i < 10; i++) form.set(`MediaUrl${i}`, `https://example.com/${i}`)
    const result = decodeInbound(form)
    assert.deepStrictEqual(
      Result.isSuccess(result) && result.success.media.map(({ url }) => url),
      Array.from({ length: 10 }, (_, i) => `https://example.com/${i}`)
    )
  })

  it("never holds half a surrogate pair", () => {
    for (const body of ["Body=%ED%A0%80", "Body=a\uD800", "Body=%FF"]) {
      const result = decodeInbound(inbound.plain.replace("Body=Hello+there", body))
      assert.isTrue(Result.isSuccess(result) && result.success.body.isWellFormed() && result.success.body.includes("\uFFFD"), body)
    }
  })

  it("takes the first of a repeated field, and a name like __proto__ for any other", () => {
    const result = decodeInbound(`${inbound.plain}&Body=second&__proto__=x&constructor=y`)
    assert.deepStrictEqual(result, Result.succeed({ ...plain, body: "Hello there" }))
  })

  it.prop("answers any body with a text or a typed failure", [Schema.String], ([body]) => {
    for (const form of [body, `${inbound.plain}&${body}`, inbound.plain.replace("Hello+there", encodeURIComponent(body.toWellFormed()))]) {
      const result = decodeInbound(form)
      assert.isTrue(Result.isSuccess(result) || result.failure._tag === "MalformedWebhook" || result.failure._tag === "UnusableWebhook")
    }
  })
})

describe("TwilioWebhook.decodeStatus", () => {
  const query = new URLSearchParams({ message: text.messageId })
  const reports: ReadonlyArray<readonly [keyof typeof status, string, string | null]> = [
    ["queued", "sent", null],
    ["sending", "sent", null],
    ["sent", "sent", null],
    ["delivered", "delivered", null],
    ["read", "delivered", null],
    ["undelivered", "undelivered", "30003"],
    ["failed", "failed", "30007"],
    ["failedForANewReason", "failed", "39999"],
    ["failedWithoutAReason", "failed", null],
    ["canceled", "failed", null],
    ["olderNames", "sent", null]
  ]
  for (const [name, word, code] of reports) {
    it(`reads "${name}" as ${word}`, () => {
      const result = decodeStatus(status[name], query)
      assert.isTrue(Result.isSuccess(result))
      if (Result.isFailure(result)) return
      const { detail, ...rest } = result.success
      assert.deepStrictEqual(rest, { carrierId: sid.plain, accountSid, status: rest.status, from: name === "olderNames" ? null : text.from, optedOut: false, code, messageIdFromUrl: text.messageId })
      assert.strictEqual(rest.status, word)
      assert.strictEqual(detail === null, code === null)
    })
  }

  it("tells that the recipient opted out, and names no sender that is no phone number", () => {
    const form = status.failed.replace("30007", "21610").replace(/From=[^&]*/u, "From=Parley")
    const result = decodeStatus(form, query)
    assert.deepInclude(Result.isSuccess(result) ? result.success : {}, { optedOut: true, from: null, code: "21610" })
  })

  it("explains the code", () => {
    const known = decodeStatus(status.failed, query)
    const fresh = decodeStatus(status.failedForANewReason, query)
    assert.include(Result.isSuccess(known) ? known.success.detail : "", "filtered")
    assert.include(Result.isSuccess(fresh) ? fresh.success.detail : "", "Something new")
  })

  for (const name of ["received", "unheardOf"] as const) {
    it(`puts "${name}" aside`, () => {
      assert.deepStrictEqual(decodeStatus(status[name], query), Result.fail(new UnusableWebhook({ field: "MessageStatus", kind: "other_status" })))
    })
  }

  it("takes no id from the address that is none", () => {
    for (const id of ["", "msg_", `${text.messageId}\0`, "../../etc"]) {
      const result = decodeStatus(status.sent, new URLSearchParams({ message: id }))
      assert.isTrue(Result.isSuccess(result) && result.success.messageIdFromUrl === null, id)
    }
    const none = decodeStatus(status.sent, new URLSearchParams())
    assert.isTrue(Result.isSuccess(none) && none.success.messageIdFromUrl === null)
  })

  it("names what is missing or wrong", () => {
    const wrong: ReadonlyArray<readonly [string, string]> = [
      ["MessageSid", `MessageSid=SM1&${status.sent}`],
      ["AccountSid", status.sent.replace("AccountSid", "Account")],
      ["MessageStatus", status.sent.replaceAll(/(?:Sms|Message)Status=sent&/gu, "")],
      ["ErrorCode", status.failed.replace("30007", "30007x")]
    ]
    for (const [field, form] of wrong) {
      const result = decodeStatus(form, query)
      assert.strictEqual(Result.isFailure(result) && result.failure._tag === "MalformedWebhook" && result.failure.field, field)
    }
  })
})
