import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { AvailabilityRows } from "@parley/schema/Availability"
import { Country } from "@parley/schema/Country"
import { builtIn, CurrentAvailability, offerOf, override, publishedSegmentsPerSecond, rows } from "../src/Availability.ts"

const country = (code: string) => Country.make(code)
const all = rows(builtIn)

describe("Availability", () => {
  it("has one row for each published country, by country code", () => {
    assert.deepStrictEqual(all.map((row) => row.country), ["BG", "CA", "CZ", "DE", "FR", "GB", "HR", "IE", "IT", "NL", "SK", "US"].map(country))
  })

  it("says where each row and each sender is from and when it was read", () => {
    for (const { source } of all.flatMap((row) => [row, ...row.senders])) assert.isTrue(source.name.length > 0 && source.readOn.length > 0)
  })

  it("has senders exactly where people can answer, and notes where they cannot", () => {
    for (const row of all) assert.strictEqual(row.senders.length > 0, row.twoWay)
    const silent = all.filter((row) => !row.twoWay)
    assert.deepStrictEqual(silent.map((row) => row.country), ["BG", "HR", "SK"].map(country))
    for (const row of silent) assert.isNotEmpty(row.notes)
  })

  it("asks for registration of US and Canadian long codes and toll-free numbers only", () => {
    const registered = all.flatMap((row) => row.senders.filter((sender) => sender.registration !== "none").map((sender) => `${row.country} ${sender.type} ${sender.registration}`))
    assert.deepStrictEqual(registered, ["CA long_code 10dlc", "CA toll_free toll_free_verification", "US long_code 10dlc", "US toll_free toll_free_verification"])
  })

  it("gives weeks exactly where the lead time is counted in weeks", () => {
    for (const { leadTime } of all.flatMap((row) => row.senders)) assert.strictEqual(leadTime.weeksFrom !== null && leadTime.weeksTo !== null, leadTime.kind === "weeks")
  })

  const paces: ReadonlyArray<readonly [string, "long_code" | "mobile" | "short_code" | "toll_free", number | undefined]> = [
    ["US", "long_code", 225],
    ["US", "mobile", 225],
    ["US", "toll_free", 3],
    ["CA", "short_code", 1_000],
    ["GB", "short_code", 300],
    ["GB", "long_code", 10],
    ["IT", "long_code", 10],
    ["DE", "short_code", undefined],
    ["IE", "short_code", undefined],
    ["GB", "toll_free", undefined],
    ["HR", "long_code", undefined],
    ["JP", "long_code", undefined]
  ]
  for (const [code, type, pace] of paces) {
    it(`publishes ${pace ?? "no pace"} for a ${type} of ${code}`, () => {
      assert.strictEqual(Option.getOrUndefined(publishedSegmentsPerSecond(builtIn, country(code), type)), pace)
    })
  }

  it("knows nothing of a country without a row", () => {
    assert.isUndefined(builtIn.get(country("JP")))
    assert.isTrue(Option.isNone(offerOf(builtIn, country("JP"), "long_code")))
  })

  it("takes an operator's row in place of the whole of its own, and keeps the others", () => {
    const closed = { country: country("GB"), twoWay: false, senders: [], notes: [], source: { name: "A letter", readOn: "2026-11-24" } }
    const table = override(builtIn, [closed, { ...closed, country: country("JP") }])
    assert.deepStrictEqual(table.get(country("GB")), closed)
    assert.deepStrictEqual(table.get(country("US")), builtIn.get(country("US")))
    assert.strictEqual(rows(table).length, all.length + 1)
    assert.strictEqual(builtIn.get(country("GB"))?.twoWay, true)
  })

  it("reads back what it writes: the answer of the API is an operator's file", () => {
    const written = Schema.encodeSync(AvailabilityRows)({ data: all })
    assert.deepStrictEqual(Schema.decodeUnknownSync(AvailabilityRows)(JSON.parse(JSON.stringify(written))), { data: all })
  })

  it.effect("is the built-in table unless another is provided", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* CurrentAvailability, builtIn)
      const none: typeof builtIn = new Map()
      assert.strictEqual(yield* Effect.provideService(CurrentAvailability, none)(CurrentAvailability), none)
    }))
})
