/** Addresses of the pictures and other files that a text is to carry (MMS). The carrier fetches them; Parley does not. */
import { Schema } from "effect"

/** The most files of one message. Source: the carrier's documentation of its media resource. */
export const maxMedia = 10

/** The longest address, in characters. Parley's own choice: what browsers and servers take without trouble. */
export const maxUrlCharacters = 2_000

// No user and password: they would reach the carrier, its logs and the history.
const https = /^https:\/\/[^\s/?#@\\]+(?:[/?#][\x21-\x7e]*)?$/u

const refusal = (url: string): string | undefined =>
  url.length > maxUrlCharacters
    ? `must be at most ${maxUrlCharacters} characters, not ${url.length}`
    : https.test(url)
    ? undefined
    : "must be an https URL without user and password, percent-encoded, like https://example.com/ticket.png"

/** An https URL that the carrier can fetch without credentials. */
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
