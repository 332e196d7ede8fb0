import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import fc from "fast-check"
import { Campaign, CampaignReport, CampaignUseCase } from "@parley/schema/Campaign"
import { rules, scan } from "../../src/campaign/Scan.ts"
import { advised, badCampaigns } from "./badCampaigns.ts"
import { clinic, courier, good } from "./goodCampaigns.ts"

const serious = (campaign: Campaign) => scan(campaign).findings.filter(({ severity }) => severity !== "advice")
const ruleIds = (findings: CampaignReport["findings"]) => [...new Set(findings.map(({ rule }) => rule))].toSorted()

describe("a good campaign", () => {
  for (const [name, campaign] of Object.entries(good)) {
    it(`is ready: ${name} (${campaign.useCase})`, () => {
      assert.deepStrictEqual(serious(campaign), [])
      const { score, verdict } = scan(campaign)
      assert.strictEqual(verdict, "ready")
      assert.isAtLeast(score, 90)
    })
  }
})

describe("a bad campaign", () => {
  for (const [name, { campaign, finds }] of Object.entries(badCampaigns)) {
    it(`is found out where ${name}`, () => {
      assert.deepStrictEqual(ruleIds(serious(campaign)), finds.toSorted())
    })
  }
})

describe("advice", () => {
  for (const [rule, campaign] of Object.entries(advised)) {
    it(`is given by ${rule}, and does not stop a campaign`, () => {
      const found = scan(campaign).findings.filter((finding) => finding.rule === rule)
      assert.isNotEmpty(found)
      assert.isTrue(found.every(({ severity }) => severity === "advice"))
    })
  }
})

describe("Scan", () => {
  const examples = [...Object.values(good), ...Object.values(badCampaigns).map(({ campaign }) => campaign), ...Object.values(advised)]

  it("has rules with ids of their own, each broken by an example", () => {
    const ids = rules.map(({ id }) => id)
    assert.strictEqual(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^[a-z-]+\/[a-z-]+$/u)
    assert.deepStrictEqual(ruleIds(examples.flatMap((campaign) => scan(campaign).findings)), ids.toSorted())
  })

  it("says where, why, by whose rule and what to write instead", () => {
    for (const campaign of examples) {
      for (const { detail, place, source, suggestion } of scan(campaign).findings) {
        assert.match(detail, /^\S.*\.$/su)
        assert.isAbove(suggestion.length, 10)
        assert.isTrue(source.name.length > 0 && source.reason.length > 0)
        if (place.sample !== null) assert.strictEqual(place.field, "message_samples")
      }
    }
  })

  it("quotes the words that it objects to", () => {
    const [finding] = serious({ ...courier, messageSamples: ["Swift Parcel: Track your package at https://bit.ly/3xYz12 Reply STOP to stop.", courier.messageSamples[1] ?? ""] })
    assert.strictEqual(finding?.place.sample, 0)
    assert.include(finding?.place.quote, "https://bit.ly/3xYz12")
    assert.strictEqual(finding?.source.code, 30892)
  })

  it("rejects with blockers, doubts with warnings, and scores accordingly", () => {
    for (const campaign of examples) {
      const { findings, score, verdict } = scan(campaign)
      const worst = findings[0]?.severity
      assert.strictEqual(verdict, worst === "blocker" ? "rejected" : worst === "warning" ? "at_risk" : "ready")
      assert.strictEqual(score < 50, worst === "blocker")
    }
  })

  it("reads a campaign as it stands in a file, and writes a report as the API does", () => {
    const written = Schema.encodeSync(Campaign)(clinic)
    assert.containsAllKeys(written, ["brand_name", "use_case", "message_flow", "message_samples", "has_embedded_links"])
    assert.deepStrictEqual(Schema.decodeUnknownSync(Campaign)(written), clinic)
  })

  // Words that rules look for, signs that patterns stumble over, and anything.
  const spice = fc.constantFrom(
    "STOP", "agree to receive", "bit.ly/x", "https://", "http://1.1.1.1", "(555) 123-4567", "+1555", "casino", "not", "do not share", "third parties for marketing", "{{", "}}", "${", "%A", "<a", "[TODO]", ".", "..", "@", "a@b.", "\n", "\u0000", "\uD800", "\u{1F600}", "’", "20% off", "reply with your ssn"
  )
  const text = fc.array(fc.oneof(spice, fc.string({ unit: "binary", maxLength: 12 }), fc.lorem({ maxCount: 3 })), { maxLength: 30 }).map((parts) => parts.join(" "))
  const optional = fc.option(text, { nil: undefined })
  const words = fc.option(fc.array(text, { maxLength: 4 }), { nil: undefined })
  const someCampaign: fc.Arbitrary<Campaign> = fc.record({
    brandName: text,
    useCase: fc.constantFrom(...CampaignUseCase.literals),
    description: text,
    messageFlow: text,
    messageSamples: fc.array(text, { maxLength: 7 }),
    hasEmbeddedLinks: fc.boolean(),
    hasEmbeddedPhone: fc.boolean(),
    optInKeywords: words,
    optInMessage: optional,
    optOutKeywords: words,
    optOutMessage: optional,
    helpKeywords: words,
    helpMessage: optional,
    privacyPolicy: optional,
    terms: optional
  }).map((campaign) => Schema.decodeUnknownSync(Schema.toType(Campaign))(JSON.parse(JSON.stringify(campaign))))

  const size = 60_000
  const hostile = ["a", "A.", "a-", "1", "1-", "(1", "+1 ", "STOP ", "not ", "third parties ", "http://", "a@", "{{", "${", "<a", "%A", "'a", "\uD800", "\u0000", "\n", "no partners for ", "1'a", "casino ", "(", ")", "www.", "https://bit.ly/a "]
  for (const unit of hostile) {
    it(`reads sixty thousand characters of ${JSON.stringify(unit)} in every field`, () => {
      const long = unit.repeat(size / unit.length)
      const report = scan({
        ...clinic,
        brandName: long,
        description: long,
        messageFlow: long,
        messageSamples: [long, long],
        optInKeywords: [long],
        optInMessage: long,
        optOutKeywords: [long],
        optOutMessage: long,
        helpKeywords: [long],
        helpMessage: long,
        privacyPolicy: long,
        terms: long
      })
      assert.strictEqual(report.verdict, "rejected")
      assert.isBelow(JSON.stringify(report).length, 20 * size)
    })
  }

  it("gives a report that is plain JSON for whatever it is given, and the same one each time", () => {
    fc.assert(fc.property(someCampaign, (campaign) => {
      const report = scan(campaign)
      assert.deepStrictEqual(scan(campaign), report)
      assert.isTrue(Schema.is(CampaignReport)(report))
      assert.isTrue(report.score >= 0 && report.score <= 100)
      assert.deepStrictEqual(JSON.parse(JSON.stringify(report)), report)
      for (const { place } of report.findings) assert.isTrue(place.quote?.isWellFormed() ?? true)
    }), { numRuns: 300 })
  })
})
