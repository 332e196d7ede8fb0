/** Chance with a seed: the same seed plays the same lives, as far as the clock and the scheduler let it. */

export interface Random {
  /** 0 ≤ n < 1. */
  next(): number
  /** From `least` to `most`, both included. */
  between(least: number, most: number): number
  pick<A>(from: ReadonlyArray<A>): A
}

/** mulberry32. */
export const seeded = (seed: number): Random => {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    pick: (from) => {
      const picked = from[between(0, from.length - 1)]
      if (picked === undefined) throw new Error("nothing to pick from")
      return picked
    }
  }
}
