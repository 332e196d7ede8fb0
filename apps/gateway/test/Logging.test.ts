import { assert, describe, it } from "vitest"
import * as Logging from "../src/Logging.ts"

const rows: ReadonlyArray<readonly [name: string, line: string, scrubbed: string]> = [
  ["a phone number", "to +14155550100 now", "to +14*******00 now"],
  ["a phone number in a URL", "GET /v1/sessions?user_number=%2B14155550100&x=1", "GET /v1/sessions?user_number=+14*******00&x=1"],
  ["a phone number in a URL with small letters", "user_number=%2b447700900006", "user_number=+44********06"],
  ["every phone number of a line", "+14155550100,+447700900006", "+14*******00,+44********06"],
  ["a phone number inside JSON", `{"to":"+14155550100"}`, `{"to":"+14*******00"}`],
  ["a phone number inside JSON inside JSON", String.raw`{"body":"{\"to\":\"+14155550100\"}"}`, String.raw`{"body":"{\"to\":\"+14*******00\"}"}`],
  ["an API key", "X-PolyAi-Auth-Token: pk_abcDEF-_0123456789", "X-PolyAi-Auth-Token: pk_…"],
  ["an API key inside JSON", `{"key":"pk_demo"}`, `{"key":"pk_…"}`]
]

describe("Logging.scrub", () => {
  for (const [name, line, scrubbed] of rows) {
    it(`hides ${name}`, () => assert.strictEqual(Logging.scrub(line), scrubbed))
  }

  it("leaves times, ids and sums alone", () => {
    const line = `2026-11-24T10:00:00.000+01:00 session=TW_SMS_01JD3Z5QJ5ZZZZZZZZZZZZZZZZ 1+2=3 sid=SM00000000000000000000000000000001`
    assert.strictEqual(Logging.scrub(line), line)
  })
})
