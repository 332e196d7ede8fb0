/**
 * The steps of a line, each one transaction: claim what may leave, record what the carrier said, settle what nobody knows.
 * A text is claimed before the call and recorded after it, so a crash in between leaves a text that may have been sent: it
 * is `unknown`, and only the carrier's own word, or proof that it has no such text, takes it further.
 *
 * A line has one owner, but one that was frozen or cut off may not know that it is the owner no more. So each owner takes the next
 * epoch of the line, and a claim under an earlier one fails. What was claimed is recorded under the number of its attempt, so that
 * what comes late of an attempt changes nothing of the next.
 */
import { Clock, Context, DateTime, Duration, Effect, Option, Random, Schema } from "effect"
import type { MessageId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { tell } from "./Conversation.ts"
import * as DailyCap from "./DailyCap.ts"
import * as LineBackOff from "./LineBackOff.ts"
import * as LineHealth from "./LineHealth.ts"
import * as LinePacing from "./LinePacing.ts"
import type { Message } from "./Message.ts"
import { suppress } from "./Message.ts"
import { isOptedOut } from "./OptedOut.ts"
import type { Accepted, CarrierFailure, CarrierText, OutboundText } from "./ports/Carrier.ts"
import { ConsentStore } from "./ports/ConsentStore.ts"
import { Directory } from "./ports/Directory.ts"
import type { LineState } from "./ports/LineStore.ts"
import { LineStore } from "./ports/LineStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import { nextPacificMidnight } from "./PacificDay.ts"
import * as QuietHolds from "./QuietHolds.ts"
import { countOutcome, reopen, report } from "./Receipts.ts"
import type { Session } from "./Session.ts"
import type { Outcome, Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

export interface LineTimes extends LineBackOff.BackOffTimes {
  /** A text that could not leave for this long fails as `expired`. */
  readonly validity: Duration.Duration
  /** From an ambiguous call to the first question to the carrier, and between two questions. */
  readonly askAfter: Duration.Duration
  /** From the first answered question to the time when a listing without the text proves that it is not there. */
  readonly absentAfter: Duration.Duration
  /** From an ambiguous call to the time when nobody asks any more: the text stays `unknown`, and holds nobody up. */
  readonly settledWithin: Duration.Duration
  /** Calls at once that send, for one line. */
  readonly requestsInFlight: number
  /** Calls at once that ask, for one line. */
  readonly questionsInFlight: number
}

export const defaultLineTimes: LineTimes = {
  backOff: Duration.seconds(1),
  backOffAtMost: Duration.minutes(5),
  validity: Duration.hours(24),
  askAfter: Duration.seconds(5),
  absentAfter: Duration.minutes(1),
  settledWithin: Duration.minutes(15),
  requestsInFlight: 16,
  questionsInFlight: 4
}

/**
 * From a claim to the latest time at which its call may begin; later the text is given back. Absence is proved so much later that a call which
 * began in time would be listed: a process that was frozen between claim and call doubles nothing.
 */
export const callWithin = ({ absentAfter }: LineTimes): Duration.Duration => Duration.min(Duration.divideUnsafe(absentAfter, 2), Duration.seconds(15))

/** The times that lines keep; an operator's, not a project's. */
export const CurrentLineTimes = Context.Reference<LineTimes>("@parley/core/CurrentLineTimes", { defaultValue: () => defaultLineTimes })

/** What a claim brings. */
export interface Claim {
  /** To be sent now: their rows say `sending`. */
  readonly send: ReadonlyArray<Message>
  /** To be asked about now. */
  readonly ask: ReadonlyArray<Message>
  /** How many did not pass the gates: what stood behind them may be due now. */
  readonly withheld: number
  /** Pacing after this claim. */
  readonly pacing: LinePacing.LinePacing
  /** How long until pacing lets the next text leave, if one waits only for that. */
  readonly pacedFor: Duration.Duration | null
  /** When the line is to try again, while its carrier does not take texts. */
  readonly backOffUntil: DateTime.Utc | null
}

/** The line has a later owner: this one has nothing to do any more. */
export class LineTakenOver extends Schema.TaggedError<LineTakenOver>()("LineTakenOver", { number: PhoneNumber }) {}

export const textOf = (message: Message): OutboundText => ({
  messageId: message.id,
  projectId: message.projectId,
  environment: message.environment,
  from: message.agentNumber,
  pool: message.pool,
  to: message.userNumber,
  body: message.body,
  mediaUrls: message.media.map(({ url }) => url)
})

/** How many calls of each kind may be made now. */
export interface Room {
  readonly send: number
  readonly ask: number
}

/**
 * Takes what may leave now and what is to be asked about, leaving out those that are `asked` about already.
 * @param epoch the owner's, from `takeOver`; fails with `LineTakenOver` where a later one has the line
 */
export const claim = Effect.fn("Lines.claim")((
  number: PhoneNumber,
  epoch: number,
  pacing: LinePacing.LinePacing,
  room: Room,
  asked: ReadonlySet<MessageId>
) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const lines = yield* LineStore
    const now = yield* DateTime.now
    const line = Option.getOrElse(yield* lines.get(number), () => LineHealth.fresh(number, now))
    if (line.epoch !== epoch) return yield* new LineTakenOver({ number })
    const due = room.ask > 0 ? yield* messages.questions(number, now, room.ask + asked.size) : []
    const ask = due.filter((message) => !asked.has(message.id)).slice(0, room.ask)
    const backOff = LineBackOff.rebased(line.backOff, now)
    const gate = LineBackOff.gate(backOff, now)
    const mayLeave = gate._tag === "Open" ? room.send : gate._tag === "Probing" && room.send > 0 && !(yield* isProbed(number, gate.since)) ? 1 : 0
    const { wakes, ...taken } = yield* takeFromQueue(number, pacing, mayLeave)
    if (taken.send.length > 0 || backOff !== line.backOff) {
      yield* lines.put({ ...line, backOff, handedOver: yield* asHandedOver(taken.pacing) })
    }
    const claimed: Claim = { ...taken, ask, backOffUntil: gate._tag === "Waiting" ? gate.until : null }
    return { value: claimed, wakes }
  }))
)

