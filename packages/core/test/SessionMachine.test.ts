import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result } from "effect"
import { timeOrdered, TurnId } from "@parley/schema/Ids"
import type { Session } from "../src/Session.ts"
import { agentDueAt } from "../src/Session.ts"
import type { SessionEvent, Transition } from "../src/SessionMachine.ts"
import { transition } from "../src/SessionMachine.ts"
import * as Turn from "../src/Turn.ts"
import { accepted, answer, answered, at, ended, engaged, failed, first, hour, message, minute, next, opened, policy, second, since, takenOver, to, unanswered, warned, warning, warningAccepted, warningFailed, zero } from "./sessionsToTry.ts"

/** What a transition did, in one line: state, what is due in how many minutes, and commands. */
const shown = (result: Result.Result<Transition, { readonly _tag: string }>, session: Session, now: DateTime.Utc): string => {
  if (Result.isFailure(result)) return result.failure._tag
  const after = result.success.session
  if (after === session) return "-"
  const state = after.state === "ended" ? `ended ${after.endReason}` : after.state
  const timer = after.timer === null ? "" : ` ${after.timer.kind} in ${(DateTime.toEpochMillis(after.timer.dueAt) - DateTime.toEpochMillis(now)) / minute}`
  return state + timer + result.success.commands.map((command) => command._tag === "Say" ? `, say ${command.purpose}` : ", cancel warning").join("")
}

const dayIn = "idle in 1440"
const columns = {
  "a text": (now: DateTime.Utc): SessionEvent => ({ _tag: "TextReceived", agentNumber: first, at: now }),
  "the opening's acceptance": (now: DateTime.Utc) => accepted("opening", now),
  "an answer's acceptance": (now: DateTime.Utc) => accepted("answer", now),
  "a remark's acceptance": (now: DateTime.Utc) => accepted("remark", now),
  "the warning's acceptance": (now: DateTime.Utc) => accepted("warning", now, warning),
  "another warning's acceptance": (now: DateTime.Utc) => accepted("warning", now),
  "the ending's acceptance": (now: DateTime.Utc) => accepted("ending", now),
  "a keyword's reply's acceptance": (now: DateTime.Utc) => accepted("consent", now),
  "a notice's acceptance": (now: DateTime.Utc) => accepted("notice", now),
  "the opening's failure": () => failed("opening"),
  "an answer's failure": () => failed("answer"),
  "the warning's failure": () => failed("warning", warning),
  "another warning's failure": () => failed("warning"),
  "its timer": (): SessionEvent => ({ _tag: "TimerFired", textId: message(3) }),
  "the agent's natural end": (): SessionEvent => ({ _tag: "AgentEnded", reason: "natural_end" }),
  "the agent's word that the user left": (): SessionEvent => ({ _tag: "AgentEnded", reason: "user_end" }),
  "the user's STOP": (): SessionEvent => ({ _tag: "UserLeft" }),
  "a new send": (): SessionEvent => ({ _tag: "Superseded" }),
  "an operator's end": (): SessionEvent => ({ _tag: "OperatorEnded" }),
  "a takeover": (): SessionEvent => ({ _tag: "TakenOver", by: "Bob", reason: null }),
  "a release": (): SessionEvent => ({ _tag: "Released" })
}
type Column = keyof typeof columns

interface Row {
  readonly session: Session
  /** Every event comes at this time, except the timer, which comes when it is due. */
  readonly now: DateTime.Utc
  readonly events: { readonly [column in Column]: string }
}

const ends = (cancel: string) => ({
  "the agent's natural end": `ended natural_end${cancel}`,
  "the agent's word that the user left": `ended user_end${cancel}`,
  "the user's STOP": `ended user_end${cancel}`,
  "a new send": `ended superseded${cancel}`,
  "an operator's end": `ended operator_end${cancel}`
})
const silent = {
  "another warning's acceptance": "-",
  "the ending's acceptance": "-",
  "a keyword's reply's acceptance": "-",
  "a notice's acceptance": "-",
  "an answer's failure": "-",
  "another warning's failure": "-"
} as const

