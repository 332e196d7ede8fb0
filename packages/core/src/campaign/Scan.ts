/** The scan of a campaign before it is submitted: what carriers would reject it for, where, and what to write instead. A pure function of the campaign. */
import { Array, Order } from "effect"
import type { Campaign, CampaignFinding, CampaignReport, FindingSeverity } from "@parley/schema/Campaign"
import { contentRules } from "./ContentRules.ts"
import { flowRules } from "./FlowRules.ts"
import { keywordRules } from "./KeywordRules.ts"
import { linkRules } from "./LinkRules.ts"
import { policyRules } from "./PolicyRules.ts"
import { read, type Reading, type Rule } from "./Rule.ts"
import { sampleRules } from "./SampleRules.ts"
import { sources } from "./Sources.ts"
import { useCaseRules } from "./UseCaseRules.ts"

/** Every rule. Their ids are unique. */
export const rules: ReadonlyArray<Rule> = [...sampleRules, ...flowRules, ...contentRules, ...useCaseRules, ...linkRules, ...keywordRules, ...policyRules]

/** More findings of one rule would say nothing new. */
const perRule = 10

const findings = (rule: Rule, reading: Reading): ReadonlyArray<CampaignFinding> =>
  rule.find(reading).slice(0, perRule).map(({ detail, place, severity }) => ({
    rule: rule.id,
    severity: severity ?? rule.severity,
    place,
    detail: detail.toWellFormed(),
    source: sources[rule.source],
    suggestion: rule.suggest(reading).toWellFormed()
  }))

const weight: Readonly<Record<FindingSeverity, number>> = { blocker: 0, warning: 1, advice: 2 }
const worstFirst = Order.mapInput(Order.Number, ({ severity }: CampaignFinding) => weight[severity])

/** Points that a rule costs, however often it is broken. A blocker leaves less than half of 100. Parley's own choice. */
const cost: Readonly<Record<FindingSeverity, number>> = { blocker: 20, warning: 8, advice: 2 }
const atMostWithBlocker = 49
const atLeastWithout = 50

const scoreOf = (found: ReadonlyArray<CampaignFinding>): number => {
  const broken = new Map<string, FindingSeverity>()
  for (const { rule, severity } of found) {
    const before = broken.get(rule)
    if (before === undefined || weight[severity] < weight[before]) broken.set(rule, severity)
  }
  const lost = [...broken.values()].reduce((sum, severity) => sum + cost[severity], 0)
  const isBlocked = found.some(({ severity }) => severity === "blocker")
  return isBlocked ? Math.max(0, Math.min(atMostWithBlocker, 100 - lost)) : Math.max(atLeastWithout, 100 - lost)
}

/** Scans a campaign. The same campaign always gives the same report; the cost is linear in its length, whatever is in it. */
export const scan = (campaign: Campaign): CampaignReport => {
  const reading = read(campaign)
  const found = Array.sort(rules.flatMap((rule) => findings(rule, reading)), worstFirst)
  const has = (severity: FindingSeverity) => found.some((finding) => finding.severity === severity)
  return { verdict: has("blocker") ? "rejected" : has("warning") ? "at_risk" : "ready", score: scoreOf(found), findings: found }
}
