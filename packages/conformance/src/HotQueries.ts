/** The queries that a gateway lives on, over rows enough that how they are found matters. */
import { Effect } from "effect"
import { SqlClient, Statement } from "effect/sql"
import { AuditStore } from "@parley/core/ports/AuditStore"
import { ConsentStore } from "@parley/core/ports/ConsentStore"
import { Directory } from "@parley/core/ports/Directory"
import { ErasureStore } from "@parley/core/ports/ErasureStore"
import { beginning } from "@parley/core/Event"
import { EventStore } from "@parley/core/ports/EventStore"
import { beginAt } from "@parley/core/EventWebhook"
import { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"
import { LimitStore } from "@parley/core/ports/LimitStore"
import { LineStore } from "@parley/core/ports/LineStore"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { OperationStore } from "@parley/core/ports/OperationStore"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import { RedactionStore } from "@parley/core/ports/RedactionStore"
import { RetentionStore } from "@parley/core/ports/RetentionStore"
import { ScheduledSendStore } from "@parley/core/ports/ScheduledSendStore"
import { SessionStore } from "@parley/core/ports/SessionStore"
import type { StoreFailure } from "@parley/core/ports/Store"
import * as Samples from "./Samples.ts"
import type { Stores } from "./Stores.ts"

const project = Samples.project()
const agentNumber = Samples.agentNumber()
const busyUser = Samples.userNumber()
const correspondents = { projectId: project.id, environment: "live" as const, userNumber: busyUser }
const session = Samples.textedSession({ ...correspondents, accountId: project.accountId, agentNumber })
const registration = Samples.registration(project)
const message = Samples.outboundText({ ...correspondents, accountId: project.accountId, agentNumber, sessionId: session.id, carrierId: Samples.carrierId() })

const webhook = beginAt(project.id, "crm", beginning, Samples.at(0))

/** Whom and what the queries ask for: rows of theirs must be there for the answers to hold anything. */
export const subject = { project, agentNumber, user: busyUser, session, message }

/** Thousands of rows, so that a scan would be the wrong choice; no statistics, as in production. */
export const filled = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const directory = yield* Directory
  const sessions = yield* SessionStore
  const messages = yield* MessageStore
  yield* directory.putProject(project)
  yield* Effect.forEach(Array.from({ length: 20 }), () => directory.putNumber(Samples.number(project)), { discard: true })
  yield* sql.withTransaction(Effect.gen(function*() {
    yield* sessions.insert(session, Samples.at(0))
    yield* messages.insert(message)
    for (let i = 0; i < 2_000; i++) {
      const other = i % 2 === 0
        ? Samples.textedSession({ accountId: project.accountId, projectId: project.id, agentNumber })
        : Samples.endedSession({ ...correspondents, accountId: project.accountId, agentNumber })
      yield* sessions.insert(other, i % 3 === 0 ? Samples.at(i) : null)
      yield* messages.insert(Samples.outboundText({ ...other, sessionId: other.id, id: Samples.messageId() }))
      yield* messages.insert(Samples.inboundText({ ...correspondents, agentNumber, sessionId: session.id }))
    }
  }))
})

const of = <I, S, A>(service: Effect.Effect<S, never, I>, use: (service: S) => Effect.Effect<A, StoreFailure>) => Effect.asVoid(Effect.flatMap(service, use))
const sessions = <A>(use: (store: SessionStore["Service"]) => Effect.Effect<A, StoreFailure>) => of(SessionStore, use)
const messages = <A>(use: (store: MessageStore["Service"]) => Effect.Effect<A, StoreFailure>) => of(MessageStore, use)
const directory = <A>(use: (store: Directory["Service"]) => Effect.Effect<A, StoreFailure>) => of(Directory, use)
const limits = <A>(use: (store: LimitStore["Service"]) => Effect.Effect<A, StoreFailure>) => of(LimitStore, use)

const forgotten = { accountId: project.accountId, userNumber: busyUser, until: Samples.at(10_000_000) }
const erasures = <A>(use: (store: ErasureStore["Service"]) => Effect.Effect<A, StoreFailure>) => of(ErasureStore, use)
const redactions = <A>(use: (store: RedactionStore["Service"]) => Effect.Effect<A, StoreFailure>) => of(RedactionStore, use)

const page = { limit: 50, cursor: null }
const next = { limit: 50, cursor: session.id }
const { accountId } = project
const now = Samples.at(1_000)

