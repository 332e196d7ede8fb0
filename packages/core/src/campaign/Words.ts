/**
 * Texts as words, and phrases found in them in one pass. Rules look for phrases and never for patterns over characters, so that no text, however
 * hostile, costs more than its length.
 */

/** A word with its place in the text, in UTF-16 code units. */
export interface Word {
  /** Lower case, with a straight apostrophe. */
  readonly lower: string
  readonly raw: string
  readonly start: number
  readonly end: number
  /** The number of its sentence. */
  readonly sentence: number
}

const wordPattern = /[\p{L}\p{N}]+(?:['\u2019]\p{L}+)*/gu
// A point within a word, as in a domain, ends nothing.
const sentenceEnd = /[.!?;]\s|\n/u

/** The words of a text, in order. An apostrophe stays in its word; every other sign parts words. */
export const wordsOf = (text: string): ReadonlyArray<Word> => {
  const words: Array<Word> = []
  let sentence = 0
  let end = 0
  for (const match of text.matchAll(wordPattern)) {
    const [raw] = match
    if (sentenceEnd.test(text.slice(end, match.index))) sentence++
    end = match.index + raw.length
    words.push({ lower: raw.toLowerCase().replaceAll("\u2019", "'"), raw, start: match.index, end, sentence })
  }
  return words
}

/** Words, and where each stands: rules look up what they know instead of walking the text once more. */
export interface Words {
  readonly words: ReadonlyArray<Word>
  /** A word, lower case, to where it stands, in order; `#` to where numbers stand. */
  readonly places: ReadonlyMap<string, ReadonlyArray<number>>
}

/** Words as rules take them. */
export const indexed = (words: ReadonlyArray<Word>): Words => {
  const places = new Map<string, Array<number>>()
  const put = (key: string, index: number) => {
    const known = places.get(key)
    if (known === undefined) places.set(key, [index])
    else known.push(index)
  }
  words.forEach(({ lower }, index) => {
    put(lower, index)
    if (isNumber(lower)) put("#", index)
  })
  return { words, places }
}

const isNumber = (word: string): boolean => /^\d/u.test(word)

export interface Node {
  readonly next: Map<string, Node>
  /** A phrase ends here. */
  ends: boolean
}

/** Phrases made ready to be looked for. */
export type Phrases = Node

const empty = (): Node => ({ next: new Map(), ends: false })

/** `#` in a phrase stands for a number. Signs in phrases part words as they do in texts. */
export const phrases = (...list: ReadonlyArray<string>): Phrases => {
  const root = empty()
  for (const phrase of list) {
    let node = root
    for (const part of phrase.toLowerCase().split(/[\s-]+/u)) {
      const child = node.next.get(part) ?? empty()
      node.next.set(part, child)
      node = child
    }
    node.ends = true
  }
  return root
}

/** How many words the longest phrase covers that begins at a word; 0: none does. */
const lengthAt = (node: Node, words: ReadonlyArray<Word>, index: number): number => {
  const word = words[index]
  if (word === undefined) return 0
  const named = through(node.next.get(word.lower), words, index)
  return isNumber(word.lower) ? Math.max(named, through(node.next.get("#"), words, index)) : named
}

const through = (child: Node | undefined, words: ReadonlyArray<Word>, index: number): number => {
  if (child === undefined) return 0
  const rest = lengthAt(child, words, index + 1)
  return rest > 0 ? rest + 1 : child.ends ? 1 : 0
}

/** A phrase in a text: its words are `from` up to, without, `to`. */
export interface Hit {
  readonly from: number
  readonly to: number
}

/** Where phrases stand in a text, without overlap, at most `most` of them. */
export const hits = (wanted: Phrases, { places, words }: Words, most = Infinity): ReadonlyArray<Hit> => {
  const starts = [...wanted.next.keys()].flatMap((word) => places.get(word) ?? []).sort((a, b) => a - b)
  const found: Array<Hit> = []
  let free = 0
  for (const from of starts) {
    if (found.length >= most) break
    const length = from < free ? 0 : lengthAt(wanted, words, from)
    if (length === 0) continue
    free = from + length
    found.push({ from, to: free })
  }
  return found
}

/** Whether any of the phrases stands in the text. */
export const has = (wanted: Phrases, { places, words }: Words): boolean => {
  for (const word of wanted.next.keys()) if (places.get(word)?.some((from) => lengthAt(wanted, words, from) > 0)) return true
  return false
}

/** How far before a phrase its denial is looked for, in words. */
const reach = 25

const denies = new Set(["not", "nor", "never", "don't", "doesn't", "won't", "cannot", "can't", "isn't", "aren't"])
const deniedDeeds = new Set([
  "be", "collect", "contain", "contains", "disclose", "disclosed", "distribute", "give", "given", "include", "market", "message", "offer", "promote", "provide", "provided", "reference", "rent", "rented", "sell", "send", "share",
  "shared", "sold", "text", "trade", "transfer", "transferred", "use"
])

/**
 * Whether the sentence denies what the phrase says: "we do not send texts about gambling". A word of denial counts only shortly before a deed, because
 * "don't miss our casino night" denies nothing. With `bareNo`, "no mobile information will be shared" is a denial too.
 */
export const isDenied = ({ words }: Words, { from }: Hit, bareNo = false): boolean => {
  const sentence = words[from]?.sentence
  for (let index = from - 1; index >= Math.max(0, from - reach) && words[index]?.sentence === sentence; index--) {
    const word = words[index]?.lower ?? ""
    if (bareNo && (word === "no" || word === "without" || word === "neither")) return true
    if (!denies.has(word)) continue
    for (let after = index + 1; after <= index + 4; after++) if (deniedDeeds.has(words[after]?.lower ?? "")) return true
  }
  return false
}
