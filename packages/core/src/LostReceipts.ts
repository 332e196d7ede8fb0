/**
 * Receipts that did not come. The carrier tells once how a text fared, and does not wait for a gateway that is down: without a
 * question of our own, a text that failed meanwhile would look sent for ever.
 */
import { DateTime, Duration, Effect, Option } from "effect"
import type { MessageId } from "@parley/schema/Ids"
import type { Message } from "./Message.ts"
import type { CarrierText } from "./ports/Carrier.ts"
import { Carrier } from "./ports/Carrier.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { CurrentReceiptTimes, report } from "./Receipts.ts"
import { attemptedSince, textOf } from "./TextAtCarrier.ts"
import { nothing, transactAndWake } from "./Wake.ts"

// Questions at once: few, since they share the carrier with texts that want to leave.
const atOnce = 4

/** Asks about at most `limit` texts that are due to be asked about, and tells how many those were. A carrier that does not answer is asked again later. */
export const askDue = Effect.fn("LostReceipts.askDue")(function*(limit: number) {
  const messages = yield* MessageStore
  const due = yield* messages.receiptsDue(yield* DateTime.now, limit)
  yield* Effect.forEach(due, ask, { concurrency: atOnce, discard: true })
  return due.length
})

const ask = Effect.fnUntraced(function*(message: Message) {
  const carrier = yield* Carrier
  const listed = yield* Effect.option(carrier.find(textOf(message), attemptedSince(message, null, yield* DateTime.now)))
  yield* settle(message.id, Option.getOrElse(listed, () => []))
})

/** One transaction. The row is read again: the receipt may have come after all. */
const settle = Effect.fnUntraced(function*(id: MessageId, listed: ReadonlyArray<CarrierText>) {
  yield* transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const times = yield* CurrentReceiptTimes
    const now = yield* DateTime.now
    const found = yield* messages.get(id)
    if (Option.isNone(found) || found.value.status !== "sent") return nothing
    const message = found.value
    const own = listed.find(({ carrierId }) => carrierId === message.carrierId)
    const wakes = own === undefined ? [] : yield* report(message, own.carrierId, own.status, own)
    const after = yield* messages.get(id)
    if (Option.isSome(after) && after.value.status === "sent") {
      const waited = DateTime.distance(message.acceptedAt ?? message.createdAt, now)
      const isOver = Duration.isGreaterThanOrEqualTo(waited, times.within)
      yield* messages.update({ ...after.value, nextAttemptAt: isOver ? null : DateTime.addDuration(now, Duration.max(times.askAfter, waited)) })
    }
    return { value: undefined, wakes }
  }))
})
