/**
 * What a line takes from its queue, one transaction each time. A text is claimed before the call and recorded after it, so a crash in
 * between leaves a text that may have been sent: it is `unknown`, and only the carrier's own word, or proof that it has no such text,
 * takes it further.
 */
import { DateTime, Duration, Effect, Option } from "effect"
import type { MessageId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { tell } from "./Conversation.ts"
import * as DailyCap from "./DailyCap.ts"
import { changeText } from "./Facts.ts"
import * as LineBackOff from "./LineBackOff.ts"
import * as LineHealth from "./LineHealth.ts"
import { asHandedOver, LineTakenOver, monotonicMillis } from "./LineOwnership.ts"
import * as LinePacing from "./LinePacing.ts"
import type { Message } from "./Message.ts"
import { Directory } from "./ports/Directory.ts"
import { LineStore } from "./ports/LineStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import * as QuietHolds from "./QuietHolds.ts"
import * as SendingGates from "./SendingGates.ts"
import type { Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

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

/** How many calls of each kind may be made now. */
export interface Room {
  readonly send: number
  readonly ask: number
}

/**
 * Takes what may leave now and what is to be asked about, leaving out those that are `asked` about already.
 * @param epoch the owner's, from `LineOwnership.takeOver`; fails with `LineTakenOver` where a later one has the line
 */
export const claim = Effect.fn("LineClaims.claim")((
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

/** True while a text is out that was sent after the line began to wait: its outcome is what the others wait for. */
const isProbed = Effect.fnUntraced(function*(number: PhoneNumber, since: DateTime.Utc) {
  const messages = yield* MessageStore
  const out = yield* messages.inFlight(number)
  return out.some(({ attemptedAt }) => attemptedAt !== null && DateTime.isGreaterThan(attemptedAt, since))
})

const takeFromQueue = Effect.fnUntraced(function*(number: PhoneNumber, pacing: LinePacing.LinePacing, atMost: number) {
  const messages = yield* MessageStore
  const directory = yield* Directory
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
    const stopped = (yield* SendingGates.stopped(message, now)) ?? (yield* quietGate(message, now)) ?? cap.hold(message)
    if (stopped !== null) {
      withheld++
      yield* changeText(message, stopped)
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
