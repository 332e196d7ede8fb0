/** Makes a number of the carrier account one that an environment texts from. */
import { DateTime, Effect, Option, Result } from "effect"
import type { RegistrationId } from "@parley/schema/Ids"
import { countryOf } from "@parley/schema/NumberPlan"
import { CurrentAvailability } from "./Availability.ts"
import type { NumberOperation } from "./NumberOperation.ts"
import { advance } from "./NumberOperation.ts"
import { giveUp, goOn, keep, unlessRejected } from "./OperationProgress.ts"
import { Directory } from "./ports/Directory.ts"
import { NumberMarket } from "./ports/NumberMarket.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import { Transactor } from "./ports/Store.ts"
import { poolOf } from "./Project.ts"
import { attachTo } from "./RegisteredNumbers.ts"
import { initialRegistration, usualSegmentsPerSecond } from "./Throughput.ts"

/** Stage `intended` of an import. */
export const adopt = Effect.fnUntraced(function*(operation: NumberOperation) {
  const market = yield* NumberMarket
  const owned = yield* market.find(operation.projectId, operation.number)
  if (Option.isNone(owned)) return yield* giveUp(operation, { code: null, detail: "The carrier account does not have this number." })
  const { carrierId, mms, type } = owned.value
  yield* setUp({ ...operation, carrierId, type, mms }, carrierId)
})

/** Stage `bought`. */
export const configure = (operation: NumberOperation) =>
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

/** The pool that the number belongs to once it is the environment's. */
export const poolFor = Effect.fnUntraced(function*({ environment, projectId }: NumberOperation) {
  const directory = yield* Directory
  return Option.match(yield* directory.project(projectId), { onNone: () => null, onSome: (project) => poolOf(project, environment) })
})

/** Stage `configured`. One transaction: the number is the environment's, and the operation is done. */
export const activate = Effect.fnUntraced(function*(operation: NumberOperation) {
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