/** The row is for another process perhaps, whose monotonic clock began at another time. */
const asHandedOver = Effect.fnUntraced(function*({ recent }: LinePacing.LinePacing) {
  const now = yield* DateTime.now
  const nowMillis = yield* monotonicMillis
  return recent.map(({ atMillis, segments }) => ({ at: DateTime.subtractDuration(now, Duration.millis(nowMillis - atMillis)), segments }))
})

const asPacing = Effect.fnUntraced(function*(handedOver: LineState["handedOver"]) {
  const now = yield* DateTime.now
  const nowMillis = yield* monotonicMillis
  // What seems to come from the future, where clocks differ, has just left.
  const recent = handedOver.map(({ at, segments }) => ({ atMillis: nowMillis - Math.max(0, DateTime.toEpochMillis(now) - DateTime.toEpochMillis(at)), segments }))
  const pacing: LinePacing.LinePacing = { recent }
  return pacing
})

/** True while a text is out that was sent after the line began to wait: its outcome is what the others wait for. */
const isProbed = Effect.fnUntraced(function*(number: PhoneNumber, since: DateTime.Utc) {
  const messages = yield* MessageStore
  const out = yield* messages.inFlight(number)
  return out.some(({ attemptedAt }) => attemptedAt !== null && DateTime.isGreaterThan(attemptedAt, since))
})

