import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Option } from "effect"
import type * as Http from "node:http"
import { type MarketFailure, NumberMarket } from "@parley/core/ports/NumberMarket"
import { StoreFailure } from "@parley/core/ports/Store"
import type { Country } from "@parley/schema/Country"
import { OperationId, ProjectId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { NoTwilioAccount } from "../src/TwilioAccount.ts"
import * as TwilioNumbers from "../src/TwilioNumbers.ts"
import { closedPort, json, type Recorded, serve } from "./LoopbackServer.ts"
import { account, accountFor, accountSid } from "./Texts.ts"

const projectId = ProjectId.make("demo")
const destination = { projectId, environment: "live" as const }
const number = PhoneNumber.make("+14155550142")
const mark = OperationId.make("op_01JD3Z5QJ5ZZZZZZZZZZZZZZZZ")
const sid = `PN${"0".repeat(31)}1`
const publicUrl = new URL("https://sms.example.com/parley/")
const wish = { country: "US" as Country, type: "local" as const, areaCode: "415", contains: null }

const withMarket = <A, E>(use: (market: NumberMarket["Service"]) => Effect.Effect<A, E>, options: Partial<TwilioNumbers.TwilioNumbersOptions>) =>
  Effect.flatMap(NumberMarket, use).pipe(
    Effect.provide(TwilioNumbers.layer({ accountFor, publicUrl, timeout: Duration.seconds(2), ...options }))
  )

const refusal = <A, R>(effect: Effect.Effect<A, MarketFailure, R>) => Effect.map(Effect.flip(effect), ({ code, reason, retryable }) => ({ code, reason, retryable }))

const incoming = (fields: object = {}) => ({ sid, phone_number: number, friendly_name: mark, type: "local", capabilities: { sms: true, mms: true }, ...fields })

const error = (response: Http.ServerResponse, status: number, code: number) => json(response, status, { code, message: "No.", more_info: "", status })

const numbersPath = `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers.json`

describe("TwilioNumbers.search", () => {
  const offered = { available_phone_numbers: [
    { phone_number: number, iso_country: "US", locality: "San Francisco", region: "CA", address_requirements: "none", capabilities: { sms: true } },
    { phone_number: "+14155550143", iso_country: "US", locality: null, region: "", address_requirements: "local" },
    { phone_number: "12345" }
  ] }
  const prices = { country: "United States", iso_country: "US", price_unit: "usd", phone_number_prices: [
    { number_type: "toll free", base_price: "2.15", current_price: "2.15" },
    { number_type: "local", base_price: "1.25", current_price: "1.15" }
  ] }

  it.effect("asks for numbers that can text, and for their price", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve(({ url }, response) => json(response, 200, url.startsWith("/v1/") ? prices : offered))
      const offers = yield* withMarket((market) => market.search(projectId, { ...wish, contains: "55501**" }, 5), { baseUrl })
      assert.deepStrictEqual(offers, [
        { number, country: "US" as Country, type: "local", locality: "San Francisco", region: "CA", needsAddress: false, monthlyPrice: { amount: "1.15", currency: "USD" } },
        { number: PhoneNumber.make("+14155550143"), country: "US" as Country, type: "local", locality: null, region: null, needsAddress: true, monthlyPrice: { amount: "1.15", currency: "USD" } }
      ])
      assert.deepStrictEqual(asked.map(({ url }) => url).toSorted(), [
        `/2010-04-01/Accounts/${accountSid}/AvailablePhoneNumbers/US/Local.json?AreaCode=415&Contains=55501**&SmsEnabled=true&PageSize=5`,
        "/v1/PhoneNumbers/Countries/US"
      ])
    }))

  it.effect("shows numbers whose price is not told, and each type at its own address", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve(({ url }, response) => url.startsWith("/v1/") ? error(response, 404, 20404) : json(response, 200, offered))
      for (const [type, name] of [["mobile", "Mobile"], ["toll_free", "TollFree"]] as const) {
        const [offer] = yield* withMarket((market) => market.search(projectId, { ...wish, type, areaCode: null }, 1), { baseUrl })
        assert.deepStrictEqual([offer?.type, offer?.monthlyPrice], [type, null])
        assert.isTrue(asked.some(({ url }) => url.includes(`/AvailablePhoneNumbers/US/${name}.json`)))
      }
    }))

  it.effect("finds nothing where the country or the type is not sold", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) => error(response, 404, 20404))
      assert.deepStrictEqual(yield* withMarket((market) => market.search(projectId, wish, 5), { baseUrl }), [])
    }))
})

