/** What the core keeps as the API shows it. */
import { DateTime } from "effect"
import type { AgentNumber } from "@parley/contract/AgentNumber"
import type { Event } from "@parley/contract/Event"
import type { Message } from "@parley/contract/Message"
import type { OptOut } from "@parley/contract/OptOut"
import type { AgentProgress, Session, SessionSnapshot } from "@parley/contract/Session"
import type * as CoreEvent from "@parley/core/Event"
import type * as Core from "@parley/core/Message"
import type * as Consent from "@parley/core/ports/ConsentStore"
import type * as Project from "@parley/core/Project"
import type * as CoreSession from "@parley/core/Session"

const agentProgress = (session: CoreSession.Session, now: DateTime.Utc): AgentProgress => {
  const { failure, owed, running, texts } = session.turn
  const isRetrying = running !== null && failure !== null && !failure.gaveUp
  const status = isRetrying && DateTime.isGreaterThan(running.dueAt, now) && running.attempt === failure.attempts
    ? "retrying" as const
    : running !== null
    ? "answering" as const
    : owed !== null || texts !== null
    ? "waiting" as const
    : failure?.gaveUp === true
    ? "failed" as const
    : "idle" as const
  return {
    status,
    attempts: running?.attempt ?? failure?.attempts ?? 0,
    lastError: failure === null ? null : { reason: failure.reason, at: failure.at }
  }
}

/** What a session is by itself. `now`: when it is, or was, so. */
const snapshot = (session: CoreSession.Session, now: DateTime.Utc): SessionSnapshot => ({
  id: session.id,
  channel: "SMS",
  project: session.projectId,
  environment: session.environment,
  userNumber: session.userNumber,
  agentNumber: session.agentNumber,
  senderPool: session.pool,
  state: session.state,
  endReason: session.endReason,
  endDetail: session.endDetail,
  opening: session.opening,
  openedAt: session.openedAt,
  lastActivityAt: session.lastActivityAt,
  endedAt: session.endedAt,
  nextTimeout: session.timer,
  takeover: session.takeover,
  agent: agentProgress(session, now)
})

export const session = (session: CoreSession.Session, waitingFor: string | null, now: DateTime.Utc): Session => ({ ...snapshot(session, now), waitingFor })

export const message = (message: Core.Message): Message => ({
  id: message.id,
  sessionId: message.sessionId,
  direction: message.direction,
  author: message.author,
  purpose: message.purpose,
  userNumber: message.userNumber,
  agentNumber: message.agentNumber,
  senderPool: message.pool,
  text: message.body,
  media: message.media.map((file, index) => ({ ...file, path: message.direction === "inbound" ? `/v1/messages/${message.id}/media/${index}` : null })),
  segments: message.segments,
  status: message.status,
  trouble: message.trouble,
  carrierId: message.carrierId,
  turnId: message.turnId,
  heldUntil: message.heldUntil,
  attempts: message.attempts,
  createdAt: message.createdAt,
  acceptedAt: message.acceptedAt,
  updatedAt: message.updatedAt
})

/** What is told of a number beyond what it is itself. */
export type Standing = Pick<AgentNumber, "registrationId" | "waitingFor" | "mms" | "queued">

export const agentNumber = (number: Project.AgentNumber, standing: Standing): AgentNumber => ({
  number: number.number,
  environment: number.environment,
  type: number.type,
  country: number.country,
  registration: number.registration,
  segmentsPerSecond: number.segmentsPerSecond,
  ...standing
})

export const optOut = (optOut: Consent.OptOut): OptOut => ({
  userNumber: optOut.userNumber,
  agentNumber: optOut.agentNumber,
  environment: optOut.environment,
  source: optOut.source,
  optedOutAt: optOut.optedOutAt
})

/** Always the same for the same event, whenever and however often it is told. */
export const event = (event: CoreEvent.Event): Event => {
  const { accountId: account, environment, id, occurredAt, projectId: project } = event
  const common = { id, occurredAt, account, project, environment }
  if ("session" in event) return { ...common, type: event.type, data: snapshot(event.session, occurredAt) }
  if ("message" in event) return { ...common, type: event.type, data: message(event.message) }
  return { ...common, type: event.type, data: optOut(event.optOut) }
}
