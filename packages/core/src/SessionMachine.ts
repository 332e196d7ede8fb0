/**
 * The session machine. `transition` decides from (session, event, now, policy) alone; a timer that fires early, twice or late
 * therefore changes nothing that it should not.
 *
 * ```
 * send ──► unanswered ──reply──► engaged ◄──reply── warned
 * text ─────────────────────────►   └──idle──────────►┘
 *              any of them ──► ended(reason), for good
 * ```
 */
import { DateTime, Result, Schema } from "effect"
import { EndReason } from "@parley/schema/Conversation"
import type { MessageId } from "@parley/schema/Ids"
import { SessionId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Session } from "./Session.ts"
import type { SessionPolicy } from "./SessionPolicy.ts"
import { warningText } from "./SessionPolicy.ts"
import * as Turn from "./Turn.ts"

export type SessionEvent =
  /** A text of the user. `at`: when it arrived. */
  | { readonly _tag: "TextReceived"; readonly agentNumber: PhoneNumber; readonly at: DateTime.Utc }
  /** The carrier accepted a text of this session. */
  | { readonly _tag: "TextAccepted"; readonly messageId: MessageId; readonly purpose: OutboundPurpose; readonly at: DateTime.Utc }
  /** A text of this session can never be delivered. */
  | { readonly _tag: "TextFailed"; readonly messageId: MessageId; readonly purpose: OutboundPurpose; readonly detail: string }
  /** Time may have come. `textId`: the id for the warning or ending text that this may bring. */
  | { readonly _tag: "TimerFired"; readonly textId: MessageId }
  | { readonly _tag: "AgentEnded"; readonly reason: "natural_end" | "user_end" }
  | { readonly _tag: "UserLeft" }
  | { readonly _tag: "Superseded" }
  /** `detail`: what stands behind it, for people. */
  | { readonly _tag: "OperatorEnded"; readonly detail?: string }
  | { readonly _tag: "TakenOver"; readonly by: string; readonly reason: string | null }
  | { readonly _tag: "Released" }
  /** A person wrote to the user. */
  | { readonly _tag: "PersonSpoke" }
  /** Another number speaks from now on: the one before is given up, or is not the one that the carrier chose. `pool`: it is only expected again; missing: it is certain. */
  | { readonly _tag: "NumberChanged"; readonly agentNumber: PhoneNumber; readonly pool?: string | null }

export type OutboundPurpose = "opening" | "answer" | "remark" | "warning" | "ending" | "consent" | "notice"

/** What the caller carries out in the same transaction. */
export type SessionCommand =
  | { readonly _tag: "Say"; readonly messageId: MessageId; readonly purpose: "warning" | "ending"; readonly text: string; readonly from: PhoneNumber }
  /** Take a text back, if it has not left yet. */
  | { readonly _tag: "Cancel"; readonly messageId: MessageId }

export interface Transition {
  readonly session: Session
  readonly commands: ReadonlyArray<SessionCommand>
}

/** Somebody asks something of a session that has ended. */
export class SessionClosed extends Schema.TaggedError<SessionClosed>()("SessionClosed", { sessionId: SessionId, endReason: EndReason }) {}

/** `Released` when nobody had taken over. */
export class NotTakenOver extends Schema.TaggedError<NotTakenOver>()("NotTakenOver", { sessionId: SessionId }) {}

/** The whole of the session rules. Fails only where a person or an agent asks for what an ended session can't give. */
export const transition = (
  session: Session,
  event: SessionEvent,
  now: DateTime.Utc,
  policy: SessionPolicy
): Result.Result<Transition, SessionClosed | NotTakenOver> => {
  if (session.state === "ended") return afterTheEnd(session, event)
  switch (event._tag) {
    case "TextReceived":
      return changed(
        spokenTo(
          { ...session, state: "engaged", agentNumber: event.agentNumber, pool: null, turn: Turn.textArrived(session.turn, event.at) },
          event.at,
          policy
        ),
        pendingWarning(session)
      )
    case "TextAccepted":
      return textAccepted(session, event, policy)
    case "TextFailed":
      return textFailed(session, event, now)
    case "TimerFired":
      return session.timer === null || DateTime.isLessThan(now, session.timer.dueAt)
        ? unchanged(session)
        : timeIsUp(session, session.timer.kind, event.textId, now, policy)
    case "AgentEnded":
      return changed(ended(session, event.reason, null, now), pendingWarning(session))
    case "UserLeft":
      return changed(ended(session, "user_end", "the user opted out", now), pendingWarning(session))
    case "Superseded":
      return changed(ended(session, "superseded", null, now), pendingWarning(session))
    case "OperatorEnded":
      return changed(ended(session, "operator_end", event.detail ?? null, now), pendingWarning(session))
    case "TakenOver":
      return changed({ ...session, takeover: { by: event.by, reason: event.reason, at: now }, turn: Turn.withdraw(session.turn) })
    case "Released":
      return session.takeover === null
        ? Result.fail(new NotTakenOver({ sessionId: session.id }))
        : changed({ ...session, takeover: null })
    case "PersonSpoke":
      return changed(session.takeover === null ? session : { ...session, turn: Turn.answeredElsewhere(session.turn) })
    case "NumberChanged":
      return changed(spokenFrom(session, event.agentNumber, event.pool))
  }
}

