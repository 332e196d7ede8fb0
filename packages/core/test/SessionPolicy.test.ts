import { assert, describe, it } from "@effect/vitest"
import { Duration, Result, Schema } from "effect"
import { defaultSessionPolicy, SessionPolicy, warningText } from "../src/SessionPolicy.ts"

const decode = Schema.decodeUnknownResult(SessionPolicy)
const problem = (input: unknown): string => {
  const result = decode(input, { errors: "all" })
  return Result.isFailure(result) ? result.failure.message : "none"
}

describe("SessionPolicy", () => {
  it("says what the published documentation says when nothing is configured", () => {
    const policy = defaultSessionPolicy
    assert.deepStrictEqual(
      [policy.idleAfter, policy.warningGrace, policy.unansweredAfter, policy.coalesce, policy.coalesceAtMost].map((duration) => Duration.toMillis(duration)),
      [86_400_000, 600_000, 604_800_000, 1_500, 10_000]
    )
    assert.strictEqual(policy.endingText, "I am going to end conversation now")
    assert.strictEqual(policy.greetingText, "Hello, how can I help?")
    assert.strictEqual(warningText(policy), "Are you still there? Reply within 10 minutes to keep this conversation open.")
  })

  it("reads what is configured, in snake case, and keeps the defaults of the rest", () => {
    const policy = Result.getOrThrow(decode({ idle_after: "2 hours", coalesce: "250 millis", ending_text: "Bye", opening: "answer", turn_attempts: 2 }))
    assert.strictEqual(Duration.toMillis(policy.idleAfter), 7_200_000)
    assert.strictEqual(Duration.toMillis(policy.coalesce), 250)
    assert.strictEqual(policy.endingText, "Bye")
    assert.strictEqual(policy.opening, "answer")
    assert.strictEqual(policy.turnAttempts, 2)
    assert.strictEqual(Duration.toMillis(policy.warningGrace), 600_000)
  })

  it("survives being written and read again", () => {
    const policy = Result.getOrThrow(decode({ idle_after: "36 hours", warning_grace: "90 seconds", warning_text: "Still there?" }))
    const codec = Schema.fromJsonString(Schema.toCodecJson(SessionPolicy))
    assert.deepStrictEqual(Schema.decodeSync(codec)(Schema.encodeSync(codec)(policy)), policy)
  })

  const graces: ReadonlyArray<readonly [string, string]> = [
    ["10 minutes", "10 minutes"],
    ["1 minute", "1 minute"],
    ["90 minutes", "90 minutes"],
    ["2 hours", "2 hours"],
    ["1 hour", "1 hour"],
    ["45 seconds", "45 seconds"],
    ["90 seconds", "90 seconds"],
    ["1 second", "1 second"],
    ["1500 millis", "1 second"],
    ["200 millis", "1 second"]
  ]
  it.each(graces)("the default warning names a grace of %s as %s", (grace, spoken) => {
    const policy = Result.getOrThrow(decode({ warning_grace: grace }))
    assert.strictEqual(warningText(policy), `Are you still there? Reply within ${spoken} to keep this conversation open.`)
  })

  it("a warning text of the project's own is said as it is", () => {
    assert.strictEqual(warningText(Result.getOrThrow(decode({ warning_text: "Noch da?" }))), "Noch da?")
  })

  const bad: ReadonlyArray<readonly [string, unknown, RegExp]> = [
    ["a word that is no duration", { idle_after: "soon" }, /positive duration, like "24 hours"[\s\S]*idle_after/u],
    ["a number without a unit", { idle_after: 5 }, /idle_after/u],
    ["no time at all", { warning_grace: "0 minutes" }, /positive duration, like "24 hours"[\s\S]*warning_grace/u],
    ["a time that has passed", { warning_grace: "-5 minutes" }, /positive duration, like "24 hours"[\s\S]*warning_grace/u],
    ["an endless time", { unanswered_after: "Infinity" }, /positive duration[\s\S]*unanswered_after/u],
    ["an empty text", { ending_text: "" }, /ending_text/u],
    ["a text over 1600 characters", { greeting_text: "x".repeat(1_601) }, /greeting_text/u],
    ["an opening that there is not", { opening: "sing" }, /"greet" \| "answer"[\s\S]*opening/u],
    ["no attempt at all", { turn_attempts: 0 }, /turn_attempts/u]
  ]
  it.each(bad)("refuses %s, and names it", (_, input, expected) => {
    assert.match(problem(input), expected)
  })

  it("names everything that is wrong at once", () => {
    const told = problem({ idle_after: "soon", ending_text: "" })
    assert.match(told, /idle_after/u)
    assert.match(told, /ending_text/u)
  })
})
