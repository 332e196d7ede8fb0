/** Who is to be woken once a transaction is durable. */
import { Effect } from "effect"
import type { SessionId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
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

/** Runs a use case as one transaction; the owners of its work are woken after the commit, never before. */
export const transactAndWake = <A, E, R>(
  useCase: Effect.Effect<Outcome<A>, E, R>
): Effect.Effect<A, E | StoreFailure, R | Transactor | Wakeups> =>
  Effect.gen(function*() {
    const { transact } = yield* Transactor
    const wakeups = yield* Wakeups
    const { value, wakes } = yield* transact(useCase)
    yield* Effect.forEach(wakes, (wake) => wake._tag === "Session" ? wakeups.session(wake.id) : wakeups.line(wake.number), { discard: true })
    return value
  })
