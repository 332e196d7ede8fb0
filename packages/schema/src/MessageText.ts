/** The text of a message: what may be sent, and look-alikes that make it cheaper. How it is cut is in `Segments`. */
import { Schema } from "effect"
import { segment, segmentUnits, septetsOf } from "./Segments.ts"

export { segment, type Encoding, type Segmented } from "./Segments.ts"

/**
 * The longest text, in UTF-16 code units: what `length` counts, what UCS-2 sends, and how carriers count. An emoji is 2 of them.
 * Source: the limit of the carrier's API. Ten segments hold at most 1530, so this limit only words the refusal of a far too long text.
 */
export const maxCharacters = 1600

/** The most segments one message may cost. Source: Parley's product rules; beyond it handsets and carriers often lose parts. */
export const maxSegments = 10

const codePoint = (code: number) => "U+" + code.toString(16).toUpperCase().padStart(4, "0")

/** Control characters that text does not use: C0 without tab, line feed, form feed (GSM-7 has it) and carriage return; DEL. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const control = /[\u0000-\u0008\u000B\u000E-\u001F\u007F]/u
const visible = /[^\s\p{Default_Ignorable_Code_Point}]/u
const loneSurrogate = /\p{Surrogate}/u

const firstOutsideGsm = (text: string): number => {
  for (let i = 0; i < text.length; i++) if (septetsOf(text.charCodeAt(i)) === 0) return i
  return -1
}

const tooManySegments = (text: string): string | undefined => {
  const { encoding, segments, units } = segment(text)
  if (segments <= maxSegments) return undefined
  const fit = segmentUnits[encoding].part * maxSegments
  if (encoding === "GSM-7") return `must fit in ${maxSegments} segments, not ${segments} (${units} septets, ${fit} fit): shorten it or send it as several messages`
  const index = firstOutsideGsm(text)
  const culprit = codePoint(text.codePointAt(index) ?? 0)
  return `must fit in ${maxSegments} segments, not ${segments} (${units} UCS-2 units, ${fit} fit; UCS-2 because of ${culprit} at index ${index}): shorten it, leave out characters outside GSM-7, or send it as several messages`
}

/**
 * Why a text cannot be sent, as the rest of a sentence that begins with the field's name: what, where and what to do. `undefined` when it can.
 * White space and invisible characters alone count as empty. NUL and lone surrogates can be neither stored nor encoded; other control characters reach no screen.
 */
export const refusal = (text: string): string | undefined => {
  if (text.length === 0) return "must not be empty: write the text to send"
  if (text.length > maxCharacters) return `must be at most ${maxCharacters} characters (UTF-16 code units), not ${text.length}: shorten it or send it as several messages`
  if (!text.isWellFormed()) {
    const index = text.search(loneSurrogate)
    return `must not contain half a surrogate pair (${codePoint(text.charCodeAt(index))} at index ${index}): send whole Unicode characters`
  }
  const index = text.search(control)
  if (index >= 0) return `must not contain the control character ${codePoint(text.charCodeAt(index))} (at index ${index}): remove it`
  if (!visible.test(text)) return "must not be blank: write at least one visible character"
  return tooManySegments(text)
}

/** A text that can be sent: 1 to 1600 characters, at most 10 segments, something visible in it; see `refusal`. */
export const MessageText = Schema.String.check(
  Schema.makeFilter((text: string) => refusal(text), {
    expected: `a text of at most ${maxCharacters} characters and ${maxSegments} segments`,
    toJsonSchema: () => [{ minLength: 1, maxLength: maxCharacters }, true]
  })
).pipe(Schema.brand("MessageText"))
export type MessageText = typeof MessageText.Type

const lookalikes = new Map<string, string>()
const alike = (replacement: string, originals: string) => {
  for (const original of originals) lookalikes.set(original, replacement)
}
alike("\"", "\u00AB\u00BB\u201C\u201D\u201E\u201F\u2033\u2036\u02BA\u301D\u301E\u301F")
alike("'", "`\u00B4\u2018\u2019\u201A\u201B\u2032\u2035\u2039\u203A\u02B9\u02BB\u02BC\u02BD\u02C8\u02CA\u02CB")
alike("-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\uFE58\uFE63\u02D7")
alike("...", "\u2026")
alike("..", "\u2025")
alike("*", "\u2022\u2023\u25CF\u25AA\u2217")
alike("x", "\u00D7\u2715")
alike("/", "\u2044\u2215\u00F7")
alike(":", "\uFE55\u2236")
alike(" ", "\t\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000")
alike("\n", "\u000B\u0085\u2028\u2029")
// Invisible: soft hyphen, zero-width characters, marks of writing direction, variation selectors.
alike("", "\u00AD\u180E\u200B\u200C\u200D\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\uFE0E\uFE0F\uFEFF")
// Full-width forms of ASCII.
for (let code = 0x21; code <= 0x7e; code++) if (code !== 0x60) alike(String.fromCharCode(code), String.fromCharCode(code + 0xfee0))
alike("'", "\uFF40")

/** What replaces what: characters outside GSM-7, and the GSM-7 characters that look like them. Only the ellipses become longer. */
export const lookalikeTable: ReadonlyMap<string, string> = lookalikes

interface ToLookalikes {
  (text: MessageText): MessageText
  (text: string): string
}

/**
 * Turns typographic characters (smart quotes, dashes, ellipsis, no-break and zero-width spaces, decomposed accents …) into GSM-7 look-alikes, if that makes the *whole* text GSM-7
 * and no longer: otherwise the text is returned as it is, because then nothing is gained and an emoji's joiner or a Persian word's non-joiner would be lost.
 * So it never costs a segment more, not even by an ellipsis; it is idempotent; a valid `MessageText` stays valid. Letters keep their accents.
 */
export const toLookalikes: ToLookalikes = (text: string) => {
  if (firstOutsideGsm(text) < 0) return text as MessageText
  let result = ""
  for (const character of text.normalize("NFC")) {
    const replacement = lookalikes.get(character) ?? character
    for (let i = 0; i < replacement.length; i++) if (septetsOf(replacement.charCodeAt(i)) === 0) return text as MessageText
    result += replacement
  }
  return (segment(result).segments > segment(text).segments ? text : result) as MessageText
}
