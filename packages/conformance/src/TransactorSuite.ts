/** What every transactor does: all of a use case or nothing of it, one after the other, and to nobody else's harm. */
import { assert, layer } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Option } from "effect"
import { LimitStore } from "@parley/core/ports/LimitStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import { Transactor } from "@parley/core/ports/Store"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { isDefect, reasonOf } from "./Stores.ts"

const put = (key: string, value = "1") => Effect.flatMap(LimitStore, (limits) => limits.putCounter(key, value, Samples.at(0)))
const read = (key: string) => Effect.flatMap(LimitStore, (limits) => limits.counter(key))
const transact = <A, E, R>(useCase: Effect.Effect<A, E, R>) => Effect.flatMap(Transactor, ({ transact }) => transact(useCase))
const absent = (key: string) => Effect.map(read(key), (value) => assert.isTrue(Option.isNone(value), key))
const present = (key: string, value = "1") => Effect.map(read(key), (kept) => assert.deepStrictEqual(kept, Option.some(value)))

// What a careless use case does between its reads and its writes.
const elsewhere = Effect.promise(() => Promise.resolve())

const add = (key: string) =>
  Effect.gen(function*() {
    const before = yield* read(key)
    yield* elsewhere
    yield* put(key, String(Number(Option.getOrElse(before, () => "0")) + 1))
  })

class Greeting extends Context.Reference<string>("conformance/Greeting", { defaultValue: () => "none" }) {}

export const transactorSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`Transactor on ${name}`, (it) => {
    const key = () => `transactor/${Samples.carrierId()}`

    it.effect("what a use case wrote is there when it succeeds, and its value comes back", () =>
      Effect.gen(function*() {
        const one = key()
        assert.strictEqual(yield* transact(Effect.as(put(one), "done")), "done")
        yield* present(one)
      }))

    it.effect("a use case sees what it has written itself", () =>
      Effect.gen(function*() {
        const one = key()
        yield* transact(Effect.andThen(put(one), present(one)))
      }))

    const failures: ReadonlyArray<readonly [string, Effect.Effect<never, "no">, (exit: Exit.Exit<unknown, unknown>) => boolean]> = [
      ["fails", Effect.fail("no" as const), (exit) => Exit.isFailure(exit) && Option.contains(Exit.findErrorOption(exit), "no")],
      ["breaks", Effect.die(new Error("broken")), isDefect],
      ["interrupts itself", Effect.interrupt, (exit) => Exit.isFailure(exit) && Exit.hasInterrupts(exit)]
    ]
    for (const [what, end, isExpected] of failures) {
      it.effect(`a use case that ${what} leaves nothing, says so, and harms none after it`, () =>
        Effect.gen(function*() {
          const [one, two] = [key(), key()]
          const exit = yield* Effect.exit(Effect.scoped(Effect.flatMap(Effect.forkScoped(transact(Effect.andThen(put(one), end))), Fiber.await)))
          assert.isTrue(Exit.isSuccess(exit) && isExpected(exit.value))
          yield* absent(one)
          yield* transact(put(two))
          yield* present(two)
        }))
    }

    it.effect("a failure of the store can be caught inside, and the rest stays", () =>
      Effect.gen(function*() {
        const [one, session] = [key(), Samples.textedSession()]
        const sessions = yield* SessionStore
        yield* sessions.insert(session, null)
        yield* transact(Effect.gen(function*() {
          yield* put(one)
          assert.strictEqual(yield* reasonOf(transact(sessions.insert(Samples.textedSession(session), null))), "conflict")
        }))
        yield* present(one)
      }))

    it.effect("a transaction inside another is part of it", () =>
      Effect.gen(function*() {
        const [outer, kept, lost, whole] = [key(), key(), key(), key()]
        yield* transact(Effect.gen(function*() {
          yield* put(outer)
          yield* transact(put(kept))
          yield* Effect.ignore(transact(Effect.andThen(put(lost), Effect.fail("no"))))
        }))
        yield* present(outer)
        yield* present(kept)
        yield* absent(lost)
        yield* Effect.ignore(transact(Effect.andThen(transact(put(whole)), Effect.fail("no"))))
        yield* absent(whole)
      }))

    it.effect("transactions do not overlap, however many come at once", () =>
      Effect.gen(function*() {
        const one = key()
        yield* Effect.all(Effect.replicate(transact(add(one)), 60), { concurrency: "unbounded", discard: true })
        yield* present(one, "60")
      }))

    it.effect("of many that come at once, those that fail leave nothing and the others everything", () =>
      Effect.gen(function*() {
        const count = key()
        const keys = Array.from({ length: 40 }, key)
        const exits = yield* Effect.forEach(keys, (one, index) =>
          Effect.exit(transact(Effect.gen(function*() {
            yield* put(one)
            yield* add(count)
            yield* elsewhere
            if (index % 4 === 1) return yield* Effect.fail("no")
            if (index % 4 === 2) return yield* Effect.die("broken")
            return index
          }))), { concurrency: "unbounded" })
        for (const [index, exit] of exits.entries()) {
          const one = keys[index] ?? ""
          if (index % 4 === 1 || index % 4 === 2) {
            assert.isTrue(Exit.isFailure(exit))
            yield* absent(one)
          } else {
            assert.deepStrictEqual(exit, Exit.succeed(index))
            yield* present(one)
          }
        }
        yield* present(count, "20")
      }))

    it.effect("a caller that is interrupted breaks no other, and leaves all of its own or nothing", () =>
      Effect.gen(function*() {
        const [count, first, second] = [key(), key(), key()]
        const entered = yield* Deferred.make<void>()
        const impatient = yield* Effect.forkChild(transact(Effect.gen(function*() {
          yield* put(first)
          yield* Deferred.succeed(entered, undefined)
          yield* elsewhere
          yield* put(second)
        })))
        const others = yield* Effect.forkChild(Effect.all(Effect.replicate(transact(add(count)), 20), { concurrency: "unbounded" }))
        yield* Deferred.await(entered)
        yield* Fiber.interrupt(impatient)
        yield* Fiber.join(others)
        yield* present(count, "20")
        // Queued behind whatever the interrupted one still does.
        const [one, two] = yield* transact(Effect.all([read(first), read(second)]))
        assert.strictEqual(Option.isSome(one), Option.isSome(two))
      }))

    it.effect("a use case runs with its caller's services", () =>
      Effect.gen(function*() {
        const told = yield* transact(Effect.andThen(elsewhere, Greeting)).pipe(Effect.provideService(Greeting, "hello"))
        assert.strictEqual(told, "hello")
        assert.strictEqual(yield* transact(Greeting), "none")
      }))

    it.effect("a read outside a transaction sees nothing that is not committed", () =>
      Effect.gen(function*() {
        const one = key()
        const entered = yield* Deferred.make<void>()
        const writing = yield* Effect.forkChild(Effect.exit(transact(Effect.gen(function*() {
          yield* put(one)
          yield* Deferred.succeed(entered, undefined)
          yield* elsewhere
          return yield* Effect.fail("no")
        }))))
        yield* Deferred.await(entered)
        yield* absent(one)
        yield* Fiber.join(writing)
      }))
  })
