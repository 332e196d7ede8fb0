/** A sender's queue: its messages leave in order, no faster than its segments per second. */
import type { MessageRecord } from "./MessageResource.ts"
import type { SimClock } from "./SimClock.ts"

export interface Throughput {
  /** Whether `segments` more would wait longer than a queue may be. */
  isFull(sender: string, segments: number, segmentsPerSecond: number): boolean
  /** Waits for its turn; `leave` runs when it comes. */
  enqueue(sender: string, record: MessageRecord, segmentsPerSecond: () => number): void
  clear(): void
}

interface Lane {
  queue: Array<MessageRecord>
  head: number
  waitingSegments: number
  /** When the sender has finished with what it sent last. */
  freeAtMillis: number
  armed: boolean
}

/**
 * @param leastMillis the least time in the queue, also of an idle one
 * @param leave the message's turn; `false` when it was not sent after all, which costs no throughput
 */
export const makeThroughput = (
  clock: SimClock,
  queueSeconds: number,
  leastMillis: number,
  leave: (record: MessageRecord) => boolean
): Throughput => {
  const lanes = new Map<string, Lane>()

  const pump = (lane: Lane, segmentsPerSecond: () => number) => {
    lane.armed = false
    for (;;) {
      const record = lane.queue[lane.head]
      if (record === undefined) {
        lane.queue = []
        lane.head = 0
        return
      }
      if (lane.freeAtMillis > clock.nowMillis()) return arm(lane, segmentsPerSecond)
      lane.head++
      if (lane.head > 1000 && lane.head * 2 > lane.queue.length) {
        lane.queue = lane.queue.slice(lane.head)
        lane.head = 0
      }
      lane.waitingSegments -= record.numSegments
      // From when the sender was free, not from now: a late timer does not slow the sender down.
      if (leave(record)) lane.freeAtMillis += (record.numSegments / segmentsPerSecond()) * 1000
    }
  }

  const arm = (lane: Lane, segmentsPerSecond: () => number) => {
    if (lane.armed) return
    lane.armed = true
    clock.at(lane.freeAtMillis, () => pump(lane, segmentsPerSecond))
  }

  return {
    isFull: (sender, segments, segmentsPerSecond) => (lanes.get(sender)?.waitingSegments ?? 0) + segments > segmentsPerSecond * queueSeconds,
    enqueue: (sender, record, segmentsPerSecond) => {
      const lane = lanes.get(sender) ?? { queue: [], head: 0, waitingSegments: 0, freeAtMillis: 0, armed: false }
      lanes.set(sender, lane)
      if (lane.queue.length === 0) lane.freeAtMillis = Math.max(lane.freeAtMillis, clock.nowMillis() + leastMillis)
      lane.queue.push(record)
      lane.waitingSegments += record.numSegments
      arm(lane, segmentsPerSecond)
    },
    clear: () => lanes.clear()
  }
}
