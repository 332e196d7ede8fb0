/** Accepting a send: one transaction, after which the text is delivered or visibly failed. */
import { DateTime, Effect, Option, Result, Schema } from "effect"
import { MessageId, SessionId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { CurrentAvailability } from "./Availability.ts"
import { applyQuietly, exchangeOf, open, written } from "./Conversation.ts"
import { addText } from "./Facts.ts"
import type { Keyed } from "./Idempotency.ts"
import { recall, remember } from "./Idempotency.ts"
import { Ids } from "./Ids.ts"
import * as LineHealth from "./LineHealth.ts"
import { isHeld, mediaOf, outbound, suppress } from "./Message.ts"
import * as NumberSelection from "./NumberSelection.ts"
import { isOptedOut } from "./OptedOut.ts"
import { Directory } from "./ports/Directory.ts"
import { LimitStore } from "./ports/LimitStore.ts"
import { LineStore } from "./ports/LineStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import { StoreFailure } from "./ports/Store.ts"
import type { AgentNumber, Connector, Project } from "./Project.ts"
import { poolOf } from "./Project.ts"
import * as QuietHolds from "./QuietHolds.ts"
import * as RateLimit from "./RateLimit.ts"
import { openBySend } from "./Session.ts"
import { transition } from "./SessionMachine.ts"
import type { Filling } from "./Templates.ts"
import { textOf } from "./Templates.ts"
import type { Outcome, Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

export interface SendRequest {
  readonly connector: Connector
  /** Empty only where there are files. */
  readonly text: string | Filling
  /** Pictures and other files, which the carrier fetches. Missing: none. */
  readonly mediaUrls?: ReadonlyArray<string>
  readonly userNumber: PhoneNumber
  /** The sender that the caller wants; null: Parley chooses. */
  readonly agentNumber: PhoneNumber | null
  readonly idempotency: Keyed | null
}

export const filesOf = ({ mediaUrls = [] }: SendRequest): ReadonlyArray<string> => mediaUrls

export interface Accepted {
  readonly sessionId: SessionId
  readonly messageId: MessageId
  /** With a pool that chooses only the number that is expected. */
  readonly agentNumber: PhoneNumber
  /** Why this number: one reason for each criterion that narrowed the choice. Empty for a replay. */
  readonly reasons: ReadonlyArray<NumberSelection.Reason>
  readonly rate: RateLimit.Taken
  /** True when an idempotency key brought the answer of an earlier call. */
  readonly replayed: boolean
}

/** The project's minute is used up. */
export class OutboundRateExceeded extends Schema.TaggedError<OutboundRateExceeded>()("OutboundRateExceeded", {
  retryAfterSeconds: Schema.Int,
  limit: Schema.Int
}) {}

/** The connector's project was removed. */
export class ProjectNotFound extends Schema.TaggedError<ProjectNotFound>()("ProjectNotFound", { projectId: Schema.String }) {}

export const minuteMillis = 60_000

export const outboundRate = (project: Project): RateLimit.RateLimit => ({
  limit: project.config.limits.outboundPerMinute,
  windowMillis: minuteMillis
})

const bucketKey = (project: Project) => `outbound/${project.id}`
const bucketJson = Schema.fromJsonString(RateLimit.TokenBucket)
const answerJson = Schema.fromJsonString(Schema.Struct({ sessionId: SessionId, messageId: MessageId, agentNumber: PhoneNumber }))

/** What is left of the project's minute, without using any of it. */
export const allowance = Effect.fn("Outbound.allowance")(function*(project: Project) {
  const now = DateTime.toEpochMillis(yield* DateTime.now)
  return RateLimit.take(yield* bucket(project, now), outboundRate(project), now, 0)
})

const bucket = Effect.fnUntraced(function*(project: Project, nowMillis: number) {
  const limits = yield* LimitStore
  const kept = yield* limits.counter(bucketKey(project))
  return kept.pipe(
    Option.flatMap(Schema.decodeOption(bucketJson)),
    Option.getOrElse(() => RateLimit.full(outboundRate(project), nowMillis))
  )
})

/** Fails with why the send was not accepted; nothing is kept of it then but the token that it used. */
export const accept = Effect.fn("Outbound.accept")((request: SendRequest) =>
  keepingTheToken(Effect.gen(function*() {
    const project = yield* projectOf(request.connector)
    const replay = yield* replayed(request, project)
    if (Option.isSome(replay)) return replay.value
    const text = yield* Effect.fromResult(textOf(request.text, project, request.connector))
    return yield* attempt(request, project, text)
  }))
)

const isStoreFailure = Schema.is(StoreFailure)

/** One transaction, of which nothing is kept when it is refused but the token that it has used. */
export const keepingTheToken = <A, E, R>(decide: Effect.Effect<Outcome<A>, E, R>) =>
  // The refusal is a value inside, since a failure would undo what it has used.
  transactAndWake(Effect.gen(function*() {
    const outcome = yield* Effect.result(decide)
    if (Result.isSuccess(outcome)) return { value: Result.succeed(outcome.success.value), wakes: outcome.success.wakes }
    if (isStoreFailure(outcome.failure)) return yield* Effect.fail(outcome.failure)
    const refused: Outcome<Result.Result<A, Exclude<E, StoreFailure>>> = { value: Result.fail(outcome.failure as Exclude<E, StoreFailure>), wakes: [] }
    return refused
  })).pipe(Effect.flatMap(Effect.fromResult))

export const projectOf = Effect.fnUntraced(function*(connector: Connector) {
  const found = yield* (yield* Directory).project(connector.projectId)
  return Option.isNone(found) ? yield* new ProjectNotFound({ projectId: connector.projectId }) : found.value
})

/** Everything that a send passes, each time anew. Inside a transaction. */
export const attempt = Effect.fnUntraced(function*(request: SendRequest, project: Project, text: string) {
  const rate = yield* takeToken(project)
  const choice = yield* chooseNumber(request, project)
  return yield* send(request, text, project, choice, rate)
})

const replayed = Effect.fnUntraced(function*(request: SendRequest, project: Project) {
  const before = yield* recall(request.idempotency)
  if (Option.isNone(before)) return Option.none<Outcome<Accepted>>()
  const answer = Schema.decodeSync(answerJson)(before.value)
  const value: Accepted = { ...answer, reasons: [], rate: yield* allowance(project), replayed: true }
  return Option.some<Outcome<Accepted>>({ value, wakes: [] })
})

export const takeToken = Effect.fnUntraced(function*(project: Project) {
  const limits = yield* LimitStore
  const now = yield* DateTime.now
  const nowMillis = DateTime.toEpochMillis(now)
  const rate = outboundRate(project)
  const taken = RateLimit.take(yield* bucket(project, nowMillis), rate, nowMillis)
  if (!taken.allowed) return yield* new OutboundRateExceeded({ retryAfterSeconds: taken.retryAfterSeconds, limit: rate.limit })
  yield* limits.putCounter(bucketKey(project), Schema.encodeSync(bucketJson)(taken.bucket), now)
  return taken
})

/** Asks the store for no more than what could change the choice: most environments have one number, or one for the user. */
export const chooseNumber = Effect.fnUntraced(function*(request: SendRequest, project: Project) {
  const directory = yield* Directory
  const messages = yield* MessageStore
  const { environment } = request.connector
  const numbers = yield* directory.numbers(project.id, environment)
  const asked: NumberSelection.NumberRequest = {
    environment,
    candidates: numbers.map(unmeasured),
    userNumber: request.userNumber,
    withMedia: filesOf(request).length > 0,
    agentNumber: request.agentNumber,
    pool: poolOf(project, environment),
    policy: project.config.registration,
    availability: yield* CurrentAvailability
  }
  const select = (known: Partial<NumberSelection.NumberRequest>) => Effect.fromResult(NumberSelection.select({ ...asked, ...known }))

  const atOnce = yield* select({})
  if (!NumberSelection.hangsOnHistory(atOnce)) return atOnce
  const last = yield* messages.lastTalkedWith({ projectId: project.id, environment, userNumber: request.userNumber })
  const lastTalkedWith = Option.getOrNull(last)
  const remembering = yield* select({ lastTalkedWith })
  if (!NumberSelection.hangsOnLines(remembering)) return remembering
  return yield* select({ lastTalkedWith, candidates: yield* Effect.forEach(numbers, candidate) })
})

// Longer queues are all alike to the choice, and counting them would cost their length.
const countedQueue = 1_000

/** A number as the choice looks at it before anybody has asked how its line is doing. */
const unmeasured = (number: AgentNumber): NumberSelection.Candidate => ({
  number: number.number,
  country: number.country,
  type: number.type,
  registration: number.registration,
  mms: number.mms,
  segmentsPerSecond: number.segmentsPerSecond,
  queuedSegments: 0,
  enabled: number.retiring !== true
})

/** A number as the choice looks at it. */
export const candidate = Effect.fnUntraced(function*(number: AgentNumber) {
  const messages = yield* MessageStore
  const lines = yield* LineStore
  const now = yield* DateTime.now
  const line = Option.getOrElse(yield* lines.get(number.number), () => LineHealth.fresh(number.number, now))
  const { recentFailures, recentSends } = LineHealth.faded(line, now)
  const queuedSegments = yield* messages.queueLength(number.number, countedQueue)
  return { ...unmeasured(number), health: { recentSends, recentFailures }, queuedSegments }
})

const send = Effect.fnUntraced(function*(
  request: SendRequest,
  text: string,
  project: Project,
  choice: NumberSelection.Selection,
  rate: RateLimit.Taken
) {
  const sessions = yield* SessionStore
  const ids = yield* Ids
  const now = yield* DateTime.now
  const policy = project.config.session
  const { environment } = request.connector
  const wakes: Array<Wake> = []

  const before = yield* sessions.active({ projectId: project.id, environment, userNumber: request.userNumber })
  if (Option.isSome(before)) wakes.push(...(yield* applyQuietly(before.value, { _tag: "Superseded" }, policy)).wakes)

  const session = openBySend(
    {
      id: yield* ids.session,
      accountId: project.accountId,
      projectId: project.id,
      environment,
      userNumber: request.userNumber,
      agentNumber: choice.number,
      pool: choice.pool
    },
    now,
    policy
  )
  const message = outbound(
    exchangeOf(session),
    { id: yield* ids.message, author: "api", purpose: "opening", body: written(text, policy), media: mediaOf(filesOf(request)) },
    now
  )
  const opening = (yield* isOptedOut(message))
    ? suppress(message, "opted_out", "The recipient opted out of texts from this number.", now)
    : QuietHolds.atAcceptance(message, project, now)
  if (opening.status === "suppressed") {
    const event = { _tag: "TextFailed" as const, messageId: message.id, purpose: "opening" as const, detail: opening.trouble?.detail ?? "" }
    const ended = yield* Effect.fromResult(transition(session, event, now, policy)).pipe(Effect.orDie)
    yield* open(ended.session, policy)
    wakes.push({ _tag: "Session", id: session.id })
  } else {
    yield* open(session, policy)
    if (!isHeld(opening)) wakes.push({ _tag: "Line", number: choice.number })
  }
  yield* addText(opening)
  const answer = Schema.encodeSync(answerJson)({ sessionId: session.id, messageId: message.id, agentNumber: choice.number })
  yield* remember(request.idempotency, 202, answer)
  const value: Accepted = {
    sessionId: session.id,
    messageId: message.id,
    agentNumber: choice.number,
    reasons: choice.reasons,
    rate,
    replayed: false
  }
  const accepted: Outcome<Accepted> = { value, wakes }
  return accepted
})
