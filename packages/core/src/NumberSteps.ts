/**
 * Carries operations on numbers out, a step at a time. Each step is safe to take again: what the carrier was asked is written before it is
 * asked, and what it may have done is looked up before it is asked once more. One owner takes an operation's steps; who that is, is decided elsewhere.
 */
import { DateTime, Effect, Option, Result } from "effect"
import type { OperationId, RegistrationId } from "@parley/schema/Ids"
import { countryOf } from "@parley/schema/NumberPlan"
import * as AuditLog from "./AuditLog.ts"
import { CurrentAvailability } from "./Availability.ts"
import { handOver } from "./NumberHandover.ts"
import type { NumberOperation } from "./NumberOperation.ts"
import { advance, CurrentOperationTimes, isFinal, postpone } from "./NumberOperation.ts"
import { Directory } from "./ports/Directory.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { type MarketFailure, NumberMarket, type OwnedNumber } from "./ports/NumberMarket.ts"
import { OperationStore } from "./ports/OperationStore.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import { Transactor } from "./ports/Store.ts"
import type { AgentNumber } from "./Project.ts"
import { poolOf } from "./Project.ts"
import { attachTo } from "./RegisteredNumbers.ts"
import { initialRegistration, usualSegmentsPerSecond } from "./Throughput.ts"
import { transactAndWake } from "./Wake.ts"

/** Takes steps until the operation is final or has to wait. */
export const run = Effect.fn("NumberSteps.run")(function*(id: OperationId) {
  const operations = yield* OperationStore
  while (true) {
    const found = Option.getOrNull(yield* operations.get(id))
    if (found === null || isFinal(found) || found.dueAt === null || DateTime.isGreaterThan(found.dueAt, yield* DateTime.now)) return found
    yield* step(found).pipe(Effect.catchTag("MarketFailure", (failure) => wait(found.id, failure)))
  }
})

const step = Effect.fnUntraced(function*(operation: NumberOperation) {
  switch (operation.stage) {
    case "intended":
      return yield* operation.kind === "buy" ? buy(operation) : operation.kind === "import" ? adopt(operation) : retire(operation)
    case "bought":
      return yield* configure(operation)
    case "configured":
      return yield* activate(operation)
    case "undoing":
      return yield* undo(operation)
    case "draining":
      return yield* drain(operation)
    case "active":
    case "failed":
    case "released":
      return
  }
})

const write = Effect.fnUntraced(function*(operation: NumberOperation) {
  const { transact } = yield* Transactor
  yield* transact(keep(operation))
})

const outcomes = { active: "number.activated", failed: "number.failed", released: "number.released" } as const

/** Inside a transaction. */
const keep = Effect.fnUntraced(function*(operation: NumberOperation) {
  const operations = yield* OperationStore
  const { accountId, id, number, projectId, stage, trouble } = operation
  yield* operations.update(operation)
  if (stage !== "active" && stage !== "failed" && stage !== "released") return
  yield* AuditLog.append({ accountId, projectId, action: outcomes[stage], subject: number, detail: trouble === null ? id : `${id}: ${trouble.detail}` })
})

const goOn = (operation: NumberOperation, changes: Parameters<typeof advance>[1]) =>
  Effect.flatMap(DateTime.now, (now) => write(advance(operation, changes, now)))

/** The row is read again: a purchase writes down that it was begun. */
const wait = Effect.fnUntraced(function*(id: OperationId, { code, detail, reason }: MarketFailure) {
  const operations = yield* OperationStore
  const found = yield* operations.get(id)
  if (Option.isNone(found)) return
  if (reason === "refused") yield* Effect.logError("The carrier refuses the gateway", detail)
  // Why something is undone is worth more than what holds that up.
  const trouble = found.value.stage === "undoing" ? found.value.trouble : { code, detail }
  yield* write(postpone(found.value, trouble, yield* CurrentOperationTimes, yield* DateTime.now))
})

const giveUp = (operation: NumberOperation, { code, detail }: Pick<MarketFailure, "code" | "detail">) => {
  // What was bought for nothing is given back; what the account had before stays with it.
  const isBought = operation.kind === "buy" && operation.carrierId !== null
  return goOn(operation, { stage: isBought ? "undoing" : "failed", trouble: { code, detail } })
}

const bought = (operation: NumberOperation, owned: OwnedNumber) =>
  goOn(operation, { stage: "bought", carrierId: owned.carrierId, type: owned.type, mms: owned.mms, attemptedAt: null })

