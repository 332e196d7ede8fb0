/** What the API speaks of, as a program sees it: camelCase, times as `Date`. */

/** Where a conversation takes place. */
export type Environment = "dev" | "sandbox" | "pre-release" | "live"

/** `unanswered`: opened by a send, the user has not replied. `engaged`: both speak. `warned`: idle, the close is near. `ended`: final. */
export type SessionState = "unanswered" | "engaged" | "warned" | "ended"

/** Why a session ended. */
export type EndReason =
  | "user_end"
  | "abandoned"
  | "natural_end"
  | "unanswered_expiry"
  | "superseded"
  | "operator_end"
  | "delivery_failed"

/** Outbound: `queued → sending → sent → delivered`, or `failed`, `undelivered`, `suppressed`, `unknown`. Inbound: `received` or `dropped`. */
export type MessageStatus =
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "failed"
  | "undelivered"
  | "suppressed"
  | "unknown"
  | "received"
  | "dropped"

/** What a message is for. */
export type Purpose = "opening" | "answer" | "remark" | "warning" | "ending" | "consent" | "notice" | "text" | "keyword"

/** One conversation between a user number and a project's agent. Numbers are E.164. */
export interface Session {
  /** `TW_SMS_` and a time-ordered part. */
  readonly id: string
  readonly channel: "SMS"
  readonly project: string
  readonly environment: Environment
  readonly userNumber: string
  readonly agentNumber: string
  readonly state: SessionState
  readonly endReason: EndReason | null
  /** A sentence about the end, when there is more to say than the reason. */
  readonly endDetail: string | null
  /** What opened it: a send, or a text of the user. */
  readonly opening: "send" | "text"
  readonly openedAt: Date
  readonly lastActivityAt: Date
  readonly endedAt: Date | null
  /** What happens by itself if nothing else does. */
  readonly nextTimeout: { readonly kind: "unanswered" | "idle" | "grace"; readonly dueAt: Date } | null
  /** The person who has the conversation, if one has. */
  readonly takeover: { readonly by: string; readonly reason: string | null; readonly at: Date } | null
  /** How the agent fares with the texts that it has not answered. */
  readonly agent: {
    readonly status: "idle" | "waiting" | "answering" | "retrying" | "failed"
    readonly attempts: number
    readonly lastError: { readonly reason: string; readonly at: Date } | null
  }
}

/** A picture or another file of a text. */
export interface Media {
  /** Inbound: where the carrier keeps it, which needs the carrier account's credentials. Outbound: where the carrier fetched it. */
  readonly url: string
  /** As the carrier tells it; null for one that was sent. */
  readonly contentType: string | null
  /** Null for one that was sent, and while the carrier has not told. */
  readonly sizeBytes: number | null
}

/** One text of a conversation, inbound or outbound. */
export interface Message {
  /** `msg_` and a time-ordered part. */
  readonly id: string
  readonly sessionId: string | null
  readonly direction: "inbound" | "outbound"
  readonly author: "user" | "api" | "agent" | "person" | "system"
  readonly purpose: Purpose
  readonly userNumber: string
  readonly agentNumber: string
  readonly text: string
  readonly media: ReadonlyArray<Media>
  /** How many segments the carrier moves and bills. */
  readonly segments: number
  readonly status: MessageStatus
  /** Why it was not delivered: a word for programs, the carrier's code, a sentence for people. */
  readonly trouble: { readonly reason: string; readonly code: string | null; readonly detail: string } | null
  readonly carrierId: string | null
  readonly turnId: string | null
  /** Quiet hours keep it until then, while it is `queued`; in the past: they kept it until then. */
  readonly heldUntil: Date | null
  /** How often it was handed to the carrier. */
  readonly attempts: number
  readonly createdAt: Date
  readonly acceptedAt: Date | null
  readonly updatedAt: Date
}

/** A number that the project texts from. */
export interface AgentNumber {
  readonly number: string
  readonly environment: Environment
  readonly type: "long_code" | "mobile" | "toll_free" | "short_code"
  /** ISO 3166-1, two capital letters. */
  readonly country: string
  readonly registration: "not_required" | "unregistered" | "pending" | "approved" | "rejected" | "suspended"
  readonly segmentsPerSecond: number
  /** Texts that wait to be sent from it. */
  readonly queued: number
}

