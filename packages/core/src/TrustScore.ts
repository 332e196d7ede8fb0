/** What a brand's trust score lets its campaigns send. */
import type { CampaignUseCase } from "@parley/schema/Campaign"
import type { BrandType } from "@parley/schema/CarrierRegistration"

/** What is known of a brand. `trustScore`: 0 to 100; null while nobody has given one. */
export interface Standing {
  readonly type: BrandType
  readonly trustScore: number | null
}

// Segments a second, all networks together, and segments a day to T-Mobile's users. Source: the carrier's tables of 10DLC throughput and of daily limits by trust score.
const tiers = [
  { from: 75, segmentsPerSecond: 225, dailySegments: 200_000 },
  { from: 50, segmentsPerSecond: 120, dailySegments: 40_000 },
  { from: 25, segmentsPerSecond: 12, dailySegments: 10_000 }
] as const
const lowest = { segmentsPerSecond: 12, dailySegments: 2_000 } as const
const lowVolume = { segmentsPerSecond: 3.75, dailySegments: 2_000 } as const
const soleProprietor = { segmentsPerSecond: 1, dailySegments: 1_000 } as const

const tierOf = ({ trustScore, type }: Standing) =>
  type === "sole_proprietor" ? soleProprietor : type === "low_volume" ? lowVolume : tiers.find(({ from }) => (trustScore ?? 0) >= from) ?? lowest

/** What all numbers of a campaign send together, in segments a second. */
export const campaignSegmentsPerSecond = (brand: Standing, useCase: CampaignUseCase): number =>
  brand.type !== "sole_proprietor" && useCase === "LOW_VOLUME" ? lowVolume.segmentsPerSecond : tierOf(brand).segmentsPerSecond

/** What all campaigns of a brand send together in one Pacific day, in segments. */
export const brandDailySegments = (brand: Standing): number => tierOf(brand).dailySegments