describe("TwilioNumbers.buy", () => {
  const buy = (options: Partial<TwilioNumbers.TwilioNumbersOptions>) => withMarket((market) => market.buy(projectId, number, mark), options)

  it.live("does not buy when the process stood still between the decision and the call", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, {}))
      const clock = yield* Clock.Clock
      let looks = 0
      const thawed = Object.create(clock, { currentTimeMillisUnsafe: { value: () => clock.currentTimeMillisUnsafe() + (looks++ === 0 ? 0 : 120_000) } }) as Clock.Clock
      assert.deepStrictEqual(yield* refusal(buy({ baseUrl }).pipe(Effect.provideService(Clock.Clock, thawed))), { reason: "not_now", code: null, retryable: true })
      assert.strictEqual(asked.length, 0)
    }))

  it.effect("is one call that leaves the operation's id as the number's name", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 201, incoming()))
      assert.deepStrictEqual(yield* buy({ baseUrl }), { carrierId: sid, number, type: "long_code", mms: true, mark })
      assert.strictEqual(asked.length, 1)
      assert.deepStrictEqual([asked[0]?.method, asked[0]?.url], ["POST", numbersPath])
      assert.deepStrictEqual(Object.fromEntries(asked[0]?.form ?? []), { PhoneNumber: number, FriendlyName: mark })
    }))

  const answers: ReadonlyArray<readonly [string, (asked: Recorded, response: Http.ServerResponse) => void, Pick<MarketFailure, "code" | "reason" | "retryable">]> = [
    ["a number that is gone", (_, response) => error(response, 400, 21422), { reason: "not_for_sale", code: "21422", retryable: false }],
    ["a number that wants an address", (_, response) => error(response, 400, 21631), { reason: "rejected", code: "21631", retryable: false }],
    ["an unknown error", (_, response) => error(response, 400, 29999), { reason: "rejected", code: "29999", retryable: false }],
    ["wrong credentials", (_, response) => error(response, 401, 20003), { reason: "refused", code: "20003", retryable: false }],
    ["too many requests", (_, response) => error(response, 429, 20429), { reason: "not_now", code: "20429", retryable: true }],
    ["a 5xx", (_, response) => error(response, 500, 20500), { reason: "ambiguous", code: "20500", retryable: true }],
    ["a 408", (_, response) => error(response, 408, 20001), { reason: "ambiguous", code: "20001", retryable: true }],
    ["a broken connection", (_, response) => void response.destroy(), { reason: "ambiguous", code: null, retryable: true }],
    ["an answer without a number", (_, response) => json(response, 201, {}), { reason: "ambiguous", code: null, retryable: true }],
    ["another host's answer", (_, response) => json(response, 404, {}), { reason: "rejected", code: null, retryable: false }]
  ]
  for (const [what, answer, expected] of answers) {
    it.effect(`tells of ${what}`, () =>
      Effect.gen(function*() {
        const { asked, baseUrl } = yield* serve(answer)
        assert.deepStrictEqual(yield* refusal(buy({ baseUrl })), expected)
        assert.strictEqual(asked.length, 1)
      }))
  }

  it.effect("is certain that nothing was bought where nobody listens", () =>
    Effect.gen(function*() {
      const baseUrl = yield* closedPort
      assert.deepStrictEqual(yield* refusal(buy({ baseUrl })), { reason: "not_now", code: null, retryable: true })
    }))

  it.effect("tells an account that is missing from a store that is away", () =>
    Effect.gen(function*() {
      const none = () => Effect.fail(new NoTwilioAccount({ projectId, detail: "None." }))
      assert.strictEqual((yield* refusal(buy({ accountFor: none }))).reason, "refused")
      assert.strictEqual((yield* refusal(buy({ accountFor: () => Effect.succeed({ ...account, authTokens: [] }) }))).reason, "refused")
      const away = () => Effect.fail(new StoreFailure({ reason: "busy", operation: "directory.project", cause: null }))
      assert.strictEqual((yield* refusal(buy({ accountFor: away }))).reason, "not_now")
    }))
})

