/** Rows to put into a store: valid, each with ids and numbers of its own, everything else as given. */
import { DateTime, Result, Schema } from "effect"
import type { Country } from "@parley/schema/Country"
import type { Environment } from "@parley/schema/Environment"
import { AccountId, ApiKeyId, AuditEntryId, ConnectorId, ErasureId, EventId, idPrefix, MessageId, OperationId, ProjectId, RegistrationId, ScheduledSendId, SessionId, timeOrdered, TurnId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Message } from "@parley/core/Message"
import { inbound, outbound } from "@parley/core/Message"
import type { AgentNumber, ApiKey, Connector, Project } from "@parley/core/Project"
import { ProjectConfig } from "@parley/core/Project"
import { type CarrierRegistration, file, type Filing } from "@parley/core/CarrierRegistration"
import { begin as beginErasure, type Erasure } from "@parley/core/Erasure"
import { begin, type NumberOperation } from "@parley/core/NumberOperation"
import type { Event } from "@parley/core/Event"
import type { AuditEntry } from "@parley/core/ports/AuditStore"
import type { OptOut } from "@parley/core/ports/ConsentStore"
import type { ScheduledSend } from "@parley/core/ScheduledSend"
import type { Session } from "@parley/core/Session"
import { openBySend, openByText } from "@parley/core/Session"
import { transition } from "@parley/core/SessionMachine"
import { defaultSessionPolicy } from "@parley/core/SessionPolicy"

/** When everything here was made: 2026-09-21T14:13:20Z. */
export const epochMillis = 1_790_000_000_000

export const at = (millis: number): DateTime.Utc => DateTime.makeUnsafe(epochMillis + millis)

// One count for all, so that no two rows of a run collide, and later ones sort after earlier ones.
let made = 0
const next = () => ++made
const id = () => timeOrdered(epochMillis, BigInt(next()))
const digits = (length: number) => String(next()).padStart(length, "0")

export const sessionId = () => SessionId.make(idPrefix.session + id())
export const messageId = () => MessageId.make(idPrefix.message + id())
export const scheduledSendId = () => ScheduledSendId.make(idPrefix.scheduledSend + id())
export const turnId = () => TurnId.make(idPrefix.turn + id())
export const userNumber = () => PhoneNumber.make(`+1415${digits(7)}`)
export const agentNumber = () => PhoneNumber.make(`+1500${digits(7)}`)
export const accountId = () => AccountId.make(`ws-${digits(6)}`)
export const projectId = () => ProjectId.make(`project-${digits(6)}`)
export const carrierId = () => `SM${digits(32)}`

export const config = (input: unknown = {}): ProjectConfig =>
  Schema.decodeUnknownSync(ProjectConfig)({ agent: { type: "scripted" }, ...(typeof input === "object" ? input : {}) })

export const project = (of: Partial<Project> = {}): Project => ({ id: projectId(), accountId: accountId(), config: config(), ...of })

export const connector = (of: Project, environment: Environment = "live"): Connector => ({
  id: ConnectorId.make(`conn-${digits(6)}`),
  projectId: of.id,
  accountId: of.accountId,
  environment
})

export const number = (of: Project, changes: Partial<AgentNumber> = {}): AgentNumber => ({
  number: agentNumber(),
  projectId: of.id,
  environment: "live",
  type: "long_code",
  country: "US" as Country,
  registration: "approved",
  segmentsPerSecond: 10,
  ...changes
})

export const apiKey = (changes: Partial<ApiKey> = {}): ApiKey => ({
  id: ApiKeyId.make(`key-${digits(6)}`),
  accountId: accountId(),
  name: "ci",
  hash: digits(64),
  hint: "pk_12345678",
  scopes: ["send", "read"],
  createdAt: at(0),
  expiresAt: null,
  revokedAt: null,
  ...changes
})

type Who = Pick<Session, "accountId" | "projectId" | "environment" | "userNumber" | "agentNumber">

const who = (of: Partial<Who>): Who & Pick<Session, "id"> => ({
  id: sessionId(),
  accountId: of.accountId ?? accountId(),
  projectId: of.projectId ?? projectId(),
  environment: of.environment ?? "live",
  userNumber: of.userNumber ?? userNumber(),
  agentNumber: of.agentNumber ?? agentNumber()
})

/** `unanswered`. */
export const sentSession = (of: Partial<Who> = {}, openedAt = at(0)): Session => openBySend(who(of), openedAt, defaultSessionPolicy)

/** `engaged`. */
export const textedSession = (of: Partial<Who> = {}, openedAt = at(0)): Session => openByText(who(of), openedAt, defaultSessionPolicy)

export const endedSession = (of: Partial<Who> = {}, openedAt = at(0)): Session =>
  Result.getOrThrow(transition(textedSession(of, openedAt), { _tag: "OperatorEnded" }, openedAt, defaultSessionPolicy)).session

/** A text to the user, queued; outside any session unless one is given. */
export const outboundText = (of: Partial<Message> = {}): Message => {
  const { accountId, agentNumber, environment, id: _, projectId, userNumber } = who(of)
  const exchange = { accountId, projectId, environment, userNumber, agentNumber, sessionId: null }
  return { ...outbound(exchange, { id: messageId(), author: "agent", purpose: "answer", body: "Hello" }, at(0)), ...of }
}

