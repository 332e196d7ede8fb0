/** Which texts are about consent, and what is answered. The state itself, per (user number, agent number), is kept by the store. */
import { Schema } from "effect"
import type { Country } from "@parley/schema/Country"

export const ConsentAction = Schema.Literals(["stop", "start", "help"])
export type ConsentAction = typeof ConsentAction.Type

/** What a keyword is answered with. Policy may bring its own. */
export const ConsentReplies = Schema.Struct({ stop: Schema.NonEmptyString, start: Schema.NonEmptyString, help: Schema.NonEmptyString })
export type ConsentReplies = typeof ConsentReplies.Type

/** Source: the published documentation of the API that Parley implements. */
export const defaultReplies: ConsentReplies = {
  stop: "You have been unsubscribed and will not receive further messages. Reply START to resubscribe.",
  start: "You have been resubscribed and will receive messages again.",
  help: "Reply STOP to unsubscribe or START to resubscribe."
}

interface Rule {
  readonly action: ConsentAction
  /** Only on agent numbers of this country. */
  readonly country?: "CA"
  /** Only from a user who has opted out; from anyone else it is an answer. */
  readonly optedOutOnly?: true
}

/**
 * Keywords in capitals. Source: the same documentation; REVOKE, OPTOUT and INFO are the ones that carriers handle beside them,
 * and Canadian short codes must honour ARRET. That YES needs an opt-out is Parley's own difference: agents ask questions.
 */
const rules = new Map<string, Rule>([
  ["STOP", { action: "stop" }],
  ["STOPALL", { action: "stop" }],
  ["UNSUBSCRIBE", { action: "stop" }],
  ["CANCEL", { action: "stop" }],
  ["END", { action: "stop" }],
  ["QUIT", { action: "stop" }],
  ["REVOKE", { action: "stop" }],
  ["OPTOUT", { action: "stop" }],
  ["ARRET", { action: "stop", country: "CA" }],
  ["ARRÊT", { action: "stop", country: "CA" }],
  ["START", { action: "start" }],
  ["UNSTOP", { action: "start" }],
  ["YES", { action: "start", optedOutOnly: true }],
  ["HELP", { action: "help" }],
  ["INFO", { action: "help" }]
])

/**
 * `none`: an ordinary text. Otherwise a consent keyword, which never reaches the agent.
 * `reply` is the text to answer with; null when the carrier has handled the keyword and answered already.
 */
export type Consent =
  | { readonly _tag: "none"; readonly reply: null }
  | { readonly _tag: ConsentAction; readonly reply: string | null; readonly source: "keyword" | "carrier_keyword" }

export interface ConsentContext {
  /** The country of the agent number that the text came to. */
  readonly agentCountry: Country | undefined
  /** Whether this user has opted out of this agent number. */
  readonly optedOut: boolean
  /** What the carrier says that it has handled itself. */
  readonly carrierOptOutType?: "STOP" | "START" | "HELP" | null | undefined
  /** The policy's own replies; what is missing is the default. */
  readonly replies?: { readonly [action in ConsentAction]?: string | undefined } | undefined
}

const none: Consent = { _tag: "none", reply: null }
const carrierActions = { STOP: "stop", START: "start", HELP: "help" } as const

/** A trimmed text without one trailing `. ! ? , ;`, in capitals; accents composed. */
const normalise = (trimmed: string): string => trimmed.replace(/[.!?,;]$/u, "").trimEnd().normalize("NFC").toUpperCase()

/** Longer than every keyword with its one trailing character. */
const longest = 24

/**
 * Tells what a text means for consent. A keyword counts only when it is the whole text.
 * What the carrier handled is taken over without a reply, with one exception: a YES that it took for a START is an answer when the user has not opted out here.
 */
export const classify = (text: string, context: ConsentContext): Consent => {
  const trimmed = text.trim()
  const rule = trimmed.length > longest ? undefined : rules.get(normalise(trimmed))
  const isAnswer = rule?.optedOutOnly === true && !context.optedOut
  if (context.carrierOptOutType) {
    const action = carrierActions[context.carrierOptOutType]
    return isAnswer && action === "start" ? none : { _tag: action, reply: null, source: "carrier_keyword" }
  }
  if (rule === undefined || isAnswer || (rule.country !== undefined && rule.country !== context.agentCountry)) return none
  return { _tag: rule.action, reply: context.replies?.[rule.action] ?? defaultReplies[rule.action], source: "keyword" }
}
