/** The port that tells how this process stands among those that serve together; for readiness, metrics and people. */
import { Context, type Duration, Effect } from "effect"

/** Work is shared out by shards: each session and each line belongs to one of them, and each shard to one process. */
export interface Standing {
  /** Shards that this process owns, of `shards` in all. */
  readonly owned: number
  readonly shards: number
  /** Processes that the database has heard of lately, this one with them. */
  readonly processes: number
  /** Since the database last confirmed what this process owns; null before the first time. */
  readonly confirmedAgo: Duration.Duration | null
}

/** Null where one process serves alone. */
export const Membership = Context.Reference<Effect.Effect<Standing | null>>("@parley/core/Membership", { defaultValue: () => Effect.succeed(null) })
