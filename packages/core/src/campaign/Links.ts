/** Links and telephone numbers in texts. Each word between spaces is looked at once, so the cost is the text's length. */

/** A link or a telephone number, in UTF-16 code units of its text. */
export interface Found {
  readonly start: number
  readonly end: number
}

export interface Link extends Found {
  /** Lower case, without `www.`. */
  readonly host: string
  readonly isSecure: boolean
  /** It says http:// or https:// itself. */
  readonly hasScheme: boolean
}

/** The endings under which a bare `acme.com` is a link; others need a scheme, because "tomorrow.Reply" is none. */
const endings = new Set([
  "app", "ai", "at", "au", "be", "bet", "biz", "ca", "cc", "ch", "club", "cl", "co", "com", "de", "dev", "edu", "es", "eu", "fr", "gd", "gg", "gl", "gov", "health", "id", "ie", "in", "info", "io", "it", "link", "ly", "me", "mil", "mp", "mx", "net", "news", "nl",
  "online", "org", "ru", "se", "sh", "shop", "site", "store", "to", "tv", "uk", "us", "xyz"
])

const label = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]*)$/u
const opening = /^[("'<[{\u201C\u2018*]+/u
const closing = /[)"'>\]}\u201D\u2019*.,;:!?]+$/u

/** A host name of at most 253 characters, as DNS has them. */
const hostOf = (text: string): string | null => {
  const host = text.slice(0, 254).toLowerCase()
  if (host.length > 253) return null
  const labels = host.split(".")
  return labels.length >= 2 && labels.every((one) => label.test(one)) ? host : null
}

const scheme = /^https?:\/\//iu

const linkIn = (chunk: string): Omit<Link, "start" | "end"> | null => {
  const [said = ""] = scheme.exec(chunk) ?? []
  const rest = chunk.slice(said.length)
  const stop = rest.search(/[/?#:]/u)
  const authority = stop < 0 ? rest : rest.slice(0, stop)
  if (authority.includes("@")) return null
  const host = hostOf(authority)
  if (host === null) return null
  const ending = host.slice(host.lastIndexOf(".") + 1)
  if (said === "" && !host.startsWith("www.") && !endings.has(ending)) return null
  return { host: host.replace(/^www\./u, ""), isSecure: said.toLowerCase() !== "http://", hasScheme: said !== "" }
}

const length = (pattern: RegExp, text: string): number => pattern.exec(text)?.[0].length ?? 0

/** Signs at the end of a word that are not the link's are few; more than that is no link that anybody wrote. */
const tail = 16

/** The links of a text, with or without a scheme; e-mail addresses are none. */
export const linksOf = (text: string): ReadonlyArray<Link> =>
  [...text.matchAll(/\S+/gu)].flatMap((match): ReadonlyArray<Link> => {
    const [chunk] = match
    const skipped = length(opening, chunk.slice(0, tail))
    const dropped = length(closing, chunk.slice(-tail))
    const core = chunk.slice(skipped, Math.max(skipped, chunk.length - dropped))
    const link = linkIn(core)
    return link === null ? [] : [{ ...link, start: match.index + skipped, end: match.index + skipped + core.length }]
  })

/** North American numbers as people write them, and any number with a plus sign. Each quantifier is bounded. */
const written = /(?<![\d+])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?!\d)|\+\d(?:[ .()-]{0,2}\d){7,14}(?!\d)|(?<![\d-])1-8(?:00|33|44|55|66|77|88)-[A-Z0-9]{3,7}(?:-[A-Z0-9]{2,5})?/gu
const afterVerb = /(?<=\b(?:call|text|phone|dial|tel|at|sms):? )1?\d{10}(?!\d)/giu

/** The telephone numbers of a text. Ten digits alone may be an order's number: they count only after "call" and the like. */
export const phonesOf = (text: string): ReadonlyArray<Found> =>
  [...text.matchAll(written), ...text.matchAll(afterVerb)].map(({ 0: found, index }) => ({ start: index, end: index + found.length }))

const mailbox = /^[^\s@]{1,64}@[^\s@]{1,253}$/u

/** Whether a text holds an e-mail address. */
export const hasEmail = (text: string): boolean =>
  [...text.matchAll(/\S+/gu)].some(([chunk]) => {
    const core = chunk.slice(0, 340).replace(opening, "").slice(0, 320)
    return mailbox.test(core) && core.lastIndexOf(".") > core.indexOf("@")
  })