const takeFromQueue = Effect.fnUntraced(function*(number: PhoneNumber, pacing: LinePacing.LinePacing, atMost: number) {
  const messages = yield* MessageStore
  const directory = yield* Directory
  const times = yield* CurrentLineTimes
  const now = yield* DateTime.now
  const nowMillis = yield* monotonicMillis
  const heads = atMost > 0 ? yield* messages.heads(number, lookahead(atMost)) : []
  const send: Array<Message> = []
  const wakes: Array<Wake> = []
  let paced = pacing
  let pacedFor: Duration.Duration | null = null
  let withheld = 0
  const quietGate = QuietHolds.gate()
  if (heads.length === 0) return { send, withheld, pacing, pacedFor, wakes }

  // A number that was taken away while texts waited keeps the slowest pace that a carrier has.
  const known = yield* directory.number(number)
  const segmentsPerSecond = Option.match(known, { onNone: () => 1, onSome: (known) => known.segmentsPerSecond })
  const cap = yield* DailyCap.of(known, now)
  for (const message of heads) {
    if (send.length === atMost) break
    const stopped = (yield* reasonNotToSend(message, times, now)) ?? (yield* quietGate(message, now)) ?? cap.hold(message)
    if (stopped !== null) {
      withheld++
      yield* messages.update(stopped)
      if (stopped.status === "queued") continue
      const detail = stopped.trouble?.detail ?? ""
      wakes.push(...yield* tell(message, (purpose) => ({ _tag: "TextFailed", messageId: message.id, purpose, detail })))
      continue
    }
    const admitted = LinePacing.admit(paced, message.segments, segmentsPerSecond, nowMillis)
    if (admitted._tag === "Wait") {
      pacedFor = Duration.millis(admitted.untilMillis - nowMillis)
      break
    }
    paced = admitted.state
    const sending: Message = { ...message, status: "sending", attempts: message.attempts + 1, attemptedAt: now, nextAttemptAt: null, updatedAt: now }
    yield* messages.update(sending)
    cap.count(message)
    send.push(sending)
  }
  yield* cap.keep
  return { send, withheld, pacing: paced, pacedFor, wakes }
})

// Texts that do not pass the gates cost a look each, and nobody behind them should wait for another one.
const lookahead = (atMost: number): number => Math.max(atMost, 4)

/** Pacing keeps this time, which no correction of the clock moves. */
const monotonicMillis = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))

/** The gates that a text passes again at the moment of sending; null when it may go. */
const reasonNotToSend = Effect.fnUntraced(function*(message: Message, times: LineTimes, now: DateTime.Utc) {
  if (message.purpose !== "consent" && (yield* isOptedOut(message))) {
    return suppress(message, "opted_out", "The user opted out before this text had left.", now)
  }
  if (message.purpose === "warning" && !(yield* isStillWarning(message))) {
    return suppress(message, "no_longer_needed", "The conversation went on before this text had left.", now)
  }
  const since = message.heldUntil === null ? message.createdAt : DateTime.max(message.createdAt, message.heldUntil)
  if (DateTime.isLessThan(DateTime.addDuration(since, times.validity), now)) {
    const last = message.trouble === null ? "" : ` The last obstacle: ${message.trouble.detail}`
    const detail = `The text could not leave within its validity.${last}`
    const expired: Message = {
      ...message,
      status: "failed",
      trouble: { reason: "expired", code: message.trouble?.code ?? null, detail },
      nextAttemptAt: null,
      updatedAt: now
    }
    return expired
  }
  return null
})

/** A warning that was out of reach (being handed over, or unknown) when its session went on comes back to the queue for nothing. */
const isStillWarning = Effect.fnUntraced(function*(message: Message) {
  const sessions = yield* SessionStore
  const session = message.sessionId === null ? Option.none<Session>() : yield* sessions.get(message.sessionId)
  return Option.exists(session, ({ state, warning }) => state === "warned" && warning?.messageId === message.id)
})

/**
 * What came of the call for a claimed text. The row is read again: a callback may have been here first, or another owner, who did not know
 * what came of it.
 */
export const record = Effect.fn("Lines.record")((
  claimed: Pick<Message, "id" | "attempts">,
  outcome: { readonly _tag: "Success"; readonly success: Accepted } | { readonly _tag: "Failure"; readonly failure: CarrierFailure }
) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const found = yield* messages.get(claimed.id)
    if (Option.isNone(found)) return nothing
    if (outcome._tag === "Success") {
      return { value: undefined, wakes: yield* report(found.value, outcome.success.carrierId, "sent", { from: outcome.success.from ?? null, code: null, detail: null }) }
    }
    const { attempts, status } = found.value
    const isOpen = status === "sending" || (status === "unknown" && outcome.failure.reason._tag === "Withheld")
    if (!isOpen || attempts !== claimed.attempts) return nothing
    const { wakes } = yield* recordFailure(found.value, outcome.failure)
    return { value: undefined, wakes }
  }))
)

