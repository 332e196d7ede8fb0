/** Takes away what has had its time. Once in the whole cluster, and apart from the sweep, whose timers must not wait for it. */
import { Duration, Effect } from "effect"
import { Singleton } from "effect/cluster"
import * as Housekeeping from "@parley/core/Housekeeping"

/** From one round to the next, while there is more and when there is not. */
const intervals = { more: Duration.millis(250), none: Duration.minutes(1) } as const

/** Rows of one kind in one transaction: some 10 ms. */
const batch = 500

const forever = Housekeeping.tidy(batch).pipe(
  Effect.catchCause((cause) => Effect.as(Effect.logWarning("Old rows could not be removed", cause), false)),
  Effect.flatMap((hasMore) => Effect.sleep(hasMore ? intervals.more : intervals.none)),
  Effect.forever
)

export const layer = Singleton.make("Housekeeping", forever)
