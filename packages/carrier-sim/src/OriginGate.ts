/** How many connections to one application are open at a time. An agent's `maxSockets` would do the same, but then reuses connections. */

/** Below the usual listen backlog of 511, beyond which connecting takes seconds. */
const mostConnections = 256

export interface OriginGate {
  /** Runs `use` when fewer than 256 others run for the origin, in the order of asking. */
  pass<A>(origin: string, use: () => Promise<A>): Promise<A>
}

interface Line {
  running: number
  waiting: Array<() => void>
}

export const makeOriginGate = (most: number = mostConnections): OriginGate => {
  const lines = new Map<string, Line>()
  return {
    pass: async (origin, use) => {
      const line = lines.get(origin) ?? { running: 0, waiting: [] }
      lines.set(origin, line)
      if (line.running >= most) await new Promise<void>((resolve) => line.waiting.push(resolve))
      else line.running++
      return use().finally(() => {
        // The place goes to the next in line, or is free.
        const next = line.waiting.shift()
        if (next !== undefined) next()
        else if (--line.running === 0) lines.delete(origin)
      })
    }
  }
}
