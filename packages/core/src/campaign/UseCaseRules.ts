/** Whether the samples are what the use case says. */
import { at, type Rule, type Spot, whole, wording } from "./Rule.ts"
import { promotion, useCases } from "./UseCases.ts"
import { has, hits, isDenied, phrases } from "./Words.ts"

const promotes: Rule = {
  id: "use-case/promotion",
  severity: "blocker",
  source: "sample",
  find: ({ campaign, samples }) => {
    const useCase = useCases[campaign.useCase]
    if (useCase.mayPromote) return []
    return samples.flatMap((sample) =>
      hits(promotion, sample.besidesBrand, 2).filter((hit) => !isDenied(sample, hit)).map((hit) => ({ place: at(sample, hit), detail: `"${wording(sample, hit)}" is marketing, in a ${useCase.name} campaign.` }))
    ).slice(0, 5)
  },
  suggest: () => "Take the marketing out, or register it as a MARKETING or MIXED campaign, with express written consent."
}

const unlike: Rule = {
  id: "use-case/samples",
  severity: "blocker",
  source: "sample",
  find: ({ campaign, samples }): ReadonlyArray<Spot> => {
    const { name, speaksOf } = useCases[campaign.useCase]
    return speaksOf === null || samples.length === 0 || samples.some((sample) => has(speaksOf, sample.besidesBrand))
      ? []
      : [{ place: whole("message_samples"), detail: `No sample reads like ${/^[aeiou]/u.test(name) ? "an" : "a"} ${name} text.` }]
  },
  suggest: ({ campaign }) => `Give samples of what ${useCases[campaign.useCase].name} texts say, or choose the use case that fits.`
}

const descriptions = phrases("marketing", "promotional", "promotions", "discounts", "coupons", "special offers", "deals", "advertise", "advertising")

const described: Rule = {
  id: "use-case/description",
  severity: "warning",
  source: "description",
  find: ({ campaign, description }) => {
    const { mayPromote, name } = useCases[campaign.useCase]
    if (mayPromote) return []
    return hits(descriptions, description, 5).filter((hit) => !isDenied(description, hit, true)).slice(0, 1).map((hit) => ({
      place: at(description, hit),
      detail: `The description speaks of "${wording(description, hit)}", and the use case is ${name}.`
    }))
  },
  suggest: () => "Register marketing as MARKETING or MIXED, or take it out of the description."
}

const unpromoting: Rule = {
  id: "use-case/no-promotion",
  severity: "advice",
  source: "sample",
  find: ({ campaign, samples }) =>
    campaign.useCase === "MARKETING" && samples.length > 0 && !samples.some((text) => has(promotion, text) || has(softer, text))
      ? [{ place: whole("message_samples"), detail: "No sample promotes anything, in a marketing campaign." }]
      : [],
  suggest: () => "Show a promotion as it will be sent, or choose a narrower use case: carriers move those faster."
}

const softer = phrases("sale", "offer", "offers", "new", "join us", "event", "book", "shop", "visit", "free", "save", "rewards", "invited", "try", "specials", "special")

const special: Rule = {
  id: "use-case/special",
  severity: "advice",
  source: "useCase",
  find: ({ campaign }) =>
    useCases[campaign.useCase].isSpecial ? [{ place: whole("use_case"), detail: `${campaign.useCase} is not open to every brand, or carriers review it by hand.` }] : [],
  suggest: () => "Make sure that the brand qualifies before you pay for the review."
}

export const useCaseRules: ReadonlyArray<Rule> = [promotes, unlike, described, unpromoting, special]
