/** Forgets users: at once what could still act on them, then everything else in bounded steps, and last what the carrier keeps. */
import { DateTime, Duration, Effect, Option } from "effect"
import { Environment } from "@parley/schema/Environment"
import type { AccountId, ErasureId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { mask } from "@parley/schema/PhoneNumber"
import * as AuditLog from "./AuditLog.ts"
import { applyQuietly } from "./Conversation.ts"
import type { Erasure } from "./Erasure.ts"
import { anonymous, begin, counted, pseudonym } from "./Erasure.ts"
import { anonymous as anonymousEvent } from "./Event.ts"
import { changeText } from "./Facts.ts"
import { Ids } from "./Ids.ts"
import { suppress } from "./Message.ts"
import { Directory } from "./ports/Directory.ts"
import type { Forgotten } from "./ports/ErasureStore.ts"
import { ErasureStore } from "./ports/ErasureStore.ts"
import { RedactionStore } from "./ports/RedactionStore.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import { ask } from "./Redaction.ts"
import type { Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

/** Rows of each kind in one transaction: short enough that sends and texts don't wait for it. */
const batch = 200

const detail = "The user's data was erased."

/**
 * Accepts an erasure: it is durable, and carried out from then on. Open conversations have ended, and what waited for the user does not
 * leave any more. A repeat brings the erasure that is under way.
 */
export const request = Effect.fn("Erasures.request")((accountId: AccountId, number: PhoneNumber) =>
  transactAndWake(Effect.gen(function*() {
    const store = yield* ErasureStore
    const before = yield* store.underWay(accountId, number)
    if (Option.isSome(before)) return { value: before.value, wakes: [] }
    const now = yield* DateTime.now
    const id = yield* (yield* Ids).erasure
    const { sessionsEnded, wakes } = yield* endSessions(accountId, number)
    const begun = begin({ id, accountId, number, pseudonym: yield* pseudonym }, now)
    const messagesCancelled = yield* cancelQueued(whom(begun, number))
    const erasure = counted(begun, { sessionsEnded, messagesCancelled })
    yield* store.insert(erasure)
    yield* AuditLog.append({ accountId, projectId: null, action: "user.erasure_begun", subject: id, detail: mask(number) })
    return { value: erasure, wakes }
  }))
)

/** An erasure of this account. */
export const find = Effect.fn("Erasures.find")(function*(accountId: AccountId, id: ErasureId) {
  const store = yield* ErasureStore
  return Option.filter(yield* store.get(id), (erasure) => erasure.accountId === accountId)
})

const whom = (erasure: Erasure, userNumber: PhoneNumber): Forgotten => ({ accountId: erasure.accountId, userNumber, until: erasure.requestedAt })

const endSessions = Effect.fnUntraced(function*(accountId: AccountId, userNumber: PhoneNumber) {
  const sessions = yield* SessionStore
  const wakes: Array<Wake> = []
  let sessionsEnded = 0
  for (const project of yield* (yield* Directory).projects(accountId)) {
    for (const environment of Environment.literals) {
      const active = yield* sessions.active({ projectId: project.id, environment, userNumber })
      if (Option.isNone(active)) continue
      wakes.push(...(yield* applyQuietly(active.value, { _tag: "OperatorEnded", detail }, project.config.session)).wakes)
      sessionsEnded++
    }
  }
  return { sessionsEnded, wakes }
})

const cancelQueued = Effect.fnUntraced(function*(of: Forgotten) {
  const store = yield* ErasureStore
  const now = yield* DateTime.now
  const queued = yield* store.queued(of, batch)
  yield* Effect.forEach(queued, (message) => changeText(message, suppress(message, "erased", detail, now)), { discard: true })
  return queued.length
})

/** Erasures whose time has come, each one step further; true when one of them has more to do at once. */
export const advanceDue = Effect.fn("Erasures.advanceDue")(function*(limit: number) {
  const store = yield* ErasureStore
  const due = yield* store.due(yield* DateTime.now, limit)
  const hasMore = yield* Effect.forEach(due, step)
  return hasMore.includes(true)
})

/** One transaction. Whatever stops it, the rows tell what is left; true when there is more to do at once. */
const step = (id: ErasureId) =>
  transactAndWake(Effect.gen(function*() {
    const store = yield* ErasureStore
    const now = yield* DateTime.now
    const found = Option.getOrNull(yield* store.get(id))
    if (found === null || found.dueAt === null || DateTime.isGreaterThan(found.dueAt, now)) return { value: false, wakes: [] }
    const next = found.number === null ? yield* awaitRedactions(found, now) : yield* eraseSome(found, found.number, now)
    yield* store.update(next)
    if (next.stage === "done") yield* AuditLog.append({ accountId: next.accountId, projectId: null, action: "user.erased", subject: id, detail: told(next) })
    return { value: next.dueAt !== null && !DateTime.isGreaterThan(next.dueAt, now), wakes: [] }
  }))

/** A text that is out has its outcome soon; nothing else does. */
const waitsForOutcomes = Duration.seconds(2)

const eraseSome = Effect.fnUntraced(function*(erasure: Erasure, number: PhoneNumber, now: DateTime.Utc) {
  const store = yield* ErasureStore
  const of = whom(erasure, number)
  const messagesCancelled = yield* cancelQueued(of)
  const erased = yield* store.eraseMessages(of, erasure.pseudonym, batch)
  const asked = yield* askCarrier(erasure, erased, now)
  const sessions = yield* store.eraseSessions(of, (session) => anonymous(session, erasure.pseudonym), batch)
  const scheduledSends = yield* store.removeScheduledSends(of, batch)
  const events = yield* store.eraseEvents(of, (event) => anonymousEvent(event, erasure.pseudonym), batch)
  const next = counted({ ...erasure, redactions: erasure.redactions + asked }, { messagesCancelled, messages: erased.length, sessions, scheduledSends })
  if ([messagesCancelled, erased.length, sessions, scheduledSends, events].includes(batch)) return next
  if ((yield* store.unsettled(of)) > 0) return { ...next, dueAt: DateTime.addDuration(now, waitsForOutcomes) }
  const projects = yield* (yield* Directory).projects(erasure.accountId)
  yield* store.removeCounters(projects.map(({ id }) => id), number)
  yield* store.removeAnswers(of)
  const optOutsKept = yield* store.hideOptOuts(of)
  return yield* awaitRedactions({ ...counted(next, { optOutsKept }), number: null, stage: "redacting" }, now)
})

const askCarrier = Effect.fnUntraced(function*(erasure: Erasure, erased: Effect.Success<ReturnType<ErasureStore["Service"]["eraseMessages"]>>, now: DateTime.Utc) {
  const redactions = yield* RedactionStore
  const projects = yield* (yield* Directory).projects(erasure.accountId)
  const willing = new Set(projects.filter(({ config }) => config.retention.redactAtCarrier).map(({ id }) => id))
  const asked = erased.flatMap(({ carrierId, projectId }) =>
    carrierId !== null && willing.has(projectId) ? [ask({ carrierId, projectId, erasureId: erasure.id }, now)] : [])
  yield* redactions.ask(asked)
  return asked.length
})

const looks = { first: Duration.seconds(1), last: Duration.minutes(1) } as const

const awaitRedactions = Effect.fnUntraced(function*(erasure: Erasure, now: DateTime.Utc) {
  const { refused, waiting } = yield* (yield* RedactionStore).countOf(erasure.id)
  const report = { ...erasure.report, redacted: erasure.redactions - waiting - refused, notRedacted: refused }
  if (waiting === 0) return { ...erasure, report, stage: "done" as const, finishedAt: now, dueAt: null }
  // What has taken long may take long.
  const wait = Duration.clamp(Duration.times(DateTime.distance(erasure.requestedAt, now), 0.1), { minimum: looks.first, maximum: looks.last })
  return { ...erasure, report, dueAt: DateTime.addDuration(now, wait) }
})

const told = ({ report }: Erasure): string =>
  `${report.messages} texts of ${report.sessions} sessions, ${report.scheduledSends} sends for later; ${report.optOutsKept} opt-outs kept as a hash; ${report.redacted} texts redacted at the carrier, ${report.notRedacted} not`
