/** What carriers do not move, in anything that a campaign says or sends. */
import { ageGate, categories, type Category } from "./ForbiddenContent.ts"
import { all, at, excerpt, type Reading, type Rule, sent, type Spot, told, wording } from "./Rule.ts"
import { has, hits, isDenied, phrases, type Word } from "./Words.ts"

/** More findings of one rule would say nothing new. */
const enough = 5

const objection = (category: Category) => (reading: Reading): ReadonlyArray<Spot> => {
  const isGated = category.ageGated === true && has(ageGate, reading.flow)
  return told(reading).flatMap((text): ReadonlyArray<Spot> => {
    if (category.harmless !== undefined && has(category.harmless, text)) return []
    // A brand of several words may be called anything; what it sends is judged by the others.
    return hits(category.words, reading.brand.length > 1 ? text.besidesBrand : text)
      .filter((hit) => !isDenied(text, hit))
      .slice(0, enough)
      .map((hit) => ({
        place: at(text, hit),
        detail: `"${wording(text, hit)}" reads like ${category.label}${isGated ? ", for which the message flow describes an age gate" : ""}.`,
        ...(isGated ? { severity: "advice" as const } : {})
      }))
  })
}

const forbidden: ReadonlyArray<Rule> = categories.map((category) => ({
  id: `content/${category.id}`,
  severity: category.severity,
  source: category.source,
  find: objection(category),
  suggest: () =>
    category.ageGated === true
      ? "Leave it out, or describe the age gate in the message flow: \"Before they sign up, people enter their full date of birth; only those of 21 or older can continue.\""
      : "Leave it out. If the campaign is about it, carriers do not take it; if it is not, choose words that cannot be mistaken for it."
}))

const loans = phrases("loan", "loans", "mortgage", "mortgages", "lending", "lender", "lenders", "refinance", "refinancing", "line of credit")
const directLending = phrases("direct lending", "direct lender", "no direct lending", "not direct lending", "does not involve lending", "do not offer loans")

const lending: Rule = {
  id: "content/direct-lending",
  severity: "warning",
  source: "lending",
  find: (reading) => {
    if (has(directLending, reading.description)) return []
    const found = told(reading).flatMap((text) => hits(loans, text, 1).filter((hit) => !isDenied(text, hit)).map((hit) => ({ place: at(text, hit), hit, text })))
    return found.slice(0, 1).map(({ hit, place, text }) => ({ place, detail: `"${wording(text, hit)}" points to loans, and the description does not say whether the brand lends.` }))
  },
  suggest: ({ name }) => `Add to the description "Direct lending: ${name} lends its own money." or "This campaign does not involve lending."`
}

const sensitive = phrases(
  "social security number", "your ssn", "full ssn", "card number", "credit card number", "cvv", "your pin", "your password", "bank account number", "routing number", "mother's maiden name"
)

const personalData: Rule = {
  id: "content/personal-data",
  severity: "warning",
  source: "personalData",
  find: (reading) =>
    sent(reading).flatMap((text) =>
      hits(sensitive, text, enough)
        .filter((hit) => asks(text.words, hit.from))
        .map((hit) => ({ place: at(text, hit), detail: `It asks for "${wording(text, hit)}" by text.` }))
    ),
  suggest: () => "Do not ask for it by text: send people to a page of your own, after they have signed in."
}

const asking = new Set(["reply", "send", "text", "provide", "enter", "confirm", "give", "share", "submit"])
const refusing = new Set(["not", "never", "don't"])

const asks = (words: ReadonlyArray<Word>, from: number): boolean => {
  const before = words.slice(Math.max(0, from - 8), from)
  return before.some(({ lower }) => asking.has(lower)) && !before.some(({ lower }) => refusing.has(lower))
}

/** As many letters make a shout, and this share of them capital. */
const shout = { letters: 25, share: 0.7 }

const shouting: Rule = {
  id: "content/shouting",
  severity: "advice",
  source: "spam",
  find: ({ samples }) =>
    samples.flatMap((sample): ReadonlyArray<Spot> => {
      const letters = sample.text.replace(/\P{L}+/gu, "")
      const capitals = letters.replace(/\P{Lu}+/gu, "")
      const isShout = letters.length >= shout.letters && capitals.length >= shout.share * letters.length
      return isShout ? [{ place: { ...all(sample), quote: excerpt(sample.text, 0, 40) }, detail: "Most of it is in capital letters, as spam is." }] : []
    }),
  suggest: () => "Write in sentences; keep capitals for names and keywords like STOP."
}

export const contentRules: ReadonlyArray<Rule> = [...forbidden, lending, personalData, shouting]
