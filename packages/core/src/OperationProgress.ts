/** How far an operation on a number has come, as it is written: one row, and an entry in the audit log once it is final. */
import { DateTime, Effect, Option } from "effect"
import type { OperationId } from "@parley/schema/Ids"
import * as AuditLog from "./AuditLog.ts"
import type { NumberOperation } from "./NumberOperation.ts"
import { advance, CurrentOperationTimes, postpone } from "./NumberOperation.ts"
import type { MarketFailure } from "./ports/NumberMarket.ts"
import { OperationStore } from "./ports/OperationStore.ts"
import { Transactor } from "./ports/Store.ts"

/** Keeps the operation as it is now. One transaction. */
export const write = Effect.fnUntraced(function*(operation: NumberOperation) {
  const { transact } = yield* Transactor
  yield* transact(keep(operation))
})

const outcomes = { active: "number.activated", failed: "number.failed", released: "number.released" } as const

/** As `write`, inside a caller's transaction. */
export const keep = Effect.fnUntraced(function*(operation: NumberOperation) {
  const operations = yield* OperationStore
  const { accountId, id, number, projectId, stage, trouble } = operation
  yield* operations.update(operation)
  if (stage !== "active" && stage !== "failed" && stage !== "released") return
  yield* AuditLog.append({ accountId, projectId, action: outcomes[stage], subject: number, detail: trouble === null ? id : `${id}: ${trouble.detail}` })
})

/** Keeps that it is a step further. */
export const goOn = (operation: NumberOperation, changes: Parameters<typeof advance>[1]) =>
  Effect.flatMap(DateTime.now, (now) => write(advance(operation, changes, now)))

/** Keeps that the step did not come off, and when it is taken again. The row is read again: a purchase writes down that it was begun. */
export const wait = Effect.fnUntraced(function*(id: OperationId, { code, detail, reason }: MarketFailure) {
  const operations = yield* OperationStore
  const found = yield* operations.get(id)
  if (Option.isNone(found)) return
  if (reason === "refused") yield* Effect.logError("The carrier refuses the gateway", detail)
  // Why something is undone is worth more than what holds that up.
  const trouble = found.value.stage === "undoing" ? found.value.trouble : { code, detail }
  yield* write(postpone(found.value, trouble, yield* CurrentOperationTimes, yield* DateTime.now))
})

/** Keeps that it comes to nothing, and why. */
export const giveUp = (operation: NumberOperation, { code, detail }: Pick<MarketFailure, "code" | "detail">) => {
  // What was bought for nothing is given back; what the account had before stays with it.
  const isBought = operation.kind === "buy" && operation.carrierId !== null
  return goOn(operation, { stage: isBought ? "undoing" : "failed", trouble: { code, detail } })
}

/** What would be refused again is given up; anything else is tried again. */
export const unlessRejected = (operation: NumberOperation, failure: MarketFailure) =>
  failure.reason === "rejected" ? giveUp(operation, failure) : Effect.fail(failure)
