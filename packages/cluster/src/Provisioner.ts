/** Carries operations on numbers out, once in the whole cluster: each goes on from what its row says. */
import { Duration, Effect } from "effect"
import { Singleton } from "effect/cluster"
import * as NumberSteps from "@parley/core/NumberSteps"

/** From one look to the next; the most that a new operation waits. */
const interval = Duration.millis(500)

const batch = 100
const atOnce = 4

const forever = NumberSteps.runDue(batch, atOnce).pipe(
  Effect.catchCause((cause) => Effect.logError("Operations on numbers could not be looked up", cause)),
  Effect.andThen(Effect.sleep(interval)),
  Effect.forever
)

export const layer = Singleton.make("Provisioner", forever)
