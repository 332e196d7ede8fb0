/** The owners and the sweep in one process, over the store's own SQL. */
import { Duration, Layer } from "effect"
import { SingleRunner } from "effect/cluster"
import * as Lease from "./Lease.ts"
import * as Tenure from "./Tenure.ts"
import * as Work from "./Work.ts"

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

export const layer = Layer.provideMerge(Work.layer, Layer.mergeAll(runner, Lease.unlimited))