const rows: Record<string, Row> = {
  unanswered: {
    session: unanswered,
    now: at(hour),
    events: {
      ...silent,
      ...ends(""),
      "a text": `engaged ${dayIn}`,
      "the opening's acceptance": "unanswered unanswered in 10080",
      "an answer's acceptance": "unanswered unanswered in 10080",
      "a remark's acceptance": "unanswered unanswered in 10080",
      "the warning's acceptance": "-",
      "the opening's failure": "ended delivery_failed",
      "the warning's failure": "-",
      "its timer": "ended unanswered_expiry",
      "a takeover": "unanswered unanswered in 10020",
      "a release": "NotTakenOver"
    }
  },
  "engaged, the agent thinking": {
    session: { ...opened, turn: Turn.begin(opened.turn, TurnId.make(`turn_${timeOrdered(zero, 0n)}`), answer, policy, at(0)) },
    now: at(hour),
    events: {
      ...silent,
      ...ends(""),
      "a text": `engaged ${dayIn}`,
      "the opening's acceptance": `engaged ${dayIn}`,
      "an answer's acceptance": `engaged ${dayIn}`,
      "a remark's acceptance": `engaged ${dayIn}`,
      "the warning's acceptance": "-",
      "the opening's failure": "-",
      "the warning's failure": "-",
      "its timer": "engaged idle in 10",
      "a takeover": "engaged idle in 1380",
      "a release": "NotTakenOver"
    }
  },
  engaged: {
    session: engaged,
    now: at(hour),
    events: {
      ...silent,
      ...ends(""),
      "a text": `engaged ${dayIn}`,
      "the opening's acceptance": `engaged ${dayIn}`,
      "an answer's acceptance": `engaged ${dayIn}`,
      "a remark's acceptance": `engaged ${dayIn}`,
      "the warning's acceptance": "-",
      "the opening's failure": "-",
      "the warning's failure": "-",
      "its timer": "warned grace in 10, say warning",
      "a takeover": "engaged idle in 1380",
      "a release": "NotTakenOver"
    }
  },
  "engaged, taken over": {
    session: takenOver,
    now: at(hour),
    events: {
      ...silent,
      ...ends(""),
      "a text": `engaged ${dayIn}`,
      "the opening's acceptance": `engaged ${dayIn}`,
      "an answer's acceptance": `engaged ${dayIn}`,
      "a remark's acceptance": `engaged ${dayIn}`,
      "the warning's acceptance": "-",
      "the opening's failure": "-",
      "the warning's failure": "-",
      "its timer": "warned grace in 10, say warning",
      "a takeover": "engaged idle in 1380",
      "a release": "engaged idle in 1380"
    }
  },
  "warned, the warning pending": {
    session: warned,
    now: at(24 * hour + minute),
    events: {
      ...silent,
      ...ends(", cancel warning"),
      "a text": `engaged ${dayIn}, cancel warning`,
      "the opening's acceptance": `engaged ${dayIn}, cancel warning`,
      "an answer's acceptance": `engaged ${dayIn}, cancel warning`,
      "a remark's acceptance": `engaged ${dayIn}, cancel warning`,
      "the warning's acceptance": "warned grace in 10",
      "the opening's failure": "-",
      "the warning's failure": "warned grace in 9",
      "its timer": "warned grace in 10",
      "a takeover": "warned grace in 9",
      "a release": "NotTakenOver"
    }
  },
  "warned, the warning accepted": {
    session: warningAccepted,
    now: at(24 * hour + minute),
    events: {
      ...silent,
      ...ends(""),
      "a text": `engaged ${dayIn}`,
      "the opening's acceptance": `engaged ${dayIn}`,
      "an answer's acceptance": `engaged ${dayIn}`,
      "a remark's acceptance": `engaged ${dayIn}`,
      "the warning's acceptance": "-",
      "the opening's failure": "-",
      "the warning's failure": "warned grace in 9",
      "its timer": "ended abandoned, say ending",
      "a takeover": "warned grace in 9",
      "a release": "NotTakenOver"
    }
  },
  "warned, the warning failed": {
    session: warningFailed,
    now: at(24 * hour + minute),
    events: {
      ...silent,
      ...ends(""),
      "a text": `engaged ${dayIn}`,
      "the opening's acceptance": `engaged ${dayIn}`,
      "an answer's acceptance": `engaged ${dayIn}`,
      "a remark's acceptance": `engaged ${dayIn}`,
      "the warning's acceptance": "warned grace in 10",
      "the opening's failure": "-",
      "the warning's failure": "-",
      "its timer": "ended abandoned, say ending",
      "a takeover": "warned grace in 9",
      "a release": "NotTakenOver"
    }
  },
  ended: {
    session: ended,
    now: at(hour),
    events: {
      ...silent,
      "a text": "-",
      "the opening's acceptance": "-",
      "an answer's acceptance": "-",
      "a remark's acceptance": "-",
      "the warning's acceptance": "-",
      "the opening's failure": "-",
      "the warning's failure": "-",
      "its timer": "-",
      "the agent's natural end": "SessionClosed",
      "the agent's word that the user left": "SessionClosed",
      "the user's STOP": "-",
      "a new send": "-",
      "an operator's end": "SessionClosed",
      "a takeover": "SessionClosed",
      "a release": "SessionClosed"
    }
  }
}

