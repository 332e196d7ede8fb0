import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Result } from "effect"
import fc from "fast-check"
import type { MessageId } from "@parley/schema/Ids"
import { timeOrdered, TurnId } from "@parley/schema/Ids"
import type { Session } from "../src/Session.ts"
import { agentDueAt } from "../src/Session.ts"
import type { OutboundPurpose, SessionEvent, Transition } from "../src/SessionMachine.ts"
import { transition } from "../src/SessionMachine.ts"
import * as Turn from "../src/Turn.ts"
import { answer, engaged, first, hour, message, minute, policy, second, unanswered, warned, zero } from "./sessionsToTry.ts"

/** A step of a random life: time passes (or stands still), then something happens. `of` picks a message that was said before. */
const step = fc.record({
  wait: fc.oneof(fc.constant(0), fc.nat(5 * minute), fc.nat(30 * hour), fc.constantFrom(10 * minute, 24 * hour, 168 * hour), fc.constantFrom(-minute, -1)),
  what: fc.constantFrom(
    "text", "late text", "timer", "timer", "timer", "due timer", "due timer", "accept", "accept", "fail", "answer", "agent ends", "leave", "supersede", "operator", "takeover",
    "release", "remark", "turn begins", "turn answers"
  ),
  of: fc.nat(20)
})

interface Said {
  readonly messageId: MessageId
  readonly purpose: OutboundPurpose
}

const allowed: Record<Session["state"], ReadonlyArray<Session["state"]>> = {
  unanswered: ["unanswered", "engaged", "ended"],
  engaged: ["engaged", "warned", "ended"],
  warned: ["warned", "engaged", "ended"],
  ended: ["ended"]
}

/** Plays a life, and holds every transition against the rules. */
const live = (start: Session, steps: ReadonlyArray<typeof step extends fc.Arbitrary<infer A> ? A : never>) => {
  let session = start
  let now = zero
  let count = 100
  const said: Array<Said> = [{ messageId: message(99), purpose: start.opening === "send" ? "opening" : "answer" }]
  for (const { of, wait, what } of steps) {
    now += wait
    const time = DateTime.makeUnsafe(what === "due timer" && session.timer !== null ? DateTime.toEpochMillis(session.timer.dueAt) : now)
    now = DateTime.toEpochMillis(time)
    const picked = said[of % said.length] ?? { messageId: answer, purpose: "answer" as const }
    if (what === "answer") {
      said.push({ messageId: message(count++), purpose: "answer" })
      continue
    }
    if (what === "turn begins" || what === "turn answers") {
      const { turn } = session
      if (what === "turn answers") session = { ...session, turn: Turn.answered(turn) }
      else if (turn.running === null && agentDueAt(session, policy, time) !== null) {
        session = { ...session, turn: Turn.begin(turn, TurnId.make(`turn_${timeOrdered(zero + count++, 0n)}`), answer, policy, time) }
      }
      continue
    }
    const textId = message(count++)
    const event: SessionEvent = what === "text"
      ? { _tag: "TextReceived", agentNumber: of % 2 === 0 ? first : second, at: time }
      : what === "late text"
      ? { _tag: "TextReceived", agentNumber: first, at: DateTime.subtract(time, { seconds: of }) }
      : what === "timer" || what === "due timer"
      ? { _tag: "TimerFired", textId }
      : what === "accept"
      ? { _tag: "TextAccepted", ...picked, at: time }
      : what === "fail"
      ? { _tag: "TextFailed", ...picked, detail: "never" }
      : what === "agent ends"
      ? { _tag: "AgentEnded", reason: of % 2 === 0 ? "natural_end" : "user_end" }
      : what === "leave"
      ? { _tag: "UserLeft" }
      : what === "supersede"
      ? { _tag: "Superseded" }
      : what === "operator"
      ? { _tag: "OperatorEnded" }
      : what === "takeover"
      ? { _tag: "TakenOver", by: "Ada", reason: null }
      : what === "release"
      ? { _tag: "Released" }
      : { _tag: "PersonSpoke" }
    const result = transition(session, event, time, policy)
    if (Result.isFailure(result)) {
      if (result.failure._tag === "SessionClosed") assert.strictEqual(session.state, "ended")
      else assert.isNull(session.takeover)
      continue
    }
    const { commands, session: after } = result.success
    check(session, event, time, after, commands)
    for (const command of commands) if (command._tag === "Say") said.push({ messageId: command.messageId, purpose: command.purpose })
    session = after
  }
}

