/** What each use case's samples look like: what one of them must speak of, and whether they may promote. Source: the registry's definitions of its use cases. */
import type { CampaignUseCase } from "@parley/schema/Campaign"
import { type Phrases, phrases } from "./Words.ts"

export interface UseCase {
  /** In words, as in "a … campaign". */
  readonly name: string
  /** Marketing in it is another use case. */
  readonly mayPromote: boolean
  /** One of these stands in at least one sample; null: anything may. */
  readonly speaksOf: Phrases | null
  /** Open to some brands only, or reviewed by carriers after submission. */
  readonly isSpecial: boolean
}

/** Words that sell. Single words that also serve ("offer", "sale" alone) are left out; what is here leaves no doubt. */
export const promotion: Phrases = phrases(
  "# off", "percent off", "discount", "discounts", "coupon", "coupons", "promo", "promo code", "promotion", "promotions", "promotional", "special offer", "special offers", "exclusive offer", "exclusive offers", "limited time offer", "limited time", "flash sale", "sale ends", "is on sale", "are on sale", "on sale now", "on sale today", "on sale this", "our sale", "big sale", "sale today",
  "summer sale", "winter sale", "holiday sale", "black friday", "cyber monday", "clearance", "buy now", "shop now", "order now and save", "save up to", "save #", "deals", "best deal", "special deal", "free shipping", "buy one get one", "bogo", "use code", "new arrivals", "new collection", "don't miss out",
  "refer a friend", "earn rewards", "double points", "vip access", "early access", "upgrade now", "giveaway"
)

const codes = phrases("code", "passcode", "password", "otp", "pin", "verify", "verification", "authentication", "log in", "login", "sign in", "código")
const alerts = phrases("fraud", "suspicious", "unusual", "unauthorized", "did you", "transaction", "charge", "charges", "purchase", "card", "account", "security", "locked", "sign in", "login", "password", "alert", "device", "breach")

const entry = (name: string, mayPromote: boolean, speaksOf: Phrases | null = null, isSpecial = false): UseCase => ({ name, mayPromote, speaksOf, isSpecial })

export const useCases: Readonly<Record<CampaignUseCase, UseCase>> = {
  "2FA": entry("two-factor authentication", false, codes),
  ACCOUNT_NOTIFICATION: entry("account notification", false),
  AGENTS_FRANCHISES: entry("agents and franchises", true, null, true),
  CHARITY: entry("charity", true, phrases("donate", "donation", "donations", "donor", "donors", "gift", "give", "giving", "volunteer", "volunteers", "fundraiser", "support", "help", "cause", "event", "thank you"), true),
  CUSTOMER_CARE: entry("customer care", false),
  DELIVERY_NOTIFICATION: entry(
    "delivery notification",
    false,
    phrases("delivery", "deliver", "delivered", "deliveries", "driver", "courier", "shipped", "shipping", "shipment", "package", "parcel", "order", "arrive", "arrives", "arriving", "pickup", "pick up", "tracking", "on its way", "en route")
  ),
  EMERGENCY: entry("emergency", false, null, true),
  FRAUD_ALERT: entry("fraud alert", false, alerts),
  HIGHER_EDUCATION: entry(
    "higher education",
    false,
    phrases("student", "students", "campus", "class", "classes", "course", "courses", "college", "university", "semester", "tuition", "registration", "advisor", "advising", "professor", "faculty", "enrollment", "financial aid", "library", "exam", "exams", "graduation")
  ),
  K12_EDUCATION: entry("K-12 education", false, phrases("school", "schools", "student", "students", "class", "classes", "parent", "parents", "teacher", "teachers", "bus", "grade", "grades", "district"), true),
  LOW_VOLUME: entry("low-volume mixed", true),
  MARKETING: entry("marketing", true),
  MIXED: entry("mixed", true),
  POLITICAL: entry("political", true, null, true),
  POLITICAL_SECTION_527: entry("political (section 527)", true, null, true),
  POLLING_VOTING: entry("polling and voting", false, phrases("poll", "polls", "survey", "surveys", "vote", "votes", "voting", "rate", "rating", "feedback", "opinion", "question", "how likely", "how was", "scale")),
  PROXY: entry("proxy", true, null, true),
  PUBLIC_SERVICE_ANNOUNCEMENT: entry("public service announcement", false),
  SECURITY_ALERT: entry("security alert", false, alerts),
  SOCIAL: entry("social", true, null, true),
  SOLE_PROPRIETOR: entry("sole proprietor", true),
  SWEEPSTAKE: entry("sweepstake", true, phrases("sweepstake", "sweepstakes", "entry", "entries", "enter", "prize", "winner", "drawing", "giveaway"), true),
  TRIAL: entry("trial", true, null, true)
}