const nothing: Outcome<void> = { value: undefined, wakes: [] }

const recordFailure = Effect.fnUntraced(function*(message: Message, failure: CarrierFailure) {
  const messages = yield* MessageStore
  const consent = yield* ConsentStore
  const times = yield* CurrentLineTimes
  const now = yield* DateTime.now
  const { reason } = failure
  const then = (changes: Partial<Message>) => messages.update({ ...message, nextAttemptAt: null, updatedAt: now, ...changes })
  switch (reason._tag) {
    case "Withheld":
      yield* then({ status: "queued", trouble: null })
      return { wakes: [{ _tag: "Line" as const, number: message.agentNumber }] }
    case "NotNow": {
      const wish = reason.nextDay ? DateTime.distance(now, nextPacificMidnight(now)) : reason.retryAfter ?? Duration.zero
      yield* then({ status: "queued", trouble: { reason: "not_now", code: reason.code, detail: reason.detail } })
      yield* changeBackOff(message, now, (backOff, call) => LineBackOff.refused(backOff, call, wish, times))
      return { wakes: [] }
    }
    case "Ambiguous":
      yield* then({
        status: "unknown",
        nextAttemptAt: DateTime.addDuration(now, times.askAfter),
        trouble: { reason: "ambiguous", code: reason.code, detail: reason.detail }
      })
      yield* changeBackOff(message, now, (backOff, call) => LineBackOff.lost(backOff, call, times))
      return { wakes: [] }
    case "RecipientOptedOut": {
      const detail = "The recipient opted out of texts from this number with the carrier."
      yield* consent.put({
        userNumber: message.userNumber,
        agentNumber: message.agentNumber,
        projectId: message.projectId,
        environment: message.environment,
        source: "carrier_refusal",
        optedOutAt: now
      })
      yield* then({ status: "suppressed", trouble: { reason: "opted_out", code: reason.code, detail } })
      yield* reopen(message)
      return { wakes: yield* tell(message, (purpose) => ({ _tag: "TextFailed", messageId: message.id, purpose, detail })) }
    }
    case "Refused":
    case "Rejected":
      if (reason._tag === "Refused") yield* Effect.logError("The carrier refuses the gateway", reason.detail)
      yield* then({
        status: "failed",
        trouble: { reason: reason._tag === "Refused" ? "refused" : "rejected", code: reason.code, detail: reason.detail }
      })
      yield* countOutcome(message, "failed")
      yield* reopen(message)
      return { wakes: yield* tell(message, (purpose) => ({ _tag: "TextFailed", messageId: message.id, purpose, detail: reason.detail })) }
  }
})

/** What the call of this text tells of its line. */
const changeBackOff = Effect.fnUntraced(function*(
  message: Message,
  now: DateTime.Utc,
  change: (backOff: LineBackOff.LineBackOff | null, call: LineBackOff.Call) => LineBackOff.LineBackOff
) {
  const lines = yield* LineStore
  const line = Option.getOrElse(yield* lines.get(message.agentNumber), () => LineHealth.fresh(message.agentNumber, now))
  const chance = yield* Random.next
  yield* lines.put({ ...line, backOff: change(LineBackOff.rebased(line.backOff, now), { madeAt: message.attemptedAt ?? now, now, chance }) })
})

/**
 * What the carrier answered to the question whether it has a text: what it lists, or null where the question itself failed.
 * @param asked the text as it was when the carrier was asked
 * @param watchedFor since the first question that was answered, by a clock that no correction moves. A listing proves absence only once it had the time to show the text.
 * True while the text is to be asked about again.
 */