/** A text of the user. */
export const inboundText = (of: Partial<Message> = {}): Message => {
  const { accountId, agentNumber, environment, id: _, projectId, userNumber } = who(of)
  const exchange = { accountId, projectId, environment, userNumber, agentNumber, sessionId: null }
  const text = { id: messageId(), purpose: "text" as const, body: "Hi", media: [], status: "received" as const, trouble: null, carrierId: carrierId() }
  return { ...inbound(exchange, text, at(0)), ...of }
}

/** A send for one second after `at(0)`. */
export const scheduledSend = (of: Partial<ScheduledSend> = {}): ScheduledSend => ({
  id: scheduledSendId(),
  accountId: accountId(),
  projectId: projectId(),
  connectorId: ConnectorId.make(`conn-${digits(6)}`),
  environment: "live",
  userNumber: userNumber(),
  agentNumber: null,
  body: "Hello",
  mediaUrls: [],
  template: null,
  status: "scheduled",
  sendAt: at(1_000),
  dueAt: at(1_000),
  sessionId: null,
  messageId: null,
  trouble: null,
  createdAt: at(0),
  updatedAt: at(0),
  ...of
})

export const optOut = (of: Project, changes: Partial<OptOut> = {}): OptOut => ({
  userNumber: userNumber(),
  agentNumber: agentNumber(),
  projectId: of.id,
  environment: "live",
  source: "keyword",
  optedOutAt: at(0),
  ...changes
})

/** A purchase that was just accepted. */
export const numberOperation = (of: Project, changes: Partial<NumberOperation> = {}): NumberOperation => {
  const about = { id: OperationId.make(idPrefix.operation + id()), accountId: of.accountId, projectId: of.id, environment: "live", kind: "buy", number: agentNumber(), wish: null, registration: null } as const
  return { ...begin(about, at(0)), ...changes }
}

export const auditEntry = (changes: Partial<AuditEntry> = {}): AuditEntry => ({
  id: AuditEntryId.make(idPrefix.auditEntry + id()),
  accountId: accountId(),
  projectId: null,
  at: at(0),
  actor: "cli",
  action: "key.created",
  subject: `key_${digits(20)}`,
  detail: "It may send and read.",
  ...changes
})

/** A brand that was just filed. */
export const brandFiling: Filing = { kind: "brand", name: "Harbor Family Clinic", type: "standard", customerProfile: `BU${"0".repeat(32)}`, messagingProfile: `BU${"1".repeat(32)}` }

/** A campaign that scans well. */
export const campaignFiling = (brand: RegistrationId, changes: Partial<Extract<Filing, { kind: "campaign" }>> = {}): Extract<Filing, { kind: "campaign" }> => ({
  kind: "campaign",
  brand,
  brandName: "Harbor Family Clinic",
  useCase: "ACCOUNT_NOTIFICATION",
  description: "Harbor Family Clinic sends appointment reminders and changes of appointments to patients who agreed to them on the clinic's intake form.",
  messageFlow:
    "New patients fill in the intake form at https://harborclinic.example.com/intake. An optional checkbox, unticked, reads: \"I agree to receive text messages about my appointments from Harbor Family Clinic. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help.\" Privacy policy: https://harborclinic.example.com/privacy. Terms: https://harborclinic.example.com/terms.",
  messageSamples: [
    "Harbor Family Clinic: You have an appointment with Dr. Lee on [date] at [time]. Reply C to confirm. Reply STOP to opt out.",
    "Harbor Family Clinic: Your appointment was moved to [date] at [time]. Reply HELP for help."
  ],
  hasEmbeddedLinks: false,
  hasEmbeddedPhone: false,
  ...changes
})

export const registrationId = () => RegistrationId.make(idPrefix.registration + id())

export const registration = (of: Project, filing: Filing = brandFiling, changes: Partial<CarrierRegistration> = {}): CarrierRegistration => ({
  ...file({ id: registrationId(), accountId: of.accountId, projectId: of.id, filing }, at(0)),
  ...changes
})

/** What stands in a number's place. */
export const pseudonym = () => PhoneNumber.make(`+999${digits(12)}`)

/** An erasure that was just accepted. */
export const erasure = (changes: Partial<Erasure> = {}): Erasure => ({
  ...beginErasure({ id: ErasureId.make(idPrefix.erasure + id()), accountId: accountId(), number: userNumber(), pseudonym: pseudonym() }, at(0)),
  ...changes
})

export const eventId = () => EventId.make(idPrefix.event + id())

/** A text to the user was sent. */
export const messageEvent = (of: Partial<Message> = {}, changes: Partial<Pick<Event, "id" | "occurredAt">> = {}): Extract<Event, { readonly message: Message }> => {
  const message = outboundText({ status: "sent", ...of })
  const { accountId, environment, projectId } = message
  return { id: eventId(), accountId, projectId, environment, occurredAt: at(0), type: "message.sent", message, ...changes }
}
