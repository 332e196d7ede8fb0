/**
 * The steps of a line, each one transaction: claim what may leave, record what the carrier said, settle what nobody knows.
 * A text is claimed before the call and recorded after it, so a crash in between leaves a text that may have been sent: it
 * is `unknown`, and only the carrier's own word, or proof that it has no such text, takes it further.
 */
import { Context, DateTime, Duration, Effect, Option, Random } from "effect"
import type { MessageId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { tell } from "./Conversation.ts"
import * as LineHealth from "./LineHealth.ts"
import * as LinePacing from "./LinePacing.ts"
import type { Message } from "./Message.ts"
import { suppress } from "./Message.ts"
import { isOptedOut } from "./OptedOut.ts"
import type { Accepted, CarrierFailure, CarrierText, OutboundText } from "./ports/Carrier.ts"
import { ConsentStore } from "./ports/ConsentStore.ts"
import { Directory } from "./ports/Directory.ts"
import { LineStore } from "./ports/LineStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import * as QuietHolds from "./QuietHolds.ts"
import { countOutcome, report } from "./Receipts.ts"
import type { Session } from "./Session.ts"
import type { Outcome, Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

export interface LineTimes {
  /** The first wait after a text was refused for now; doubled for each further one, up to `backOffAtMost`, with jitter. */
  readonly backOff: Duration.Duration
  readonly backOffAtMost: Duration.Duration
  /** A text that could not leave for this long fails as `expired`. */
  readonly validity: Duration.Duration
  /** From an ambiguous call to the first question to the carrier, and between two questions. */
  readonly askAfter: Duration.Duration
  /** From an ambiguous call to the time when a listing without the text proves that it is not there. */
  readonly absentAfter: Duration.Duration
  /** From an ambiguous call to the time when nobody asks any more: the text stays `unknown`, and holds nobody up. */
  readonly settledWithin: Duration.Duration
  /** Calls of the carrier at once, for one line. */
  readonly requestsInFlight: number
}

export const defaultLineTimes: LineTimes = {
  backOff: Duration.seconds(1),
  backOffAtMost: Duration.minutes(5),
  validity: Duration.hours(24),
  askAfter: Duration.seconds(5),
  absentAfter: Duration.minutes(1),
  settledWithin: Duration.minutes(15),
  requestsInFlight: 16
}

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
  /** When pacing lets the next text leave, if one waits only for that. */
  readonly pacedUntil: DateTime.Utc | null
}

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

/** Takes what may leave now, at most `room` texts, leaving out those that `busy` says are being asked about already. */
export const claim = Effect.fn("Lines.claim")((
  number: PhoneNumber,
  pacing: LinePacing.LinePacing,
  room: number,
  busy: ReadonlySet<MessageId>
) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const lines = yield* LineStore
    const directory = yield* Directory
    const times = yield* CurrentLineTimes
    const now = yield* DateTime.now
    const heads = (yield* messages.heads(number, now, room + busy.size)).filter((message) => !busy.has(message.id))
    const ask: Array<Message> = []
    const send: Array<Message> = []
    const wakes: Array<Wake> = []
    let paced = pacing
    let pacedUntil: DateTime.Utc | null = null
    let withheld = 0
    const quietGate = QuietHolds.gate()
    if (heads.length === 0) return claimed({ send, ask, withheld, pacing, pacedUntil }, wakes)

    // A number that was taken away while texts waited keeps the slowest pace that a carrier has.
    const known = yield* directory.number(number)
    const segmentsPerSecond = Option.match(known, { onNone: () => 1, onSome: (known) => known.segmentsPerSecond })
    for (const message of heads) {
      if (send.length + ask.length === room) break
      if (message.status === "unknown") {
        ask.push(message)
        continue
      }
      const stopped = (yield* reasonNotToSend(message, times, now)) ?? (yield* quietGate(message, now))
      if (stopped !== null) {
        withheld++
        yield* messages.update(stopped)
        if (stopped.status === "queued") continue
        const detail = stopped.trouble?.detail ?? ""
        wakes.push(...yield* tell(message, (purpose) => ({ _tag: "TextFailed", messageId: message.id, purpose, detail })))
        continue
      }
      const admitted = LinePacing.admit(paced, message.segments, segmentsPerSecond, DateTime.toEpochMillis(now))
      paced = admitted.state
      if (admitted._tag === "Wait") {
        pacedUntil = DateTime.makeUnsafe(admitted.untilMillis)
        break
      }
      const sending: Message = { ...message, status: "sending", attempts: message.attempts + 1, attemptedAt: now, nextAttemptAt: null, updatedAt: now }
      yield* messages.update(sending)
      send.push(sending)
    }
    if (send.length > 0) {
      const line = Option.getOrElse(yield* lines.get(number), () => LineHealth.fresh(number, now))
      yield* lines.put({ ...line, lastClaimAt: now })
    }
    return claimed({ send, ask, withheld, pacing: paced, pacedUntil }, wakes)
  }))
)

const claimed = (value: Claim, wakes: ReadonlyArray<Wake>): Outcome<Claim> => ({ value, wakes })

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