export const settle = Effect.fn("Lines.settle")((asked: Pick<Message, "id" | "attempts">, listed: ReadonlyArray<CarrierText> | null, watchedFor: Duration.Duration) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const times = yield* CurrentLineTimes
    const now = yield* DateTime.now
    const found = yield* messages.get(asked.id)
    if (Option.isNone(found) || found.value.status !== "unknown" || found.value.attempts !== asked.attempts) return settled([])
    const message = found.value
    const own = listed === null ? null : yield* notYetKnown(message, listed)
    if (own !== null) return settled(yield* report(message, own.carrierId, own.status, own))
    const since = message.attemptedAt ?? message.createdAt
    const wake: Wake = { _tag: "Line", number: message.agentNumber }
    if (listed !== null && Duration.isGreaterThanOrEqualTo(watchedFor, times.absentAfter)) {
      yield* messages.update({ ...message, status: "queued", nextAttemptAt: null, updatedAt: now })
      return settled([wake])
    }
    const overAt = DateTime.addDuration(since, times.settledWithin)
    if (listed !== null || DateTime.isGreaterThan(overAt, now)) {
      const soon = DateTime.addDuration(now, times.askAfter)
      // A carrier that cannot even be asked is asked less and less often.
      const seldom = DateTime.addDuration(now, Duration.millis(Math.ceil(Duration.toMillis(DateTime.distance(since, now)) / 4)))
      const nextAttemptAt = listed === null ? DateTime.max(soon, DateTime.min(seldom, overAt)) : soon
      yield* messages.update({ ...message, attemptedAt: DateTime.min(since, now), nextAttemptAt, updatedAt: now })
      return { value: true, wakes: [wake] }
    }
    // Nobody asks any more. Its session goes on as if the user had it, or a warning would keep it open for ever.
    yield* messages.update({ ...message, nextAttemptAt: null, updatedAt: now })
    const wakes = yield* tell(message, (purpose) => ({ _tag: "TextAccepted", messageId: message.id, purpose, at: since }))
    return settled([wake, ...wakes])
  }))
)

const settled = (wakes: ReadonlyArray<Wake>): Outcome<boolean> => ({ value: false, wakes })

/** How far a clock may have been set between a call and a question about it that nobody measured: a zone's hour, and some. */
const clockTolerance = Duration.minutes(65)

/**
 * When the call of this text was made, on the clock as it is set now, or some time before: a listing that begins too late would not show it.
 * `age`: of the call, by a clock that nobody sets; null where this process did not make it.
 */
export const attemptedSince = (message: Message, age: Duration.Duration | null, now: DateTime.Utc): DateTime.Utc => {
  const told = Duration.max(DateTime.distance(message.attemptedAt ?? message.createdAt, now), Duration.zero)
  return DateTime.subtractDuration(now, age === null ? Duration.sum(told, clockTolerance) : Duration.max(told, age))
}

/** A listed text that no other message here has claimed: the oldest, as the one that was sent first. */
const notYetKnown = Effect.fnUntraced(function*(message: Message, listed: ReadonlyArray<CarrierText>) {
  const messages = yield* MessageStore
  const oldestFirst = listed.toSorted((a, b) => DateTime.toEpochMillis(a.createdAt) - DateTime.toEpochMillis(b.createdAt))
  for (const text of oldestFirst) {
    const owner = yield* messages.byCarrierId(text.carrierId)
    if (Option.isNone(owner) || owner.value.id === message.id) return text
  }
  return null
})

/**
 * A new owner takes the line over: its epoch, to claim under, and the pacing to go on with. What the owner before had handed over and never
 * recorded becomes `unknown`.
 */
export const takeOver = Effect.fn("Lines.takeOver")((number: PhoneNumber) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const lines = yield* LineStore
    const times = yield* CurrentLineTimes
    const now = yield* DateTime.now
    for (const message of yield* messages.inFlight(number)) {
      yield* messages.update({
        ...message,
        status: "unknown",
        nextAttemptAt: DateTime.addDuration(message.attemptedAt ?? now, times.askAfter),
        trouble: { reason: "ambiguous", code: null, detail: "The gateway stopped while this text was being handed to the carrier." },
        updatedAt: now
      })
    }
    const line = Option.getOrElse(yield* lines.get(number), () => LineHealth.fresh(number, now))
    const epoch = line.epoch + 1
    yield* lines.put({ ...line, epoch })
    return { value: { epoch, pacing: yield* asPacing(line.handedOver) }, wakes: [] }
  }))
)