const check = (before: Session, event: SessionEvent, now: DateTime.Utc, after: Session, commands: Transition["commands"]) => {
  assert.include(allowed[before.state], after.state)
  assert.isTrue(DateTime.isGreaterThanOrEqualTo(after.lastActivityAt, before.lastActivityAt))
  const spoken = commands.filter((command) => command._tag === "Say")
  assert.isAtMost(spoken.length, 1)

  // Once ended, for good, and in silence.
  if (before.state === "ended") {
    assert.strictEqual(after, before)
    assert.isEmpty(commands)
    return
  }
  if (after.state === "ended") {
    assert.isNotNull(after.endReason)
    assert.deepStrictEqual(after.endedAt, now)
    assert.isNull(after.timer)
    assert.isNull(after.turn.running)
    assert.strictEqual(after.turn.owed, "end")
    assert.deepStrictEqual(spoken.map((command) => command.purpose), after.endReason === "abandoned" ? ["ending"] : [])
  } else {
    assert.isNull(after.endReason)
    assert.isNotNull(after.timer)
    assert.strictEqual(after.timer?.kind, after.state === "unanswered" ? "unanswered" : after.state === "engaged" ? "idle" : "grace")
  }

  // A warning belongs to a warned session; it is said when the session becomes warned, and taken back when it no longer is.
  if (after.state !== "ended") assert.strictEqual(after.warning !== null, after.state === "warned")
  const warns = before.state !== "warned" && after.state === "warned"
  assert.strictEqual(spoken.some((command) => command.purpose === "warning"), warns)
  const unsaid = before.warning?.outcome === "pending" && after.state !== "warned"
  assert.deepStrictEqual(commands.filter((command) => command._tag === "Cancel").map((command) => command.messageId), unsaid ? [before.warning?.messageId] : [])

  // Only time closes on silence, never before it has come, and never on a warning without an outcome.
  const closes = after.endReason === "abandoned" || after.endReason === "unanswered_expiry" || warns
  if (closes) {
    assert.strictEqual(event._tag, "TimerFired")
    assert.isTrue(before.timer !== null && DateTime.isGreaterThanOrEqualTo(now, before.timer.dueAt))
  }
  if (after.endReason === "abandoned") {
    assert.strictEqual(before.state, "warned")
    assert.notStrictEqual(before.warning?.outcome, "pending")
  }
  if (warns || after.endReason === "abandoned") assert.isTrue(before.takeover !== null || (before.turn.texts === null && before.turn.running === null))
  if (warns) assert.isAtLeast(DateTime.toEpochMillis(now) - DateTime.toEpochMillis(before.lastActivityAt), Duration.toMillis(policy.idleAfter))

  // What is not part of the conversation leaves it as it is.
  if (event._tag === "TextAccepted" && (event.purpose === "ending" || event.purpose === "consent" || event.purpose === "notice")) assert.strictEqual(after, before)
  if (event._tag === "TextAccepted" && event.purpose === "warning") assert.deepStrictEqual(after.lastActivityAt, before.lastActivityAt)

  // A person's takeover and a running call exclude each other.
  assert.isFalse(after.takeover !== null && after.turn.running !== null)
}

describe("A session, whatever happens in whatever order", () => {
  it("keeps every rule when a send opened it", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => live(unanswered, steps)), { numRuns: 1_500 })
  })

  it("keeps every rule when a text opened it", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => live(engaged, steps)), { numRuns: 1_500 })
  })

  it("keeps every rule from the warning on", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => live(warned, steps)), { numRuns: 1_500 })
  })
})
