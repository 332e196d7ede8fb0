/** What every store of texts that the carrier is still to forget does. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { RedactionStore } from "@parley/core/ports/RedactionStore"
import { ask } from "@parley/core/Redaction"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"

export const redactionStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`RedactionStore on ${name}`, (it) => {
    const projectId = Samples.projectId()
    const asked = (erasureId: ReturnType<typeof Samples.erasure>["id"] | null = null, at = Samples.at(0)) => ask({ carrierId: Samples.carrierId(), projectId, erasureId }, at)

    it.effect("what is asked comes back whole when its time has come, the longest due first, and once", () =>
      Effect.gen(function*() {
        const store = yield* RedactionStore
        const [late, early, future] = [asked(Samples.erasure().id, Samples.at(-1)), asked(null, Samples.at(-2)), asked(null, Samples.at(1_000))]
        yield* store.ask([late, early, future])
        yield* store.ask([{ ...early, dueAt: Samples.at(5) }])
        const own = (at: ReturnType<typeof Samples.at>) =>
          Effect.map(store.due(at, 100), (due) => due.filter(({ carrierId }) => [late, early, future].some((one) => one.carrierId === carrierId)))
        assert.deepStrictEqual(yield* own(Samples.at(-1)), [early, late])
        assert.strictEqual((yield* store.due(Samples.at(-1), 1)).length, 1)
        for (const { carrierId } of [late, early, future]) yield* store.remove(carrierId)
        assert.deepStrictEqual(yield* own(Samples.at(1_000)), [])
      }))

    it.effect("an erasure's are counted by what became of them", () =>
      Effect.gen(function*() {
        const store = yield* RedactionStore
        const { id } = Samples.erasure()
        const [waiting, refused, forgotten, other] = [asked(id), asked(id), asked(id), asked()]
        yield* store.ask([waiting, refused, forgotten, other])
        const before = yield* store.count()
        yield* store.update({ ...refused, attempts: 3, trouble: "No.", dueAt: null })
        yield* store.remove(forgotten.carrierId)
        assert.deepStrictEqual(yield* store.countOf(id), { waiting: 1, refused: 1 })
        assert.deepStrictEqual(yield* store.count(), { waiting: before.waiting - 2, refused: before.refused + 1 })
        assert.deepStrictEqual(yield* store.countOf(Samples.erasure().id), { waiting: 0, refused: 0 })
      }))

    it.effect("age removes those that were refused for good, and no others", () =>
      Effect.gen(function*() {
        const store = yield* RedactionStore
        const { id } = Samples.erasure()
        const [refused, second, waiting] = [asked(id, Samples.at(-900)), asked(id, Samples.at(-800)), asked(id, Samples.at(-900))]
        yield* store.ask([refused, second, waiting])
        for (const each of [refused, second]) yield* store.update({ ...each, dueAt: null })
        assert.strictEqual(yield* store.purge(Samples.at(-700), 1), 1)
        assert.strictEqual(yield* store.purge(Samples.at(-800), 10), 0)
        assert.strictEqual(yield* store.purge(Samples.at(-700), 10), 1)
        assert.deepStrictEqual(yield* store.countOf(id), { waiting: 1, refused: 0 })
      }))
  })
