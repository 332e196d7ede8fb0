/** Sends for later: accepted now, and put through everything that a send passes when their time comes. */
import { DateTime, Duration, Effect, Option, Result, Schema } from "effect"
import type { AccountId, ProjectId } from "@parley/schema/Ids"
import { ScheduledSendId } from "@parley/schema/Ids"
import { ScheduledStatus } from "@parley/schema/Conversation"
import { recall, remember } from "./Idempotency.ts"
import { Ids } from "./Ids.ts"
import { CurrentLineTimes } from "./LineTimes.ts"
import * as Outbound from "./Outbound.ts"
import { Directory } from "./ports/Directory.ts"
import { ScheduledSendStore } from "./ports/ScheduledSendStore.ts"
import type { ScheduledSend } from "./ScheduledSend.ts"
import { settled } from "./ScheduledSend.ts"
import { explain } from "./SendRefusal.ts"
import * as Templates from "./Templates.ts"
import type { Outcome } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

/** The longest ahead. Source: what carriers' own schedulers allow. */
export const longestAhead = Duration.days(35)

/** The time to send at has passed, or is too far away. */
export class SendTimeRefused extends Schema.TaggedError<SendTimeRefused>()("SendTimeRefused", { reason: Schema.Literals(["past", "too_far"]) }) {}

export class ScheduledSendNotFound extends Schema.TaggedError<ScheduledSendNotFound>()("ScheduledSendNotFound", { id: ScheduledSendId }) {}

/** It was sent, or has failed: there is nothing to cancel. */
export class ScheduledSendSettled extends Schema.TaggedError<ScheduledSendSettled>()("ScheduledSendSettled", { id: ScheduledSendId, status: ScheduledStatus }) {}

export interface Scheduled {
  readonly id: ScheduledSendId
  readonly replayed: boolean
}

const answerJson = Schema.fromJsonString(Schema.Struct({ scheduledSendId: ScheduledSendId }))

const scheduled = (id: ScheduledSendId, replayed: boolean): Outcome<Scheduled> => ({ value: { id, replayed }, wakes: [] })

/** Refused at once where a send would be refused now: what can be known early is not left to the night. */
export const schedule = Effect.fn("ScheduledSends.schedule")((request: Outbound.SendRequest, sendAt: DateTime.Utc) =>
  Outbound.keepingTheToken(Effect.gen(function*() {
    const store = yield* ScheduledSendStore
    const project = yield* Outbound.projectOf(request.connector)
    const before = yield* recall(request.idempotency)
    if (Option.isSome(before)) return scheduled(Schema.decodeSync(answerJson)(before.value).scheduledSendId, true)
    const body = yield* Effect.fromResult(Templates.textOf(request.text, project, request.connector))
    const now = yield* DateTime.now
    if (DateTime.isLessThanOrEqualTo(sendAt, now)) return yield* new SendTimeRefused({ reason: "past" })
    if (DateTime.isGreaterThan(sendAt, DateTime.addDuration(now, longestAhead))) return yield* new SendTimeRefused({ reason: "too_far" })
    yield* Outbound.takeToken(project)
    yield* Outbound.chooseNumber(request, project)
    const id = yield* (yield* Ids).scheduledSend
    const { connector } = request
    yield* store.insert({
      id,
      accountId: project.accountId,
      projectId: project.id,
      connectorId: connector.id,
      environment: connector.environment,
      userNumber: request.userNumber,
      agentNumber: request.agentNumber,
      body,
      mediaUrls: Outbound.filesOf(request),
      template: typeof request.text === "string" ? null : request.text.template,
      status: "scheduled",
      sendAt,
      dueAt: sendAt,
      sessionId: null,
      messageId: null,
      trouble: null,
      createdAt: now,
      updatedAt: now
    })
    yield* remember(request.idempotency, 202, Schema.encodeSync(answerJson)({ scheduledSendId: id }))
    return scheduled(id, false)
  }))
)

