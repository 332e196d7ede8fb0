/**
 * What the carrier has to be asked: for receipts that did not come, and what the files of users are. Once in the whole cluster, and apart from the
 * sweep, which must not wait for a carrier.
 */
import { Duration, Effect, Layer } from "effect"
import { Singleton } from "effect/cluster"
import * as InboundMedia from "@parley/core/InboundMedia"
import * as LostReceipts from "@parley/core/LostReceipts"

const batch = 100

const forever = <E, R>(ask: Effect.Effect<number, E, R>, interval: Duration.Duration, failed: string) =>
  ask.pipe(
    Effect.catchCause((cause) => Effect.as(Effect.logWarning(failed, cause), 0)),
    Effect.flatMap((asked) => asked === batch ? Effect.yieldNow : Effect.sleep(interval)),
    Effect.forever
  )

export const layer = Layer.mergeAll(
  Singleton.make("Inquiry", forever(LostReceipts.askDue(batch), Duration.seconds(2), "Lost receipts could not be asked for")),
  // Before the agent's turn, which waits 1.5 s for further texts.
  Singleton.make("MediaInquiry", forever(InboundMedia.inspectDue(batch), Duration.seconds(1), "Users' files could not be asked for"))
)
