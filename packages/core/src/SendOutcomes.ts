/** What came of the calls that send. Each is recorded under the number of its attempt, so that what comes late of an attempt changes nothing of the next. */
import { DateTime, Duration, Effect, Option, Random } from "effect"
import { tell } from "./Conversation.ts"
import * as Facts from "./Facts.ts"
import * as LineBackOff from "./LineBackOff.ts"
import * as LineHealth from "./LineHealth.ts"
import { CurrentLineTimes } from "./LineTimes.ts"
import type { Message } from "./Message.ts"
import { nextPacificMidnight } from "./PacificDay.ts"
import type { Accepted, CarrierFailure } from "./ports/Carrier.ts"
import { LineStore } from "./ports/LineStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { countOutcome, reopen, report } from "./Receipts.ts"
import { nothing, transactAndWake } from "./Wake.ts"

/**
 * What came of the call for a claimed text. The row is read again: a callback may have been here first, or another owner, who did not know
 * what came of it.
 */
export const record = Effect.fn("SendOutcomes.record")((
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
    return { value: undefined, wakes: yield* recordFailure(found.value, outcome.failure) }
  }))
)

const recordFailure = Effect.fnUntraced(function*(message: Message, failure: CarrierFailure) {
  const times = yield* CurrentLineTimes
  const now = yield* DateTime.now
  const { reason } = failure
  const then = (changes: Partial<Message>) => Facts.changeText(message, { ...message, nextAttemptAt: null, updatedAt: now, ...changes })
  switch (reason._tag) {
    case "Withheld":
      yield* then({ status: "queued", trouble: null })
      return [{ _tag: "Line" as const, number: message.agentNumber }]
    case "NotNow": {
      const wish = reason.nextDay ? DateTime.distance(now, nextPacificMidnight(now)) : reason.retryAfter ?? Duration.zero
      yield* then({ status: "queued", trouble: { reason: "not_now", code: reason.code, detail: reason.detail } })
      yield* changeBackOff(message, now, (backOff, call) => LineBackOff.refused(backOff, call, wish, times))
      return []
    }
    case "Ambiguous":
      yield* then({
        status: "unknown",
        nextAttemptAt: DateTime.addDuration(now, times.askAfter),
        trouble: { reason: "ambiguous", code: reason.code, detail: reason.detail }
      })
      yield* changeBackOff(message, now, (backOff, call) => LineBackOff.lost(backOff, call, times))
      return []
    case "RecipientOptedOut": {
      const detail = "The recipient opted out of texts from this number with the carrier."
      yield* Facts.optOut(message.accountId, {
        userNumber: message.userNumber,
        agentNumber: message.agentNumber,
        projectId: message.projectId,
        environment: message.environment,
        source: "carrier_refusal",
        optedOutAt: now
      })
      yield* then({ status: "suppressed", trouble: { reason: "opted_out", code: reason.code, detail } })
      yield* reopen(message)
      return yield* tell(message, (purpose) => ({ _tag: "TextFailed", messageId: message.id, purpose, detail }))
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
      return yield* tell(message, (purpose) => ({ _tag: "TextFailed", messageId: message.id, purpose, detail: reason.detail }))
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
