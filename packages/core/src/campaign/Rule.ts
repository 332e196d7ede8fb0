/** What a rule is made of, and how a text is read for it. */
import type { Campaign, CampaignField, FindingPlace, FindingSeverity } from "@parley/schema/Campaign"
import type { SourceName } from "./Sources.ts"
import { type Hit, indexed, type Words, wordsOf } from "./Words.ts"

/** One text of a campaign, read. */
export interface Text extends Words {
  readonly field: CampaignField
  /** Which sample it is, from 0; null for other fields. */
  readonly sample: number | null
  readonly text: string
  /** Its words with those of the brand's name blank: what it says besides who it is. */
  readonly besidesBrand: Words
}

/** A campaign, read once for all rules. What was not given is null. */
export interface Reading {
  readonly campaign: Campaign
  /** The words of the brand's name without its legal form, lower case; none: the name says nothing. */
  readonly brand: ReadonlyArray<string>
  /** The brand's name as sentences show it: not all of a very long one. */
  readonly name: string
  readonly description: Text
  readonly flow: Text
  readonly samples: ReadonlyArray<Text>
  readonly optInMessage: Text | null
  readonly optOutMessage: Text | null
  readonly helpMessage: Text | null
  readonly privacyPolicy: Text | null
  readonly terms: Text | null
}

/** Where a rule found something, and what. */
export interface Spot {
  readonly place: FindingPlace
  readonly detail: string
  /** In place of the rule's own. */
  readonly severity?: FindingSeverity
}

export interface Rule {
  /** `field/what`; it stays the same over versions. */
  readonly id: string
  readonly severity: FindingSeverity
  readonly source: SourceName
  readonly find: (reading: Reading) => ReadonlyArray<Spot>
  readonly suggest: (reading: Reading) => string
}

const legalForms = new Set(["inc", "incorporated", "llc", "ltd", "limited", "corp", "corporation", "co", "company", "plc", "gmbh", "lp", "llp", "pllc", "pc", "the"])

/** Longer names are compared by this many words. */
const brandWords = 12

const brandOf = (name: string): ReadonlyArray<string> => {
  const words = wordsOf(name).map(({ lower }) => lower)
  const own = words.filter((word) => !legalForms.has(word))
  return (own.length > 0 ? own : words).slice(0, brandWords)
}

const besides = (brand: ReadonlyArray<string>, text: Words): Words => {
  const { words } = text
  const isBlank = words.map(() => false)
  let isNamed = false
  for (let index = 0; brand.length > 0 && index < words.length;) {
    const names = brand.every((part, offset) => words[index + offset]?.lower === part)
    if (names) {
      isBlank.fill(true, index, index + brand.length)
      isNamed = true
    }
    index += names ? brand.length : 1
  }
  return isNamed ? indexed(words.map((word, index) => isBlank[index] === true ? { ...word, lower: "" } : word)) : text
}

export const read = (campaign: Campaign): Reading => {
  const brand = brandOf(campaign.brandName)
  const textOf = (field: CampaignField, text: string, sample: number | null = null): Text => {
    const words = indexed(wordsOf(text))
    return { field, sample, text, ...words, besidesBrand: besides(brand, words) }
  }
  const optional = (field: CampaignField, text: string | undefined) => text === undefined ? null : textOf(field, text)
  return {
    campaign,
    brand,
    name: campaign.brandName.trim().slice(0, 80),
    description: textOf("description", campaign.description),
    flow: textOf("message_flow", campaign.messageFlow),
    samples: campaign.messageSamples.map((text, sample) => textOf("message_samples", text, sample)),
    optInMessage: optional("opt_in_message", campaign.optInMessage),
    optOutMessage: optional("opt_out_message", campaign.optOutMessage),
    helpMessage: optional("help_message", campaign.helpMessage),
    privacyPolicy: optional("privacy_policy", campaign.privacyPolicy),
    terms: optional("terms", campaign.terms)
  }
}

/** What people are sent: the samples and the answers to keywords. */
export const sent = ({ helpMessage, optInMessage, optOutMessage, samples }: Reading): ReadonlyArray<Text> =>
  [...samples, optInMessage, optOutMessage, helpMessage].filter((text) => text !== null)

/** What says what the campaign is: all texts but the policies. */
export const told = (reading: Reading): ReadonlyArray<Text> => [reading.description, reading.flow, ...sent(reading)]

/** Whether a text names the brand, in its words or run together as in a domain. */
export const namesBrand = ({ brand }: Reading, { words }: Text): boolean => {
  const together = brand.join("")
  return words.some(({ lower }, index) => lower === together || brand.every((part, offset) => words[index + offset]?.lower === part))
}

/** Characters shown on either side. */
const around = 24

/** An excerpt, in one line, with whole words around it where there is a space to cut at. */
export const excerpt = (text: string, start: number, end: number): string => {
  const last = Math.min(end, start + 120)
  const before = text.slice(Math.max(0, start - around), start)
  const after = text.slice(last, last + around)
  const from = start <= around ? 0 : start - before.length + Math.max(0, before.search(/\s/u))
  const to = last + after.length >= text.length ? text.length : last + Math.max(0, after.search(/\s\S*$/u))
  return `${from > 0 ? "…" : ""}${text.slice(from, to).toWellFormed().replace(/[\s\p{Cc}]+/gu, " ").trim()}${to < text.length ? "…" : ""}`
}

/** The whole of a field. */
export const whole = (field: CampaignField): FindingPlace => ({ field, sample: null, quote: null })

/** The whole of a text. */
export const all = ({ field, sample }: Text): FindingPlace => ({ field, sample, quote: null })

/** Characters of a text. */
export const part = ({ field, sample, text }: Text, start: number, end: number): FindingPlace => ({ field, sample, quote: excerpt(text, start, end) })

/** The words of a hit. */
export const at = (text: Text, { from, to }: Hit): FindingPlace => part(text, text.words[from]?.start ?? 0, text.words[to - 1]?.end ?? 0)

/** A hit's words as they stand in the text. */
export const wording = ({ text, words }: Text, { from, to }: Hit): string => text.slice(words[from]?.start ?? 0, words[to - 1]?.end ?? 0).slice(0, 80)
