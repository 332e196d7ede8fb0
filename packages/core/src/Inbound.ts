/**
 * A text of the user arrives. One transaction decides everything: whether it is a repeat, a keyword, from a user who opted
 * out, over a limit, or a word in a conversation. The webhook is answered after it.
 */
import { DateTime, Effect, Option, Schema } from "effect"
import { Environment } from "@parley/schema/Environment"
import type { SessionId } from "@parley/schema/Ids"
import { ProjectId } from "@parley/schema/Ids"
import { countryOf } from "@parley/schema/NumberPlan"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { Consent } from "./Consent.ts"
import { classify } from "./Consent.ts"
import { apply, applyQuietly, open } from "./Conversation.ts"
import * as Facts from "./Facts.ts"
import { Ids } from "./Ids.ts"
import type { InboundLimits } from "./InboundGuard.ts"
import * as InboundGuard from "./InboundGuard.ts"
import type { Exchange, Media, Message } from "./Message.ts"
import { inbound, outbound, suppress } from "./Message.ts"
import { ConsentStore } from "./ports/ConsentStore.ts"
import { Directory } from "./ports/Directory.ts"
import { LimitStore } from "./ports/LimitStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import type { Project } from "./Project.ts"
import { poolOf } from "./Project.ts"
import * as QuietHolds from "./QuietHolds.ts"
import type { Session } from "./Session.ts"
import { openByText } from "./Session.ts"
import type { Outcome, Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

export interface ArrivedText {
  readonly projectId: ProjectId
  readonly environment: Environment
  /** The carrier's id; a second text with it is the same text. */
  readonly carrierId: string
  readonly from: PhoneNumber
  readonly to: PhoneNumber
  /** The carrier's pool that the number is in, as the carrier says. Missing: in none. */
  readonly pool?: string | null
  readonly body: string
  /** Files that came with it, where the carrier keeps them. */
  readonly media: ReadonlyArray<Pick<Media, "url" | "contentType">>
  /** The consent keyword that the carrier has answered itself, if it did. */
  readonly carrierOptOut: "STOP" | "START" | "HELP" | null
}

export type Received =
  | { readonly _tag: "Conversed"; readonly sessionId: SessionId; readonly opened: boolean }
  | { readonly _tag: "Keyword"; readonly action: "stop" | "start" | "help" }
  | { readonly _tag: "Dropped"; readonly reason: string }
  | { readonly _tag: "Repeated" }

/** The number is not provisioned for this project and environment, and not in their pool. */
export class UnknownDestination extends Schema.TaggedError<UnknownDestination>()("UnknownDestination", {
  projectId: ProjectId,
  environment: Environment,
  number: PhoneNumber
}) {}

/** `arrivedAt`: when the webhook came in; idle time counts from it. */
export const receive = Effect.fn("Inbound.receive")((text: ArrivedText, arrivedAt: DateTime.Utc) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const consent = yield* ConsentStore
    const { country, project } = yield* destination(text)
    if (Option.isSome(yield* messages.byCarrierId(text.carrierId))) return done({ _tag: "Repeated" })

    const arrival: Arrival = { text, project, arrivedAt }
    const optedOut = Option.isSome(yield* consent.get(text.from, text.to))
    const asked = classify(text.body, { agentCountry: country, optedOut, carrierOptOutType: text.carrierOptOut })
    if (asked._tag !== "none") return yield* keyword(arrival, asked)
    if (optedOut) return yield* drop(arrival, "opted_out", "The user opted out, and has not sent START since.", null)

    const refused = yield* guard(arrival)
    if (refused !== null) return yield* drop(arrival, refused.reason, `The text was over a limit (${refused.reason}).`, refused.reply)
    return yield* converse(arrival)
  }))
)

interface Arrival {
  readonly text: ArrivedText
  readonly project: Project
  readonly arrivedAt: DateTime.Utc
}

const done = (value: Received, wakes: ReadonlyArray<Wake> = []): Outcome<Received> => ({ value, wakes })

