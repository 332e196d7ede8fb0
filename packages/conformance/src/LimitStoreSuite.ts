/** What every store of counters and remembered answers does. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { LimitStore } from "@parley/core/ports/LimitStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"

const key = () => `key/${Samples.carrierId()}`

export const limitStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`LimitStore on ${name}`, (it) => {
    it.effect("a counter is what was last put", () =>
      Effect.gen(function*() {
        const limits = yield* LimitStore
        const counter = key()
        assert.isTrue(Option.isNone(yield* limits.counter(counter)))
        yield* limits.putCounter(counter, "{\"n\":1}", Samples.at(0))
        yield* limits.putCounter(counter, "{\"n\":2}", Samples.at(1))
        assert.deepStrictEqual(yield* limits.counter(counter), Option.some("{\"n\":2}"))
      }))

    it.effect("an answer comes back with its key, and a later one replaces it", () =>
      Effect.gen(function*() {
        const limits = yield* LimitStore
        const record = { key: key(), fingerprint: "abc", status: 202, answer: "{}", createdAt: Samples.at(0) }
        assert.isTrue(Option.isNone(yield* limits.answer(record.key)))
        yield* limits.putAnswer(record)
        assert.deepStrictEqual(yield* limits.answer(record.key), Option.some(record))
        const later = { ...record, fingerprint: "def", status: 400, answer: "[]", createdAt: Samples.at(9) }
        yield* limits.putAnswer(later)
        assert.deepStrictEqual(yield* limits.answer(record.key), Option.some(later))
      }))

    it.effect("a purge removes what is older, a bounded number at a time, and nothing else", () =>
      Effect.gen(function*() {
        const limits = yield* LimitStore
        const olderThan = Samples.at(-1e9)
        yield* limits.purge(olderThan, 1_000)
        const old = [key(), key(), key()]
        const kept = key()
        for (const counter of old) yield* limits.putCounter(counter, "{}", Samples.at(-2e9))
        yield* limits.putCounter(kept, "{}", olderThan)
        const answer = { key: key(), fingerprint: "abc", status: 202, answer: "{}", createdAt: Samples.at(-2e9) }
        yield* limits.putAnswer(answer)
        assert.isAtMost(yield* limits.purge(olderThan, 2), 4)
        let removed = 0
        do removed = yield* limits.purge(olderThan, 2)
        while (removed > 0)
        for (const counter of old) assert.isTrue(Option.isNone(yield* limits.counter(counter)))
        assert.isTrue(Option.isNone(yield* limits.answer(answer.key)))
        assert.isTrue(Option.isSome(yield* limits.counter(kept)))
      }))
  })