const buy = Effect.fnUntraced(function*(operation: NumberOperation) {
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

const adopt = Effect.fnUntraced(function*(operation: NumberOperation) {
  const market = yield* NumberMarket
  const owned = yield* market.find(operation.projectId, operation.number)
  if (Option.isNone(owned)) return yield* giveUp(operation, { code: null, detail: "The carrier account does not have this number." })
  const { carrierId, mms, type } = owned.value
  yield* setUp({ ...operation, carrierId, type, mms }, carrierId)
})

const configure = (operation: NumberOperation) =>
  operation.carrierId === null ? giveUp(operation, withoutId) : setUp(operation, operation.carrierId)

const withoutId = { code: null, detail: "The carrier's id of the number was never learned." }

const setUp = Effect.fnUntraced(function*(operation: NumberOperation, carrierId: string) {
  const market = yield* NumberMarket
  const pool = yield* poolFor(operation)
  const outcome = yield* market.configure(carrierId, operation).pipe(
    Effect.andThen(pool === null ? Effect.void : Effect.andThen(market.preparePool(operation, pool), market.joinPool(operation.projectId, carrierId, pool))),
    Effect.result
  )
  yield* Result.isSuccess(outcome) ? goOn(operation, { stage: "configured" }) : unlessRejected(operation, outcome.failure)
})

/** What would be refused again is given up; anything else is tried again. */
const unlessRejected = (operation: NumberOperation, failure: MarketFailure) =>
  failure.reason === "rejected" ? giveUp(operation, failure) : Effect.fail(failure)

/** The pool that the number belongs to once it is the environment's. */
const poolFor = Effect.fnUntraced(function*({ environment, projectId }: NumberOperation) {
  const directory = yield* Directory
  return Option.match(yield* directory.project(projectId), { onNone: () => null, onSome: (project) => poolOf(project, environment) })
})

/** One transaction: the number is the environment's, and the operation is done. */
const activate = Effect.fnUntraced(function*(operation: NumberOperation) {
  const { transact } = yield* Transactor
  const directory = yield* Directory
  const table = yield* CurrentAvailability
  const now = yield* DateTime.now
  const { environment, number, projectId } = operation
  const obstacle = yield* transact(Effect.gen(function*() {
    if (Option.isNone(yield* directory.project(projectId))) return "The project was removed meanwhile."
    const before = Option.getOrNull(yield* directory.number(number))
    if (before !== null && (before.projectId !== projectId || before.environment !== environment)) return "Another project or environment was given the number meanwhile."
    const country = before?.country ?? operation.wish?.country ?? countryOf(number)
    if (country === undefined) return "The number's country is not known."
    const type = before?.type ?? operation.type ?? "long_code"
    const registration = operation.registration ?? before?.registration ?? initialRegistration(country)
    const usual = usualSegmentsPerSecond(table, country, type, registration)
    const segmentsPerSecond = before !== null && before.registration === registration ? before.segmentsPerSecond : usual
    const mms = operation.mms ?? before?.mms
    yield* directory.putNumber({ number, projectId, environment, type, country, registration, segmentsPerSecond, ...(mms === undefined ? {} : { mms }) })
    if (operation.campaign) yield* putUnder(operation.campaign, number)
    yield* keep(advance(operation, { stage: "active" }, now))
    return null
  }))
  if (obstacle !== null) yield* giveUp(operation, { code: null, detail: obstacle })
})

const putUnder = Effect.fnUntraced(function*(id: RegistrationId, number: NumberOperation["number"]) {
  const campaign = Option.getOrNull(yield* (yield* RegistrationStore).get(id))
  if (campaign !== null) yield* attachTo(campaign, number)
})

const undo = Effect.fnUntraced(function*(operation: NumberOperation) {
  const market = yield* NumberMarket
  const { carrierId, projectId, trouble } = operation
  if (carrierId !== null) yield* market.release(projectId, carrierId)
  yield* goOn(operation, { stage: "failed", trouble })
})

const retire = Effect.fnUntraced(function*(operation: NumberOperation) {
  const market = yield* NumberMarket
  const owned = yield* market.find(operation.projectId, operation.number)
  const carrierId = Option.getOrNull(owned)?.carrierId ?? null
  const pool = yield* poolFor(operation)
  // First of all, or the pool goes on choosing it.
  if (pool !== null && carrierId !== null) yield* market.leavePool(operation.projectId, carrierId, pool)
  yield* goOn(operation, { stage: "draining", carrierId })
})

const handedOverAtOnce = 50

/** Conversations first, then the texts that wait, then the carrier; a user's text to the old number meanwhile brings its conversation back here. */
const drain = Effect.fnUntraced(function*(operation: NumberOperation) {
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

/** Operations whose time has come, each as far as it goes. */
export const runDue = Effect.fn("NumberSteps.runDue")(function*(limit: number, atOnce: number) {
  const operations = yield* OperationStore
  const due = yield* operations.due(yield* DateTime.now, limit)
  yield* Effect.forEach(due, (id) =>
    run(id).pipe(Effect.catchCause((cause) => Effect.logError("An operation on a number could not go on", cause))), { concurrency: atOnce, discard: true })
})
