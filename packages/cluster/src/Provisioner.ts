/** Carries operations on numbers out, once in the whole cluster: each goes on from what its row says. */
import { Duration, Effect } from "effect"
import * as NumberSteps from "@parley/core/NumberSteps"
import * as Rounds from "./Rounds.ts"

/** From one look to the next; the most that a new operation waits. */
const interval = Duration.millis(500)

const batch = 100
const atOnce = 4

export const layer = Rounds.layer("Provisioner", {
  round: Effect.as(NumberSteps.runDue(batch, atOnce), false),
  every: interval,
  failed: (cause) => Effect.logError("Operations on numbers could not be looked up", cause)
})
