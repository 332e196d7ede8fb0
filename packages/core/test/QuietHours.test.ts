import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import fc from "fast-check"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as Availability from "../src/Availability.ts"
import { areaCodes } from "../src/NorthAmericanRegions.ts"
import { zonesOf } from "../src/CountryZones.ts"
import { check, explain, QuietHoursPolicy, whereabouts } from "../src/QuietHours.ts"

const policy = (input: object = {}) => Schema.decodeUnknownSync(QuietHoursPolicy)({ enabled: true, ...input })
const own = policy({ laws: "ignore" })
const at = (iso: string) => DateTime.makeUnsafe(iso)
const ofArea = (code: string) => PhoneNumber.make(`+1${code}5550100`)

const newYork = ofArea("212")
const sanFrancisco = ofArea("415")
const phoenix = ofArea("602")
const miami = ofArea("305")
const seattle = ofArea("206")
const dallas = ofArea("214")
const hartford = ofArea("860")
const pensacola = ofArea("850")
const boise = ofArea("208")
const london = PhoneNumber.make("+447400123456")
const berlin = PhoneNumber.make("+4915123456789")
const madrid = PhoneNumber.make("+34612345678")
const satellite = PhoneNumber.make("+881612345678")
const unknown = ofArea("999")

/** `open`, or the time until which it is quiet. */
const told = (of: QuietHoursPolicy, number: PhoneNumber, iso: string): string => {
  const verdict = check(of, number, at(iso))
  return verdict._tag === "Quiet" ? DateTime.formatIso(verdict.until).replace(":00.000Z", "Z") : verdict._tag === "Open" ? "open" : "never"
}