const unchanged = (session: Session) => Result.succeed<Transition>({ session, commands: [] })

const changed = (session: Session, commands: ReadonlyArray<SessionCommand> = []) => Result.succeed<Transition>({ session, commands })

const afterTheEnd = (session: Session, event: SessionEvent): Result.Result<Transition, SessionClosed | NotTakenOver> => {
  switch (event._tag) {
    case "AgentEnded":
    case "OperatorEnded":
    case "TakenOver":
    case "Released":
    case "PersonSpoke":
      return Result.fail(new SessionClosed({ sessionId: session.id, endReason: session.endReason ?? "natural_end" }))
    case "NumberChanged":
      // Which number the carrier chose may become known after the end; which one speaks on is no matter any more.
      return session.pool === null ? unchanged(session) : changed(spokenFrom(session, event.agentNumber))
    default:
      return unchanged(session)
  }
}

const spokenFrom = (session: Session, agentNumber: PhoneNumber, pool: string | null = null): Session =>
  session.agentNumber === agentNumber && session.pool === pool ? session : { ...session, agentNumber, pool }

/** Something was said at `at`: silence counts from it, and a warning is past. */
const spokenTo = (session: Session, at: DateTime.Utc, policy: SessionPolicy): Session => {
  const lastActivityAt = DateTime.max(session.lastActivityAt, at)
  const timer = session.state === "unanswered"
    ? { kind: "unanswered" as const, dueAt: DateTime.addDuration(lastActivityAt, policy.unansweredAfter) }
    : { kind: "idle" as const, dueAt: DateTime.addDuration(lastActivityAt, policy.idleAfter) }
  return { ...session, lastActivityAt, timer, warning: null }
}

const textAccepted = (session: Session, event: SessionEvent & { _tag: "TextAccepted" }, policy: SessionPolicy) => {
  switch (event.purpose) {
    case "consent":
    case "notice":
    case "ending":
      return unchanged(session)
    case "warning":
      return session.warning?.messageId === event.messageId && session.warning.outcome !== "accepted"
        ? changed({
          ...session,
          warning: { ...session.warning, outcome: "accepted" },
          timer: { kind: "grace", dueAt: DateTime.addDuration(event.at, policy.warningGrace) }
        })
        : unchanged(session)
    default:
      // A text that is learned late to have left before the warning is no sign of life after it.
      if (session.warning !== null && !DateTime.isGreaterThan(event.at, session.warning.at)) return unchanged(session)
      return changed(
        spokenTo({ ...session, state: session.state === "warned" ? "engaged" : session.state }, event.at, policy),
        pendingWarning(session)
      )
  }
}

const textFailed = (session: Session, event: SessionEvent & { _tag: "TextFailed" }, now: DateTime.Utc) => {
  if (event.purpose === "warning") {
    return session.warning?.messageId === event.messageId && session.warning.outcome !== "failed"
      ? changed({ ...session, warning: { ...session.warning, outcome: "failed" } })
      : unchanged(session)
  }
  if (event.purpose === "opening" && session.state === "unanswered") {
    return changed(ended(session, "delivery_failed", event.detail, now))
  }
  return unchanged(session)
}

const timeIsUp = (
  session: Session,
  kind: NonNullable<Session["timer"]>["kind"],
  textId: MessageId,
  now: DateTime.Utc,
  policy: SessionPolicy
) => {
  const graceEndsAt = DateTime.addDuration(now, policy.warningGrace)
  // The silence is ours, not the user's: a text that waits for its answer is neither warned nor closed on.
  if (kind !== "unanswered" && owesAnAnswer(session)) return changed({ ...session, timer: { kind, dueAt: graceEndsAt } })
  switch (kind) {
    case "unanswered":
      return changed(ended(session, "unanswered_expiry", null, now))
    case "idle":
      return changed(
        {
          ...session,
          state: "warned",
          warning: { messageId: textId, at: now, outcome: "pending" },
          timer: { kind: "grace", dueAt: graceEndsAt }
        },
        [{ _tag: "Say", messageId: textId, purpose: "warning", text: warningText(policy), from: session.agentNumber }]
      )
    case "grace":
      // Nobody is closed on before the warning had its outcome: the carrier may be down for longer than the grace.
      return session.warning?.outcome === "pending"
        ? changed({ ...session, timer: { kind: "grace", dueAt: graceEndsAt } })
        : changed(ended(session, "abandoned", null, now), [
          { _tag: "Say", messageId: textId, purpose: "ending", text: policy.endingText, from: session.agentNumber }
        ])
  }
}

/** The agent has been told of a text, or is about to be. A person who took over answers when they like. */
const owesAnAnswer = ({ takeover, turn }: Session): boolean => takeover === null && (turn.texts !== null || turn.running !== null)

const ended = (session: Session, endReason: EndReason, endDetail: string | null, now: DateTime.Utc): Session => ({
  ...session,
  state: "ended",
  endReason,
  endDetail,
  endedAt: now,
  timer: null,
  takeover: null,
  turn: Turn.closing(session.turn)
})

const pendingWarning = (session: Session): ReadonlyArray<SessionCommand> =>
  session.warning?.outcome === "pending" ? [{ _tag: "Cancel", messageId: session.warning.messageId }] : []
