/** How long a project keeps what was said, and whether its carrier is to forget it too. */
import { Duration, Effect, Schema } from "effect"
import { positiveDuration } from "./SessionPolicy.ts"

/** A day: shorter would delete under a conversation's own feet. */
const shortest = Duration.days(1)

export const RetentionPolicy = Schema.Struct({
  /** From the end of a conversation to its deletion, with its texts. Null: never. */
  deleteAfter: Schema.NullOr(
    positiveDuration.check(Schema.makeFilter((value: Duration.Duration) => Duration.isGreaterThanOrEqualTo(value, shortest), { expected: "at least 1 day, like \"90 days\"" }))
  ).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  /** Whatever is deleted or erased here is redacted at the carrier. */
  redactAtCarrier: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
}).pipe(Schema.encodeKeys({ deleteAfter: "delete_after", redactAtCarrier: "redact_at_carrier" }))
export type RetentionPolicy = typeof RetentionPolicy.Type
