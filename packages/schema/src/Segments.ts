/** How a text is cut into the pieces that a carrier moves and bills: GSM 03.38, without national shift tables. */

/** `GSM-7`: 7-bit septets. `UCS-2`: 16-bit units, which JavaScript's strings are made of. One character outside GSM-7 makes the whole text UCS-2. */
export type Encoding = "GSM-7" | "UCS-2"

/** Units that fit in a text of one segment, and in each part of a longer one (6 bytes of 140 go to the header). Source: 3GPP TS 23.038 and 23.040. */
export const segmentUnits = { "GSM-7": { single: 160, part: 153 }, "UCS-2": { single: 70, part: 67 } } as const

const basic =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
/** Sent as an escape and a character: two septets. */
const extension = "\f^{}\\[~]|€"

/** Septets by UTF-16 code unit, up to `€`, the highest one in the alphabet; 0 is outside it. */
const septets = new Uint8Array(0x20ac + 1)
for (const character of basic) septets[character.charCodeAt(0)] = 1
for (const character of extension) septets[character.charCodeAt(0)] = 2

/** The septets of one UTF-16 code unit in GSM-7: 1, 2, or 0 when the alphabet lacks it. */
export const septetsOf = (codeUnit: number): number => septets[codeUnit] ?? 0

/** A text as it travels. */
export interface Segmented {
  readonly encoding: Encoding
  /** Septets in GSM-7, 16-bit units in UCS-2. */
  readonly units: number
  /** How many segments are sent and billed; 0 for the empty text. */
  readonly segments: number
  /** The text of each segment; joined they are the text. */
  readonly parts: ReadonlyArray<string>
}

const isHighSurrogate = (codeUnit: number) => codeUnit >= 0xd800 && codeUnit <= 0xdbff

const ucs2 = (text: string): Segmented => {
  const units = text.length
  if (units <= segmentUnits["UCS-2"].single) return { encoding: "UCS-2", units, segments: 1, parts: [text] }
  const parts: Array<string> = []
  for (let start = 0; start < units;) {
    let end = Math.min(start + segmentUnits["UCS-2"].part, units)
    if (end < units && isHighSurrogate(text.charCodeAt(end - 1))) end--
    parts.push(text.slice(start, end))
    start = end
  }
  return { encoding: "UCS-2", units, segments: parts.length, parts }
}

/**
 * Encodes and cuts a text, in one pass. An escape pair (GSM-7) or a surrogate pair (UCS-2) that does not fit in a part opens the next one.
 * Total: also for the empty text and for lone surrogates.
 */
export const segment = (text: string): Segmented => {
  const length = text.length
  const parts: Array<string> = []
  let units = 0
  let start = 0
  let inPart = 0
  for (let i = 0; i < length; i++) {
    const cost = septetsOf(text.charCodeAt(i))
    if (cost === 0) return ucs2(text)
    units += cost
    if (inPart + cost > segmentUnits["GSM-7"].part) {
      parts.push(text.slice(start, i))
      start = i
      inPart = 0
    }
    inPart += cost
  }
  if (units <= segmentUnits["GSM-7"].single) return { encoding: "GSM-7", units, segments: length === 0 ? 0 : 1, parts: length === 0 ? [] : [text] }
  parts.push(text.slice(start))
  return { encoding: "GSM-7", units, segments: parts.length, parts }
}
