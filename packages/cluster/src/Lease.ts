/**
 * How long the locks of this process can be relied on without asking. The database takes the locks of a process that it has not heard of for
 * `lockedFor` away. So whoever was confirmed less than that ago still has them, also when it was frozen meanwhile and does not know it:
 * only a clock tells.
 */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { RunnerStorage, type ShardId } from "effect/cluster"

/** From the last word of a process to the end of its locks. With it, `refreshesEvery` and `looksEvery`, a lost process's work is taken over within 10 seconds. */
export const lockedFor = Duration.seconds(6)
export const refreshesEvery = Duration.seconds(2)

/** Left of a lock when it stops being relied on: for the call that begins just then, and for clocks that run at different speeds. */
const margin = Duration.seconds(1)

export class Lease extends Context.Service<Lease, {
  /** True while the lock of this shard is certainly ours. */
  readonly isSure: (shard: ShardId.ShardId) => boolean
  /** Since the database last confirmed locks; null before the first time. */
  readonly confirmedAgo: () => Duration.Duration | null
  /** Processes that the database has heard of lately, as of the last look. */
  readonly processes: () => number
}>()("@parley/cluster/Lease") {}

/** For a process that nobody can take anything from. */
export const unlimited = Layer.succeed(Lease, { isSure: () => true, confirmedAgo: () => null, processes: () => 1 })

interface Moment {
  readonly monotonicMillis: number
  readonly wallMillis: number
}

/** Remembers what the storage of locks confirms, on its way to Effect Cluster. */
export const layer: Layer.Layer<Lease | RunnerStorage.RunnerStorage, never, RunnerStorage.RunnerStorage> = Layer.effectContext(
  Effect.gen(function*() {
    const storage = yield* RunnerStorage.RunnerStorage
    const clock = yield* Clock.Clock
    const confirmed = new Map<ShardId.ShardId, Moment>()
    let last: Moment | null = null
    let processes = 0

    const present = (): Moment => ({ monotonicMillis: Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n), wallMillis: clock.currentTimeMillisUnsafe() })
    // Each of the two stands still where the other goes on: a suspended machine's, and one that is set back.
    const since = (moment: Moment) => {
      const now = present()
      return Math.max(now.monotonicMillis - moment.monotonicMillis, now.wallMillis - moment.wallMillis)
    }
    const sureForMillis = Duration.toMillis(lockedFor) - Duration.toMillis(margin)

    /** The time of the question counts: the answer may have waited. */
    const noting = <E>(shards: Iterable<ShardId.ShardId>, ask: Effect.Effect<Array<ShardId.ShardId>, E>) =>
      Effect.suspend(() => {
        const asked = [...shards]
        const at = present()
        return Effect.tap(ask, (held) => Effect.sync(() => {
          for (const shard of asked) confirmed.delete(shard)
          for (const shard of held) confirmed.set(shard, at)
          if (held.length > 0) last = at
        }))
      })

    return Context.make(Lease, {
      isSure: (shard) => {
        const moment = confirmed.get(shard)
        return moment !== undefined && since(moment) < sureForMillis
      },
      confirmedAgo: () => last === null ? null : Duration.millis(Math.max(0, since(last))),
      processes: () => processes
    }).pipe(Context.add(RunnerStorage.RunnerStorage, {
      ...storage,
      acquire: (address, shards) => {
        const wanted = [...shards]
        return noting(wanted, storage.acquire(address, wanted))
      },
      refresh: (address, shards) => {
        const wanted = [...shards]
        return noting(wanted, storage.refresh(address, wanted))
      },
      release: (address, shard) => Effect.andThen(Effect.sync(() => confirmed.delete(shard)), storage.release(address, shard)),
      releaseAll: (address) => Effect.andThen(Effect.sync(() => confirmed.clear()), storage.releaseAll(address)),
      getRunners: Effect.tap(storage.getRunners, (runners) => Effect.sync(() => {
        processes = runners.length
      }))
    }))
  })
)