/** What a store is asked, by a name for people. */
export const queries: Record<string, Effect.Effect<void, StoreFailure, Stores>> = {
  "the active session": sessions((store) => store.active(correspondents)),
  "a session by id": sessions((store) => store.get(session.id)),
  "a session's update": sessions((store) => store.update(session, null)),
  "timers that are due": sessions((store) => store.timersDue(now, 100)),
  "agents that are due": sessions((store) => store.agentsDue(now, 100)),
  "what is due first": sessions((store) => store.firstDue()),
  "an account's sessions": sessions((store) => store.list({ accountId }, page)),
  "an account's sessions, next page": sessions((store) => store.list({ accountId }, next)),
  "a user's sessions": sessions((store) => store.list({ accountId, userNumber: busyUser }, page)),
  "a user's sessions, next page": sessions((store) => store.list({ accountId, userNumber: busyUser }, next)),
  "sessions in a state": sessions((store) => store.list({ accountId, state: "ended" }, page)),
  "sessions of a number since a time": sessions((store) => store.list({ accountId, agentNumber, startedAfter: now }, page)),
  "a text by id": messages((store) => store.get(message.id)),
  "a text's update": messages((store) => store.update(message)),
  "a text by the carrier's id": messages((store) => store.byCarrierId(message.carrierId ?? "")),
  "a session's history": messages((store) => store.history(session.id)),
  "a session's texts": messages((store) => store.list(session.id, page)),
  "a session's texts, next page": messages((store) => store.list(session.id, { limit: 50, cursor: message.id })),
  "the number last talked with": messages((store) => store.lastTalkedWith(correspondents)),
  "what waits for a user": messages((store) => store.queuedTo(busyUser, agentNumber)),
  "the heads of a line": messages((store) => store.heads(agentNumber, 16)),
  "what a line has to ask about": messages((store) => store.questions(agentNumber, now, 16)),
  "the next question of a line": messages((store) => store.nextQuestionAt(agentNumber)),
  "what is in flight": messages((store) => store.inFlight(agentNumber)),
  "a queue's length": messages((store) => store.queueLength(agentNumber, 1_000)),
  "a send for later": of(ScheduledSendStore, (store) => store.get(Samples.scheduledSendId())),
  "a send for later's update": of(ScheduledSendStore, (store) => store.update(Samples.scheduledSend())),
  "sends for later that are due": of(ScheduledSendStore, (store) => store.due(now, 100)),
  "a project's sends for later": of(ScheduledSendStore, (store) => store.list({ accountId, projectId: project.id }, page)),
  "a project's sends for later, next page": of(ScheduledSendStore, (store) => store.list({ accountId, projectId: project.id, status: "scheduled" }, next)),
  "a user's sends for later": of(ScheduledSendStore, (store) => store.list({ accountId, projectId: project.id, userNumber: busyUser }, page)),
  "texts that are held no longer": messages((store) => store.heldDue(now, 100)),
  "files to look at": messages((store) => store.mediaDue(now, 100)),
  "receipts that are overdue": messages((store) => store.receiptsDue(now, 100)),
  "lines that are due": messages((store) => store.linesDue(now, 100)),
  "sessions that speak from a number": sessions((store) => store.activeOn({ projectId: project.id, environment: "live", agentNumber }, 50)),
  "an operation on a number by id": of(OperationStore, (store) => store.get(Samples.numberOperation(project).id)),
  "the newest operation on a number": of(OperationStore, (store) => store.latest(agentNumber)),
  "operations that are due": of(OperationStore, (store) => store.due(now, 100)),
  "a registration": of(RegistrationStore, (store) => store.get(registration.id)),
  "registrations that are due": of(RegistrationStore, (store) => store.due(now, 50)),
  "a project's registrations": of(RegistrationStore, (store) => store.list({ accountId, projectId: project.id, kind: "campaign" }, next)),
  "a brand's campaigns": of(RegistrationStore, (store) => store.campaignsOf(registration.id)),
  "what a number is registered under": of(RegistrationStore, (store) => store.number(agentNumber)),
  "the numbers of a registration": of(RegistrationStore, (store) => store.numbersOf(registration.id)),
  "a key by its hash": directory((store) => store.keyByHash("0")),
  "a connector": directory((store) => store.connector(Samples.connector(project).id)),
  "a project": directory((store) => store.project(project.id)),
  "a number": directory((store) => store.number(agentNumber)),
  "the numbers of an environment": directory((store) => store.numbers(project.id, "live")),
  "an opt-out": of(ConsentStore, (store) => store.get(busyUser, agentNumber)),
  "an account's opt-outs": of(ConsentStore, (store) => store.list({ accountId }, page)),
  "a line": of(LineStore, (store) => store.get(agentNumber)),
  "a counter": limits((store) => store.counter("outbound/demo")),
  "a remembered answer": limits((store) => store.answer("key")),
  "an erasure by id": erasures((store) => store.get(Samples.erasure().id)),
  "an erasure that is under way": erasures((store) => store.underWay(accountId, busyUser)),
  "erasures that are due": erasures((store) => store.due(now, 100)),
  "the purge of erasures": erasures((store) => store.purge(now, 100)),
  "what waits for a forgotten user": erasures((store) => store.queued(forgotten, 100)),
  "what is out to a forgotten user": erasures((store) => store.unsettled(forgotten)),
  "the texts of a forgotten user": erasures((store) => store.eraseMessages({ ...forgotten, until: Samples.at(-1) }, busyUser, 100)),
  "the sessions of a forgotten user": erasures((store) => store.eraseSessions({ ...forgotten, until: Samples.at(-1) }, (session) => session, 100)),
  "the sends for later of a forgotten user": erasures((store) => store.removeScheduledSends(forgotten, 100)),
  "the opt-outs of a forgotten user": erasures((store) => store.hideOptOuts({ ...forgotten, userNumber: Samples.userNumber() })),
  "the answers that name a forgotten user": erasures((store) => store.removeAnswers(forgotten)),
  "the counters of a forgotten user": erasures((store) => store.removeCounters([project.id], busyUser)),
  "redactions that are due": redactions((store) => store.due(now, 100)),
  "redactions of an erasure": redactions((store) => store.countOf(Samples.erasure().id)),
  "conversations that ended long ago": of(RetentionStore, (store) => store.deleteEnded(project.id, Samples.at(1), 2)),
  "texts outside conversations that are old": of(RetentionStore, (store) => store.deleteLoose(project.id, Samples.at(1), 2)),
  "sends for later that are over": of(RetentionStore, (store) => store.deleteSettledSends(project.id, now, 100)),
  "the purge of redactions": redactions((store) => store.purge(now, 100)),
  "an account's audit log": of(AuditStore, (store) => store.list({ accountId }, page)),
  "an account's audit log, next page": of(AuditStore, (store) => store.list({ accountId }, next)),
  "what was done to something": of(AuditStore, (store) => store.list({ accountId, subject: "key_1" }, page)),
  "what was done in one way": of(AuditStore, (store) => store.list({ accountId, action: "key.created" }, page)),
  "the purge of the audit log": of(AuditStore, (store) => store.purge(now, 100)),
  "a project's events": of(EventStore, (store) => store.after(project.id, beginning, 100)),
  "where a project's events end": of(EventStore, (store) => store.head(project.id)),
  "webhooks that have events to come": of(EventWebhookStore, (store) => store.due(now, 64)),
  "a project's webhooks": of(EventWebhookStore, (store) => store.list(project.id)),
  "how far a webhook is": of(EventWebhookStore, (store) => store.get(project.id, "crm")),
  "the next step of a webhook": of(EventWebhookStore, (store) => store.replace(webhook, webhook)),
  "the purge of events": of(EventStore, (store) => store.purge(project.id, Samples.at(1), 2)),
  "the events of a forgotten user": erasures((store) => store.eraseEvents({ ...forgotten, until: Samples.at(-1) }, (event) => event, 100)),
  "the purge": limits((store) => store.purge(now, 100))
}