describe("SessionMachine", () => {
  for (const [state, { events, now, session }] of Object.entries(rows)) {
    describe(`${state}, on`, () => {
      it.each(Object.entries(events))("%s: %s", (column, expected) => {
        const when = column === "its timer" && session.timer !== null ? session.timer.dueAt : now
        const event = columns[column as Column](when)
        assert.strictEqual(shown(transition(session, event, when, policy), session, when), expected)
      })

      it("a timer that fires early changes nothing", () => {
        const early = DateTime.subtract(session.timer?.dueAt ?? now, { milliseconds: 1 })
        assert.strictEqual(to(session, { _tag: "TimerFired", textId: message(3) }, early).session, session)
      })
    })
  }

  it("a person's words need no takeover, and fail only once the session has ended", () => {
    assert.strictEqual(next(engaged, { _tag: "PersonSpoke" }, at(hour)), engaged)
    assert.isNotNull(takenOver.turn.texts)
    assert.isNull(next(takenOver, { _tag: "PersonSpoke" }, at(hour)).turn.texts)
    const closed = transition(ended, { _tag: "PersonSpoke" }, at(hour), policy)
    assert.isTrue(Result.isFailure(closed) && closed.failure._tag === "SessionClosed")
  })

  it("the grace starts when the carrier accepts the warning, however late", () => {
    const accepting = at(26 * hour)
    const waiting = next(warned, { _tag: "TimerFired", textId: message(3) }, at(24 * hour + 10 * minute))
    const grace = next(waiting, accepted("warning", accepting, warning), accepting)
    assert.strictEqual(since(grace.timer?.dueAt ?? at(0)), 26 * hour + 10 * minute)
  })

  it("a reply within the grace brings a whole new day, in which the session is warned anew", () => {
    const replied = next(warningAccepted, { _tag: "TextReceived", agentNumber: first, at: at(24 * hour + 9 * minute) }, at(24 * hour + 9 * minute))
    assert.strictEqual(replied.state, "engaged")
    assert.isNull(replied.warning)
    assert.strictEqual(since(replied.timer?.dueAt ?? at(0)), 48 * hour + 9 * minute)
    assert.strictEqual(to(answered(replied), { _tag: "TimerFired", textId: message(3) }, at(48 * hour + 9 * minute)).session.state, "warned")
  })

  it("the answer leaves from the number that the user last texted, and so do the warning and the ending", () => {
    const moved = next(engaged, { _tag: "TextReceived", agentNumber: second, at: at(hour) }, at(hour))
    assert.strictEqual(moved.agentNumber, second)
    const warns = to(answered(moved), { _tag: "TimerFired", textId: warning }, at(25 * hour))
    assert.deepStrictEqual(warns.commands, [
      { _tag: "Say", messageId: warning, purpose: "warning", text: "Are you still there? Reply within 10 minutes to keep this conversation open.", from: second }
    ])
    const failing = next(warns.session, failed("warning", warning), at(25 * hour))
    assert.deepStrictEqual(to(failing, { _tag: "TimerFired", textId: answer }, at(26 * hour)).commands, [
      { _tag: "Say", messageId: answer, purpose: "ending", text: "I am going to end conversation now", from: second }
    ])
  })

  it("a text that had left before the warning, and is learned of after it, is no sign of life", () => {
    const late = next(warned, accepted("answer", at(24 * hour)), at(24 * hour + minute))
    assert.strictEqual(late, warned)
  })

  it("a text that arrived before the last thing said does not shorten the day", () => {
    const later = next(engaged, { _tag: "TextReceived", agentNumber: first, at: at(2 * hour) }, at(2 * hour))
    const out = next(later, { _tag: "TextReceived", agentNumber: first, at: at(hour) }, at(2 * hour))
    assert.strictEqual(since(out.lastActivityAt), 2 * hour)
    assert.deepStrictEqual(out.timer, later.timer)
  })

  it("an end is told with its time and what stands behind it, and owes the agent one call", () => {
    const over = next(unanswered, failed("opening"), at(hour))
    assert.strictEqual(over.endDetail, "landline")
    assert.deepStrictEqual(over.endedAt, at(hour))
    assert.strictEqual(over.turn.owed, "end")
    assert.deepStrictEqual(agentDueAt(over, policy, at(hour)), at(hour))
  })

  it("a user whose text waits for the agent is neither warned nor closed on, however long that takes", () => {
    const waiting = next(engaged, { _tag: "TextReceived", agentNumber: first, at: at(0) }, at(0))
    let now = 24 * hour
    let late: Transition = to(waiting, { _tag: "TimerFired", textId: warning }, at(now))
    for (; now < 26 * hour; now += 10 * minute) {
      assert.strictEqual(since(late.session.timer?.dueAt ?? at(0)), now + 10 * minute)
      assert.deepInclude(late, { commands: [] })
      late = to(late.session, { _tag: "TimerFired", textId: warning }, late.session.timer?.dueAt ?? at(0))
    }
    // An answer without words is an answer: the silence after it is the user's.
    assert.strictEqual(to(answered(late.session), { _tag: "TimerFired", textId: warning }, at(27 * hour)).session.state, "warned")
  })

  it("a text that a person left unanswered keeps its conversation open from the release on", () => {
    const left = next(next(takenOver, { _tag: "TimerFired", textId: warning }, at(24 * hour)), accepted("warning", at(24 * hour), warning), at(24 * hour))
    const released = next(left, { _tag: "Released" }, at(24 * hour + minute))
    const fired = to(released, { _tag: "TimerFired", textId: answer }, at(24 * hour + 10 * minute))
    assert.deepInclude(fired, { commands: [] })
    assert.strictEqual(fired.session.state, "warned")
    assert.strictEqual(next(fired.session, accepted("answer", at(24 * hour + 11 * minute)), at(24 * hour + 11 * minute)).state, "engaged")
  })

  it("no turn is due while a person speaks, and the end of a taken-over session is told all the same", () => {
    assert.isNotNull(agentDueAt(opened, policy, at(0)))
    assert.isNull(agentDueAt(takenOver, policy, at(0)))
    assert.isNotNull(agentDueAt(next(takenOver, { _tag: "Released" }, at(hour)), policy, at(hour)))
    assert.isNotNull(agentDueAt(next(takenOver, { _tag: "OperatorEnded" }, at(hour)), policy, at(hour)))
  })
})
