import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Buffer } from "node:buffer"
import type * as Http from "node:http"
import { Country } from "@parley/schema/Country"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { TwilioAccount } from "../src/TwilioAccount.ts"
import * as TwilioInspection from "../src/TwilioInspection.ts"
import { closedPort, json, type Recorded, serve } from "./LoopbackServer.ts"
import { account, accountSid, secret } from "./Texts.ts"

const now = DateTime.makeUnsafe("2026-11-24T10:00:00.500Z")
const first = PhoneNumber.make("+15005550006")
const second = PhoneNumber.make("+447700900006")
const withKey: TwilioAccount = { ...account, apiKey: { sid: "SK1", secret: Redacted.make("key-secret") } }

const path = `/2010-04-01/Accounts/${accountSid}`
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`

const accountResource = (fields: Readonly<Record<string, unknown>> = {}) => ({ sid: accountSid, friendly_name: "Ours", status: "active", type: "Full", ...fields })

const numberResource = (number: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  sid: "PN00000000000000000000000000000001",
  phone_number: number,
  sms_url: "https://sms.example.com/twilio/demo/live/sms#rc=3&rp=5xx",
  sms_method: "POST",
  sms_fallback_url: "",
  sms_application_sid: "",
  capabilities: { sms: true, mms: true, voice: true, fax: false },
  ...fields
})

const listing = (numbers: ReadonlyArray<unknown>) => ({
  end: 0,
  first_page_uri: "",
  next_page_uri: null,
  page: 0,
  page_size: 20,
  previous_page_uri: null,
  start: 0,
  uri: "",
  incoming_phone_numbers: numbers
})

const meta = (key: string) => ({ first_page_url: "", key, next_page_url: null, page: 0, page_size: 20, previous_page_url: null, url: "" })

const withInspection = <A, E>(baseUrl: URL, use: (inspection: TwilioInspection.TwilioInspection) => Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(DateTime.toEpochMillis(now))
    return yield* use(yield* TwilioInspection.make({ baseUrl, timeout: Duration.seconds(5) }))
  }).pipe(Effect.scoped)

const accountOn = (baseUrl: URL, of: TwilioAccount = account) => withInspection(baseUrl, (inspection) => inspection.account(of))

const numbersOn = (baseUrl: URL, wanted: ReadonlyArray<PhoneNumber>, of: TwilioAccount = account) =>
  withInspection(baseUrl, (inspection) => inspection.numbers(of, wanted))

const answering = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  serve((_: Recorded, response: Http.ServerResponse) => json(response, status, body, headers))

describe("TwilioInspection.account", () => {
  it.effect("reads the account's status, type and clock with the auth token, even beside an API key", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* answering(200, accountResource(), { date: "Tue, 24 Nov 2026 09:59:00 GMT" })
      assert.deepStrictEqual(yield* accountOn(baseUrl, withKey), { status: "active", isTrial: false, aheadMillis: 60_000 })
      assert.deepStrictEqual(asked.map(({ authorization, method, url }) => [method, url, authorization]), [["GET", `${path}.json`, basic(accountSid, secret)]])
    }))

  it.effect("tells a suspended account, a closed one and a trial", () =>
    Effect.gen(function*() {
      for (const status of ["suspended", "closed"]) {
        const { baseUrl } = yield* answering(200, accountResource({ status, type: "Trial" }))
        const inspected = yield* accountOn(baseUrl)
        assert.deepStrictEqual([inspected.status, inspected.isTrial], [status, true])
      }
    }))

  it.effect("knows no clock from an answer without a date", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* answering(200, accountResource(), { date: "yesterday" })
      assert.isNull((yield* accountOn(baseUrl)).aheadMillis)
    }))

  const refusals: ReadonlyArray<readonly [name: string, status: number, body: unknown, reason: string]> = [
    ["credentials that are not accepted", 401, { code: 20003, message: "Authenticate", status: 401 }, "credentials"],
    ["an account that is not active", 401, { code: 20005, message: "Account not active", status: 401 }, "not_active"],
    ["an account that is not there", 404, { code: 20404, message: "Not found", status: 404 }, "credentials"],
    ["a carrier with too much to do", 429, { code: 20429, message: "Too many", status: 429 }, "unreachable"],
    ["a carrier in trouble", 503, { code: 20503, message: "Unavailable", status: 503 }, "unreachable"],
    ["an address that is not Twilio's", 404, "Not here", "unreadable"],
    ["an answer without a status", 200, { hello: "world" }, "unreadable"]
  ]
  for (const [name, status, body, reason] of refusals) {
    it.effect(`tells ${name}`, () =>
      Effect.gen(function*() {
        const { asked, baseUrl } = yield* answering(status, body)
        const failure = yield* Effect.flip(accountOn(baseUrl))
        assert.strictEqual(failure.reason, reason)
        assert.strictEqual(asked.length, 1)
        assert.notInclude(failure.message, secret)
      }))
  }

  it.effect("tells a carrier that cannot be reached", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(accountOn(yield* closedPort))
      assert.strictEqual(failure.message, "Twilio could not be reached (ECONNREFUSED): check the network, proxies and TWILIO_BASE_URL.")
    }))

  it.effect("refuses, without a call, an account that it cannot log in with", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* answering(200, accountResource())
      for (const unusable of [{ ...account, authTokens: [] }, { ...account, authTokens: [Redacted.make("")] }, { ...account, accountSid: "12345" }]) {
        assert.strictEqual((yield* Effect.flip(accountOn(baseUrl, unusable))).reason, "credentials")
      }
      assert.strictEqual(asked.length, 0)
    }))
})

describe("TwilioInspection.services", () => {
  const [newest, older, gone] = ["1", "2", "3"].map((digit) => `MG${digit.repeat(32)}`) as [string, string, string]
  const servicesOn = (baseUrl: URL, wanted: ReadonlyArray<string>) => withInspection(baseUrl, (inspection) => inspection.services(withKey, wanted))

  it.effect("reads the newest services and those that are asked for, with their senders, and leaves out what is not there", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve(({ url }, response) => {
        const { pathname } = new URL(url, "http://localhost")
        if (pathname === "/v1/Services") return json(response, 200, { meta: meta("services"), services: [{ sid: newest, inbound_request_url: null, use_inbound_webhook_on_number: true }] })
        if (pathname === `/v1/Services/${older}`) return json(response, 200, { sid: older, inbound_request_url: "https://elsewhere.example.com/sms", use_inbound_webhook_on_number: false })
        if (pathname.endsWith("/PhoneNumbers")) return json(response, 200, { meta: meta("phone_numbers"), phone_numbers: pathname.includes(newest) ? [{ sid: "PN1", phone_number: first }] : [] })
        json(response, 404, { code: 20404, message: "No.", status: 404 })
      })
      assert.deepStrictEqual(yield* servicesOn(baseUrl, [newest, older, gone]), [
        { sid: newest, inboundRequestUrl: null, useInboundWebhookOnNumber: true, senders: [first] },
        { sid: older, inboundRequestUrl: "https://elsewhere.example.com/sms", useInboundWebhookOnNumber: false, senders: [] }
      ])
      assert.deepStrictEqual(new Set(asked.map(({ authorization }) => authorization)), new Set([basic("SK1", "key-secret")]))
    }))

  it.effect("says which credential is not accepted", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* answering(401, { code: 20003, message: "Authenticate", status: 401 })
      assert.include((yield* Effect.flip(servicesOn(baseUrl, []))).message, "API key")
    }))
})

describe("TwilioInspection.campaigns", () => {
  const [bare, approved, low, alone] = ["1", "2", "3", "4"].map((digit) => `MG${digit.repeat(32)}`) as [string, string, string, string]
  const campaign = (sid: string, brand: string, status: string) => ({ sid, brand_registration_sid: brand, campaign_status: status, us_app_to_person_usecase: "CUSTOMER_CARE", errors: [] })
  const brand = (fields: Readonly<Record<string, unknown>>) => ({ status: "APPROVED", brand_type: "STANDARD", brand_score: null, skip_automatic_sec_vet: false, errors: [], ...fields })
  const answers: Readonly<Record<string, unknown>> = {
    [`/v1/Services/${approved}/Compliance/Usa2p`]: { meta: meta("compliance"), compliance: [campaign("QE2", "BN2", "VERIFIED")] },
    [`/v1/Services/${low}/Compliance/Usa2p`]: { meta: meta("compliance"), compliance: [campaign("QE3", "BN3", "SUSPENDED")] },
    [`/v1/Services/${alone}/Compliance/Usa2p`]: { meta: meta("compliance"), compliance: [campaign("QE4", "BN4", "IN_PROGRESS")] },
    "/v1/a2p/BrandRegistrations/BN2": brand({ brand_score: 60 }),
    "/v1/a2p/BrandRegistrations/BN3": brand({ skip_automatic_sec_vet: true })
  }

  it.effect("reads how a service's campaign stands, and the pace that its brand allows where that can be read", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve(({ url }, response) => {
        const answer = answers[new URL(url, "http://localhost").pathname]
        json(response, answer === undefined ? 404 : 200, answer ?? { code: 20404, message: "No.", status: 404 })
      })
      const found = yield* withInspection(baseUrl, (inspection) => inspection.campaigns(account, [bare, approved, low, alone]))
      assert.deepStrictEqual(found.map(({ segmentsPerSecond, service, sid, word }) => [sid, service, word.state, segmentsPerSecond]), [
        ["QE2", approved, "approved", 120],
        ["QE3", low, "suspended", 3.75],
        ["QE4", alone, "in_review", null]
      ])
    }))
})

describe("TwilioInspection.countries", () => {
  it.effect("reads with the auth token where people may be texted, and says when Twilio does not tell", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve(({ url }, response) => {
        const country = new URL(url, "http://localhost").searchParams.get("CountryCode")
        if (country === "IE") return json(response, 404, { code: 20404, message: "No.", status: 404 })
        json(response, 200, { permissions: country === "DE" ? [] : [{ country_code: country, type: "country", enabled: country === "US", error_code: 0, error_messages: [] }] })
      })
      const wanted = ["US", "GB", "DE", "IE"].map((code) => Country.make(code))
      const found = yield* withInspection(baseUrl, (inspection) => inspection.countries(withKey, wanted))
      assert.deepStrictEqual(found.map(({ country, isEnabled }) => `${country} ${isEnabled}`), ["US true", "GB false", "DE null", "IE null"])
      assert.deepStrictEqual(new Set(asked.map(({ authorization, url }) => `${authorization} ${new URL(url, baseUrl).pathname}`)), new Set([`${basic(accountSid, secret)} /v1/Messaging/GeoPermissions`]))
    }))
})

describe("TwilioInspection.numbers", () => {
  it.effect("reads each number with the fragment of its URL, as sending logs in", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve(({ url }, response) => {
        const wanted = new URL(url, "http://localhost").searchParams.get("PhoneNumber") ?? ""
        json(response, 200, listing([numberResource(wanted)]))
      })
      const common = { sid: "PN00000000000000000000000000000001", smsUrl: "https://sms.example.com/twilio/demo/live/sms#rc=3&rp=5xx", smsMethod: "POST", smsFallbackUrl: "", smsApplicationSid: "", canText: true }
      assert.deepStrictEqual(yield* numbersOn(baseUrl, [first, second], withKey), [{ number: first, ...common }, { number: second, ...common }])
      assert.deepStrictEqual(new Set(asked.map(({ authorization }) => authorization)), new Set([basic("SK1", "key-secret")]))
      assert.deepStrictEqual(asked.map(({ url }) => new URL(url, baseUrl).pathname), [`${path}/IncomingPhoneNumbers.json`, `${path}/IncomingPhoneNumbers.json`])
    }))

  it.effect("leaves out a number that the account lacks, and others that the filter let through", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* answering(200, listing([numberResource("+15005550066")]))
      assert.deepStrictEqual(yield* numbersOn(baseUrl, [first]), [])
    }))

  it.effect("takes missing fields for unset ones", () =>
    Effect.gen(function*() {
      const bare = { sms_url: null, sms_method: null, sms_fallback_url: null, sms_application_sid: null, capabilities: null }
      const { baseUrl } = yield* answering(200, listing([numberResource(first, bare)]))
      assert.deepStrictEqual(yield* numbersOn(baseUrl, [first]), [
        { sid: "PN00000000000000000000000000000001", number: first, smsUrl: "", smsMethod: "POST", smsFallbackUrl: "", smsApplicationSid: "", canText: false }
      ])
    }))

  it.effect("says which credential is not accepted", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* answering(401, { code: 20003, message: "Authenticate", status: 401 })
      assert.include((yield* Effect.flip(numbersOn(baseUrl, [first]))).message, "auth token")
      assert.include((yield* Effect.flip(numbersOn(baseUrl, [first], withKey))).message, "API key")
    }))

  it.effect("asks nothing when no number is wanted", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* answering(200, listing([]))
      assert.deepStrictEqual(yield* numbersOn(baseUrl, []), [])
      assert.strictEqual(asked.length, 0)
    }))
})
