/** Who is to be woken once a transaction is durable. */
import { Effect } from "effect"
import type { SessionId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { CurrentEventSignal } from "./EventSignal.ts"
import type { Facts } from "./Facts.ts"
import { recording } from "./Facts.ts"
import type { Ids } from "./Ids.ts"
import type { Directory } from "./ports/Directory.ts"
import type { EventStore } from "./ports/EventStore.ts"
import type { StoreFailure } from "./ports/Store.ts"
import { Transactor } from "./ports/Store.ts"
import { Wakeups } from "./ports/Wakeups.ts"

export type Wake =
  | { readonly _tag: "Session"; readonly id: SessionId }
  | { readonly _tag: "Line"; readonly number: PhoneNumber }

/** What a use case decided, and whom it gave work. */
export interface Outcome<A> {
  readonly value: A
  readonly wakes: ReadonlyArray<Wake>
}

/** Of a use case that has nothing to tell and wakes nobody. */
export const nothing: Outcome<void> = { value: undefined, wakes: [] }

/** Runs a use case as one transaction, with the facts that it tells; the owners of its work are woken after the commit, never before. */
export const transactAndWake = <A, E, R>(
  useCase: Effect.Effect<Outcome<A>, E, R>
): Effect.Effect<A, E | StoreFailure, Exclude<R, Facts> | Transactor | Wakeups | Directory | EventStore | Ids> =>
  Effect.gen(function*() {
    const { transact } = yield* Transactor
    const wakeups = yield* Wakeups
    const { appended, value: { value, wakes } } = yield* transact(recording(useCase))
    yield* Effect.forEach(wakes, (wake) => wake._tag === "Session" ? wakeups.session(wake.id) : wakeups.line(wake.number), { discard: true })
    if (appended) yield* (yield* CurrentEventSignal).pulse
    return value
  })
