/**
 * What the carrier has to be asked: for receipts that did not come, and what the files of users are. Once in the whole cluster, and apart from the
 * sweep, which must not wait for a carrier.
 */
import { Duration, Effect, Layer } from "effect"
import * as InboundMedia from "@parley/core/InboundMedia"
import * as LostReceipts from "@parley/core/LostReceipts"
import * as Rounds from "./Rounds.ts"

const batch = 100

const hasMore = Effect.map((asked: number) => asked === batch)

export const layer = Layer.mergeAll(
  Rounds.layer("Inquiry", {
    round: hasMore(LostReceipts.askDue(batch)),
    every: Duration.seconds(2),
    failed: (cause) => Effect.logWarning("Lost receipts could not be asked for", cause)
  }),
  Rounds.layer("MediaInquiry", {
    round: hasMore(InboundMedia.inspectDue(batch)),
    // Before the agent's turn, which waits 1.5 s for further texts.
    every: Duration.seconds(1),
    failed: (cause) => Effect.logWarning("Users' files could not be asked for", cause)
  })
)
