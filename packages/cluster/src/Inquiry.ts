/** Asks the carrier for receipts that did not come. Once in the whole cluster, and apart from the sweep, which must not wait for a carrier. */
import { Duration, Effect } from "effect"
import { Singleton } from "effect/cluster"
import * as LostReceipts from "@parley/core/LostReceipts"

const interval = Duration.seconds(2)
const batch = 100

const forever = LostReceipts.askDue(batch).pipe(
  Effect.catchCause((cause) => Effect.as(Effect.logWarning("Lost receipts could not be asked for", cause), 0)),
  Effect.flatMap((asked) => asked === batch ? Effect.yieldNow : Effect.sleep(interval)),
  Effect.forever
)

export const layer = Singleton.make("Inquiry", forever)
