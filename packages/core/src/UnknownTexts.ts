/** Texts of which nobody knows whether the carrier has them: it is asked, until its own word, or proof that it has no such text, settles it. */
import { DateTime, Duration, Effect, Option } from "effect"
import { tell } from "./Conversation.ts"
import { CurrentLineTimes } from "./LineTimes.ts"
import type { Message } from "./Message.ts"
import type { CarrierText } from "./ports/Carrier.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { report } from "./Receipts.ts"
import type { Outcome, Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

/**
 * What the carrier answered to the question whether it has a text: what it lists, or null where the question itself failed.
 * @param asked the text as it was when the carrier was asked
 * @param watchedFor since the first question that was answered, by a clock that no correction moves. A listing proves absence only once it had the time to show the text.
 * True while the text is to be asked about again.
 */
export const settle = Effect.fn("UnknownTexts.settle")((asked: Pick<Message, "id" | "attempts">, listed: ReadonlyArray<CarrierText> | null, watchedFor: Duration.Duration) =>
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
