/** What a project decides about its conversations: every duration and every text that the session rules mention. */
import { Duration, Effect, Option, Schema, SchemaTransformation } from "effect"

const isPositive = (text: string): boolean =>
  Option.exists(Duration.fromInput(text as Duration.Input), (value) => Duration.isFinite(value) && Duration.toMillis(value) > 0)

// Checked as text, so that a refusal names the key that was written, and all refusals come together.
/** A duration as people write it: `"24 hours"`. */
export const positiveDuration = Schema.String.check(Schema.makeFilter(isPositive, { expected: "a positive duration, like \"24 hours\" or \"1500 millis\"" })).pipe(
  Schema.decodeTo(Schema.Duration, SchemaTransformation.durationFromString)
)

const duration = (text: string) => positiveDuration.pipe(Schema.withDecodingDefaultKey(Effect.succeed(text)))

const text = (fallback: string) =>
  Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(1600)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(fallback)))

/** Defaults: the seed's published ones (24 h, 10 min, the ending text, the greeting); the rest is Parley's own choice. */
export const SessionPolicy = Schema.Struct({
  /** Idle time after which an engaged user is warned. */
  idleAfter: duration("24 hours"),
  /** From the carrier's acceptance of the warning to the close. */
  warningGrace: duration("10 minutes"),
  /** Silence after which a session that the user never answered ends. */
  unansweredAfter: duration("7 days"),
  /** Quiet time after a text before a turn begins; each further text starts it again. */
  coalesce: duration("1500 millis"),
  /** The longest that texts may keep a turn from beginning. */
  coalesceAtMost: duration("10 seconds"),
  /** `null`: the default text, which names the grace. */
  warningText: Schema.NullOr(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(1600))).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null))
  ),
  endingText: text("I am going to end conversation now"),
  /** What a session that the user opened begins with: a greeting before the answer, or the answer itself. */
  opening: Schema.Literals(["greet", "answer"]).pipe(Schema.withDecodingDefaultKey(Effect.succeed("greet" as const))),
  /** Sent when `opening` is `greet` and the agent's start brings no text of its own. */
  greetingText: text("Hello, how can I help?"),
  /** How long one call of the agent may take. */
  turnTimeout: duration("30 seconds"),
  /** Calls of the agent for one turn before the fallback text. */
  turnAttempts: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 })).pipe(Schema.withDecodingDefaultKey(Effect.succeed(4))),
  /** Wait before the second call; doubled for each further one. */
  turnBackoff: duration("2 seconds"),
  fallbackText: text("Sorry, I can't answer right now. Please try again in a little while."),
  /** Turn smart quotes and the like into GSM-7 look-alikes, which halves the price of many texts. */
  lookalikes: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
}).pipe(Schema.encodeKeys({
  idleAfter: "idle_after",
  warningGrace: "warning_grace",
  unansweredAfter: "unanswered_after",
  coalesceAtMost: "coalesce_at_most",
  warningText: "warning_text",
  endingText: "ending_text",
  greetingText: "greeting_text",
  turnTimeout: "turn_timeout",
  turnAttempts: "turn_attempts",
  turnBackoff: "turn_backoff",
  fallbackText: "fallback_text"
}))
export type SessionPolicy = typeof SessionPolicy.Type

/** The policy of a project that says nothing. */
export const defaultSessionPolicy: SessionPolicy = Schema.decodeUnknownSync(SessionPolicy)({})

const spoken: ReadonlyArray<readonly [unit: string, millis: number]> = [["hour", 3_600_000], ["minute", 60_000], ["second", 1_000]]

const speak = (value: Duration.Duration): string => {
  const millis = Duration.toMillis(value)
  for (const [unit, size] of spoken) {
    if (millis >= size && millis % size === 0) return `${millis / size} ${unit}${millis === size ? "" : "s"}`
  }
  const seconds = millis < 1_000 ? 1 : (millis - (millis % 1_000)) / 1_000
  return `${seconds} second${seconds === 1 ? "" : "s"}`
}

export const warningText = (policy: SessionPolicy): string =>
  policy.warningText ?? `Are you still there? Reply within ${speak(policy.warningGrace)} to keep this conversation open.`
