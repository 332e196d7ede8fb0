/** A campaign to be registered with US carriers, as it is scanned before it is submitted, and what the scan says. */
import { Schema } from "effect"

/** What a campaign is for. Source: The Campaign Registry's use cases, by the codes that providers take as `UsAppToPersonUsecase`. */
export const CampaignUseCase = Schema.Literals([
  "2FA",
  "ACCOUNT_NOTIFICATION",
  "AGENTS_FRANCHISES",
  "CHARITY",
  "CUSTOMER_CARE",
  "DELIVERY_NOTIFICATION",
  "EMERGENCY",
  "FRAUD_ALERT",
  "HIGHER_EDUCATION",
  "K12_EDUCATION",
  "LOW_VOLUME",
  "MARKETING",
  "MIXED",
  "POLITICAL",
  "POLITICAL_SECTION_527",
  "POLLING_VOTING",
  "PROXY",
  "PUBLIC_SERVICE_ANNOUNCEMENT",
  "SECURITY_ALERT",
  "SOCIAL",
  "SOLE_PROPRIETOR",
  "SWEEPSTAKE",
  "TRIAL"
])
export type CampaignUseCase = typeof CampaignUseCase.Type

const keywords = Schema.optionalKey(Schema.Array(Schema.String).annotate({ description: "Single words, without regard to case." }))

/**
 * The parts of a campaign. Texts may have any length here: lengths that carriers refuse are findings, told with everything else that is wrong.
 * The limits in the descriptions are the registry's.
 */
export const campaignFields = {
  brandName: Schema.String.annotate({ description: "The brand as it is registered." }),
  useCase: CampaignUseCase,
  description: Schema.String.annotate({ description: "Who texts whom, and why: 40 to 4096 characters." }),
  messageFlow: Schema.String.annotate({ description: "How people opt in, and what they are told then: 40 to 2048 characters." }),
  messageSamples: Schema.Array(Schema.String).annotate({ description: "2 to 5 texts as they will be sent, 20 to 1024 characters each." }),
  hasEmbeddedLinks: Schema.Boolean.annotate({ description: "Whether texts will hold links." }),
  hasEmbeddedPhone: Schema.Boolean.annotate({ description: "Whether texts will hold telephone numbers." }),
  optInKeywords: keywords,
  optInMessage: Schema.optionalKey(Schema.String.annotate({ description: "The answer to an opt-in." })),
  optOutKeywords: keywords,
  optOutMessage: Schema.optionalKey(Schema.String.annotate({ description: "The answer to an opt-out." })),
  helpKeywords: keywords,
  helpMessage: Schema.optionalKey(Schema.String.annotate({ description: "The answer to a call for help." })),
  privacyPolicy: Schema.optionalKey(Schema.String.annotate({ description: "The text of the privacy policy; of a long one, the part on phone numbers and texts." })),
  terms: Schema.optionalKey(Schema.String.annotate({ description: "The text of the terms of the texting programme." }))
} as const

/** What is scanned. */
export const Campaign = Schema.Struct(campaignFields).pipe(
  Schema.encodeKeys({
    brandName: "brand_name",
    useCase: "use_case",
    messageFlow: "message_flow",
    messageSamples: "message_samples",
    hasEmbeddedLinks: "has_embedded_links",
    hasEmbeddedPhone: "has_embedded_phone",
    optInKeywords: "opt_in_keywords",
    optInMessage: "opt_in_message",
    optOutKeywords: "opt_out_keywords",
    optOutMessage: "opt_out_message",
    helpKeywords: "help_keywords",
    helpMessage: "help_message",
    privacyPolicy: "privacy_policy"
  }),
  Schema.annotateEncoded({ identifier: "Campaign", description: "A campaign before it is submitted." })
)
export type Campaign = typeof Campaign.Type

/** Where in a campaign, by the names on the wire. */
export const CampaignField = Schema.Literals([
  "brand_name",
  "use_case",
  "description",
  "message_flow",
  "message_samples",
  "has_embedded_links",
  "has_embedded_phone",
  "opt_in_keywords",
  "opt_in_message",
  "opt_out_keywords",
  "opt_out_message",
  "help_keywords",
  "help_message",
  "privacy_policy",
  "terms"
])
export type CampaignField = typeof CampaignField.Type

/** `blocker`: carriers reject for it. `warning`: reviewers may. `advice`: better so. */
export const FindingSeverity = Schema.Literals(["blocker", "warning", "advice"])
export type FindingSeverity = typeof FindingSeverity.Type

export const FindingPlace = Schema.Struct({
  field: CampaignField,
  sample: Schema.NullOr(Schema.Int.annotate({ description: "Which of the samples, from 0." })),
  quote: Schema.NullOr(Schema.String.annotate({ description: "The words that it is about, with some around them." }))
}).annotate({ identifier: "FindingPlace", description: "Where in the campaign." })
export type FindingPlace = typeof FindingPlace.Type

export const FindingSource = Schema.Struct({
  name: Schema.String.annotate({ description: "Who published the rule, and where." }),
  code: Schema.NullOr(Schema.Int.annotate({ description: "The code that a rejection for it carries at the provider, where there is one." })),
  reason: Schema.String.annotate({ description: "The rule itself." })
}).annotate({ identifier: "FindingSource", description: "The published rule." })
export type FindingSource = typeof FindingSource.Type

export const CampaignFinding = Schema.Struct({
  rule: Schema.String.annotate({ description: "The rule's id; it stays the same over versions." }),
  severity: FindingSeverity,
  place: FindingPlace,
  detail: Schema.String.annotate({ description: "What is the matter here." }),
  source: FindingSource,
  suggestion: Schema.String.annotate({ description: "What to write instead." })
}).annotate({ identifier: "CampaignFinding", description: "Something that a reviewer would object to." })
export type CampaignFinding = typeof CampaignFinding.Type

export const CampaignReport = Schema.Struct({
  verdict: Schema.Literals(["rejected", "at_risk", "ready"]).annotate({
    description: "`rejected`: there are blockers. `at_risk`: there are warnings. `ready`: there is at most advice."
  }),
  score: Schema.Int.annotate({ description: "0 to 100; below 50 exactly when there are blockers." }),
  findings: Schema.Array(CampaignFinding).annotate({ description: "The worst first." })
}).annotate({ identifier: "CampaignReport", description: "What a reviewer would object to in a campaign." })
export type CampaignReport = typeof CampaignReport.Type
