/** Asks the carrier to forget, a few texts at a time, until it has. */
import { DateTime, Effect, Result } from "effect"
import { Redactor } from "./ports/Redactor.ts"
import { RedactionStore } from "./ports/RedactionStore.ts"
import { Transactor } from "./ports/Store.ts"
import type { Redaction } from "./Redaction.ts"
import { CurrentRedactionTimes, postpone } from "./Redaction.ts"

// Questions at once: few, since they share the carrier with texts that want to leave.
const atOnce = 2

/** Asks for at most `limit` texts that are due, and tells how many those were. */
export const runDue = Effect.fn("Redactions.runDue")(function*(limit: number) {
  const store = yield* RedactionStore
  const due = yield* store.due(yield* DateTime.now, limit)
  yield* Effect.forEach(due, run, { concurrency: atOnce, discard: true })
  return due.length
})

/** Asking again what was forgotten already is answered alike, so that a kill between the question and its record does no harm. */
const run = Effect.fnUntraced(function*(redaction: Redaction) {
  const store = yield* RedactionStore
  const { transact } = yield* Transactor
  const outcome = yield* Effect.result((yield* Redactor).redact(redaction))
  if (Result.isSuccess(outcome)) return yield* transact(store.remove(redaction.carrierId))
  const { detail, reason } = outcome.failure
  if (reason === "refused") yield* Effect.logError("The carrier refuses the gateway", detail)
  const next = reason === "never"
    ? { ...redaction, attempts: redaction.attempts + 1, trouble: detail, dueAt: null }
    : postpone(redaction, detail, yield* CurrentRedactionTimes, yield* DateTime.now)
  yield* transact(store.update(next))
})