describe("Quiet hours", () => {
  it("are off by default", () => {
    assert.strictEqual(told(Schema.decodeUnknownSync(QuietHoursPolicy)({}), newYork, "2026-11-25T08:00:00Z"), "open")
  })

  it.each<readonly [what: string, of: QuietHoursPolicy, number: PhoneNumber, iso: string, expected: string]>([
    ["the last minute of the day in New York", own, newYork, "2026-11-25T01:59:59.999Z", "open"],
    ["nine in the evening in New York", own, newYork, "2026-11-25T02:00:00Z", "2026-11-25T13:00Z"],
    ["before midnight in UTC, at noon in San Francisco", own, sanFrancisco, "2026-11-25T23:30:00Z", "open"],
    ["the last quiet minute", own, newYork, "2026-11-25T12:59:59.999Z", "2026-11-25T13:00Z"],
    ["eight in the morning", own, newYork, "2026-11-25T13:00:00Z", "open"],
    ["Arizona in summer, without daylight-saving time", own, phoenix, "2026-07-01T14:59:00Z", "2026-07-01T15:00Z"],
    ["Arizona in winter", own, phoenix, "2026-12-01T14:59:00Z", "2026-12-01T15:00Z"],
    ["London in summer", own, london, "2026-07-01T06:59:00Z", "2026-07-01T07:00Z"],
    ["London in winter", own, london, "2026-12-01T07:59:00Z", "2026-12-01T08:00Z"],
    ["Berlin in the evening", own, berlin, "2026-12-01T20:00:00Z", "2026-12-02T07:00Z"],
    ["a satellite phone, whose owner may be anywhere", own, satellite, "2026-12-01T03:00:00Z", "open"],
    ["the law's evening is earlier in Florida", policy(), miami, "2026-11-25T01:00:00Z", "2026-11-25T13:00Z"],
    ["the same moment where only federal law is", policy(), newYork, "2026-11-25T01:00:00Z", "open"],
    ["Florida for a project that minds no law", own, miami, "2026-11-25T01:00:00Z", "open"],
    ["Washington at eight in the evening", policy(), seattle, "2026-11-25T04:00:00Z", "2026-11-25T16:00Z"],
    ["Connecticut at half past eight in the morning", policy(), hartford, "2026-11-25T13:30:00Z", "2026-11-25T14:00Z"],
    ["Texas at half past eight on a Wednesday", policy(), dallas, "2026-11-25T14:30:00Z", "2026-11-25T15:00Z"],
    ["Texas on a Sunday morning", policy(), dallas, "2026-11-29T16:00:00Z", "2026-11-29T18:00Z"],
    ["Texas late on a Saturday waits until Sunday noon", policy(), dallas, "2026-11-29T03:30:00Z", "2026-11-29T18:00Z"],
    ["a project stricter than the law", policy({ countries: { US: { from: "18:00", to: "10:00" } } }), newYork, "2026-11-25T14:00:00Z", "2026-11-25T15:00Z"],
    ["the law holds although the project has no hours of its own", policy({ countries: { US: null } }), newYork, "2026-11-25T12:00:00Z", "2026-11-25T13:00Z"],
    ["a country without quiet hours", policy({ countries: { DE: null } }), berlin, "2026-12-01T03:00:00Z", "open"],
    ["no quiet hours but a country's", policy({ default: null, countries: { DE: { from: "22:00", to: "06:00" } } }), london, "2026-12-01T03:00:00Z", "open"],
    ["a siesta", policy({ default: { from: "13:00", to: "15:30" } }), berlin, "2026-12-01T12:15:00Z", "2026-12-01T14:30Z"],
    ["a part of Florida on Central time, early", own, pensacola, "2026-11-25T13:30:00Z", "2026-11-25T14:00Z"],
    ["the same, late, when the Eastern part is quiet", own, pensacola, "2026-11-25T02:30:00Z", "2026-11-25T14:00Z"],
    ["Idaho, whose north is on Pacific time", own, boise, "2026-11-25T15:30:00Z", "2026-11-25T16:00Z"],
    ["Spain waits for the Canaries", own, madrid, "2026-12-01T07:30:00Z", "2026-12-01T08:00Z"],
    ["Spain's evening is Madrid's", own, madrid, "2026-12-01T20:00:00Z", "2026-12-02T08:00Z"],
    ["an unknown area code waits for Hawaii", own, unknown, "2026-11-25T17:59:00Z", "2026-11-25T18:00Z"],
    ["an unknown area code is quiet when Newfoundland is", own, unknown, "2026-11-25T00:30:00Z", "2026-11-25T18:00Z"],
    ["an unknown area code has every state's law", policy(), unknown, "2026-11-25T18:30:00Z", "2026-11-25T19:00Z"],
    // Clocks in the US go forward on 14 March 2027 and back on 7 November 2027, at 2 in the morning; in Europe on 28 March and 31 October.
    ["the night that loses an hour", own, newYork, "2027-03-14T02:00:00Z", "2027-03-14T12:00Z"],
    ["the night that has one more", own, newYork, "2027-11-07T01:00:00Z", "2027-11-07T13:00Z"],
    ["the night that loses an hour in Berlin", own, berlin, "2027-03-27T23:00:00Z", "2027-03-28T06:00Z"],
    ["the night that has one more in Berlin", own, berlin, "2027-10-30T22:00:00Z", "2027-10-31T07:00Z"],
    ["an end that the clocks skip is reached as they do", policy({ laws: "ignore", default: { from: "21:00", to: "02:30" } }), newYork, "2027-03-14T05:00:00Z", "2027-03-14T07:00Z"],
    ["a beginning that the clocks skip", policy({ laws: "ignore", default: { from: "02:30", to: "05:00" } }), newYork, "2027-03-14T07:00:00Z", "2027-03-14T09:00Z"],
    ["an end that comes twice: the first time", policy({ laws: "ignore", default: { from: "21:00", to: "01:30" } }), newYork, "2027-11-07T05:00:00Z", "2027-11-07T05:30Z"],
    ["an end that comes twice: quiet once more between", policy({ laws: "ignore", default: { from: "21:00", to: "01:30" } }), newYork, "2027-11-07T06:10:00Z", "2027-11-07T06:30Z"],
    ["hours that no two ends of a country share", policy({ laws: "ignore", default: { from: "10:00", to: "09:00" } }), pensacola, "2026-11-25T12:00:00Z", "never"]
  ])("%s", (_, of, number, iso, expected) => {
    assert.strictEqual(told(of, number, iso), expected)
  })

  it("say where it is quiet, and who says so", () => {
    const verdict = check(policy(), miami, at("2026-11-25T01:00:00Z"))
    assert.strictEqual(verdict._tag === "Open" ? "" : explain(verdict), "It is a quiet hour where this number is from (America/New_York), by Fla. Stat. § 501.616(6)(a).")
    const never = check(policy({ laws: "ignore", default: { from: "10:00", to: "09:00" } }), pensacola, at("2026-11-25T12:00:00Z"))
    assert.match(never._tag === "Open" ? "" : explain(never), /^Quiet hours leave no time of day .*America\/Chicago/u)
  })

  it.each(["9:00", "24:00", "21:60", "", "9 pm", 21])("refuse %j as a time of day", (from) => {
    assert.throws(() => policy({ default: { from, to: "08:00" } }))
  })

  it("refuse to be quiet from a time to the same time", () => {
    assert.throws(() => policy({ default: { from: "08:00", to: "08:00" } }))
  })
})

