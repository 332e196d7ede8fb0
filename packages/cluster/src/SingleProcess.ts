/** The owners and the sweep in one process, over the store's own SQL. */
import { Duration, Layer } from "effect"
import { SingleRunner } from "effect/cluster"
import * as Housekeeping from "./Housekeeping.ts"
import * as Inquiry from "./Inquiry.ts"
import * as Lease from "./Lease.ts"
import * as Owners from "./Owners.ts"
import * as Redaction from "./Redaction.ts"
import * as Rouse from "./Rouse.ts"
import * as Sweep from "./Sweep.ts"
import * as Tenure from "./Tenure.ts"

/** How long a stop waits for texts and turns that are out. */
export const stopWithin = Duration.seconds(8)

const runner = SingleRunner.layer({
  runnerStorage: "memory",
  shardingConfig: {
    simulateRemoteSerialization: false,
    entityTerminationTimeout: stopWithin,
    // Nothing is persisted in the cluster's own tables: the rows of the store are the truth.
    entityMessagePollInterval: Duration.minutes(10),
    shardsPerGroup: Tenure.shards,
    maxResidentEntities: "unbounded"
  }
})

export const layer = Layer.mergeAll(Sweep.layer, Housekeeping.layer, Inquiry.layer, Redaction.layer, Rouse.layer).pipe(
  Layer.provideMerge(Owners.layer),
  Layer.provideMerge(Tenure.layer),
  Layer.provideMerge(Layer.mergeAll(runner, Lease.unlimited))
)
