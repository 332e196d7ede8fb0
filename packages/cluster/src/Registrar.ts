/** Files registrations with the carrier and asks how they stand, once in the whole cluster, in bounded batches: each goes on from what its row says. */
import { Duration, Effect } from "effect"
import { Singleton } from "effect/cluster"
import * as RegistrationSteps from "@parley/core/RegistrationSteps"

/** From one look at the rows to the next; the most that a new registration waits. */
const interval = Duration.millis(500)

const batch = 50
const atOnce = 4

const forever = RegistrationSteps.runDue(batch, atOnce).pipe(
  Effect.catchCause((cause) => Effect.as(Effect.logError("Registrations could not be looked up", cause), 0)),
  Effect.flatMap((taken) => taken === batch ? Effect.yieldNow : Effect.sleep(interval)),
  Effect.forever
)

export const layer = Singleton.make("Registrar", forever)