/** What carriers sell. `local` numbers are long codes. */
export type MarketType = "local" | "mobile" | "toll_free"

/** `amount` is a decimal like `1.15`, `currency` ISO 4217. */
export interface Price {
  readonly amount: string
  readonly currency: string
}

/** A number for sale that can text. */
export interface AvailableNumber {
  readonly number: string
  readonly country: string
  readonly type: MarketType
  readonly locality: string | null
  readonly region: string | null
  /** The regulator wants an address or papers, which have to be filed with the carrier first. */
  readonly needsAddress: boolean
  /** Null where the carrier does not tell. */
  readonly monthlyPrice: Price | null
}

/** The purchase, import or release of a number. Whatever stops it half-way, it goes on from there. */
export interface NumberOperation {
  /** `op_` and a time-ordered part. */
  readonly id: string
  readonly kind: "buy" | "import" | "release"
  /** May change while a purchase without a `number` is `intended`: somebody else was quicker. */
  readonly number: string
  readonly environment: Environment
  /** `active`, `failed` and `released` are final. */
  readonly stage: "intended" | "bought" | "configured" | "active" | "undoing" | "failed" | "draining" | "released"
  /** What holds it up, or why it failed. */
  readonly trouble: { readonly code: string | null; readonly detail: string } | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a purchase or import would do. */
export interface NumberPlan {
  readonly number: string
  readonly steps: ReadonlyArray<string>
  /** Null where the carrier does not tell, or nothing is bought. */
  readonly monthlyPrice: Price | null
}

/** What a number should be like. */
export interface AvailableNumberParams {
  /** ISO 3166-1, two capital letters. */
  readonly country: string
  /** Three digits; US and Canada only. */
  readonly areaCode?: string
  /** Digits that the number holds; `*` stands for any one. */
  readonly contains?: string
  /** `local` when absent. */
  readonly type?: MarketType
  /** 1 to 100; 20 when absent. */
  readonly limit?: number
}

interface ProvisionParams {
  /** The connector's when absent. */
  readonly environment?: Environment
  /** What is known of the number's registration; `unregistered` in the US and Canada when absent. */
  readonly registration?: AgentNumber["registration"]
}

/** This very `number`, or the first for sale that fits `country` and what else is given. */
export interface BuyNumberParams extends ProvisionParams, Partial<Omit<AvailableNumberParams, "limit">> {
  readonly number?: string
}

/** A number that the carrier account has already. */
export interface ImportNumberParams extends ProvisionParams {
  readonly number: string
}

/** A user who must not be texted from a number. */
export interface OptOut {
  readonly userNumber: string
  readonly agentNumber: string
  readonly environment: Environment
  readonly source: "keyword" | "carrier_keyword" | "carrier_refusal"
  readonly optedOutAt: Date
}

/** Where a statement is from, and when it was read. */
export interface AvailabilitySource {
  readonly name: string
  /** A date, or as much of one as is known. */
  readonly readOn: string
}

/** A type of sender that a country has. */
export interface SenderOffer {
  /** `alphanumeric` is a name that nobody can answer. */
  readonly type: "long_code" | "mobile" | "toll_free" | "short_code" | "alphanumeric"
  /** Of one sender; null where the source gives no figure. */
  readonly segmentsPerSecond: { readonly from: number | null; readonly to: number | null }
  /** How long it takes to get one. */
  readonly leadTime: {
    readonly kind: "immediate" | "weeks" | "private_offering" | "not_published"
    readonly weeksFrom: number | null
    readonly weeksTo: number | null
  }
  readonly registration: "none" | "10dlc" | "toll_free_verification"
  /** Whether people there can be sent pictures and other files (MMS) from such a sender. */
  readonly mms: boolean
  readonly notes: ReadonlyArray<string>
  readonly source: AvailabilitySource
}

/** What can be texted with in a country. */
export interface CountryAvailability {
  /** ISO 3166-1, two capital letters. */
  readonly country: string
  /** Whether people there can answer; a send to where they cannot is refused. */
  readonly twoWay: boolean
  readonly senders: ReadonlyArray<SenderOffer>
  readonly notes: ReadonlyArray<string>
  readonly source: AvailabilitySource
}

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

/** A text that opens a conversation. */
export interface SendTextParams {
  /** Plain text, at most 1600 characters and 10 segments. */
  readonly message: string
  readonly template?: never
  /** The recipient, E.164. */
  readonly userNumber: string
  /** The sender, E.164: a number of the connector's environment. Chosen for you when absent. */
  readonly agentNumber?: string
  /** Pictures and other files, which the carrier fetches: https, at most 10, 5 MB in all. Only where the number and the user's country have MMS. */
  readonly mediaUrls?: ReadonlyArray<string>
  /** When to send, at most 35 days ahead. Absent: now. */
  readonly sendAt?: Date
}

/** Pictures and other files that open a conversation, with a text or without. */
export interface SendMediaParams {
  readonly message?: string
  readonly template?: never
  readonly userNumber: string
  readonly agentNumber?: string
  /** At least one; see `SendTextParams`. */
  readonly mediaUrls: ReadonlyArray<string>
  readonly sendAt?: Date
}

/** A template whose text opens a conversation. */
export interface SendTemplateParams {
  readonly message?: never
  /** The name of a template of the connector's environment. */
  readonly template: string
  /** What stands in the template's places. Others are ignored. */
  readonly variables?: { readonly [name: string]: string }
  readonly userNumber: string
  readonly agentNumber?: string
  readonly mediaUrls?: ReadonlyArray<string>
  readonly sendAt?: Date
}

/** A text, files, or a template to make the text of. */
export type SendParams = SendTextParams | SendMediaParams | SendTemplateParams

/** A text by name, with places for what is different each time. */
export interface Template {
  readonly name: string
  /** What it is for, for people. */
  readonly title: string
  /** The text, with `${name}` where a variable stands. */
  readonly body: string
  /** The names that a send has to give. */
  readonly variables: ReadonlyArray<string>
}

/** `scheduled`: it waits. `sent`: it has opened a session. `failed`: it was refused when its time came. `cancelled`: taken back. */
export type ScheduledStatus = "scheduled" | "sent" | "failed" | "cancelled"

/** A send for later. */
export interface ScheduledSend {
  /** `sched_` and a time-ordered part. */
  readonly id: string
  readonly environment: Environment
  readonly userNumber: string
  /** The sender that was asked for. */
  readonly agentNumber: string | null
  readonly text: string
  /** Pictures and other files that go with it. */
  readonly mediaUrls: ReadonlyArray<string>
  /** The template that the text was made of. */
  readonly template: string | null
  readonly status: ScheduledStatus
  readonly sendAt: Date
  /** When it is tried: `sendAt`, or later where the project's rate made it wait. */
  readonly dueAt: Date
  /** The session that it has opened. */
  readonly sessionId: string | null
  readonly messageId: string | null
  /** Why it failed, or why it waits longer. */
  readonly trouble: { readonly reason: string; readonly code: string | null; readonly detail: string } | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What is known once a send is accepted: the text is durable, and delivery follows. */
export interface SendResult {
  /** Empty for a send for later, which is no session yet; and if the server does not say, which Parley's always does. */
  readonly sessionId: string
  /** A send for later; null for one that is sent now. */
  readonly scheduledSendId: string | null
  /** The path of the session or of the scheduled send, as the API gave it. */
  readonly location: string
  readonly correlationId: string | null
  /** True when the idempotency key brought the answer of an earlier call. */
  readonly replayed: boolean
}

export interface PageParams {
  /** Items of one page, 1 to 100; 20 when absent. */
  readonly limit?: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string
}

/** Filters are combined. */
export interface SessionListParams extends PageParams {
  readonly userNumber?: string
  readonly agentNumber?: string
  readonly state?: SessionState
  readonly environment?: Environment
  readonly startedAfter?: Date
  readonly startedBefore?: Date
}

export interface OptOutListParams extends PageParams {
  readonly userNumber?: string
}

export interface ScheduledSendListParams extends PageParams {
  readonly userNumber?: string
  readonly status?: ScheduledStatus
}

/** A text, files, or both. */
export type SpeakParams =
  | { readonly message: string; readonly mediaUrls?: ReadonlyArray<string> }
  | { readonly message?: string; readonly mediaUrls: ReadonlyArray<string> }

export interface TakeoverParams {
  /** Who takes over, for the record. */
  readonly by?: string
  readonly reason?: string
}
