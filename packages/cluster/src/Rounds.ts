/** Work that is done in rounds, once in the whole cluster. A round that fails costs its time: the next one finds what it left. */
import { type Cause, type Duration, Effect } from "effect"
import { Singleton } from "effect/cluster"

export interface Rounds<E, R> {
  /** One round; true when there is more to do. */
  readonly round: Effect.Effect<boolean, E, R>
  /** To the next round when there is no more, and after one that failed. */
  readonly every: Duration.Duration
  /** To the next round when there is more; without it, at once. */
  readonly whenMore?: Duration.Duration
  /** Tells people of a round that failed. */
  readonly failed: (cause: Cause.Cause<E>) => Effect.Effect<void>
}

export const layer = <E, R>(name: string, { every, failed, round, whenMore }: Rounds<E, R>) =>
  Singleton.make(
    name,
    round.pipe(
      Effect.catchCause((cause) => Effect.as(failed(cause), false)),
      Effect.flatMap((hasMore) => {
        if (!hasMore) return Effect.sleep(every)
        return whenMore === undefined ? Effect.yieldNow : Effect.sleep(whenMore)
      }),
      Effect.forever
    )
  )
