import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import fc from "fast-check"
import { Country } from "@parley/schema/Country"
import { Environment } from "@parley/schema/Environment"
import { Registration, SenderType } from "@parley/schema/Sender"
import { builtIn, override } from "../src/Availability.ts"
import { ComplianceWarning, eligible, explain, Ineligibility, mediaRefusal, type RegistrationPolicy, type SenderProfile } from "../src/Compliance.ts"

const country = (code: string) => Country.make(code)
const sender = (code: string, type: SenderType, registration: Registration, sendsTo?: ReadonlyArray<string>): SenderProfile => ({
  country: country(code),
  type,
  registration,
  sendsTo: sendsTo?.map(country)
})
const judge = (number: SenderProfile, user: string | undefined, environment: Environment = "live", policy: RegistrationPolicy = "enforce") => {
  const verdict = eligible(number, user === undefined ? undefined : country(user), environment, policy, builtIn)
  return verdict.eligible ? ["ok", ...verdict.warnings.map((warning) => warning._tag)].join(" ") : verdict.reason._tag
}

describe("Compliance", () => {
  const rows: ReadonlyArray<readonly [string, SenderProfile, string | undefined, Environment, RegistrationPolicy, string]> = [
    ["an approved US long code", sender("US", "long_code", "approved"), "US", "live", "enforce", "ok"],
    ["an unregistered US long code", sender("US", "long_code", "unregistered"), "US", "live", "enforce", "RegistrationNotApproved"],
    ["a US long code under review", sender("US", "long_code", "pending"), "US", "live", "enforce", "RegistrationNotApproved"],
    ["a US long code said to need no registration", sender("US", "long_code", "not_required"), "US", "live", "enforce", "RegistrationNotApproved"],
    ["a suspended Canadian long code", sender("CA", "long_code", "suspended"), "US", "live", "enforce", "RegistrationNotApproved"],
    ["an unregistered US long code to Germany", sender("US", "long_code", "unregistered"), "DE", "live", "enforce", "RegistrationNotApproved"],
    ["a US number called mobile", sender("US", "mobile", "unregistered"), "US", "live", "enforce", "RegistrationNotApproved"],
    ["an unregistered US long code where policy warns", sender("US", "long_code", "unregistered"), "US", "live", "warn", "ok RegistrationNotApproved"],
    ["an unregistered US long code in the sandbox", sender("US", "long_code", "unregistered"), "US", "sandbox", "enforce", "ok"],
    ["an unregistered US long code in dev", sender("US", "long_code", "unregistered"), "US", "dev", "enforce", "ok"],
    ["an unregistered US long code before release", sender("US", "long_code", "unregistered"), "US", "pre-release", "enforce", "ok"],
    ["a British long code to the US", sender("GB", "long_code", "not_required"), "US", "live", "enforce", "ok"],
    ["an unverified toll-free number", sender("US", "toll_free", "pending"), "US", "live", "enforce", "TollFreeNotVerified"],
    ["an unverified toll-free number where policy warns", sender("US", "toll_free", "pending"), "US", "live", "warn", "ok TollFreeNotVerified"],
    ["an unverified toll-free number in the sandbox", sender("US", "toll_free", "unregistered"), "US", "sandbox", "enforce", "ok"],
    ["a verified toll-free number", sender("US", "toll_free", "approved"), "US", "live", "enforce", "ok"],
    ["a US short code at home", sender("US", "short_code", "not_required"), "US", "live", "enforce", "ok"],
    ["a US short code in Canada", sender("US", "short_code", "approved"), "CA", "live", "enforce", "ShortCodeAbroad"],
    ["a short code to a number of no country", sender("US", "short_code", "approved"), undefined, "live", "enforce", "ShortCodeAbroad"],
    ["any number to Croatia", sender("GB", "long_code", "not_required"), "HR", "live", "enforce", "OneWayCountry"],
    ["a Bulgarian number to Bulgaria", sender("BG", "long_code", "not_required"), "BG", "dev", "warn", "OneWayCountry"],
    ["a number that lists Slovakia", sender("GB", "long_code", "not_required", ["SK"]), "SK", "live", "enforce", "OneWayCountry"],
    ["an Irish short code at home, where there are none", sender("IE", "short_code", "not_required"), "IE", "live", "enforce", "SenderNotOffered"],
    ["a British toll-free number at home", sender("GB", "toll_free", "not_required"), "GB", "sandbox", "warn", "SenderNotOffered"],
    ["a British toll-free number abroad", sender("GB", "toll_free", "not_required"), "IE", "live", "enforce", "ok"],
    ["a British mobile number, which is a long code", sender("GB", "mobile", "not_required"), "GB", "live", "enforce", "ok"],
    ["a Japanese toll-free number at home, of which nothing is known", sender("JP", "toll_free", "not_required"), "JP", "live", "enforce", "ok"],
    ["a number to a country without a row", sender("GB", "long_code", "not_required"), "JP", "live", "enforce", "ok"],
    ["a number to a number of no country", sender("GB", "long_code", "not_required"), undefined, "live", "enforce", "ok"],
    ["a number that does not list Japan", sender("GB", "long_code", "not_required", ["GB"]), "JP", "live", "enforce", "CountryNotReached"],
    ["a number that lists Japan", sender("GB", "long_code", "not_required", ["GB", "JP"]), "JP", "live", "enforce", "ok"],
    ["a number with a list to a number of no country", sender("GB", "long_code", "not_required", ["GB"]), undefined, "live", "enforce", "CountryNotReached"]
  ]
  for (const [name, number, user, environment, policy, verdict] of rows) {
    it(`${name} (${environment}, ${policy}): ${verdict}`, () => {
      assert.strictEqual(judge(number, user, environment, policy), verdict)
    })
  }

  it("says which senders would work in a one-way country: none", () => {
    const verdict = eligible(sender("GB", "long_code", "not_required"), country("HR"), "live", "enforce", builtIn)
    assert.deepStrictEqual(verdict, { eligible: false, reason: { _tag: "OneWayCountry", userCountry: country("HR"), oneWaySenders: [] } })
    if (!verdict.eligible) assert.strictEqual(explain(verdict.reason), "People in HR cannot answer texts; no type of sender works there.")
  })

  const explained = (number: SenderProfile, user: string, table = builtIn) => {
    const verdict = eligible(number, country(user), "live", "enforce", table)
    return verdict.eligible ? "ok" : explain(verdict.reason)
  }

  it("says which sender would work instead", () => {
    assert.strictEqual(explained(sender("GB", "toll_free", "not_required"), "GB"), "GB does not carry texts of a toll-free number; use a short code or a long code.")
    assert.match(explained(sender("US", "long_code", "unregistered"), "US"), /put it under an approved campaign \(\/v1\/registrations\), or use a short code or a toll-free number\.$/u)
  })

  const source = { name: "A test", readOn: "2026-11-24" }
  const name = {
    type: "alphanumeric",
    segmentsPerSecond: { from: 10, to: 10 },
    leadTime: { kind: "immediate", weeksFrom: null, weeksTo: null },
    registration: "none",
    mms: false,
    notes: [],
    source
  } as const

  it("goes by the operator's rows where there are any", () => {
    const open = override(builtIn, [{ country: country("HR"), twoWay: true, senders: [{ ...name, type: "long_code" }], notes: [], source }])
    const closed = override(builtIn, [{ country: country("GB"), twoWay: false, senders: [name], notes: [], source }])
    const free = override(builtIn, [{ country: country("US"), twoWay: true, senders: [{ ...name, type: "long_code" }], notes: [], source }])
    const british = sender("GB", "long_code", "not_required")
    assert.strictEqual(explained(british, "HR", open), "ok")
    assert.strictEqual(explained(british, "GB", closed), "People in GB cannot answer texts; only one-way texts from an alphanumeric sender work there, which Parley does not send.")
    assert.strictEqual(explained(british, "IE", closed), "ok")
    assert.strictEqual(explained(sender("US", "long_code", "unregistered"), "US", free), "ok")
    assert.strictEqual(explained(sender("US", "toll_free", "approved"), "US", free), "US does not carry texts of a toll-free number; use a long code.")
  })

  const media: ReadonlyArray<readonly [string, SenderProfile, string | undefined, string | undefined]> = [
    ["a US long code at home", sender("US", "long_code", "approved"), "US", undefined],
    ["a Canadian toll-free number to the US", sender("CA", "toll_free", "approved"), "US", undefined],
    ["a US number called mobile to Canada", sender("US", "mobile", "approved"), "CA", undefined],
    ["a US short code at home", sender("US", "short_code", "approved"), "US", undefined],
    ["a Canadian short code at home", sender("CA", "short_code", "approved"), "CA", "People in CA cannot be sent media (MMS) from a number of this type: send them from a long code or a toll-free number of CA that has MMS, or put a link into the text."],
    ["a US number whose carrier says no", { ...sender("US", "long_code", "approved"), mms: false }, "US", "The number does not carry media (MMS): send them from a short code or a long code or a toll-free number of US that has MMS, or put a link into the text."],
    ["a British number to the US", sender("GB", "long_code", "not_required"), "US", "Numbers of GB do not carry media (MMS) to US: send them from a short code or a long code or a toll-free number of US that has MMS, or put a link into the text."],
    ["a British number that says that it could, at home", { ...sender("GB", "long_code", "not_required"), mms: true }, "GB", "People in GB cannot be sent media (MMS): put a link into the text instead."],
    ["a US number to a country of which nothing is known", sender("US", "long_code", "approved"), "JP", "People in JP cannot be sent media (MMS): put a link into the text instead."],
    ["a US number to a number of no country", sender("US", "long_code", "approved"), undefined, "A number of no known country cannot be sent media (MMS): put a link into the text instead."]
  ]
  for (const [name, number, user, sentence] of media) {
    it(`${name} ${sentence === undefined ? "carries" : "does not carry"} media`, () => {
      const refusal = mediaRefusal(number, user === undefined ? undefined : country(user), builtIn)
      assert.strictEqual(refusal === undefined ? undefined : explain(refusal), sentence)
      if (refusal !== undefined) assert.isTrue(Schema.is(Ineligibility)(refusal))
    })
  }

  it("carries media where the operator's rows say so", () => {
    const open = override(builtIn, [{ country: country("AU"), twoWay: true, senders: [{ ...name, type: "long_code", mms: true }], notes: [], source }])
    assert.isUndefined(mediaRefusal(sender("AU", "mobile", "not_required"), country("AU"), open))
  })

  const someCountry = fc.constantFrom("US", "CA", "GB", "DE", "HR", "JP").map(country)
  const someSender = fc.record({
    country: someCountry,
    type: fc.constantFrom(...SenderType.literals),
    registration: fc.constantFrom(...Registration.literals),
    sendsTo: fc.option(fc.array(someCountry), { nil: undefined })
  })
  const someone = fc.option(someCountry, { nil: undefined })
  const environment = fc.constantFrom(...Environment.literals)
  const policy = fc.constantFrom<RegistrationPolicy>("enforce", "warn")

  it("gives a verdict with a sentence for everything, as plain JSON", () => {
    fc.assert(fc.property(someSender, someone, environment, policy, (number, user, environment, policy) => {
      const verdict = eligible(number, user, environment, policy, builtIn)
      for (const fact of verdict.eligible ? verdict.warnings : [verdict.reason]) assert.match(explain(fact), /^[A-Z].+\.$/u)
      if (verdict.eligible) for (const warning of verdict.warnings) assert.isTrue(Schema.is(ComplianceWarning)(warning))
      else assert.isTrue(Schema.is(Ineligibility)(verdict.reason))
    }))
  })

  it("lets through under enforcement nothing that it would refuse under warning", () => {
    fc.assert(fc.property(someSender, someone, environment, (number, user, environment) => {
      if (eligible(number, user, environment, "enforce", builtIn).eligible) assert.isTrue(eligible(number, user, environment, "warn", builtIn).eligible)
    }))
  })
})
