/** Buys a number, or another one that fits the wish where that one is gone; and gives back what was bought for nothing. */
import { DateTime, Effect, Option, Result } from "effect"
import type { NumberOperation } from "./NumberOperation.ts"
import { advance, CurrentOperationTimes, isFinal, postpone } from "./NumberOperation.ts"
import { poolFor } from "./NumberSetUp.ts"
import { giveUp, goOn, unlessRejected, write } from "./OperationProgress.ts"
import { Directory } from "./ports/Directory.ts"
import { type MarketFailure, NumberMarket, type OwnedNumber } from "./ports/NumberMarket.ts"
import { OperationStore } from "./ports/OperationStore.ts"
import { Transactor } from "./ports/Store.ts"

const bought = (operation: NumberOperation, owned: OwnedNumber) =>
  goOn(operation, { stage: "bought", carrierId: owned.carrierId, type: owned.type, mms: owned.mms, attemptedAt: null })

/** Stage `intended`. A purchase whose outcome nobody knows is looked up before it is made again. */
export const buy = Effect.fnUntraced(function*(operation: NumberOperation) {
  const market = yield* NumberMarket
  const { projectId } = operation
  if (operation.attemptedAt !== null) {
    const owned = yield* market.find(projectId, operation.number)
    if (Option.isSome(owned)) {
      return yield* owned.value.mark === operation.id
        ? bought(operation, owned.value)
        : giveUp(operation, { code: null, detail: "The carrier account has this number by another purchase: import it." })
    }
  }
  // What can't be set up afterwards is not bought. A purchase that may have come true has been through this.
  const pool = yield* poolFor(operation)
  const prepared = pool === null || operation.attemptedAt !== null ? Result.void : yield* Effect.result(market.preparePool(operation, pool))
  if (Result.isFailure(prepared)) return yield* unlessRejected(operation, prepared.failure)
  const now = yield* DateTime.now
  const attemptedAt = operation.attemptedAt ?? now
  yield* write({ ...operation, attemptedAt, updatedAt: now })
  const outcome = yield* Effect.result(market.buy(projectId, operation.number, operation.id))
  yield* Result.isSuccess(outcome) ? bought(operation, outcome.success) : notBought(operation, attemptedAt, outcome.failure)
})

/** A refusal settles the matter only when no earlier call of this purchase can still come true. */
const notBought = Effect.fnUntraced(function*(operation: NumberOperation, attemptedAt: DateTime.Utc, failure: MarketFailure) {
  const times = yield* CurrentOperationTimes
  const now = yield* DateTime.now
  if (failure.reason === "ambiguous") return yield* failure
  const isSettled = operation.attemptedAt === null ||
    DateTime.isLessThanOrEqualTo(DateTime.addDuration(attemptedAt, times.settledAfter), now)
  if (!isSettled) return yield* failure
  const settled: NumberOperation = { ...operation, attemptedAt: null }
  if (failure.reason === "not_now") return yield* write(postpone(settled, failure, times, now))
  if (failure.reason === "not_for_sale" && operation.wish !== null) return yield* tryAnother(settled, failure)
  yield* giveUp(settled, failure)
})

/** Parley's own choice: whoever loses five numbers in a row to others wants to know. */
const numbersTried = 5
const offersSeen = 20

const tryAnother = Effect.fnUntraced(function*(operation: NumberOperation, failure: MarketFailure) {
  const market = yield* NumberMarket
  const { transact } = yield* Transactor
  const operations = yield* OperationStore
  if (operation.wish === null || operation.tried >= numbersTried) return yield* giveUp(operation, failure)
  const offers = yield* market.search(operation.projectId, operation.wish, offersSeen).pipe(
    // Nothing is under way any more, and the search is made again with the next purchase.
    Effect.catchTag("MarketFailure", (failure) => Effect.andThen(write(operation), Effect.fail(failure)))
  )
  const now = yield* DateTime.now
  const others = offers.filter((offer) => offer.number !== operation.number && !offer.needsAddress)
  const hasNext = yield* transact(Effect.gen(function*() {
    for (const { number } of others) {
      if (!(yield* isFree(number))) continue
      yield* operations.update(advance({ ...operation, number, tried: operation.tried + 1 }, { stage: "intended" }, now))
      return true
    }
    return false
  }))
  if (!hasNext) yield* giveUp(operation, failure)
})

/** Nobody here has the number, or is about to. */
export const isFree = Effect.fnUntraced(function*(number: NumberOperation["number"]) {
  const directory = yield* Directory
  const operations = yield* OperationStore
  const latest = yield* operations.latest(number)
  return Option.isNone(yield* directory.number(number)) && !Option.exists(latest, (operation) => !isFinal(operation))
})

/** Stage `undoing`. */
export const undo = Effect.fnUntraced(function*(operation: NumberOperation) {
  const market = yield* NumberMarket
  const { carrierId, projectId, trouble } = operation
  if (carrierId !== null) yield* market.release(projectId, carrierId)
  yield* goOn(operation, { stage: "failed", trouble })
})
