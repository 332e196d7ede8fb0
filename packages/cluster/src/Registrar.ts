/** Files registrations with the carrier and asks how they stand, once in the whole cluster, in bounded batches: each goes on from what its row says. */
import { Effect, Layer } from "effect"
import { CurrentRegistrationTimes } from "@parley/core/CarrierRegistration"
import * as RegistrationSteps from "@parley/core/RegistrationSteps"
import * as Rounds from "./Rounds.ts"

const batch = 50
const atOnce = 4

export const layer = Layer.unwrap(Effect.map(CurrentRegistrationTimes, ({ lookEvery }) =>
  Rounds.layer("Registrar", {
    round: Effect.map(RegistrationSteps.runDue(batch, atOnce), (taken) => taken === batch),
    every: lookEvery,
    failed: (cause) => Effect.logError("Registrations could not be looked up", cause)
  })))
