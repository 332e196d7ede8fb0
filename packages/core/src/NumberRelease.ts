/** Gives a number up: nobody chooses it any more, its conversations go on elsewhere, and its last texts leave before the carrier has it back. */
import { DateTime, Effect, Option } from "effect"
import { handOver } from "./NumberHandover.ts"
import type { NumberOperation } from "./NumberOperation.ts"
import { advance, CurrentOperationTimes } from "./NumberOperation.ts"
import { poolFor } from "./NumberSetUp.ts"
import { goOn, keep, write } from "./OperationProgress.ts"
import { Directory } from "./ports/Directory.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { NumberMarket } from "./ports/NumberMarket.ts"
import type { AgentNumber } from "./Project.ts"
import { transactAndWake } from "./Wake.ts"

/** Stage `intended` of a release. */
export const retire = Effect.fnUntraced(function*(operation: NumberOperation) {
  const market = yield* NumberMarket
  const owned = yield* market.find(operation.projectId, operation.number)
  const carrierId = Option.getOrNull(owned)?.carrierId ?? null
  const pool = yield* poolFor(operation)
  // First of all, or the pool goes on choosing it.
  if (pool !== null && carrierId !== null) yield* market.leavePool(operation.projectId, carrierId, pool)
  yield* goOn(operation, { stage: "draining", carrierId })
})

const handedOverAtOnce = 50

/** Stage `draining`. Conversations first, then the texts that wait, then the carrier; a user's text to the old number meanwhile brings its conversation back here. */
export const drain = Effect.fnUntraced(function*(operation: NumberOperation) {
  const market = yield* NumberMarket
  const messages = yield* MessageStore
  const times = yield* CurrentOperationTimes
  const now = yield* DateTime.now
  if ((yield* handOverSome(operation, false)) === handedOverAtOnce) return
  const waiting = yield* messages.queueLength(operation.number, countedTexts)
  if (waiting > 0) {
    const detail = `${waiting === countedTexts ? `${waiting} or more texts` : waiting === 1 ? "1 text" : `${waiting} texts`} ${waiting === 1 ? "has" : "have"} yet to leave from the number.`
    return yield* write({ ...operation, failures: 0, trouble: { code: null, detail }, dueAt: DateTime.addDuration(now, times.drainEvery), updatedAt: now })
  }
  if (operation.carrierId !== null) yield* market.release(operation.projectId, operation.carrierId)
  while ((yield* handOverSome(operation, true)) === handedOverAtOnce);
})

const countedTexts = 1_000

/** One transaction. `isLast`: the number leaves the directory, once no conversation is left on it. */
const handOverSome = (operation: NumberOperation, isLast: boolean) =>
  transactAndWake(Effect.gen(function*() {
    const directory = yield* Directory
    const now = yield* DateTime.now
    const number = Option.filter(yield* directory.number(operation.number), isOf(operation))
    const project = yield* directory.project(operation.projectId)
    const { count, wakes } = Option.isSome(number) && Option.isSome(project)
      ? yield* handOver(number.value, project.value, handedOverAtOnce)
      : { count: 0, wakes: [] }
    if (isLast && count < handedOverAtOnce) {
      if (Option.isSome(number)) yield* directory.removeNumber(operation.number)
      yield* keep(advance(operation, { stage: "released" }, now))
    }
    return { value: count, wakes }
  }))

const isOf = ({ environment, projectId }: NumberOperation) => (number: AgentNumber) =>
  number.projectId === projectId && number.environment === environment
