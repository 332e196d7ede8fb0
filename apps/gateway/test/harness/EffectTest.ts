/** A test that is an effect, in virtual time that begins at the epoch. */
import { Effect, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { it } from "vitest"

export const effect = <A, E>(name: string, test: () => Effect.Effect<A, E, Scope.Scope>): void =>
  it(name, () => Effect.runPromise(Effect.asVoid(Effect.provide(Effect.scoped(test()), TestClock.layer()))))
