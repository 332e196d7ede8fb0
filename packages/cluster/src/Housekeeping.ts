/** Takes away what has had its time. Once in the whole cluster, and apart from the sweep, whose timers must not wait for it. */
import { Duration, Effect } from "effect"
import * as Housekeeping from "@parley/core/Housekeeping"
import * as Rounds from "./Rounds.ts"

/** From one round to the next, while there is more and when there is not. */
const intervals = { more: Duration.millis(250), none: Duration.minutes(1) } as const

/** Rows of one kind in one transaction: some 10 ms. */
const batch = 500

export const layer = Rounds.layer("Housekeeping", {
  round: Housekeeping.tidy(batch),
  every: intervals.none,
  whenMore: intervals.more,
  failed: (cause) => Effect.logWarning("Old rows could not be removed", cause)
})
