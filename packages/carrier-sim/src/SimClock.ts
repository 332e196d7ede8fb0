/** Real time that can be pushed forward. Every wait of the simulated carrier (not of its network calls) is a deadline on this clock. */

export interface Deadline {
  cancel(): void
}

export interface SimClock {
  /** Unix time in milliseconds, ahead of the real one by what was skipped. */
  nowMillis(): number
  /** Runs once, at this time; at once when it has passed. */
  at(atMillis: number, run: () => void): Deadline
  /** Runs once, `delayMillis` from now. Deadlines run in the order of their times, equal times in the order they were set. */
  after(delayMillis: number, run: () => void): Deadline
  /** Resolves in `delayMillis`: true when the time has come, false when it was cleared before. */
  sleep(delayMillis: number): Promise<boolean>
  /** Skips time: all that falls due in it runs before this returns, each at its own time. */
  advance(millis: number): void
  /** The time of the next deadline. */
  nextMillis(): number | undefined
  /** Forgets every deadline, and goes back to real time. */
  clear(): void
}

interface Entry {
  readonly atMillis: number
  readonly order: number
  run: (() => void) | undefined
  readonly cleared?: () => void
}

const before = (a: Entry, b: Entry) => a.atMillis < b.atMillis || (a.atMillis === b.atMillis && a.order < b.order)

/** Longer waits are cut: a Node timer holds 31 bits of milliseconds. */
const longestWaitMillis = 2_000_000_000

export const makeSimClock = (): SimClock => {
  let skippedMillis = 0
  let frozenMillis: number | undefined
  let order = 0
  let heap: Array<Entry> = []
  let wake: NodeJS.Timeout | undefined
  let wakeAtMillis = Infinity

  const nowMillis = () => frozenMillis ?? Date.now() + skippedMillis

  const push = (entry: Entry) => {
    let i = heap.push(entry) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !before(entry, above)) break
      heap[i] = above
      i = parent
    }
    heap[i] = entry
  }

  const pop = () => {
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      const left = heap[child]
      if (left === undefined) break
      const right = heap[child + 1]
      let next = left
      if (right !== undefined && before(right, left)) {
        next = right
        child++
      }
      if (!before(next, last)) break
      heap[i] = next
      i = child
    }
    heap[i] = last
  }

  const runDue = (untilMillis: number, freeze: boolean) => {
    for (let top = heap[0]; top !== undefined && (top.run === undefined || top.atMillis <= untilMillis); top = heap[0]) {
      pop()
      if (freeze) frozenMillis = Math.max(frozenMillis ?? 0, top.atMillis)
      top.run?.()
    }
  }

  const arm = () => {
    const top = heap[0]
    if (top === undefined) return
    if (wake !== undefined) {
      if (wakeAtMillis <= top.atMillis) return
      clearTimeout(wake)
    }
    wakeAtMillis = top.atMillis
    wake = setTimeout(() => {
      wake = undefined
      runDue(nowMillis(), false)
      arm()
    }, Math.min(Math.max(top.atMillis - nowMillis(), 0), longestWaitMillis))
  }

  const rearm = () => {
    if (wake !== undefined) clearTimeout(wake)
    wake = undefined
    arm()
  }

  const add = (atMillis: number, run: () => void, cleared?: () => void): Entry => {
    const entry: Entry = { atMillis, order: order++, run, ...(cleared === undefined ? {} : { cleared }) }
    push(entry)
    if (frozenMillis === undefined) arm()
    return entry
  }

  const at = (atMillis: number, run: () => void): Deadline => {
    const entry = add(Math.max(atMillis, nowMillis()), run)
    return {
      cancel: () => {
        entry.run = undefined
      }
    }
  }

  return {
    nowMillis,
    at,
    after: (delayMillis, run) => at(nowMillis() + delayMillis, run),
    sleep: (delayMillis) => new Promise((resolve) => void add(nowMillis() + Math.max(delayMillis, 0), () => resolve(true), () => resolve(false))),
    advance: (millis) => {
      const untilMillis = nowMillis() + millis
      frozenMillis = nowMillis()
      runDue(untilMillis, true)
      frozenMillis = undefined
      skippedMillis += Math.max(untilMillis - nowMillis(), 0)
      rearm()
    },
    nextMillis: () => heap.find((entry) => entry.run !== undefined)?.atMillis,
    clear: () => {
      const entries = heap
      heap = []
      skippedMillis = 0
      rearm()
      for (const entry of entries) entry.cleared?.()
    }
  }
}
