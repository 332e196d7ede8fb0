/** Has the carrier forget what is to be forgotten. Once in the whole cluster, and apart from the sweep, which must not wait for a carrier. */
import { Duration, Effect } from "effect"
import * as Redactions from "@parley/core/Redactions"
import * as Rounds from "./Rounds.ts"

/** From one batch to the next: at most ten questions a second, which leaves the carrier to texts that want to leave. */
const interval = Duration.seconds(1)
const batch = 10

export const layer = Rounds.layer("Redaction", {
  round: Effect.as(Redactions.runDue(batch), false),
  every: interval,
  failed: (cause) => Effect.logWarning("Redactions could not be carried out", cause)
})
