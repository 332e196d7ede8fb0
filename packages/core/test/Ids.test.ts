import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { MessageId, SessionId, TurnId } from "@parley/schema/Ids"
import { Ids } from "../src/Ids.ts"

const many = (count: number) => Effect.flatMap(Ids, (ids) => Effect.replicateEffect(ids.message, count))

const isRising = (ids: ReadonlyArray<string>) => {
  for (const [index, id] of ids.entries()) if (index > 0) assert.isTrue((ids[index - 1] ?? "") < id, `${ids[index - 1]} before ${id}`)
}

describe("Ids", () => {
  it.effect("each kind has its prefix and reads back as itself", () =>
    Effect.gen(function*() {
      const ids = yield* Ids
      yield* TestClock.setTime(1_790_000_000_000)
      assert.isTrue(Schema.is(SessionId)(yield* ids.session))
      assert.isTrue(Schema.is(MessageId)(yield* ids.message))
      assert.isTrue(Schema.is(TurnId)(yield* ids.turn))
      assert.match(yield* ids.session, /^TW_SMS_/u)
    }).pipe(Effect.provide(Ids.layer)))

  it.effect("ids of one millisecond sort by the order in which they were made", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_790_000_000_000)
      const ids = yield* many(1_000)
      isRising(ids)
      assert.strictEqual(new Set(ids).size, 1_000)
    }).pipe(Effect.provide(Ids.layer)))

  it.effect("what is made after an id of another process sorts after it, also where that one's clock is ahead", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_790_000_000_800)
      const [theirs] = yield* many(1).pipe(Effect.provide(Layer.fresh(Ids.layer)))
      yield* TestClock.setTime(1_790_000_000_000)
      const ids = yield* Ids
      const [before] = yield* many(1)
      if (theirs === undefined || before === undefined) return assert.fail("no ids")
      yield* ids.after(theirs)
      yield* ids.after(before)
      isRising([before, theirs, ...yield* many(100)])
      yield* TestClock.setTime(1_790_000_001_000)
      isRising([theirs, ...yield* many(100)])
    }).pipe(Effect.provide(Ids.layer)))

  it.effect("ids of later milliseconds sort after earlier ones", () =>
    Effect.gen(function*() {
      const ids: Array<string> = []
      for (let millis = 0; millis < 300; millis++) {
        yield* TestClock.setTime(1_790_000_000_000 + millis)
        ids.push(...yield* many(2))
      }
      isRising(ids)
    }).pipe(Effect.provide(Ids.layer)))

  it.effect("order holds when the clock steps back, and when it catches up", () =>
    Effect.gen(function*() {
      const ids: Array<string> = []
      for (const millis of [1_790_000_000_000, 1_789_999_999_000, 1_789_999_999_500, 1_790_000_000_000, 1_790_000_000_001]) {
        yield* TestClock.setTime(millis)
        ids.push(...yield* many(3))
      }
      isRising(ids)
    }).pipe(Effect.provide(Ids.layer)))

  it.effect("two makers do not make the same id in the same millisecond", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_790_000_000_000)
      const one = yield* Effect.provide(many(100), Ids.layer, { local: true })
      const other = yield* Effect.provide(many(100), Ids.layer, { local: true })
      assert.strictEqual(new Set([...one, ...other]).size, 200)
    }))
})
