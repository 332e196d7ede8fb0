/** What the carrier reports of a text after it was handed over. */
import { Context, DateTime, Duration, Effect, Option } from "effect"
import type { MessageStatus } from "@parley/schema/Conversation"
import type { Environment } from "@parley/schema/Environment"
import type { MessageId, ProjectId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { tell } from "./Conversation.ts"
import { advance } from "./Delivery.ts"
import * as Facts from "./Facts.ts"
import * as LineBackOff from "./LineBackOff.ts"
import * as LineHealth from "./LineHealth.ts"
import type { Message } from "./Message.ts"
import { chosen } from "./SenderChoice.ts"
import type { SenderVerdict } from "./ports/Carrier.ts"
import { LineStore } from "./ports/LineStore.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import * as SenderVerdicts from "./SenderVerdicts.ts"
import type { Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

export interface ReceiptTimes {
  /** From the carrier's acceptance to the first question about a text whose receipt did not come; each further wait is as long as all before it together. */
  readonly askAfter: Duration.Duration
  /** From the acceptance to the time when nobody asks any more: some networks give no receipts. Longer than the carrier keeps a text in its queue (10 h). */
  readonly within: Duration.Duration
}

/** How long receipts are waited for; an operator's, not a project's. */
export const CurrentReceiptTimes = Context.Reference<ReceiptTimes>("@parley/core/CurrentReceiptTimes", {
  defaultValue: () => ({ askAfter: Duration.minutes(5), within: Duration.hours(24) })
})

export interface Receipt {
  readonly projectId: ProjectId
  readonly environment: Environment
  readonly carrierId: string
  /** From the callback's own address: it settles a text whose carrier id never came back. */
  readonly messageId: MessageId | null
  readonly status: MessageStatus
  /** The number that it leaves from, as the carrier says. Missing: it says none. */
  readonly from?: PhoneNumber | null
  readonly code: string | null
  readonly detail: string | null
  /** True when it failed because the recipient opted out with the carrier. */
  readonly optedOut?: boolean
  /** What the refusal says of the number that sent it; missing or null: nothing. */
  readonly sender?: SenderVerdict | null
}

/** `recorded`; `unknown_message`: no such text here; `other_copy`: the text is known under another carrier id. */
export type ReceiptResult = "recorded" | "unknown_message" | "other_copy"

/** One transaction. Repeats, and reports in any order, end at the same status. */
export const record = Effect.fn("Receipts.record")((receipt: Receipt) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const known = yield* messages.byCarrierId(receipt.carrierId)
    const found = Option.isSome(known) || receipt.messageId === null ? known : yield* messages.get(receipt.messageId)
    if (Option.isNone(found) || found.value.projectId !== receipt.projectId || found.value.direction !== "outbound") {
      return { value: "unknown_message" as ReceiptResult, wakes: [] }
    }
    if (found.value.carrierId !== null && found.value.carrierId !== receipt.carrierId) {
      return { value: "other_copy" as ReceiptResult, wakes: [] }
    }
    const wakes = yield* report(found.value, receipt.carrierId, receipt.status, receipt)
    if (receipt.optedOut === true) yield* remember(found.value, receipt.from ?? found.value.agentNumber)
    return { value: "recorded" as ReceiptResult, wakes }
  }))
)

/** A pool learns only when it has chosen that the recipient wants nothing from the number. */
const remember = Effect.fnUntraced(function*(message: Message, agentNumber: PhoneNumber) {
  const { accountId, environment, projectId, userNumber } = message
  yield* Facts.optOut(accountId, { userNumber, agentNumber, projectId, environment, source: "carrier_refusal", optedOutAt: yield* DateTime.now })
})

/** The carrier has the text, and says how far it is. Runs inside a transaction. */
export const report = Effect.fnUntraced(function*(
  asSent: Message,
  carrierId: string,
  reported: MessageStatus,
  trouble: Pick<Receipt, "from" | "code" | "detail" | "sender">
) {
  const from = asSent.pool === null ? null : trouble.from ?? null
  const message = from === null ? asSent : { ...asSent, agentNumber: from, pool: null }
  const times = yield* CurrentReceiptTimes
  const now = yield* DateTime.now
  // Whatever stage the carrier names, it has the text: that is what `sent` says here.
  const status = advance(message.status, isUnderWay(reported) ? "sent" : reported)
  const firstNews = message.acceptedAt === null
  const isNew = status !== message.status
  const isChosen = message !== asSent
  if (!isNew && !firstNews && !isChosen) return []
  const failed = isFailure(status)
  yield* Facts.changeText(asSent, {
    ...message,
    carrierId: message.carrierId ?? carrierId,
    status,
    trouble: !isNew
      ? message.trouble
      : failed
      ? { reason: status, code: trouble.code, detail: trouble.detail ?? "The carrier could not deliver this text and gave no reason." }
      : null,
    // Receipts that come while the gateway is away are lost, and the carrier has to be asked.
    nextAttemptAt: status !== "sent" ? null : isNew || firstNews ? DateTime.addDuration(now, times.askAfter) : message.nextAttemptAt,
    acceptedAt: message.acceptedAt ?? now,
    updatedAt: now
  })
  // The line that it has left, which need not be the chosen number's.
  const wakes: Array<Wake> = firstNews ? [{ _tag: "Line", number: asSent.agentNumber }] : []
  if (isChosen) wakes.push(...yield* chosen(asSent, message.agentNumber))
  if (firstNews) {
    wakes.push(...yield* tell(message, (purpose) => ({ _tag: "TextAccepted", messageId: message.id, purpose, at: now })))
  }
  if (failed && !isFailure(message.status)) {
    yield* countOutcome(message, "failed")
    yield* reopen(asSent)
    if (trouble.sender) yield* SenderVerdicts.learn(message, trouble.sender, trouble.code)
    const detail = trouble.detail ?? "the text could not be delivered"
    wakes.push(...yield* tell(message, (purpose) => ({ _tag: "TextFailed", messageId: message.id, purpose, detail })))
  } else if (firstNews) {
    yield* countOutcome(message, "sent")
    yield* reopen(asSent)
  }
  return wakes
})

const isUnderWay = (status: MessageStatus) => status === "queued" || status === "sending" || status === "unknown"

const isFailure = (status: MessageStatus) => status === "failed" || status === "undelivered"

/** Remembers for the number how its sends go. */
export const countOutcome = Effect.fnUntraced(function*(message: Message, outcome: "sent" | "failed") {
  const lines = yield* LineStore
  const now = yield* DateTime.now
  const line = yield* lines.get(message.agentNumber)
  yield* lines.put(LineHealth.counted(Option.getOrElse(line, () => LineHealth.fresh(message.agentNumber, now)), outcome, now))
})

/** The carrier has told what became of a text of this line: the line need not wait any longer. */
export const reopen = Effect.fnUntraced(function*(message: Message) {
  const lines = yield* LineStore
  const line = yield* lines.get(message.agentNumber)
  if (Option.isNone(line) || line.value.backOff === null) return
  yield* lines.put({ ...line.value, backOff: LineBackOff.answered(line.value.backOff, message.attemptedAt) })
})