describe("Whereabouts", () => {
  it("know every area code's zones, and every zone is one", () => {
    assert.isAbove(areaCodes.size, 400)
    for (const { zones } of areaCodes.values()) {
      for (const zone of zones) assert.isTrue(DateTime.zoneMakeNamed(zone)._tag === "Some", zone)
    }
  })

  it.each([...Availability.builtIn.keys()].filter((country) => country !== "US" && country !== "CA"))("know the zones of %s", (country) => {
    const zones = zonesOf(country) ?? []
    assert.isNotEmpty(zones)
    for (const zone of zones) assert.isTrue(DateTime.zoneMakeNamed(zone)._tag === "Some", zone)
  })

  it.each([["+12125550100", "US", "NY"], ["+14165550100", "CA", "ON"], ["+18765551234", "JM", ""], ["+17875551234", "PR", ""], ["+447400123456", "GB", ""]])(
    "%s is in %s %s",
    (number, country, subdivision) => {
      const found = whereabouts(PhoneNumber.make(number))
      assert.deepStrictEqual([found?.country, found?.subdivision], [country, subdivision])
    }
  )
})

/** A zone's clock by another way: minutes of the day. */
const formats = new Map<string, Intl.DateTimeFormat>()
const clock = (zone: string, millis: number): number => {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
  formats.set(zone, format)
  const [hour = "", minute = ""] = format.format(millis).split(":")
  return Number(hour) * 60 + Number(minute)
}
const isQuiet = (minute: number, from: number, to: number) => from < to ? minute >= from && minute < to : minute >= from || minute < to
const time = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`

describe("Properties", () => {
  const numbers = [newYork, phoenix, pensacola, boise, ofArea("907"), ofArea("709"), london, berlin, madrid, PhoneNumber.make("+61412345678"), PhoneNumber.make("+9779812345678")]
  // Two years with their changes of the clocks, and the days around those changes once more.
  const years = fc.integer({ min: Date.UTC(2026, 8, 1), max: Date.UTC(2028, 8, 1) })
  const changes = fc.tuple(
    fc.constantFrom(Date.UTC(2027, 2, 14), Date.UTC(2027, 10, 7), Date.UTC(2027, 2, 28), Date.UTC(2027, 9, 31), Date.UTC(2027, 3, 3)),
    fc.integer({ min: -86_400_000, max: 2 * 86_400_000 })
  ).map(([day, shift]) => day + shift)
  const spans = fc.tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 30, max: 900 })).map(([from, length]) => ({ from, to: (from + length) % 1_440 }))

  it("it is open exactly when every zone's clock is outside the quiet hours; otherwise until the first such minute", () => {
    fc.assert(
      fc.property(fc.constantFrom(...numbers), fc.oneof(years, changes), spans, (number, millis, { from, to }) => {
        const of = policy({ laws: "ignore", default: { from: time(from), to: time(to) } })
        const zones = whereabouts(number)?.zones ?? []
        const quiet = (at: number) => zones.some((zone) => isQuiet(clock(zone, at), from, to))
        const verdict = check(of, number, DateTime.makeUnsafe(millis))
        if (verdict._tag === "Open") return !quiet(millis)
        if (verdict._tag === "NeverOpen") return false
        const until = DateTime.toEpochMillis(verdict.until)
        return quiet(millis) && until > millis && !quiet(until) && quiet(until - 60_000) && quiet((millis + until) / 2) &&
          check(of, number, verdict.until)._tag === "Open"
      }),
      { numRuns: 1_500 }
    )
  })

  it("the law only ever adds", () => {
    fc.assert(
      fc.property(fc.constantFrom(newYork, miami, dallas, hartford, unknown, pensacola), years, (number, millis) => {
        const now = DateTime.makeUnsafe(millis)
        const lawful = check(policy(), number, now)
        return check(own, number, now)._tag === "Open" || lawful._tag !== "Open"
      }),
      { numRuns: 500 }
    )
  })
})
