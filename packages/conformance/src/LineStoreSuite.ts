/** What every store of lines does. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { LineStore } from "@parley/core/ports/LineStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"

export const lineStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`LineStore on ${name}`, (it) => {
    it.effect("a line is what was last put, fractions included", () =>
      Effect.gen(function*() {
        const lines = yield* LineStore
        const line = { number: Samples.agentNumber(), epoch: 0, handedOver: [], recentSends: 0, recentFailures: 0, countedAt: Samples.at(0), backOff: null }
        assert.isTrue(Option.isNone(yield* lines.get(line.number)))
        yield* lines.put(line)
        assert.deepStrictEqual(yield* lines.get(line.number), Option.some(line))
        const later = { ...line, epoch: 3, handedOver: [{ at: Samples.at(3), segments: 2 }], recentSends: 2.718281828, recentFailures: 1e-9, countedAt: Samples.at(4) }
        yield* lines.put(later)
        assert.deepStrictEqual(yield* lines.get(line.number), Option.some(later))
        const waiting = { ...later, backOff: { waits: 3, losses: 1, since: Samples.at(5), until: Samples.at(9) } }
        yield* lines.put(waiting)
        assert.deepStrictEqual(yield* lines.get(line.number), Option.some(waiting))
        yield* lines.put(later)
        assert.deepStrictEqual(yield* lines.get(line.number), Option.some(later))
      }))
  })
