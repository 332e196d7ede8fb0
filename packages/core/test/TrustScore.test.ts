import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { BrandType } from "@parley/schema/CarrierRegistration"
import { CampaignUseCase } from "@parley/schema/Campaign"
import { brandDailySegments, campaignSegmentsPerSecond } from "../src/TrustScore.ts"
import { fits } from "../src/DailyCap.ts"

describe("A trust score", () => {
  const rows: ReadonlyArray<readonly [BrandType, number | null, CampaignUseCase, number, number]> = [
    ["standard", 100, "MIXED", 225, 200_000],
    ["standard", 75, "MARKETING", 225, 200_000],
    ["standard", 74, "MIXED", 120, 40_000],
    ["standard", 50, "2FA", 120, 40_000],
    ["standard", 49, "MIXED", 12, 10_000],
    ["standard", 25, "MIXED", 12, 10_000],
    ["standard", 24, "MIXED", 12, 2_000],
    ["standard", 1, "MIXED", 12, 2_000],
    ["standard", null, "MIXED", 12, 2_000],
    ["standard", 90, "LOW_VOLUME", 3.75, 200_000],
    ["low_volume", null, "MIXED", 3.75, 2_000],
    ["low_volume", 80, "MIXED", 3.75, 2_000],
    ["sole_proprietor", null, "SOLE_PROPRIETOR", 1, 1_000]
  ]
  for (const [type, trustScore, useCase, perSecond, perDay] of rows) {
    it(`of ${trustScore} gives a ${type} brand's ${useCase} campaign ${perSecond} segments a second, and the brand ${perDay} a day`, () => {
      assert.deepStrictEqual([campaignSegmentsPerSecond({ type, trustScore }, useCase), brandDailySegments({ type, trustScore })], [perSecond, perDay])
    })
  }

  it("that is higher never gives less", () => {
    const score = fc.integer({ min: 0, max: 100 })
    fc.assert(fc.property(fc.constantFrom(...BrandType.literals), fc.constantFrom(...CampaignUseCase.literals), score, score, (type, useCase, a, b) => {
      const [low, high] = [{ type, trustScore: Math.min(a, b) }, { type, trustScore: Math.max(a, b) }]
      assert.isAtMost(campaignSegmentsPerSecond(low, useCase), campaignSegmentsPerSecond(high, useCase))
      assert.isAtMost(brandDailySegments(low), brandDailySegments(high))
    }))
  })
})

it("a day's cap is never exceeded but by one text that is longer than a whole day's", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 10 })), fc.integer({ min: 1, max: 40 }), (texts, cap) => {
    let used = 0
    let sent = 0
    for (const segments of texts) {
      if (!fits(segments, used, cap)) continue
      used += segments
      sent++
    }
    assert.isTrue(used <= cap || sent === 1)
    assert.isTrue(texts.length === 0 || sent > 0)
  }))
})
