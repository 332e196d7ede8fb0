/** Has the carrier forget what is to be forgotten. Once in the whole cluster, and apart from the sweep, which must not wait for a carrier. */
import { Duration, Effect } from "effect"
import { Singleton } from "effect/cluster"
import * as Redactions from "@parley/core/Redactions"

/** From one batch to the next: at most ten questions a second, which leaves the carrier to texts that want to leave. */
const interval = Duration.seconds(1)
const batch = 10

const forever = Redactions.runDue(batch).pipe(
  Effect.catchCause((cause) => Effect.logWarning("Redactions could not be carried out", cause)),
  Effect.andThen(Effect.sleep(interval)),
  Effect.forever
)

export const layer = Singleton.make("Redaction", forever)
