/**
 * Damage, noticed by whoever meets it first: the first failure of a store's port that is `corrupt` ends the store, whichever database is behind it.
 * A full disk does not: it keeps what it has, and goes on once there is room.
 */
import { Context, Deferred, Effect, Layer, Schema } from "effect"
import { SqlError } from "effect/sql"
import { StoreFailure } from "@parley/core/ports/Store"
import { StoreDamaged, StoreLost } from "./StoreLost.ts"

/** How people know a store, and a sentence that says what they may do with one that is damaged. */
export interface Damageable {
  readonly store: string
  readonly advice: string
}

const isStoreFailure = Schema.is(StoreFailure)

/** The driver's own error, which says most. */
const rootOf = (cause: unknown): unknown => cause instanceof SqlError.SqlError ? cause.reason.cause : cause

/** Services are known by their import path; what Effect itself keeps among them is none of ours. */
const isPort = (key: string) => key.startsWith("@parley/core/")

/** The same service, of which each failure is looked at on its way out. */
const watched = (service: object, look: (failure: unknown) => Effect.Effect<void>): object => {
  const tapped = (value: unknown): unknown => Effect.isEffect(value) ? Effect.tapError(value, look) : value
  return Object.fromEntries(Object.entries(service).map(([name, member]) => [
    name,
    typeof member === "function" ? (...args: ReadonlyArray<unknown>) => tapped(member.apply(service, args)) : tapped(member)
  ]))
}

/** The ports of these layers, and `StoreLost`, which tells of damage beside what it has told of before. */
export const layer = <A, E, R>(ports: Layer.Layer<A, E, R>, of: Damageable): Layer.Layer<A, E, R> =>
  Layer.effectContext(Effect.gen(function*() {
    const noticed = yield* Deferred.make<never, StoreDamaged>()
    const look = (failure: unknown) =>
      isStoreFailure(failure) && failure.reason === "corrupt"
        ? Effect.asVoid(Deferred.fail(noticed, new StoreDamaged({ ...of, cause: rootOf(failure.cause) })))
        : Effect.void
    const before = yield* StoreLost
    const { mapUnsafe } = yield* Layer.build(ports)
    const services = Context.makeUnsafe<A>(new Map([...mapUnsafe].flatMap(([key, service]) => isPort(key) ? [[key, watched(service, look)] as const] : [])))
    return Context.add(services, StoreLost, Effect.raceFirst(before, Deferred.await(noticed)))
  }))
