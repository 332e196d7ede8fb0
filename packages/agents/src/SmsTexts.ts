/** Makes texts that can be sent of whatever a model has written: as few as hold it, broken where a reader would pause. */
import { maxCharacters } from "@parley/schema/MessageText"
import { segment } from "@parley/schema/Segments"

export interface Room {
  /** The most segments of one text. */
  readonly maxSegments: number
  readonly maxTexts: number
}

export interface Fitted {
  readonly texts: ReadonlyArray<string>
  /** True when there was more than fits. */
  readonly isCut: boolean
}

// oxlint-disable-next-line no-control-regex -- control characters are what it removes
const control = /[\u0000-\u0008\u000B-\u001F\u007F]/gu
const visible = /[^\s\p{Default_Ignorable_Code_Point}]/u

/** Without what no text may hold: control characters and halves of surrogate pairs; white space at the ends, and empty lines beyond one. */
export const clean = (text: string): string =>
  text.toWellFormed().replace(/\r\n?/gu, "\n").replaceAll("\t", " ").replace(control, "").split("\n").map((line) => line.trimEnd()).join("\n").replace(/\n{3,}/gu, "\n\n").trim()

/** Whether it shows anything to a reader. */
export const isVisible = (text: string): boolean => visible.test(text)

const fits = (text: string, maxSegments: number) => text.length <= maxCharacters && segment(text).segments <= maxSegments

/** How much of a text fits, in UTF-16 code units; never within a surrogate pair. A longer beginning never takes less room, so halving finds it. */
const fitting = (text: string, maxSegments: number): number => {
  let [enough, tooMuch] = [0, Math.min(text.length, maxCharacters) + 1]
  while (tooMuch - enough > 1) {
    const middle = Math.floor((enough + tooMuch) / 2)
    if (fits(text.slice(0, middle), maxSegments)) enough = middle
    else tooMuch = middle
  }
  const last = text.charCodeAt(enough - 1)
  return enough < text.length && last >= 0xd800 && last <= 0xdbff ? enough - 1 : enough
}

const lastMatch = (text: string, pattern: RegExp): number => {
  let end = 0
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length
  return end
}

const paragraphEnd = /\n\n/gu
const sentenceEnd = /[.!?\u2026](?=["')\]\u201d\u2019]{0,2}\s)["')\]\u201d\u2019]{0,2}|[\u3002\uff01\uff1f\u0964]|\n/gu
const wordEnd = /\s+/gu

/** Where to break within `head`, of which all fits; the first kind of pause that leaves at least half of the room used. */
const breakIn = (head: string): number => {
  const places = [paragraphEnd, sentenceEnd, wordEnd].map((pattern) => lastMatch(head, pattern))
  return places.find((place) => place >= head.length / 2) ?? head.length
}

/** The beginning that ends with a whole sentence, or else with a whole word and three dots (an ellipsis of one character would make the text dearer). */
const cut = (head: string): string => {
  const whole = lastMatch(`${head} `, sentenceEnd)
  if (whole >= head.length / 3) return head.slice(0, whole).trimEnd()
  const room = head.slice(0, -3)
  const word = lastMatch(room, wordEnd)
  return `${room.slice(0, word > 0 ? word : room.length).trimEnd().toWellFormed()}...`
}

/**
 * Splits a text into at most `maxTexts`, each of at most `maxSegments` segments and 1600 characters, and cuts what is beyond.
 * @param isBroken whether it stopped in the midst of a word, so that it ends with its last whole sentence
 */
export const fit = (text: string, { maxSegments, maxTexts }: Room, isBroken = false): Fitted => {
  const texts: Array<string> = []
  let rest = clean(text)
  while (isVisible(rest)) {
    const size = fitting(rest, maxSegments)
    const head = rest.slice(0, size)
    if (size === rest.length) {
      texts.push(isBroken ? cut(head) : head)
      return { texts, isCut: isBroken }
    }
    if (texts.length === maxTexts - 1) {
      texts.push(cut(head))
      return { texts, isCut: true }
    }
    const end = breakIn(head)
    if (isVisible(rest.slice(0, end))) texts.push(rest.slice(0, end).trim())
    rest = rest.slice(end).trim()
  }
  return { texts, isCut: false }
}
