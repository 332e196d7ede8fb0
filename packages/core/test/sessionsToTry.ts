/** A session in each of its states, and what can happen to it, on a clock that begins at 0. */
import { DateTime, Result } from "effect"
import { AccountId, MessageId, ProjectId, SessionId, timeOrdered } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Session } from "../src/Session.ts"
import { openBySend, openByText } from "../src/Session.ts"
import type { OutboundPurpose, SessionEvent, Transition } from "../src/SessionMachine.ts"
import { transition } from "../src/SessionMachine.ts"
import { defaultSessionPolicy } from "../src/SessionPolicy.ts"
import * as Turn from "../src/Turn.ts"

export const policy = defaultSessionPolicy
export const zero = 1_790_000_000_000
export const minute = 60_000
export const hour = 60 * minute
export const at = (millis: number) => DateTime.makeUnsafe(zero + millis)
export const since = (time: DateTime.Utc) => DateTime.toEpochMillis(time) - zero
export const message = (n: number) => MessageId.make(`msg_${timeOrdered(zero + n, 0n)}`)
export const first = PhoneNumber.make("+15005550006")
export const second = PhoneNumber.make("+15005550007")

const who = {
  id: SessionId.make(`TW_SMS_${timeOrdered(zero, 0n)}`),
  accountId: AccountId.make("ws-demo"),
  projectId: ProjectId.make("demo"),
  environment: "live" as const,
  userNumber: PhoneNumber.make("+14155550100"),
  agentNumber: first
}

export const to = (session: Session, event: SessionEvent, now: DateTime.Utc): Transition => Result.getOrThrow(transition(session, event, now, policy))
export const next = (session: Session, event: SessionEvent, now: DateTime.Utc) => to(session, event, now).session

export const warning = message(1)
export const answer = message(2)

export const unanswered = openBySend(who, at(0), policy)
export const opened = openByText(who, at(0), policy)
/** What the user said has been answered, at once. */
export const answered = (session: Session): Session => ({ ...session, turn: Turn.idle })
export const engaged = answered(opened)
export const warned = next(engaged, { _tag: "TimerFired", textId: warning }, at(24 * hour))
export const accepted = (purpose: OutboundPurpose, now: DateTime.Utc, messageId = answer): SessionEvent => ({ _tag: "TextAccepted", messageId, purpose, at: now })
export const failed = (purpose: OutboundPurpose, messageId = answer): SessionEvent => ({ _tag: "TextFailed", messageId, purpose, detail: "landline" })
export const warningAccepted = next(warned, accepted("warning", at(24 * hour), warning), at(24 * hour))
export const warningFailed = next(warned, failed("warning", warning), at(24 * hour))
export const takenOver = next(opened, { _tag: "TakenOver", by: "Ada", reason: null }, at(0))
export const ended = next(engaged, { _tag: "OperatorEnded" }, at(0))
