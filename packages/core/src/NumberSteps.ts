/**
 * Carries operations on numbers out, a step at a time. Each step is safe to take again: what the carrier was asked is written before it is
 * asked, and what it may have done is looked up before it is asked once more. One owner takes an operation's steps; who that is, is decided elsewhere.
 */
import { DateTime, Effect, Option } from "effect"
import type { OperationId } from "@parley/schema/Ids"
import type { NumberOperation } from "./NumberOperation.ts"
import { isFinal } from "./NumberOperation.ts"
import * as NumberPurchase from "./NumberPurchase.ts"
import * as NumberRelease from "./NumberRelease.ts"
import * as NumberSetUp from "./NumberSetUp.ts"
import * as OperationProgress from "./OperationProgress.ts"
import { OperationStore } from "./ports/OperationStore.ts"

/** Takes steps until the operation is final or has to wait. */
export const run = Effect.fn("NumberSteps.run")(function*(id: OperationId) {
  const operations = yield* OperationStore
  while (true) {
    const found = Option.getOrNull(yield* operations.get(id))
    if (found === null || isFinal(found) || found.dueAt === null || DateTime.isGreaterThan(found.dueAt, yield* DateTime.now)) return found
    yield* step(found).pipe(Effect.catchTag("MarketFailure", (failure) => OperationProgress.wait(found.id, failure)))
  }
})

const step = Effect.fnUntraced(function*(operation: NumberOperation) {
  switch (operation.stage) {
    case "intended":
      return yield* operation.kind === "buy" ? NumberPurchase.buy(operation) : operation.kind === "import" ? NumberSetUp.adopt(operation) : NumberRelease.retire(operation)
    case "bought":
      return yield* NumberSetUp.configure(operation)
    case "configured":
      return yield* NumberSetUp.activate(operation)
    case "undoing":
      return yield* NumberPurchase.undo(operation)
    case "draining":
      return yield* NumberRelease.drain(operation)
    case "active":
    case "failed":
    case "released":
      return
  }
})

/** Operations whose time has come, each as far as it goes. */
export const runDue = Effect.fn("NumberSteps.runDue")(function*(limit: number, atOnce: number) {
  const operations = yield* OperationStore
  const due = yield* operations.due(yield* DateTime.now, limit)
  yield* Effect.forEach(due, (id) =>
    run(id).pipe(Effect.catchCause((cause) => Effect.logError("An operation on a number could not go on", cause))), { concurrency: atOnce, discard: true })
})
