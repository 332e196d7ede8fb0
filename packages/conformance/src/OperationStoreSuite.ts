/** What every store of operations on numbers does. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { Country } from "@parley/schema/Country"
import { advance } from "@parley/core/NumberOperation"
import { OperationStore } from "@parley/core/ports/OperationStore"
import * as Samples from "./Samples.ts"
import type { StoreLayer } from "./Stores.ts"
import { reasonOf } from "./Stores.ts"

export const operationStoreSuite = (name: string, stores: StoreLayer) =>
  layer(stores)(`OperationStore on ${name}`, (it) => {
    it.effect("an operation comes back whole, and as it was last written", () =>
      Effect.gen(function*() {
        const operations = yield* OperationStore
        const operation = Samples.numberOperation(Samples.project(), {
          wish: { country: "US" as Country, type: "toll_free", areaCode: "888", contains: null },
          registration: "pending",
          attemptedAt: Samples.at(1),
          trouble: { code: "21422", detail: "Gone." }
        })
        assert.isTrue(Option.isNone(yield* operations.get(operation.id)))
        yield* operations.insert(operation)
        assert.deepStrictEqual(yield* operations.get(operation.id), Option.some(operation))
        const later = advance(operation, { stage: "bought", carrierId: "PN1", type: "toll_free" }, Samples.at(2))
        yield* operations.update(later)
        assert.deepStrictEqual(yield* operations.get(operation.id), Option.some(later))
      }))

    it.effect("a number has one operation under way, and any number that are over", () =>
      Effect.gen(function*() {
        const operations = yield* OperationStore
        const project = Samples.project()
        const first = Samples.numberOperation(project)
        const second = Samples.numberOperation(project, { number: first.number, kind: "release" })
        const elsewhere = Samples.numberOperation(project)
        yield* operations.insert(first)
        assert.strictEqual(yield* reasonOf(operations.insert(second)), "conflict")
        yield* operations.insert(elsewhere)
        assert.strictEqual(yield* reasonOf(operations.update({ ...elsewhere, number: first.number })), "conflict")
        assert.deepStrictEqual(yield* operations.latest(first.number), Option.some(first))
        yield* operations.update(advance(first, { stage: "active" }, Samples.at(1)))
        yield* operations.insert(second)
        assert.deepStrictEqual(yield* operations.latest(first.number), Option.some(second))
        assert.isTrue(Option.isNone(yield* operations.latest(Samples.agentNumber())))
      }))

    it.effect("what is due comes in order of its time, and what is final never", () =>
      Effect.gen(function*() {
        const operations = yield* OperationStore
        const project = Samples.project()
        const dueAt = (millis: number) => Samples.numberOperation(project, { dueAt: Samples.at(millis) })
        const [late, early, future, final] = [dueAt(-1), dueAt(-2), dueAt(1_000), dueAt(-3)]
        for (const operation of [late, early, future, final]) yield* operations.insert(operation)
        yield* operations.update(advance(final, { stage: "failed" }, Samples.at(0)))
        const due = yield* operations.due(Samples.at(-1), 100)
        assert.deepStrictEqual(due.filter((id) => [late, early, future, final].some((operation) => operation.id === id)), [early.id, late.id])
        assert.strictEqual((yield* operations.due(Samples.at(-1), 1)).length, 1)
      }))
  })