/** What came of one call. The row is read again: a callback may have been here first. */
export const record = Effect.fn("Lines.record")((
  id: MessageId,
  outcome: { readonly _tag: "Success"; readonly success: Accepted } | { readonly _tag: "Failure"; readonly failure: CarrierFailure }
) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const found = yield* messages.get(id)
    if (Option.isNone(found)) return nothing
    if (outcome._tag === "Success") {
      return { value: undefined, wakes: yield* report(found.value, outcome.success.carrierId, "sent", { from: outcome.success.from ?? null, code: null, detail: null }) }
    }
    if (found.value.status !== "sending") return nothing
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
    case "NotNow": {
      const wait = reason.nextDay ? untilNextPacificDay(now) : yield* backOff(message.attempts, reason.retryAfter, times)
      yield* then({
        status: "queued",
        nextAttemptAt: DateTime.addDuration(now, wait),
        trouble: { reason: "not_now", code: reason.code, detail: reason.detail }
      })
      return { wakes: [] }
    }
    case "Ambiguous":
      yield* then({
        status: "unknown",
        nextAttemptAt: DateTime.addDuration(now, times.askAfter),
        trouble: { reason: "ambiguous", code: reason.code, detail: reason.detail }
      })
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
      return { wakes: yield* tell(message, (purpose) => ({ _tag: "TextFailed", messageId: message.id, purpose, detail: reason.detail })) }
  }
})

/** Full jitter on the upper half: waits spread out, and none is short. */
const backOff = Effect.fnUntraced(function*(attempts: number, wish: Duration.Duration | null, times: LineTimes) {
  const grown = Duration.min(Duration.times(times.backOff, 2 ** Math.min(attempts - 1, 20)), times.backOffAtMost)
  const jitter = yield* Random.nextBetween(0.5, 1)
  const wait = Duration.max(Duration.times(grown, jitter), wish ?? Duration.zero)
  return Duration.millis(Math.ceil(Duration.toMillis(wait)))
})

/** Daily caps of US carriers start anew at midnight, Pacific time. Source: the carrier's error 30023. */
const untilNextPacificDay = (now: DateTime.Utc): Duration.Duration => {
  const midnight = DateTime.setZoneNamed(now, "America/Los_Angeles").pipe(
    Option.map((local) => DateTime.add(DateTime.startOf(local, "day"), { days: 1 })),
    Option.getOrElse(() => DateTime.add(DateTime.startOf(now, "day"), { days: 1, hours: 8 }))
  )
  return Duration.millis(DateTime.toEpochMillis(midnight) - DateTime.toEpochMillis(now))
}

/** What the carrier answered to the question whether it has a text: what it lists, or null where the question itself failed. */
export const settle = Effect.fn("Lines.settle")((id: MessageId, listed: ReadonlyArray<CarrierText> | null) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const times = yield* CurrentLineTimes
    const now = yield* DateTime.now
    const found = yield* messages.get(id)
    if (Option.isNone(found) || found.value.status !== "unknown") return nothing
    const message = found.value
    const own = listed === null ? null : yield* notYetKnown(message, listed)
    if (own !== null) {
      const wakes = yield* report(message, own.carrierId, own.status, own)
      return { value: undefined, wakes }
    }
    const since = message.attemptedAt ?? message.createdAt
    const isOver = (after: Duration.Duration) => DateTime.isLessThanOrEqualTo(DateTime.addDuration(since, after), now)
    const wake: Wake = { _tag: "Line", number: message.agentNumber }
    if (listed !== null && isOver(times.absentAfter)) {
      yield* messages.update({ ...message, status: "queued", nextAttemptAt: null, updatedAt: now })
      return { value: undefined, wakes: [wake] }
    }
    if (listed !== null || !isOver(times.settledWithin)) {
      yield* messages.update({ ...message, nextAttemptAt: DateTime.addDuration(now, times.askAfter), updatedAt: now })
      return { value: undefined, wakes: [wake] }
    }
    // Nobody asks any more. Its session goes on as if the user had it, or a warning would keep it open for ever.
    yield* messages.update({ ...message, nextAttemptAt: null, updatedAt: now })
    const wakes = yield* tell(message, (purpose) => ({ _tag: "TextAccepted", messageId: message.id, purpose, at: since }))
    return { value: undefined, wakes: [wake, ...wakes] }
  }))
)

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
 * What an owner before this one had handed over and never recorded becomes `unknown`. Call it once, before the first claim;
 * it brings the pacing to begin with, as if that owner had used the whole of its last second.
 */
export const recover = Effect.fn("Lines.recover")((number: PhoneNumber) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const lines = yield* LineStore
    const directory = yield* Directory
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
    const lastClaimAt = Option.getOrNull(yield* lines.get(number))?.lastClaimAt ?? null
    const segments = Option.match(yield* directory.number(number), { onNone: () => 1, onSome: (known) => Math.max(1, Math.floor(known.segmentsPerSecond)) })
    const pacing: LinePacing.LinePacing = lastClaimAt === null
      ? LinePacing.idle
      : { recent: [{ atMillis: DateTime.toEpochMillis(lastClaimAt), segments }] }
    return { value: pacing, wakes: [] }
  }))
)
