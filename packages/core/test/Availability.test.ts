import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { Country } from "@parley/schema/Country"
import { availability, availabilityOf, publishedSegmentsPerSecond } from "../src/Availability.ts"

const country = (code: string) => Country.make(code)

describe("Availability", () => {
  it("has one row for each published country", () => {
    assert.deepStrictEqual(availability.map((row) => row.country), ["US", "CA", "GB", "DE", "FR", "IE", "NL", "CZ", "IT", "HR", "BG", "SK"].map(country))
  })

  it("says where each row is from and when it was read", () => {
    for (const row of availability) assert.isTrue(row.source.length > 0 && row.readOn.length > 0)
  })

  it("has senders exactly where people can answer", () => {
    for (const row of availability) assert.strictEqual(row.senders.length > 0, row.twoWay)
    assert.deepStrictEqual(availability.filter((row) => !row.twoWay).map((row) => row.country), ["HR", "BG", "SK"].map(country))
  })

  it("asks for 10DLC registration of US and Canadian long codes only", () => {
    const registered = availability.flatMap((row) => row.senders.filter((sender) => sender.registration === "10dlc").map((sender) => `${row.country} ${sender.type}`))
    assert.deepStrictEqual(registered, ["US long_code", "CA long_code"])
  })

  const paces: ReadonlyArray<readonly [string, "long_code" | "short_code" | "toll_free", number | undefined]> = [
    ["US", "long_code", 225],
    ["CA", "short_code", 1_000],
    ["GB", "short_code", 300],
    ["GB", "long_code", 10],
    ["IT", "long_code", 10],
    ["DE", "short_code", undefined],
    ["IE", "short_code", undefined],
    ["US", "toll_free", undefined],
    ["HR", "long_code", undefined],
    ["JP", "long_code", undefined]
  ]
  for (const [code, type, pace] of paces) {
    it(`publishes ${pace ?? "no pace"} for a ${type} of ${code}`, () => {
      assert.strictEqual(Option.getOrUndefined(publishedSegmentsPerSecond(country(code), type)), pace)
    })
  }

  it("knows nothing of a country without a row", () => {
    assert.isUndefined(availabilityOf(country("JP")))
  })
})
