/** Keywords and what is answered to them, where they are given. */
import type { CampaignField } from "@parley/schema/Campaign"
import { frequency, rates, tellsHelp, tellsStop } from "./Disclosures.ts"
import { hasEmail, linksOf, phonesOf } from "./Links.ts"
import { all, excerpt, namesBrand, type Reading, type Rule, type Spot, type Text, whole } from "./Rule.ts"
import { has, phrases } from "./Words.ts"

const upper = (keywords: ReadonlyArray<string>): ReadonlyArray<string> => keywords.map((keyword) => keyword.trim().toUpperCase())

const hasKeyword = (keywords: ReadonlyArray<string> | undefined, ...any: ReadonlyArray<string>) => keywords === undefined || upper(keywords).some((keyword) => any.includes(keyword))

const lacksStop: Rule = {
  id: "keywords/stop",
  severity: "blocker",
  source: "optOut",
  find: ({ campaign }) => hasKeyword(campaign.optOutKeywords, "STOP") ? [] : [{ place: whole("opt_out_keywords"), detail: "STOP is not among the opt-out keywords." }],
  suggest: () => "Take STOP, STOPALL, UNSUBSCRIBE, CANCEL, END and QUIT."
}

const lacksHelp: Rule = {
  id: "keywords/help",
  severity: "warning",
  source: "help",
  find: ({ campaign }) => hasKeyword(campaign.helpKeywords, "HELP", "INFO") ? [] : [{ place: whole("help_keywords"), detail: "HELP is not among the help keywords." }],
  suggest: () => "Take HELP and INFO."
}

const clash: Rule = {
  id: "keywords/clash",
  severity: "blocker",
  source: "optOut",
  find: ({ campaign }) => {
    const optOuts = new Set(upper(campaign.optOutKeywords ?? []))
    const twice = upper(campaign.optInKeywords ?? []).find((keyword) => optOuts.has(keyword))
    return twice === undefined ? [] : [{ place: { ...whole("opt_in_keywords"), quote: excerpt(twice, 0, 40) }, detail: "The same keyword opts in and out." }]
  },
  suggest: () => "Keep START, JOIN and the like for opting in, STOP and the like for opting out."
}

const keyword = /^[\p{L}\p{N}]{1,20}$/u

const shape: Rule = {
  id: "keywords/shape",
  severity: "advice",
  source: "stop",
  find: ({ campaign }) => {
    const fields: ReadonlyArray<readonly [CampaignField, ReadonlyArray<string>]> = [
      ["opt_in_keywords", campaign.optInKeywords ?? []],
      ["opt_out_keywords", campaign.optOutKeywords ?? []],
      ["help_keywords", campaign.helpKeywords ?? []]
    ]
    return fields.flatMap(([field, keywords]) =>
      keywords.filter((each) => !keyword.test(each.trim())).slice(0, 2).map((each) => ({ place: { ...whole(field), quote: excerpt(each, 0, 40) }, detail: "A keyword is a single word of letters and digits, at most 20." }))
    )
  },
  suggest: () => "Use single words."
}

const unlisted: Rule = {
  id: "keywords/opt-in",
  severity: "warning",
  source: "optIn",
  find: ({ campaign, flow }) => has(byKeyword, flow) && (campaign.optInKeywords ?? []).length === 0 ? [{ place: whole("opt_in_keywords"), detail: "People opt in by a keyword, and none is given." }] : [],
  suggest: () => "List the keywords in opt_in_keywords, and give the answer to them in opt_in_message."
}

const byKeyword = phrases("text join", "texting join", "texts join", "text start", "texting start", "text the keyword", "texting the keyword", "texts the keyword", "text the word", "texting the word")

const lacking = (text: Text | null, tests: ReadonlyArray<readonly [lack: string, fits: (text: Text) => boolean]>): ReadonlyArray<Spot> => {
  const lacks = text === null ? [] : tests.filter(([, fits]) => !fits(text)).map(([lack]) => lack)
  return text === null || lacks.length === 0 ? [] : [{ place: { ...all(text), quote: excerpt(text.text, 0, 60) }, detail: `It lacks ${lacks.join(", ")}.` }]
}

const brand = (reading: Reading) => ["the brand's name", (text: Text) => reading.brand.length === 0 || namesBrand(reading, text)] as const

const confirmation: Rule = {
  id: "replies/opt-in",
  severity: "warning",
  source: "confirmation",
  find: (reading) =>
    lacking(reading.optInMessage, [
      brand(reading),
      ["how often texts come", (text) => has(frequency, text)],
      ["that rates may apply", (text) => has(rates, text)],
      ["how to get help", (text) => tellsHelp(text)],
      ["how to opt out", (text) => tellsStop(text)]
    ]),
  suggest: ({ name }) => `"${name}: You are now opted in. Message frequency varies. Message and data rates may apply. Reply HELP for help, STOP to opt out."`
}

const noConfirmation: Rule = {
  id: "replies/opt-in-missing",
  severity: "warning",
  source: "confirmation",
  find: ({ campaign, optInMessage }) =>
    (campaign.optInKeywords ?? []).length > 0 && optInMessage === null ? [{ place: whole("opt_in_message"), detail: "There are opt-in keywords, and no answer to them." }] : [],
  suggest: confirmation.suggest
}

const farewell = phrases("unsubscribed", "opted out", "no more messages", "no more texts", "no further messages", "no further texts", "not receive", "no longer receive", "no longer be sent", "won't receive", "removed", "stop receiving")

const goodbye: Rule = {
  id: "replies/opt-out",
  severity: "blocker",
  source: "optOut",
  find: (reading) => lacking(reading.optOutMessage, [brand(reading), ["that no more texts follow", (text) => has(farewell, text)]]),
  suggest: ({ name }) => `"${name}: You have been unsubscribed and will not receive further messages. Reply START to resubscribe."`
}

const support: Rule = {
  id: "replies/help",
  severity: "blocker",
  source: "help",
  find: (reading) =>
    lacking(reading.helpMessage, [
      brand(reading),
      ["a telephone number, an e-mail address or a link to turn to", ({ text }) => phonesOf(text).length > 0 || hasEmail(text) || linksOf(text).length > 0]
    ]),
  suggest: ({ name }) => `"${name}: For help call 1-800-555-0100 or write to help@…. Message and data rates may apply. Reply STOP to opt out."`
}

export const keywordRules: ReadonlyArray<Rule> = [lacksStop, lacksHelp, clash, shape, unlisted, confirmation, noConfirmation, goodbye, support]
