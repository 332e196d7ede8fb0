/** Tells lines whose sends arrive from lines whose sends fail, lately. */
import { DateTime } from "effect"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { LineState } from "./ports/LineStore.ts"

/** After this long a count weighs half; Parley's own choice: an outage is forgotten within the hour. */
export const halfLifeMillis = 10 * 60_000

export const fresh = (number: PhoneNumber, now: DateTime.Utc): LineState => ({
  number,
  epoch: 0,
  handedOver: [],
  recentSends: 0,
  recentFailures: 0,
  countedAt: now,
  backOff: null
})

/** The counts as they weigh now. */
export const faded = (line: LineState, now: DateTime.Utc): LineState => {
  const elapsed = DateTime.toEpochMillis(now) - DateTime.toEpochMillis(line.countedAt)
  if (elapsed <= 0) return line
  const weight = 0.5 ** (elapsed / halfLifeMillis)
  return { ...line, recentSends: line.recentSends * weight, recentFailures: line.recentFailures * weight, countedAt: now }
}

export const counted = (line: LineState, outcome: "sent" | "failed", now: DateTime.Utc): LineState => {
  const before = faded(line, now)
  return outcome === "sent"
    ? { ...before, recentSends: before.recentSends + 1 }
    : { ...before, recentSends: before.recentSends + 1, recentFailures: before.recentFailures + 1 }
}
