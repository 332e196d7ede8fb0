/**
 * Takes away what has no more effect, and what policy wants gone: in small transactions, so that nobody waits for it, and as often as
 * there is more. Opt-outs are never among it.
 */
import { Context, DateTime, Duration, Effect } from "effect"
import { beginning, firstId, keptFor } from "./Event.ts"
import { rememberedHours } from "./Idempotency.ts"
import { AuditStore } from "./ports/AuditStore.ts"
import { Directory } from "./ports/Directory.ts"
import { ErasureStore } from "./ports/ErasureStore.ts"
import { EventStore } from "./ports/EventStore.ts"
import { LimitStore } from "./ports/LimitStore.ts"
import { RedactionStore } from "./ports/RedactionStore.ts"
import { RetentionStore } from "./ports/RetentionStore.ts"
import { Transactor } from "./ports/Store.ts"
import type { Project } from "./Project.ts"
import { ask } from "./Redaction.ts"

export interface HousekeepingTimes {
  /** How long the audit log, the reports of erasures and the redactions that were refused are kept. */
  readonly recordsKept: Duration.Duration
}

/** The times of housekeeping; an operator's, not a project's. */
export const CurrentHousekeepingTimes = Context.Reference<HousekeepingTimes>("@parley/core/CurrentHousekeepingTimes", {
  defaultValue: () => ({ recordsKept: Duration.days(730) })
})

// A remembered answer outlives its effect by an hour, so that clocks that differ do no harm. Counters count minutes.
const rememberedFor = Duration.hours(rememberedHours + 1)

/** One round: of each kind at most `limit` rows, each kind a transaction of its own. True when some kind has more. */
export const tidy = Effect.fn("Housekeeping.tidy")(function*(limit: number) {
  const { transact } = yield* Transactor
  const now = yield* DateTime.now
  const { recordsKept } = yield* CurrentHousekeepingTimes
  const [limits, audit, erasures, redactions] = [yield* LimitStore, yield* AuditStore, yield* ErasureStore, yield* RedactionStore]
  const recordsBefore = DateTime.subtractDuration(now, recordsKept)
  const counts = [
    yield* transact(limits.purge(DateTime.subtractDuration(now, rememberedFor), limit)),
    yield* transact(audit.purge(recordsBefore, limit)),
    yield* transact(erasures.purge(recordsBefore, limit)),
    yield* transact(redactions.purge(recordsBefore, limit))
  ]
  for (const project of yield* (yield* Directory).projects(null)) {
    counts.push(...yield* retain(project, now, limit))
    counts.push(yield* expireEvents(project, now, limit))
  }
  return counts.some((count) => count >= limit)
})

/** Looks first, so that nobody waits for the many projects that have nothing old. */
const expireEvents = Effect.fnUntraced(function*({ config, id }: Project, now: DateTime.Utc, limit: number) {
  const { transact } = yield* Transactor
  const store = yield* EventStore
  const before = DateTime.subtractDuration(now, keptFor(config))
  const { events: [oldest] } = yield* store.after(id, beginning, 1)
  return oldest === undefined || oldest.id >= firstId(before) ? 0 : yield* transact(store.purge(id, before, limit))
})

const retain = Effect.fnUntraced(function*({ config: { retention }, id }: Project, now: DateTime.Utc, limit: number) {
  if (retention.deleteAfter === null) return []
  const { transact } = yield* Transactor
  const store = yield* RetentionStore
  const before = DateTime.subtractDuration(now, retention.deleteAfter)
  const counts: Array<number> = []
  for (const remove of [store.deleteEnded, store.deleteLoose, store.deleteSettledSends]) {
    counts.push(yield* transact(Effect.gen(function*() {
      const { carrierIds, rows } = yield* remove(id, before, limit)
      if (retention.redactAtCarrier) yield* (yield* RedactionStore).ask(carrierIds.map((carrierId) => ask({ carrierId, projectId: id, erasureId: null }, now)))
      return rows
    })))
  }
  return counts
})
