/**
 * What carriers do not move, by category, with the words that give it away. Sources: the carriers' codes of conduct as providers summarise them
 * ("forbidden message categories in the US and Canada") and SHAFT. Words that also mean harmless things ("shot", "weed", "bar") are left out.
 */
import type { FindingSeverity } from "@parley/schema/Campaign"
import type { SourceName } from "./Sources.ts"
import { type Phrases, phrases } from "./Words.ts"

export interface Category {
  /** The rule is `content/<id>`. */
  readonly id: string
  /** As in "reads like …". */
  readonly label: string
  readonly severity: FindingSeverity
  readonly source: SourceName
  readonly words: Phrases
  /** A text with one of these is about leaving it behind, or about something else. */
  readonly harmless?: Phrases
  /** Allowed where people are asked for their age. */
  readonly ageGated?: boolean
}

export const categories: ReadonlyArray<Category> = [
  {
    id: "sex",
    label: "sexual content",
    severity: "blocker",
    source: "content",
    words: phrases(
      "porn", "pornography", "adult content", "adult entertainment", "xxx", "nude", "nudes", "escort service", "escort services", "escorts", "onlyfans", "sex toy", "sex toys", "hookup", "hookups", "erotic", "sexting",
      "sexy singles", "strip club", "strip clubs", "camgirl", "camgirls", "webcam girls", "casual sex"
    )
  },
  {
    id: "hate",
    label: "hate",
    severity: "blocker",
    source: "content",
    words: phrases("white power", "white supremacy", "white supremacist", "racial supremacy", "ethnic cleansing", "neo nazi", "neo nazis", "race war", "subhuman", "subhumans", "hate speech", "hate group"),
    harmless: phrases("report hate speech", "stop hate", "against hate", "fight hate")
  },
  {
    id: "alcohol",
    label: "alcohol",
    severity: "blocker",
    source: "content",
    words: phrases(
      "alcohol", "beer", "beers", "craft beer", "wine", "wines", "vodka", "whiskey", "whisky", "bourbon", "tequila", "liquor", "liquors", "brewery", "brewpub", "cocktail", "cocktails", "happy hour", "margaritas", "wine tasting", "hard seltzer"
    ),
    harmless: phrases("alcohol free", "non alcoholic", "alcoholics anonymous", "alcohol recovery", "rubbing alcohol", "alcohol use disorder", "avoid alcohol", "no alcohol", "wine cellar", "wine fridge", "wine country"),
    ageGated: true
  },
  {
    id: "firearms",
    label: "firearms",
    severity: "blocker",
    source: "content",
    words: phrases(
      "firearm", "firearms", "handgun", "handguns", "rifle", "rifles", "pistol", "pistols", "shotgun", "shotguns", "ammo", "ammunition", "gun shop", "gun store", "gun show", "gun sale", "guns for sale", "ar 15", "ar15", "ghost gun", "silencers", "fireworks sale"
    )
  },
  {
    id: "tobacco",
    label: "tobacco or vape",
    severity: "blocker",
    source: "content",
    words: phrases("tobacco", "cigarette", "cigarettes", "cigar", "cigars", "vape", "vapes", "vaping", "vape juice", "e cig", "e cigs", "ecig", "ecigs", "e liquid", "hookah", "juul", "nicotine pouches", "nicotine salts"),
    harmless: phrases("quit smoking", "stop smoking", "smoking cessation", "tobacco free", "smoke free", "quit tobacco", "quit vaping", "tobacco quitline")
  },
  {
    id: "cannabis",
    label: "cannabis or CBD",
    severity: "blocker",
    source: "content",
    words: phrases("cannabis", "marijuana", "cbd", "thc", "delta 8", "delta 9", "kratom", "edibles", "hemp gummies", "hemp flower", "weed dispensary", "weed delivery", "dispensary", "psilocybin", "magic mushrooms", "pre rolls")
  },
  {
    id: "drugs",
    label: "drugs or prescriptions sold by text",
    severity: "blocker",
    source: "disallowed",
    words: phrases("viagra", "cialis", "xanax", "adderall", "oxycontin", "oxycodone", "tramadol", "ozempic deals", "no prescription needed", "without a prescription", "cheap meds", "buy prescription drugs")
  },
  {
    id: "high-risk-loans",
    label: "payday or other high-risk loans",
    severity: "blocker",
    source: "disallowed",
    words: phrases(
      "payday loan", "payday loans", "payday advance", "cash advance", "cash advances", "short term loan", "short term loans", "title loan", "title loans", "same day loan", "same day loans", "instant loan", "instant loans", "bad credit ok",
      "bad credit loans", "no credit check", "student loan forgiveness", "guaranteed approval", "loan offers", "loan offer", "pre approved for a loan", "preapproved for a loan"
    )
  },
  {
    id: "debt",
    label: "debt collection or relief",
    severity: "blocker",
    source: "disallowed",
    words: phrases(
      "debt collection", "debt collector", "debt collectors", "collect a debt", "collection agency", "collections agency", "debt relief", "debt consolidation", "debt settlement", "debt forgiveness", "debt reduction", "reduce your debt", "erase your debt",
      "credit repair", "fix your credit", "repair your credit", "settle your debt"
    )
  },
  {
    id: "investments",
    label: "cryptocurrency, stock tips or risky investments",
    severity: "blocker",
    source: "disallowed",
    words: phrases("bitcoin", "crypto", "cryptocurrency", "cryptocurrencies", "stock alert", "stock alerts", "stock tips", "stock picks", "forex signals", "trading signals", "penny stock", "penny stocks", "guaranteed returns", "risk free investment")
  },
  {
    id: "gambling",
    label: "gambling",
    severity: "blocker",
    source: "disallowed",
    words: phrases(
      "gambling", "casino", "casinos", "sportsbook", "sports betting", "betting", "place your bet", "place your bets", "bonus bet", "bonus bets", "free bet", "free bets", "slot machine", "slot machines", "free spins", "jackpot", "poker", "roulette", "lottery", "wager", "wagers"
    ),
    harmless: phrases("gambling helpline", "problem gambling", "stop gambling", "gambling addiction")
  },
  {
    id: "get-rich",
    label: "a get-rich-quick scheme",
    severity: "blocker",
    source: "disallowed",
    words: phrases(
      "get rich", "get rich quick", "make money fast", "make money online", "make money from home", "earn money from home", "earn cash from home", "work from home and earn", "passive income", "financial freedom", "be your own boss", "double your money",
      "guaranteed income", "pyramid scheme", "multi level marketing", "mlm", "extra income", "millionaire mentor"
    )
  },
  {
    id: "lead-generation",
    label: "third-party lead generation",
    severity: "blocker",
    source: "disallowed",
    words: phrases(
      "lead generation", "generate leads", "lead gen", "sell leads", "buy leads", "purchased leads", "sold as leads", "matched with lenders", "match you with lenders", "multiple lenders", "lenders in our network", "partners in our network", "our network of providers",
      "co registration", "offers from our partners", "offers from partners", "partner offers", "third party offers"
    )
  },
  {
    id: "affiliate",
    label: "affiliate marketing",
    severity: "blocker",
    source: "terms",
    words: phrases("affiliate marketing", "affiliate marketers", "affiliate offers", "affiliate offer", "affiliate links", "affiliate network", "affiliate programs")
  },
  {
    id: "phishing",
    label: "a phishing text",
    severity: "blocker",
    source: "spam",
    words: phrases(
      "your account will be suspended", "your account has been suspended", "account will be closed", "verify your account now", "verify your identity now", "verify your bank", "confirm your bank details", "update your payment details to avoid",
      "irs refund", "unclaimed refund", "arrest warrant", "legal action will be taken", "send gift cards"
    )
  },
  {
    id: "deceptive",
    label: "a deceptive offer",
    severity: "blocker",
    source: "highRisk",
    words: phrases(
      "you have won", "you've won", "you are a winner", "you have been selected", "you've been selected", "claim your prize", "claim your reward now", "free iphone", "free gift card", "free money", "free cash", "miracle cure", "act now or lose", "100 free", "risk free"
    )
  }
]

/** How people are asked for their age. */
export const ageGate = phrases("age gate", "age gated", "age verification", "verify your age", "verify their age", "date of birth", "birth date", "birthdate", "21 or older", "over 21", "21 years", "18 or older")
