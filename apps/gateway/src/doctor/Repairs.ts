/** What `parley doctor --fix` does with its findings: repairs what it safely can, and says what it did and what it left. */
import { Effect, Result } from "effect"
import { NumberMarket } from "@parley/core/ports/NumberMarket"
import type { Finding, Repair } from "./Finding.ts"

/** Runs each repair once, and tells of each finding what became of it. */
export const apply = Effect.fn("Doctor.fix")(function*(findings: ReadonlyArray<Finding>) {
  const outcomes = new Map<string, string | null>()
  const after: Array<Finding> = []
  for (const finding of findings) {
    const { about, level, message, repair } = finding
    if (repair === undefined) {
      after.push(finding)
      continue
    }
    const failure = outcomes.has(repair.key) ? outcomes.get(repair.key) ?? null : yield* attempt(repair)
    outcomes.set(repair.key, failure)
    after.push(failure === null
      ? { level: "fixed", about, message: `${message} ${repair.done}` }
      : { level, about, message: `${message} It could not be repaired: ${failure}` })
  }
  return after
})

/** Null when it is done, or else why it is not. */
const attempt = (repair: Repair) =>
  Effect.map(Effect.result(repair.run), (outcome) => Result.isSuccess(outcome) ? null : outcome.failure.detail)

/** Numbers are led to where a gateway answers, and nowhere else. */
export const configure = (carrierId: string, destination: Parameters<NumberMarket["Service"]["configure"]>[1], publicUrl: string): Repair => ({
  key: `configure ${carrierId}`,
  done: `Its webhook is now ${publicUrl}/twilio/${destination.projectId}/${destination.environment}/sms, with repeats and a fallback.`,
  run: Effect.flatMap(NumberMarket, (market) => market.configure(carrierId, destination))
})

export const join = (carrierId: string, projectId: Parameters<NumberMarket["Service"]["joinPool"]>[0], pool: string): Repair => ({
  key: `join ${carrierId} ${pool}`,
  done: `It is now one of the senders of ${pool}.`,
  run: Effect.flatMap(NumberMarket, (market) => market.joinPool(projectId, carrierId, pool))
})

export const prepare = (destination: Parameters<NumberMarket["Service"]["preparePool"]>[0], pool: string): Repair => ({
  key: `prepare ${pool}`,
  done: "It leaves them to its numbers now.",
  run: Effect.flatMap(NumberMarket, (market) => market.preparePool(destination, pool))
})