const destination = Effect.fnUntraced(function*(text: ArrivedText) {
  const directory = yield* Directory
  const number = yield* directory.number(text.to)
  const project = yield* directory.project(text.projectId)
  const pool = text.pool ?? null
  const isOurs = Option.match(number, {
    // The pool may hold numbers that nobody has declared here; it may have chosen one, and the user's answer must not be lost.
    onNone: () => pool !== null && Option.exists(project, (project) => poolOf(project, text.environment) === pool),
    onSome: ({ environment, projectId }) => projectId === text.projectId && environment === text.environment
  })
  if (!isOurs || Option.isNone(project)) {
    return yield* new UnknownDestination({ projectId: text.projectId, environment: text.environment, number: text.to })
  }
  return { country: Option.match(number, { onNone: () => countryOf(text.to), onSome: ({ country }) => country }), project: project.value }
})

const exchange = ({ project, text }: Arrival, sessionId: SessionId | null): Exchange => ({
  accountId: project.accountId,
  projectId: project.id,
  environment: text.environment,
  userNumber: text.from,
  agentNumber: text.to,
  sessionId
})

const keep = Effect.fnUntraced(function*(
  arrival: Arrival,
  sessionId: SessionId | null,
  as: Pick<Message, "purpose" | "status" | "trouble">
) {
  const { body, carrierId } = arrival.text
  const media = arrival.text.media.map((file) => ({ ...file, sizeBytes: null }))
  yield* Facts.addText(
    inbound(exchange(arrival, sessionId), { id: yield* (yield* Ids).message, body, media, carrierId, ...as }, arrival.arrivedAt)
  )
})

const reply = Effect.fnUntraced(function*(
  arrival: Arrival,
  sessionId: SessionId | null,
  purpose: "consent" | "notice",
  body: string
) {
  const id = yield* (yield* Ids).message
  yield* Facts.addText(outbound(exchange(arrival, sessionId), { id, author: "system", purpose, body }, yield* DateTime.now))
  return [{ _tag: "Line" as const, number: arrival.text.to }]
})

const active = ({ text }: Arrival) =>
  Effect.flatMap(SessionStore, (sessions) =>
    sessions.active({ projectId: text.projectId, environment: text.environment, userNumber: text.from }))

const keyword = Effect.fnUntraced(function*(arrival: Arrival, asked: Exclude<Consent, { _tag: "none" }>) {
  const { arrivedAt, project, text } = arrival
  const session = yield* active(arrival)
  const sessionId = Option.match(session, { onNone: () => null, onSome: (session) => session.id })
  const wakes: Array<Wake> = []
  if (asked._tag === "stop") {
    yield* Facts.optOut(project.accountId, {
      userNumber: text.from,
      agentNumber: text.to,
      projectId: text.projectId,
      environment: text.environment,
      source: asked.source,
      optedOutAt: arrivedAt
    })
    yield* cancelQueued(text)
    if (Option.isSome(session)) wakes.push(...yield* leave(session.value, project))
  }
  if (asked._tag === "start") {
    yield* Facts.optIn(project.accountId, text.from, text.to)
    if (poolOf(project, text.environment) !== null) yield* forgetCarriersWord(arrival)
  }
  yield* keep(arrival, sessionId, { purpose: "keyword", status: "received", trouble: null })
  if (asked.reply !== null) wakes.push(...yield* reply(arrival, sessionId, "consent", asked.reply))
  return done({ _tag: "Keyword", action: asked._tag }, wakes)
})

// Nobody has that many numbers that refuse one user.
const mostOptOuts = 100

/** What the carrier told of the user holds for its whole pool, whichever number it was told of, and so does the user's START. */
const forgetCarriersWord = Effect.fnUntraced(function*({ project, text }: Arrival) {
  const consent = yield* ConsentStore
  const { environment, from: userNumber, projectId } = text
  const { items } = yield* consent.list({ accountId: project.accountId, userNumber, projectId, environment }, { limit: mostOptOuts, cursor: null })
  for (const { agentNumber, source } of items) if (source !== "keyword") yield* Facts.optIn(project.accountId, userNumber, agentNumber)
})

