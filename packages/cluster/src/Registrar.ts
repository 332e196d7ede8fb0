/** Files registrations with the carrier and asks how they stand, once in the whole cluster, in bounded batches: each goes on from what its row says. */
import { Effect } from "effect"
import { Singleton } from "effect/cluster"
import { CurrentRegistrationTimes } from "@parley/core/CarrierRegistration"
import * as RegistrationSteps from "@parley/core/RegistrationSteps"

const batch = 50
const atOnce = 4

const look = RegistrationSteps.runDue(batch, atOnce).pipe(
  Effect.catchCause((cause) => Effect.as(Effect.logError("Registrations could not be looked up", cause), 0))
)

const forever = Effect.gen(function*() {
  const { lookEvery } = yield* CurrentRegistrationTimes
  while (true) yield* (yield* look) === batch ? Effect.yieldNow : Effect.sleep(lookEvery)
})

export const layer = Singleton.make("Registrar", forever)
