/** A text that the carrier is to forget the words of: kept until it has, or has refused for good. */
import { Context, DateTime, Duration, Schema } from "effect"
import { ErasureId, ProjectId } from "@parley/schema/Ids"

const At = Schema.DateTimeUtcFromMillis

export const Redaction = Schema.Struct({
  /** The carrier's id of the text. */
  carrierId: Schema.String,
  projectId: ProjectId,
  /** The erasure that waits for it; null where it was the text's age. */
  erasureId: Schema.NullOr(ErasureId),
  attempts: Schema.Int,
  trouble: Schema.NullOr(Schema.String),
  askedAt: At,
  /** When the carrier is asked next; null once it has refused for good. */
  dueAt: Schema.NullOr(At)
})
export type Redaction = typeof Redaction.Type

export interface RedactionTimes {
  /** The first wait after a refusal: a text that is on its way can't be redacted. Doubled for each further one, up to `retryAtMost`. */
  readonly retry: Duration.Duration
  readonly retryAtMost: Duration.Duration
  /** From the first question to the time when it is given up. */
  readonly within: Duration.Duration
}

/** The times that redactions keep; an operator's, not a project's. */
export const CurrentRedactionTimes = Context.Reference<RedactionTimes>("@parley/core/CurrentRedactionTimes", {
  defaultValue: () => ({ retry: Duration.minutes(1), retryAtMost: Duration.hours(6), within: Duration.days(7) })
})

export const ask = (of: Pick<Redaction, "carrierId" | "projectId" | "erasureId">, now: DateTime.Utc): Redaction => ({ ...of, attempts: 0, trouble: null, askedAt: now, dueAt: now })

/** The same question again, later, or never when it was asked for long enough. */
export const postpone = (redaction: Redaction, trouble: string, times: RedactionTimes, now: DateTime.Utc): Redaction => {
  const wait = Duration.min(Duration.times(times.retry, 2 ** Math.min(redaction.attempts, 20)), times.retryAtMost)
  const isOver = Duration.isGreaterThanOrEqualTo(DateTime.distance(redaction.askedAt, now), times.within)
  return { ...redaction, attempts: redaction.attempts + 1, trouble, dueAt: isOver ? null : DateTime.addDuration(now, wait) }
}
