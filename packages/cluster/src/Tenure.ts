/** What this process owns, as far as it may act on it. */
import { Context, Effect, Layer } from "effect"
import { EntityId, ShardId, Sharding } from "effect/cluster"
import type { SessionId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Membership } from "@parley/core/ports/Membership"
import { Lease } from "./Lease.ts"

/** Sessions and lines are shared out by these, so at most so many processes have work. All processes have to agree on it. */
export const shards = 64

const group = "default"

export class Tenure extends Context.Service<Tenure, {
  /** The shard of a session or line, 1 to `shards`. */
  readonly shardOf: (id: SessionId | PhoneNumber) => number
  /** True while the shard is here. It may have gone to another process just now, if this one was frozen or cut off. */
  readonly isHere: (shard: number) => boolean
  /**
   * True while this process owns the session or line, and nobody else can: its shard is here, and its lock was confirmed so lately that it
   * cannot have gone to another. Costs next to nothing: ask again right before what only the owner may do.
   */
  readonly holds: (id: SessionId | PhoneNumber) => boolean
}>()("@parley/cluster/Tenure") {}

export const layer: Layer.Layer<Tenure, never, Sharding.Sharding | Lease> = Layer.effect(
  Tenure,
  Effect.gen(function*() {
    const sharding = yield* Sharding.Sharding
    const lease = yield* Lease
    const shardIdOf = (id: string) => sharding.getShardId(EntityId.make(id), group)
    return Tenure.of({
      shardOf: (id) => shardIdOf(id).id,
      isHere: (shard) => sharding.hasShardId(ShardId.make(group, shard)),
      holds: (id) => {
        const shard = shardIdOf(id)
        return sharding.hasShardId(shard) && lease.isSure(shard)
      }
    })
  })
)

/** All shard numbers. */
export const allShards: ReadonlyArray<number> = Array.from({ length: shards }, (_, index) => index + 1)

/** How this process stands, for whoever asks. */
export const membership: Layer.Layer<never, never, Tenure | Lease> = Layer.effect(
  Membership,
  Effect.gen(function*() {
    const tenure = yield* Tenure
    const lease = yield* Lease
    return Effect.sync(() => ({
      owned: allShards.filter(tenure.isHere).length,
      shards,
      processes: lease.processes(),
      confirmedAgo: lease.confirmedAgo()
    }))
  })
)
