/** A call that is repeated with its key is answered as it was the first time, and acts once. Runs inside the transaction of the act. */
import { DateTime, Effect, Option, Schema } from "effect"
import { LimitStore } from "./ports/LimitStore.ts"

/** How long a key is remembered. */
export const rememberedHours = 24

export interface Keyed {
  /** The caller's key, made unique for account, connector and operation. */
  readonly key: string
  /** A hash of the body: the same key with another body is a mistake. */
  readonly fingerprint: string
}

/** The key came with another body before. */
export class IdempotencyConflict extends Schema.TaggedError<IdempotencyConflict>()("IdempotencyConflict", { key: Schema.String }) {}

/** What the first call was answered, if there was one. */
export const recall = Effect.fnUntraced(function*(keyed: Keyed | null) {
  if (keyed === null) return Option.none<string>()
  const limits = yield* LimitStore
  const record = yield* limits.answer(keyed.key)
  const oldest = DateTime.subtract(yield* DateTime.now, { hours: rememberedHours })
  if (Option.isNone(record) || DateTime.isLessThan(record.value.createdAt, oldest)) return Option.none<string>()
  return record.value.fingerprint === keyed.fingerprint
    ? Option.some(record.value.answer)
    : yield* new IdempotencyConflict({ key: keyed.key })
})

/** Keeps what this call is answered. */
export const remember = Effect.fnUntraced(function*(keyed: Keyed | null, status: number, answer: string) {
  if (keyed === null) return
  const limits = yield* LimitStore
  yield* limits.putAnswer({ ...keyed, status, answer, createdAt: yield* DateTime.now })
})