describe("TwilioNumbers.find", () => {
  it.effect("brings the account's own number, and not one that merely looks like it", () =>
    Effect.gen(function*() {
      const numbers = [incoming({ phone_number: "+144155550142" }), incoming({ type: "tollfree", friendly_name: "Front desk" })]
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 200, { incoming_phone_numbers: numbers }))
      const found = yield* withMarket((market) => market.find(projectId, number), { baseUrl })
      assert.deepStrictEqual(found, Option.some({ carrierId: sid, number, type: "toll_free" as const, mms: true, mark: "Front desk" }))
      assert.strictEqual(asked[0]?.url, `${numbersPath}?PhoneNumber=%2B14155550142&PageSize=20`)
      numbers.pop()
      assert.isTrue(Option.isNone(yield* withMarket((market) => market.find(projectId, number), { baseUrl })))
    }))

  it.effect("can be asked again after a 5xx: it changes nothing", () =>
    Effect.gen(function*() {
      const { baseUrl } = yield* serve((_, response) => error(response, 503, 20503))
      assert.strictEqual((yield* refusal(withMarket((market) => market.find(projectId, number), { baseUrl }))).reason, "not_now")
    }))
})

describe("TwilioNumbers.configure", () => {
  const configure = (options: Partial<TwilioNumbers.TwilioNumbersOptions>) => withMarket((market) => market.configure(sid, destination), options)

  it.effect("has texts brought to the project's environment, repeated whatever fails, and leaves calls alone", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 200, incoming()))
      yield* configure({ baseUrl })
      yield* configure({ baseUrl, fallbackUrl: new URL("https://standby.example.com") })
      assert.strictEqual(asked[0]?.url, numbersPath.replace(".json", `/${sid}.json`))
      const smsUrl = "https://sms.example.com/parley/twilio/demo/live/sms"
      const form = { SmsUrl: `${smsUrl}#rc=5&rp=all`, SmsMethod: "POST", SmsFallbackUrl: smsUrl, SmsFallbackMethod: "POST", SmsApplicationSid: "" }
      assert.deepStrictEqual(asked.map(({ form }) => Object.fromEntries(form)), [form, { ...form, SmsFallbackUrl: "https://standby.example.com/twilio/demo/live/sms" }])
      assert.strictEqual(yield* withMarket((market) => Effect.succeed(market.inboundAddress(destination)), {}), form.SmsUrl)
    }))

  it.effect("is rejected without a public URL, before Twilio is asked", () =>
    Effect.gen(function*() {
      const { asked, baseUrl } = yield* serve((_, response) => json(response, 200, incoming()))
      assert.strictEqual((yield* refusal(configure({ baseUrl, publicUrl: null }))).reason, "rejected")
      assert.deepStrictEqual(asked, [])
      assert.isNull(yield* withMarket((market) => Effect.succeed(market.inboundAddress(destination)), { publicUrl: null }))
    }))
})

describe("TwilioNumbers.release", () => {
  const release = (baseUrl: URL) => withMarket((market) => market.release(projectId, sid), { baseUrl })

  it.effect("gives the number back, and is content when Twilio does not have it any more", () =>
    Effect.gen(function*() {
      let status = 204
      const { asked, baseUrl } = yield* serve((_, response) => {
        if (status === 204) response.writeHead(204).end()
        else error(response, status, status === 404 ? 20404 : 20500)
      })
      yield* release(baseUrl)
      status = 404
      yield* release(baseUrl)
      status = 500
      assert.strictEqual((yield* refusal(release(baseUrl))).reason, "ambiguous")
      assert.deepStrictEqual([...new Set(asked.map(({ method, url }) => `${method} ${url}`))], [`DELETE ${numbersPath.replace(".json", `/${sid}.json`)}`])
    }))
})
