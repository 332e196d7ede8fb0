/** The privacy policy and the terms, as texts. Reviewers open both. */
import { frequency, rates, tellsHelp, tellsStop } from "./Disclosures.ts"
import { all, at, namesBrand, type Reading, type Rule, type Spot, type Text, whole, wording } from "./Rule.ts"
import { has, hits, isDenied, phrases } from "./Words.ts"

const noPolicy: Rule = {
  id: "privacy/missing",
  severity: "warning",
  source: "privacy",
  find: ({ privacyPolicy }) => privacyPolicy === null || privacyPolicy.words.length === 0 ? [{ place: whole("privacy_policy"), detail: "There is no privacy policy to look at." }] : [],
  suggest: () => "Publish one, link it in the message flow, and give its text here to have it scanned."
}

const sharing = phrases(
  "third parties for marketing", "third parties for their marketing", "third parties for promotional", "third parties and affiliates for marketing", "third parties or affiliates for marketing", "affiliates for marketing", "affiliates for promotional", "partners for marketing", "partners for promotional",
  "share your information with third parties", "share your information with partners", "share your information with our partners", "share your data with third parties", "share your data with our partners", "share your personal information with third parties", "share your phone number with", "share your mobile number with",
  "share mobile numbers with", "sell your information", "sell your personal information", "sell your data", "sell personal information", "sell mobile numbers", "rent your information", "marketing partners", "advertising partners", "third party marketers", "third party advertisers", "for their own marketing",
  "for their marketing purposes", "share opt in data with", "share your contact information with"
)

const shares: Rule = {
  id: "privacy/sharing",
  severity: "blocker",
  source: "privacy",
  find: ({ flow, privacyPolicy, terms }) =>
    [privacyPolicy, flow, terms].filter((text) => text !== null).flatMap((text) =>
      hits(sharing, text, 20).filter((hit) => !isDenied(text, hit, true)).slice(0, 3).map((hit) => ({
        place: at(text, hit),
        detail: `"${wording(text, hit)}": mobile numbers and consent may not be passed on for marketing.`
      }))
    ),
  suggest: () => "\"We do not share mobile numbers or text messaging consent with third parties or affiliates for marketing or promotional purposes.\""
}

const mobile = phrases("mobile", "phone number", "phone numbers", "telephone number", "telephone numbers", "sms", "text message", "text messages", "text messaging", "opt in data", "texting")
const passing = phrases("share", "shared", "sharing", "sell", "sold", "rent", "rented", "disclose", "disclosed", "transfer", "transferred", "third parties", "affiliates")

const promise: Rule = {
  id: "privacy/promise",
  severity: "warning",
  source: "privacy",
  find: ({ privacyPolicy }) => privacyPolicy === null || privacyPolicy.words.length === 0 || promises(privacyPolicy) ? [] : [{ place: all(privacyPolicy), detail: "It does not promise to keep mobile numbers from third parties." }],
  suggest: shares.suggest
}

/** A denial of passing something on, in a sentence about mobile numbers or texts. */
const promises = (policy: Text): boolean => {
  const about = new Set(hits(mobile, policy).map(({ from }) => policy.words[from]?.sentence))
  return hits(passing, policy).some((hit) => about.has(policy.words[hit.from]?.sentence) && isPromise(policy, hit.from))
}

const refusals = new Set(["no", "not", "never", "nor", "neither", "don't", "won't", "without"])

/** Within the words before and after, since "all the above categories exclude text messaging data; it will not be shared" has the denial anywhere. */
const isPromise = ({ words }: Text, index: number): boolean =>
  words.slice(Math.max(0, index - 25), index + 4).some(({ lower, sentence }) => sentence === words[index]?.sentence && refusals.has(lower))

const silent: Rule = {
  id: "privacy/texts",
  severity: "advice",
  source: "privacy",
  find: ({ privacyPolicy }) =>
    privacyPolicy === null || privacyPolicy.words.length === 0 || has(mobile, privacyPolicy) ? [] : [{ place: all(privacyPolicy), detail: "It does not speak of mobile numbers or texts." }],
  suggest: () => "Add a section on text messages: what is collected, what for, and that it is not shared."
}

const noTerms: Rule = {
  id: "terms/missing",
  severity: "warning",
  source: "terms",
  find: ({ terms }) => terms === null || terms.words.length === 0 ? [{ place: whole("terms"), detail: "There are no terms to look at." }] : [],
  suggest: () => "Publish terms of the texting programme, link them in the message flow, and give their text here to have them scanned."
}

const term = (what: string, detail: string, suggestion: string, fits: (terms: Text, reading: Reading) => boolean, severity: Rule["severity"] = "warning"): Rule => ({
  id: `terms/${what}`,
  severity,
  source: "terms",
  find: (reading): ReadonlyArray<Spot> => reading.terms === null || reading.terms.words.length === 0 || fits(reading.terms, reading) ? [] : [{ place: all(reading.terms), detail }],
  suggest: () => suggestion
})

const liability = phrases("carriers are not liable", "carriers are not responsible", "carrier is not liable", "not liable for delayed", "not responsible for delayed", "delayed or undelivered")

export const policyRules: ReadonlyArray<Rule> = [
  noPolicy,
  shares,
  promise,
  silent,
  noTerms,
  term("stop", "They do not say how to opt out.", "\"You can cancel at any time by replying STOP.\"", (text) => tellsStop(text)),
  term("help", "They do not say how to get help.", "\"Reply HELP for help, or write to help@….\"", (text) => tellsHelp(text)),
  term("frequency", "They do not say how often texts come.", "\"Message frequency varies.\"", (text) => has(frequency, text)),
  term("rates", "They do not say that rates may apply.", "\"Message and data rates may apply.\"", (text) => has(rates, text)),
  term("brand", "They do not name the brand.", "Name the programme after the brand.", (terms, reading) => reading.brand.length === 0 || namesBrand(reading, terms), "advice"),
  term("liability", "They do not say that carriers are not liable for texts that are late or lost.", "\"Carriers are not liable for delayed or undelivered messages.\"", (text) => has(liability, text), "advice")
]
