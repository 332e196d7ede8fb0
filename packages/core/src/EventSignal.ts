/** Tells whoever follows the event log in this process that something was appended here. What other processes append is found by looking. */
import { Context, Deferred, Effect, Exit } from "effect"

export interface EventSignal {
  /** What ends with the next pulse. Take it before you look, so that nothing comes between. */
  readonly next: () => Effect.Effect<void>
  readonly pulse: Effect.Effect<void>
}

const make = (): EventSignal => {
  let waiting = Deferred.makeUnsafe<void>()
  return {
    next: () => Deferred.await(waiting),
    pulse: Effect.sync(() => {
      const before = waiting
      waiting = Deferred.makeUnsafe<void>()
      Deferred.doneUnsafe(before, Exit.void)
    })
  }
}

/** One for the process. */
export const CurrentEventSignal = Context.Reference<EventSignal>("@parley/core/CurrentEventSignal", { defaultValue: make })
