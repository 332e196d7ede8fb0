/** Addresses of the pictures and other files that a text is to carry (MMS). The carrier fetches them; Parley does not. */
import { Schema } from "effect"

/** The most files of one message. Source: the carrier's documentation of its media resource. */
export const maxMedia = 10

/** The longest address, in characters. Parley's own choice: what browsers and servers take without trouble. */
export const maxUrlCharacters = 2_000

// No user and password: they would reach the carrier, its logs and the history.
const https = /^https:\/\/[^\s/?#@\\]+(?:[/?#][\x21-\x7e]*)?$/u

// Names without a dot and those of local networks, and the literal addresses that lead nowhere from outside. No guard: nobody here goes there. Sources: RFC 6761, 6762, 8375, 9476; IANA's special-purpose address registries.
const unreachable =
  /^(?:[^.[]+|.+\.(?:localhost|local|internal|home\.arpa)|(?:0|10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+|\[(?:::1?|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*)\])$/iu

// Files that are not among the types that carriers take, and that people try to send: pages, drawings, archives, office documents.
const notCarried = /\.(html?|svgz?|zip|docx?|xlsx?|pptx?)$/iu

const hostOf = (url: string) => (/^https:\/\/(\[[^\]]*\]|[^/?#:]*)/u.exec(url)?.[1] ?? "").replace(/\.$/u, "")
const pathOf = (url: string) => url.replace(/^https:\/\/[^/?#]*/u, "").replace(/[?#].*$/su, "")

const refusal = (url: string): string | undefined => {
  if (url.length > maxUrlCharacters) return `must be at most ${maxUrlCharacters} characters, not ${url.length}`
  if (!https.test(url)) return "must be an https URL without user and password, percent-encoded, like https://example.com/ticket.png"
  const host = hostOf(url)
  if (unreachable.test(host)) return `must be at a public address, not at ${host}: the carrier fetches it`
  const type = notCarried.exec(pathOf(url))?.[1]
  return type === undefined ? undefined : `must be a picture, sound, film, contact, date or PDF, not ${type.toUpperCase()}, which carriers do not take: send it as PNG or PDF, or put a link into the text`
}

/** An https URL that the carrier can fetch without credentials, of a file that it may take, as far as the URL tells. */
export const MediaUrl = Schema.String.check(
  Schema.makeFilter(refusal, { expected: "an https URL", toJsonSchema: () => [{ format: "uri", maxLength: maxUrlCharacters, pattern: "^https://" }, true] })
)

/** The files of one message, in their order. */
export const MediaUrls = Schema.Array(MediaUrl).check(
  Schema.makeFilter((urls: ReadonlyArray<string>) => urls.length <= maxMedia ? undefined : `must be at most ${maxMedia}, not ${urls.length}: send the others with another message`, {
    expected: `at most ${maxMedia} URLs`,
    toJsonSchema: () => [{ maxItems: maxMedia }, true]
  })
)

/** At least one file. */
export const SomeMediaUrls = MediaUrls.check(Schema.isMinLength(1))