/** The index that a query is meant to use, where another one would do with more work. */
export const meant: Record<string, string> = {
  "the active session": "sessions_active",
  "timers that are due": "sessions_timer_due",
  "agents that are due": "sessions_agent_due",
  "an account's sessions": "sessions_account",
  "a user's sessions": "sessions_user",
  "sessions of a number since a time": "sessions_number",
  "sessions that speak from a number": "sessions_number_active",
  "a text by the carrier's id": "messages_carrier",
  "a session's history": "messages_session",
  "a session's texts": "messages_session",
  "the number last talked with": "messages_user",
  "what waits for a user": "messages_line_user",
  "the heads of a line": "messages_line_user",
  "what a line has to ask about": "messages_question",
  "the next question of a line": "messages_question",
  "what is in flight": "messages_line",
  "texts that are held no longer": "messages_held",
  "sends for later that are due": "scheduled_sends_due",
  "a project's sends for later": "scheduled_sends_project",
  "a user's sends for later": "scheduled_sends_user",
  "the newest operation on a number": "number_operations_number",
  "operations that are due": "number_operations_due",
  "registrations that are due": "registrations_due",
  "a project's registrations": "registrations_project",
  "a brand's campaigns": "registrations_brand",
  "the numbers of a registration": "registered_numbers_registration",
  "lines that are due": "messages_line",
  "an erasure that is under way": "erasures_under_way",
  "erasures that are due": "erasures_due",
  "the purge of erasures": "erasures_finished",
  "what waits for a forgotten user": "messages_user",
  "what is out to a forgotten user": "messages_user",
  "the texts of a forgotten user": "messages_user",
  "the sessions of a forgotten user": "sessions_user",
  "the sends for later of a forgotten user": "scheduled_sends_user",
  "redactions that are due": "redactions_due",
  "redactions of an erasure": "redactions_erasure",
  "texts outside conversations that are old": "messages_loose",
  "sends for later that are over": "scheduled_sends_settled",
  "the purge of redactions": "redactions_refused",
  "an account's audit log": "audit_log_account",
  "what was done to something": "audit_log_subject",
  "what was done in one way": "audit_log_action",
  "the purge of the audit log": "audit_log_at",
  // And how far age has emptied the log, by the project.
  "a project's events": "(?:events_project|sqlite_autoindex_events_removed_1)",
  "where a project's events end": "(?:events_project|sqlite_autoindex_events_removed_1)",
  "the purge of events": "events_project",
  "the events of a forgotten user": "events_user"
}

/** The statements that a query really runs, as the driver gets them. */
export const recorded = Effect.fnUntraced(function*<E, R>(query: Effect.Effect<void, E, R>) {
  const statements: Array<readonly [sql: string, params: ReadonlyArray<unknown>]> = []
  yield* Effect.provideService(query, Statement.CurrentTransformer, (statement) =>
    Effect.sync(() => {
      statements.push(statement.compile())
      return statement
    }))
  return statements
})