/** Cancelling twice is cancelling once. */
export const cancel = Effect.fn("ScheduledSends.cancel")((accountId: AccountId, projectId: ProjectId, id: ScheduledSendId) =>
  transactAndWake(Effect.gen(function*() {
    const store = yield* ScheduledSendStore
    const found = Option.getOrNull(yield* store.get(id))
    if (found === null || found.accountId !== accountId || found.projectId !== projectId) return yield* new ScheduledSendNotFound({ id })
    if (found.status === "cancelled") return { value: found, wakes: [] }
    if (found.status !== "scheduled") return yield* new ScheduledSendSettled({ id, status: found.status })
    const cancelled = settled(found, { status: "cancelled" }, yield* DateTime.now)
    yield* store.update(cancelled)
    return { value: cancelled, wakes: [] }
  }))
)

export type Fired = "sent" | "failed" | "postponed" | "not_due"

/**
 * Its time may have come: one transaction turns it into a session, once. Safe to call early, twice or late.
 * @param behind how many others of its project wait for the rate before it; they are spread over what the rate allows
 */
export const fire = Effect.fn("ScheduledSends.fire")((id: ScheduledSendId, behind: number) =>
  transactAndWake(Effect.gen(function*() {
    const store = yield* ScheduledSendStore
    const now = yield* DateTime.now
    const found = Option.getOrNull(yield* store.get(id))
    if (found === null || found.status !== "scheduled" || DateTime.isGreaterThan(found.dueAt, now)) return fired("not_due")
    const outcome = yield* Effect.result(attempt(found, now))
    if (Result.isSuccess(outcome)) {
      const { value, wakes } = outcome.success
      yield* store.update(settled(found, { status: "sent", sessionId: value.sessionId, messageId: value.messageId }, now))
      return fired("sent", wakes)
    }
    if (outcome.failure._tag === "StoreFailure") return yield* outcome.failure
    const { detail, reason } = outcome.failure._tag === "Outdated" ? outcome.failure : explain(outcome.failure)
    const trouble = { reason, code: null, detail }
    if (outcome.failure._tag !== "OutboundRateExceeded") {
      yield* store.update(settled(found, { status: "failed", trouble }, now))
      return fired("failed")
    }
    const { limit, retryAfterSeconds } = outcome.failure
    const wait = Duration.millis(retryAfterSeconds * 1_000 + Math.ceil(behind * Outbound.minuteMillis / limit))
    yield* store.update({ ...found, dueAt: DateTime.addDuration(now, wait), trouble, updatedAt: now })
    return fired("postponed")
  }))
)

const fired = (value: Fired, wakes: Outcome<Fired>["wakes"] = []): Outcome<Fired> => ({ value, wakes })

/** What stood when it was accepted does no longer. */
class Outdated extends Schema.TaggedError<Outdated>()("Outdated", { reason: Schema.String, detail: Schema.String }) {}

const attempt = Effect.fnUntraced(function*(found: ScheduledSend, now: DateTime.Utc) {
  const directory = yield* Directory
  const { validity } = yield* CurrentLineTimes
  const connector = Option.getOrNull(yield* directory.connector(found.connectorId))
  if (connector === null || connector.projectId !== found.projectId || connector.environment !== found.environment) {
    return yield* new Outdated({ reason: "connector_removed", detail: "The connector that scheduled it does not stand for this project and environment any more." })
  }
  if (DateTime.isGreaterThan(now, DateTime.addDuration(found.sendAt, validity))) {
    return yield* new Outdated({ reason: "expired", detail: "The text could not leave within its validity." })
  }
  const project = yield* Outbound.projectOf(connector)
  const { agentNumber, body, mediaUrls, userNumber } = found
  return yield* Outbound.attempt({ connector, text: body, mediaUrls, userNumber, agentNumber, idempotency: null }, project, body)
})

const atOnce = 16

/** Fires what is due, at most `limit`; tells how many there were. */
export const fireDue = Effect.fn("ScheduledSends.fireDue")(function*(limit: number) {
  const store = yield* ScheduledSendStore
  const due = yield* store.due(yield* DateTime.now, limit)
  const waiting = new Map<ProjectId, number>()
  yield* Effect.forEach(due, ({ id, projectId }) =>
    Effect.gen(function*() {
      const behind = waiting.get(projectId) ?? 0
      if ((yield* fire(id, behind)) === "postponed") waiting.set(projectId, (waiting.get(projectId) ?? 0) + 1)
    }), { concurrency: atOnce, discard: true })
  return due.length
})
