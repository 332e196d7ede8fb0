import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import type { CarrierFailure } from "@parley/core/ports/Carrier"
import { type ErrorAnswer, explain, fullQueuePause, ofCreate, ofRead, type Retry, twilioErrors } from "../src/TwilioErrors.ts"

type Tag = CarrierFailure["reason"]["_tag"]

const answer = (status: number, code: string | null, fields: Partial<ErrorAnswer> = {}): ErrorAnswer => ({
  status,
  code,
  said: null,
  retryAfter: null,
  requestId: null,
  ...fields
})

/** Code, when it may be tried again, and what it means when the create call brings it with HTTP 400. */
const rows: ReadonlyArray<readonly [string, Retry, Tag]> = [
  ["20003", "no", "Refused"],
  ["20429", "slower", "NotNow"],
  ["20500", "ambiguous", "Ambiguous"],
  ["20503", "ambiguous", "Ambiguous"],
  ["21211", "no", "Rejected"],
  ["21212", "no", "Rejected"],
  ["21408", "no", "Rejected"],
  ["21602", "no", "Rejected"],
  ["21603", "no", "Rejected"],
  ["21604", "no", "Rejected"],
  ["21606", "no", "Rejected"],
  ["21608", "no", "Rejected"],
  ["21610", "no", "RecipientOptedOut"],
  ["21611", "later", "NotNow"],
  ["21612", "no", "Rejected"],
  ["21614", "no", "Rejected"],
  ["21617", "no", "Rejected"],
  ["21620", "no", "Rejected"],
  ["21623", "no", "Rejected"],
  ["21659", "no", "Rejected"],
  ["21660", "no", "Rejected"],
  ["21703", "no", "Rejected"],
  ["21704", "no", "Rejected"],
  ["21705", "no", "Rejected"],
  ["30001", "later", "NotNow"],
  ["30003", "few_times", "Rejected"],
  ["30004", "no", "Rejected"],
  ["30005", "no", "Rejected"],
  ["30006", "no", "Rejected"],
  ["30007", "no", "Rejected"],
  ["30008", "few_times", "Rejected"],
  ["30017", "slower", "NotNow"],
  ["30019", "no", "Rejected"],
  ["30022", "slower", "NotNow"],
  ["30023", "next_day", "NotNow"],
  ["30027", "next_day", "NotNow"],
  ["30032", "no", "Rejected"],
  ["30033", "no", "Rejected"],
  ["30034", "no", "Rejected"],
  ["30035", "later", "NotNow"],
  ["30410", "ambiguous", "Ambiguous"],
  ["30450", "no", "Rejected"],
  ["63038", "next_day", "NotNow"]
]

describe("TwilioErrors", () => {
  for (const [code, retry, tag] of rows) {
    it(`${code} may be tried again: ${retry}; on create it is ${tag}`, () => {
      const known = twilioErrors.get(code)
      assert.strictEqual(known?.retry, retry)
      assert.match(known?.meaning ?? "", /^[A-Z].{15,}\.$/u)
      const reason = ofCreate(answer(400, code))
      assert.strictEqual(reason._tag, tag)
      assert.strictEqual(reason.code, code)
      assert.strictEqual(reason._tag === "NotNow" && reason.nextDay, retry === "next_day")
    })
  }

  it("has a row here for every code of the table", () => {
    assert.deepStrictEqual([...twilioErrors.keys()].toSorted(), rows.map(([code]) => code).toSorted())
  })

  const byStatus: ReadonlyArray<readonly [number, string | null, Tag]> = [
    [302, null, "Ambiguous"],
    [308, null, "Ambiguous"],
    [400, null, "Rejected"],
    [400, "99999", "Rejected"],
    [401, "20003", "Refused"],
    [401, null, "Refused"],
    [403, "20003", "Refused"],
    [403, "21610", "Refused"],
    [404, "20404", "Rejected"],
    [408, null, "Ambiguous"],
    [429, "20429", "NotNow"],
    [429, null, "NotNow"],
    [429, "99999", "NotNow"],
    [429, "63038", "NotNow"],
    [500, "20500", "Ambiguous"],
    [500, "21610", "Ambiguous"],
    [502, null, "Ambiguous"],
    [503, "20503", "Ambiguous"],
    [504, null, "Ambiguous"]
  ]
  for (const [status, code, tag] of byStatus) {
    it(`HTTP ${status} with ${code ?? "no code"} on create is ${tag}`, () => {
      const reason = ofCreate(answer(status, code))
      assert.deepStrictEqual([reason._tag, reason.code], [tag, code])
    })
  }

  it("waits as long as Twilio asks, else some minutes for a full queue, else as long as the caller thinks fit", () => {
    const wait = (given: ErrorAnswer) => {
      const reason = ofCreate(given)
      return reason._tag === "NotNow" ? reason.retryAfter : undefined
    }
    const seconds = Duration.seconds(7)
    assert.deepStrictEqual(wait(answer(429, "20429", { retryAfter: seconds })), seconds)
    assert.deepStrictEqual(wait(answer(400, "21611", { retryAfter: seconds })), seconds)
    assert.deepStrictEqual(wait(answer(400, "21611")), fullQueuePause)
    assert.isNull(wait(answer(429, "20429")))
  })

  it("leaves a daily cap that comes with a 429 to the next day", () => {
    const reason = ofCreate(answer(429, "63038"))
    assert.isTrue(reason._tag === "NotNow" && reason.nextDay)
  })

  it("explains a code that it does not know with Twilio's words and a link, cut to size", () => {
    assert.strictEqual(explain("99999", "Something new. "), "Something new (Twilio error 99999, see https://www.twilio.com/docs/errors/99999).")
    assert.strictEqual(explain("99999", null), "Twilio gives no reason (Twilio error 99999, see https://www.twilio.com/docs/errors/99999).")
    assert.isBelow(explain("99999", "long ".repeat(10_000)).length, 400)
    assert.isTrue(explain("99999", "\uD83D\uDC4B".repeat(200).slice(1)).isWellFormed())
  })

  it("names the request for Twilio's support when the outcome is not known", () => {
    const reason = ofCreate(answer(500, "20500", { requestId: "RQ1" }))
    assert.include(reason._tag === "Ambiguous" ? reason.detail : "", "RQ1")
  })

  it("suspects the address when an answer bears no code", () => {
    const reason = ofCreate(answer(404, null))
    assert.include(reason._tag === "Rejected" ? reason.detail : "", "TWILIO_BASE_URL")
  })

  it("never takes a failed question for a text that may have been sent", () => {
    for (const status of [301, 400, 401, 403, 404, 408, 429, 500, 503]) {
      assert.include(["NotNow", "Refused", "Rejected"], ofRead(answer(status, "20500"))._tag, String(status))
    }
  })
})
