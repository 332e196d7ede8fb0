/** Links and telephone numbers: what may stand in a text, and whether the campaign declares what its samples hold. */
import { linkShorteners } from "./LinkShorteners.ts"
import { type Link, linksOf, phonesOf } from "./Links.ts"
import { part, type Reading, type Rule, sent, type Spot, type Text, told, whole } from "./Rule.ts"

const enough = 5

/** A brand like Booking.com names itself; that is no link. */
const isTheBrand = ({ campaign }: Reading, { hasScheme, host }: Link, text: string, end: number): boolean =>
  !hasScheme && text[end] !== "/" && host === campaign.brandName.trim().toLowerCase()

const linksIn = (reading: Reading, { text }: Text): ReadonlyArray<Link> => linksOf(text).filter((link) => !isTheBrand(reading, link, text, link.end))

const each = (reading: Reading, texts: ReadonlyArray<Text>, spot: (link: Link, text: Text) => Spot | null): ReadonlyArray<Spot> =>
  texts.flatMap((text) => linksIn(reading, text).map((link) => spot(link, text)).filter((spot) => spot !== null).slice(0, enough))

const shortener: Rule = {
  id: "links/shortener",
  severity: "blocker",
  source: "shortener",
  find: (reading) =>
    each(reading, told(reading), (link, text) =>
      linkShorteners.has(link.host)
        ? {
          place: part(text, link.start, link.end),
          detail: `${link.host} is a public link shortener: carriers block its links.`,
          ...(text.field === "description" || text.field === "message_flow" ? { severity: "warning" as const } : {})
        }
        : null),
  suggest: () => "Use the whole link, or a short domain of the brand's own."
}

const insecure: Rule = {
  id: "links/insecure",
  severity: "warning",
  source: "shortener",
  find: (reading) => each(reading, sent(reading), (link, text) => link.isSecure ? null : { place: part(text, link.start, link.end), detail: "The link is http, not https." }),
  suggest: () => "Write the link with https://."
}

const ipAddress: Rule = {
  id: "links/ip-address",
  severity: "warning",
  source: "links",
  find: (reading) =>
    each(reading, sent(reading), (link, text) => /^[\d.]+$/u.test(link.host) ? { place: part(text, link.start, link.end), detail: "The link leads to an address of numbers, which hides who sends it." } : null),
  suggest: () => "Use a domain of the brand's."
}

const declareLinks: Rule = {
  id: "links/not-declared",
  severity: "blocker",
  source: "links",
  find: (reading) =>
    reading.campaign.hasEmbeddedLinks
      ? []
      : each(reading, reading.samples, (link, text) => ({ place: part(text, link.start, link.end), detail: "The sample holds a link, but has_embedded_links is false." })).slice(0, 1),
  suggest: () => "Set has_embedded_links to true, or take the link out of the samples."
}

const showLinks: Rule = {
  id: "links/not-shown",
  severity: "warning",
  source: "links",
  find: (reading) =>
    !reading.campaign.hasEmbeddedLinks || reading.samples.some((sample) => linksIn(reading, sample).length > 0)
      ? []
      : [{ place: whole("has_embedded_links"), detail: "has_embedded_links is true, but no sample holds a link." }],
  suggest: () => "Show a link in a sample, at a domain of the brand's, or set has_embedded_links to false."
}

const declarePhones: Rule = {
  id: "phones/not-declared",
  severity: "blocker",
  source: "phones",
  find: ({ campaign, samples }) =>
    campaign.hasEmbeddedPhone
      ? []
      : samples.flatMap((sample) =>
        phonesOf(sample.text).map((phone) => ({ place: part(sample, phone.start, phone.end), detail: "The sample holds a telephone number, but has_embedded_phone is false." }))
      ).slice(0, 1),
  suggest: () => "Set has_embedded_phone to true, or take the number out of the samples."
}

const showPhones: Rule = {
  id: "phones/not-shown",
  severity: "blocker",
  source: "embeddedPhone",
  find: ({ campaign, samples }) =>
    !campaign.hasEmbeddedPhone || samples.some(({ text }) => phonesOf(text).length > 0)
      ? []
      : [{ place: whole("has_embedded_phone"), detail: "has_embedded_phone is true, but no sample holds a telephone number." }],
  suggest: () => "Show a number of the brand's in a sample, or set has_embedded_phone to false."
}

export const linkRules: ReadonlyArray<Rule> = [shortener, insecure, ipAddress, declareLinks, showLinks, declarePhones, showPhones]
