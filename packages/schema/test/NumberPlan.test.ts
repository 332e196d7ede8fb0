import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import fc from "fast-check"
import { Country } from "../src/Country.ts"
import { areaCodeOf, countryOf, isNorthAmericanTollFree } from "../src/NumberPlan.ts"
import { PhoneNumber } from "../src/PhoneNumber.ts"

const rows: ReadonlyArray<readonly [string, string | undefined, string | undefined, string]> = [
  ["+14155550100", "US", "415", "San Francisco"],
  ["+16045550123", "CA", "604", "Vancouver"],
  ["+14165550123", "CA", "416", "Toronto"],
  ["+15145550199", "CA", "514", "Montréal"],
  ["+18765551234", "JM", undefined, "Jamaica, which shares the calling code"],
  ["+12425550199", "BS", undefined, "the Bahamas, which share the calling code"],
  ["+15005550006", "US", "500", "a carrier's test number"],
  ["+15005550001", "US", "500", "a carrier's test number"],
  ["+15555550100", "US", "555", "an area code that no plan assigns"],
  ["+447700900123", "GB", undefined, "a number that Ofcom keeps for fiction"],
  ["+447400123456", "GB", undefined, "a British mobile"],
  ["+4915112345678", "DE", undefined, "a German mobile"],
  ["+33612345678", "FR", undefined, "a French mobile"],
  ["+353850123456", "IE", undefined, "an Irish mobile"],
  ["+31612345678", "NL", undefined, "a Dutch mobile"],
  ["+420601123456", "CZ", undefined, "a Czech mobile"],
  ["+393123456789", "IT", undefined, "an Italian mobile"],
  ["+385921234567", "HR", undefined, "a Croatian mobile"],
  ["+35943012345", "BG", undefined, "a Bulgarian number"],
  ["+421912123456", "SK", undefined, "a Slovak mobile"],
  ["+76001234567", "RU", undefined, "an unassigned number of a shared calling code"],
  ["+88216123456", undefined, undefined, "a satellite network"],
  ["+99912345", undefined, undefined, "no calling code"],
  ["+12", undefined, undefined, "too short"],
  ["+1500", undefined, undefined, "too short for its plan"],
  ["+141555501001", undefined, undefined, "too long for its plan"]
]

describe("NumberPlan", () => {
  for (const [number, country, areaCode, what] of rows) {
    it(`places ${number} (${what}) in ${country ?? "no country"}, area ${areaCode ?? "none"}`, () => {
      assert.strictEqual(countryOf(PhoneNumber.make(number)), country)
      assert.strictEqual(areaCodeOf(PhoneNumber.make(number)), areaCode)
    })
  }

  it("tells toll-free numbers by their area code, in North America only", () => {
    assert.isTrue(isNorthAmericanTollFree(PhoneNumber.make("+18885550100")))
    assert.isFalse(isNorthAmericanTollFree(PhoneNumber.make("+14155550100")))
    assert.isFalse(isNorthAmericanTollFree(PhoneNumber.make("+448005550100")))
  })

  it("answers for every number of E.164, with a country code or nothing", () => {
    const number = fc.tuple(fc.constantFrom("1", "44", "7", "39", "33", "49", "599", "881", "999", ""), fc.stringMatching(/^[1-9]\d{1,11}$/u))
      .map(([code, rest]) => PhoneNumber.make("+" + code + rest))
    const isCountry = Schema.is(Country)
    fc.assert(fc.property(number, (number) => {
      const country = countryOf(number)
      assert.isTrue(country === undefined || isCountry(country))
      const areaCode = areaCodeOf(number)
      if (areaCode !== undefined) assert.strictEqual(number.slice(0, 5), "+1" + areaCode)
    }), { numRuns: 500 })
  })

  it("finds a country for every North American number of ten digits", () => {
    fc.assert(fc.property(fc.stringMatching(/^[2-9]\d{9}$/u), (digits) => {
      assert.isDefined(countryOf(PhoneNumber.make("+1" + digits)))
    }))
  })
})
