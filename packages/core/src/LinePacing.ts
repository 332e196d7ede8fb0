/** When a line may hand its next text to the carrier, so that its number's throughput is never exceeded. */

/** What a line has handed over lately, oldest first, by a clock that only ever goes forward; what no longer matters is gone. */
export interface LinePacing {
  readonly recent: ReadonlyArray<Entry>
}

interface Entry {
  readonly atMillis: number
  readonly segments: number
}

export const idle: LinePacing = { recent: [] }

/**
 * The second in which segments are counted, and a twentieth more: texts that leave a full second apart may reach the carrier closer together,
 * because each request takes its own time on the way.
 */
export const guardWindowMillis = 1_050
const jitterMillis = guardWindowMillis - 1_000

export type Admission =
  | { readonly _tag: "Go"; readonly state: LinePacing }
  /** Ask again at `untilMillis`: earlier the answer is the same, then it is `Go` unless another text went first. */
  | { readonly _tag: "Wait"; readonly untilMillis: number }

/** A text above a second's allowance takes the line for as long as its segments take at the line's pace. */
const heldMillis = (segments: number, segmentsPerSecond: number): number =>
  segments <= segmentsPerSecond ? guardWindowMillis : Math.max(guardWindowMillis, Math.ceil((segments * 1_000) / segmentsPerSecond) + jitterMillis)

const add = (recent: ReadonlyArray<Entry>, segments: number, nowMillis: number): ReadonlyArray<Entry> => {
  const last = recent.at(-1)
  return last?.atMillis === nowMillis
    ? [...recent.slice(0, -1), { atMillis: nowMillis, segments: last.segments + segments }]
    : [...recent, { atMillis: nowMillis, segments }]
}

/**
 * Asks for one text. No second holds more than `segmentsPerSecond` segments, with one exception: a text that alone has more goes when the line is empty, and stands alone.
 *
 * @param segments of the text, at least 1
 * @param segmentsPerSecond may be fractional: at 3.75 a second holds 3. At 0 or less nothing ever goes (`untilMillis` is Infinity).
 */
export const admit = (state: LinePacing, segments: number, segmentsPerSecond: number, nowMillis: number): Admission => {
  if (!(segmentsPerSecond > 0)) return { _tag: "Wait", untilMillis: Infinity }
  const weight = Math.max(1, segments)
  const room = weight <= segmentsPerSecond ? segmentsPerSecond - weight : 0
  const active = state.recent.filter((entry) => nowMillis < entry.atMillis + heldMillis(entry.segments, segmentsPerSecond))
  let held = active.reduce((sum, entry) => sum + entry.segments, 0)
  if (held <= room) return { _tag: "Go", state: { recent: add(active, weight, nowMillis) } }
  const ends = active.map((entry) => ({ segments: entry.segments, endMillis: entry.atMillis + heldMillis(entry.segments, segmentsPerSecond) }))
  let untilMillis = nowMillis
  for (const end of ends.toSorted((a, b) => a.endMillis - b.endMillis)) {
    held -= end.segments
    untilMillis = end.endMillis
    if (held <= room) break
  }
  return { _tag: "Wait", untilMillis }
}
