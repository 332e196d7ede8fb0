/** The message flow: how people opt in, and what they are told when they do. Most campaigns that are rejected are rejected for it. */
import { agreement, freelyGiven, frequency, online, optsIn, privacyPolicy, rates, tellsHelp, tellsStop, termsLink, where } from "./Disclosures.ts"
import { linksOf } from "./Links.ts"
import { all, at, type Reading, type Rule, type Spot, wording } from "./Rule.ts"
import { has, hits, isDenied, type Phrases, phrases } from "./Words.ts"

const lacks = (detail: string, fits: (reading: Reading) => boolean) => (reading: Reading): ReadonlyArray<Spot> => fits(reading) ? [] : [{ place: all(reading.flow), detail }]

/** What must not stand in the message flow. */
const holds = (wanted: Phrases, detail: (words: string) => string) => ({ flow }: Reading): ReadonlyArray<Spot> =>
  hits(wanted, flow, 3).filter((hit) => !isDenied(flow, hit, true)).map((hit) => ({ place: at(flow, hit), detail: detail(wording(flow, hit)) }))

const how: Rule = {
  id: "message-flow/how",
  severity: "blocker",
  source: "optIn",
  find: lacks("It does not say how people opt in.", ({ flow }) => has(optsIn, flow)),
  suggest: ({ name }) => `Say what people do: "People enter their number at https://… and tick a box, unticked by default, to receive texts from ${name}."`
}

const place: Rule = {
  id: "message-flow/where",
  severity: "blocker",
  source: "callToAction",
  find: lacks("It does not say where people opt in.", ({ flow }) => has(where, flow) || linksOf(flow.text).length > 0),
  suggest: () => "Name the place: the page with its link, the form, the counter, the call with its script, or the keyword and where it is shown."
}

const link: Rule = {
  id: "message-flow/link",
  severity: "warning",
  source: "callToAction",
  find: lacks("People opt in online, and there is no link by which a reviewer could see it.", ({ flow }) => !has(online, flow) || linksOf(flow.text).length > 0),
  suggest: () => "Give the link of the page; where it needs a login, the link of a picture of it."
}

const wordsOfConsent: Rule = {
  id: "message-flow/consent",
  severity: "blocker",
  source: "optIn",
  find: lacks("It does not show the words by which people agree to receive texts.", ({ flow }) => has(agreement, flow)),
  suggest: ({ name }) => `Quote them: "I agree to receive text messages from ${name} at the number provided."`
}

const often: Rule = {
  id: "message-flow/frequency",
  severity: "warning",
  source: "callToActionContent",
  find: lacks("It does not say how often texts come.", ({ flow }) => has(frequency, flow)),
  suggest: () => "Add \"Message frequency varies.\" or, better, \"Up to 4 messages a month.\""
}

const cost: Rule = {
  id: "message-flow/rates",
  severity: "warning",
  source: "callToActionContent",
  find: lacks("It does not say that message and data rates may apply.", ({ flow }) => has(rates, flow)),
  suggest: () => "Add \"Message and data rates may apply.\""
}

const stop: Rule = {
  id: "message-flow/stop",
  severity: "warning",
  source: "optOut",
  find: lacks("It does not say how to opt out.", ({ flow }) => tellsStop(flow)),
  suggest: () => "Add \"Reply STOP to opt out.\""
}

const help: Rule = {
  id: "message-flow/help",
  severity: "advice",
  source: "callToActionContent",
  find: lacks("It does not say how to get help.", ({ flow }) => tellsHelp(flow)),
  suggest: () => "Add \"Reply HELP for help.\""
}

const policies: Rule = {
  id: "message-flow/policies",
  severity: "warning",
  source: "privacy",
  find: lacks("It does not lead to the privacy policy and the terms.", ({ flow }) => has(privacyPolicy, flow) && has(termsLink, flow)),
  suggest: () => "Add the links: \"Privacy policy: https://…/privacy. Terms: https://…/terms.\""
}

const forced: Rule = {
  id: "message-flow/forced",
  severity: "blocker",
  source: "optIn",
  find: holds(
    phrases(
      "automatically enrolled", "automatically opted in", "automatically subscribed", "automatically added", "opted in by default", "enrolled by default", "implied consent", "consent is implied", "required to opt in", "must opt in to", "must agree to receive", "must consent to receive",
      "by making a purchase you agree", "by purchasing you agree", "by using our website you agree", "by using this site you agree", "by visiting our website"
    ),
    (words) => `"${words}": consent has to be asked for by itself, and may be refused.`
  ),
  suggest: () => "Ask for it in a box of its own that nobody has to tick in order to buy, book or register."
}

const preselected: Rule = {
  id: "message-flow/preselected",
  severity: "blocker",
  source: "preselected",
  find: holds(
    phrases("pre checked", "prechecked", "pre selected", "preselected", "pre ticked", "checked by default", "ticked by default", "selected by default", "already checked", "box is checked automatically"),
    (words) => `"${words}": a box that is ticked already is no consent.`
  ),
  suggest: () => "Leave the box unticked: \"an optional checkbox, unchecked by default\"."
}

const lists: Rule = {
  id: "message-flow/lists",
  severity: "blocker",
  source: "lists",
  find: holds(
    phrases(
      "purchased list", "purchased lists", "purchase lists", "bought list", "bought lists", "buy lists", "rented list", "rented lists", "third party list", "third party lists", "list provider", "list broker", "data broker", "lead provider", "lead providers", "lead vendor", "lead vendors",
      "scraped", "public records", "numbers from linkedin", "partners share with us", "numbers we have on file", "existing contact list", "cold outreach", "cold texting"
    ),
    (words) => `"${words}": these people have not agreed to texts from this brand.`
  ),
  suggest: () => "Text only those who agreed to texts from this brand itself."
}

const marketing = new Set(["MARKETING", "MIXED", "LOW_VOLUME", "SWEEPSTAKE"])

const condition: Rule = {
  id: "message-flow/condition",
  severity: "advice",
  source: "consent",
  find: (reading) => marketing.has(reading.campaign.useCase) ? lacks("It does not say that consent is no condition of a purchase.", ({ flow }) => has(freelyGiven, flow))(reading) : [],
  suggest: () => "Add \"Consent is not a condition of purchase.\""
}

export const flowRules: ReadonlyArray<Rule> = [how, place, link, wordsOfConsent, often, cost, stop, help, policies, forced, preselected, lists, condition]