const leave = Effect.fnUntraced(function*(session: Session, project: Project) {
  const { wakes } = yield* applyQuietly(session, { _tag: "UserLeft" }, project.config.session)
  return wakes
})

/** What still waits for this user on this number does not leave; a keyword's own confirmation does. */
const cancelQueued = Effect.fnUntraced(function*(text: ArrivedText) {
  const messages = yield* MessageStore
  const now = yield* DateTime.now
  for (const queued of yield* messages.queuedTo(text.from, text.to)) {
    if (queued.purpose === "consent") continue
    yield* Facts.changeText(queued, suppress(queued, "opted_out", "The user opted out before this text had left.", now))
  }
})

const drop = Effect.fnUntraced(function*(arrival: Arrival, reason: string, detail: string, notice: string | null) {
  yield* keep(arrival, null, { purpose: "text", status: "dropped", trouble: { reason, code: null, detail } })
  const wakes = notice === null ? [] : yield* reply(arrival, null, "notice", notice)
  return done({ _tag: "Dropped", reason }, wakes)
})

const userGuardJson = Schema.fromJsonString(InboundGuard.UserGuard)
const projectGuardJson = Schema.fromJsonString(InboundGuard.ProjectGuard)

/** The four checks; null when the text may pass. What they have counted is written in this same transaction. */
const guard = Effect.fnUntraced(function*({ arrivedAt, project, text }: Arrival) {
  const limits = yield* LimitStore
  const allowed: InboundLimits = project.config.limits
  const userKey = `inbound/${project.id}/${text.environment}/${text.from}`
  const projectKey = `inbound/${project.id}`
  const user = yield* limits.counter(userKey).pipe(
    Effect.map(Option.flatMap(Schema.decodeOption(userGuardJson))),
    Effect.map(Option.getOrElse(() => InboundGuard.newUserGuard))
  )
  const whole = yield* limits.counter(projectKey).pipe(
    Effect.map(Option.flatMap(Schema.decodeOption(projectGuardJson))),
    Effect.map(Option.getOrElse(() => InboundGuard.newProjectGuard))
  )
  const checked = InboundGuard.check(user, whole, InboundGuard.fingerprint(text.body), arrivedAt, allowed)
  yield* limits.putCounter(userKey, Schema.encodeSync(userGuardJson)(checked.user), arrivedAt)
  if (checked.project !== whole) yield* limits.putCounter(projectKey, Schema.encodeSync(projectGuardJson)(checked.project), arrivedAt)
  return checked.decision._tag === "Allowed" ? null : checked.decision
})

const converse = Effect.fnUntraced(function*(arrival: Arrival) {
  const { arrivedAt, project, text } = arrival
  const policy = project.config.session
  const current = yield* active(arrival)
  if (Option.isSome(current)) {
    const event = { _tag: "TextReceived" as const, agentNumber: text.to, at: arrivedAt }
    // The agent is told what comes after the last text that it was asked about, by the order of the ids.
    const { answeredThrough, running } = current.value.turn
    const asked = running?.through ?? answeredThrough
    if (asked !== null) yield* (yield* Ids).after(asked)
    const { session, wakes } = yield* apply(current.value, event, policy).pipe(Effect.catchTag(["SessionClosed", "NotTakenOver"], Effect.die))
    yield* keep(arrival, session.id, { purpose: "text", status: "received", trouble: null })
    const freed = current.value.state === "unanswered" ? yield* QuietHolds.userSpoke(session) : []
    return done({ _tag: "Conversed", sessionId: session.id, opened: false }, [...wakes, ...freed])
  }
  const session = openByText(
    {
      id: yield* (yield* Ids).session,
      accountId: project.accountId,
      projectId: project.id,
      environment: text.environment,
      userNumber: text.from,
      agentNumber: text.to
    },
    arrivedAt,
    policy
  )
  yield* open(session, policy)
  yield* keep(arrival, session.id, { purpose: "text", status: "received", trouble: null })
  return done({ _tag: "Conversed", sessionId: session.id, opened: true }, [{ _tag: "Session", id: session.id }])
})
