/** What carriers would reject an A2P 10DLC campaign for. */
import type { ApiCall } from "./ApiCall.ts"
import type { RequestOptions } from "./Options.ts"
import { post, Resource } from "./Resource.ts"

/** What a campaign is for, by the codes of The Campaign Registry. */
export type CampaignUseCase =
  | "2FA"
  | "ACCOUNT_NOTIFICATION"
  | "AGENTS_FRANCHISES"
  | "CHARITY"
  | "CUSTOMER_CARE"
  | "DELIVERY_NOTIFICATION"
  | "EMERGENCY"
  | "FRAUD_ALERT"
  | "HIGHER_EDUCATION"
  | "K12_EDUCATION"
  | "LOW_VOLUME"
  | "MARKETING"
  | "MIXED"
  | "POLITICAL"
  | "POLITICAL_SECTION_527"
  | "POLLING_VOTING"
  | "PROXY"
  | "PUBLIC_SERVICE_ANNOUNCEMENT"
  | "SECURITY_ALERT"
  | "SOCIAL"
  | "SOLE_PROPRIETOR"
  | "SWEEPSTAKE"
  | "TRIAL"

/** A campaign before it is submitted. Texts may have any length; what carriers refuse is found. */
export interface Campaign {
  readonly brandName: string
  readonly useCase: CampaignUseCase
  readonly description: string
  readonly messageFlow: string
  readonly messageSamples: ReadonlyArray<string>
  readonly hasEmbeddedLinks: boolean
  readonly hasEmbeddedPhone: boolean
  readonly optInKeywords?: ReadonlyArray<string>
  readonly optInMessage?: string
  readonly optOutKeywords?: ReadonlyArray<string>
  readonly optOutMessage?: string
  readonly helpKeywords?: ReadonlyArray<string>
  readonly helpMessage?: string
  readonly privacyPolicy?: string
  readonly terms?: string
}

/** Something that a reviewer would object to. */
export interface CampaignFinding {
  /** The rule's id, like `links/shortener`. */
  readonly rule: string
  readonly severity: "blocker" | "warning" | "advice"
  readonly place: {
    readonly field:
      | "brand_name"
      | "use_case"
      | "description"
      | "message_flow"
      | "message_samples"
      | "has_embedded_links"
      | "has_embedded_phone"
      | "opt_in_keywords"
      | "opt_in_message"
      | "opt_out_keywords"
      | "opt_out_message"
      | "help_keywords"
      | "help_message"
      | "privacy_policy"
      | "terms"
    /** Which of the samples, from 0. */
    readonly sample: number | null
    readonly quote: string | null
  }
  readonly detail: string
  /** The published rule, and the code that a rejection for it carries at the provider. */
  readonly source: { readonly name: string; readonly code: number | null; readonly reason: string }
  /** What to write instead. */
  readonly suggestion: string
}

/** What a reviewer would object to in a campaign, the worst first. */
export interface CampaignReport {
  /** `rejected`: there are blockers. `at_risk`: there are warnings. `ready`: there is at most advice. */
  readonly verdict: "rejected" | "at_risk" | "ready"
  /** 0 to 100; below 50 exactly when there are blockers. */
  readonly score: number
  readonly findings: ReadonlyArray<CampaignFinding>
}

/**
 * A2P 10DLC campaigns: `parley.campaigns`.
 * @example
 * ```ts
 * import type { Campaign, Campaigns } from "@parley/sdk"
 *
 * const isReady = async (campaigns: Campaigns, campaign: Campaign) => (await campaigns.scan(campaign)).verdict === "ready"
 * console.log(await isReady(parley.campaigns, {
 *   brandName: "Harbor Family Clinic",
 *   useCase: "ACCOUNT_NOTIFICATION",
 *   description: "Reminders of appointments.",
 *   messageFlow: "A form.",
 *   messageSamples: ["See you at 10:00."],
 *   hasEmbeddedLinks: false,
 *   hasEmbeddedPhone: false
 * }))
 * ```
 */
export class Campaigns extends Resource {
  /**
   * What carriers would reject a campaign for. Nothing is kept or sent.
   * @example
   * ```ts
   * import type { CampaignFinding, CampaignReport, CampaignUseCase } from "@parley/sdk"
   *
   * const useCase: CampaignUseCase = "ACCOUNT_NOTIFICATION"
   * const report: CampaignReport = await parley.campaigns.scan({
   *   brandName: "Harbor Family Clinic",
   *   useCase,
   *   description: "Reminders of appointments.",
   *   messageFlow: "A form.",
   *   messageSamples: ["Your results: https://bit.ly/3xYz12"],
   *   hasEmbeddedLinks: true,
   *   hasEmbeddedPhone: false
   * })
   * const [worst]: ReadonlyArray<CampaignFinding> = report.findings
   * console.log(report.verdict, worst?.detail, worst?.suggestion)
   * ```
   */
  scan(campaign: Campaign, options?: RequestOptions): ApiCall<CampaignReport> {
    return post(this.transport, "/v1/campaigns/scan", campaign, options)
  }
}
