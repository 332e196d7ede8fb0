/** Calls that may be repeated without harm. */
import { Schema } from "effect"

/** How long a key is remembered, in hours. Source: product rules. */
export const idempotencyHours = 24

const IdempotencyKey = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{1,255}$/u, { message: "must be 1 to 255 visible ASCII characters" })
).annotate({
  description: `Any string that is new for each text, like a UUID. For ${idempotencyHours} hours a repeat with the same body answers as the first did, and one with another body is a 409.`
})

/** Request headers of an operation that sends a text. */
export const idempotencyHeaders = Schema.Struct({ idempotencyKey: Schema.optionalKey(IdempotencyKey) }).pipe(
  Schema.encodeKeys({ idempotencyKey: "idempotency-key" })
)
