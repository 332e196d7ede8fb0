/** What the carrier's refusal of one text says of the number that sent it. */
import { DateTime, Effect, Option } from "effect"
import type { Registration } from "@parley/schema/Sender"
import * as AuditLog from "./AuditLog.ts"
import { CurrentAvailability } from "./Availability.ts"
import { CurrentRegistrationTimes, dueBy, refuse, registrationOf } from "./CarrierRegistration.ts"
import * as DailyCap from "./DailyCap.ts"
import type { Message } from "./Message.ts"
import { Directory } from "./ports/Directory.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import type { SenderVerdict } from "./ports/Carrier.ts"
import { registeredUnder, settleNumbers } from "./RegisteredNumbers.ts"
import { usualSegmentsPerSecond } from "./Throughput.ts"

const registrations: Readonly<Record<Exclude<SenderVerdict, "daily_cap_reached">, Registration>> = {
  unregistered: "unregistered",
  being_set_up: "pending",
  suspended: "suspended"
}

/**
 * Takes a verdict to heart: the number is not chosen while it stands. Under a registration it stands for a while, and the carrier is asked meanwhile;
 * of a number that nobody has registered here it stands until somebody says better. A report of a text from before the last change says nothing. Inside a transaction.
 */
export const learn = Effect.fn("SenderVerdicts.learn")(function*(message: Message, verdict: SenderVerdict, code: string | null) {
  const directory = yield* Directory
  const number = Option.getOrNull(yield* directory.number(message.agentNumber))
  if (number === null || number.projectId !== message.projectId || number.environment !== message.environment) return
  const sentAt = message.attemptedAt ?? message.createdAt
  if (verdict === "daily_cap_reached") return yield* DailyCap.reached(number, sentAt)
  const registration = registrations[verdict]
  const under = yield* registeredUnder(number.number)
  if (under === null) {
    if (number.registration === registration || number.registration === "rejected") return
    const segmentsPerSecond = Math.min(number.segmentsPerSecond, usualSegmentsPerSecond(yield* CurrentAvailability, number.country, number.type, registration))
    yield* directory.putNumber({ ...number, registration, segmentsPerSecond })
    const detail = `registration ${number.registration} → ${registration}: the carrier refused a text${code === null ? "" : ` (${code})`}.`
    return yield* AuditLog.append({ accountId: message.accountId, projectId: message.projectId, action: "number.changed", subject: number.number, detail })
  }
  const { link, registration: standing } = under
  const now = yield* DateTime.now
  // A number that is not approved is refused for that: nothing new.
  if (registrationOf(standing, link, now) !== "approved" || link.attachedAt === null) return
  const changedAt = DateTime.max(standing.changedAt, link.attachedAt)
  if (DateTime.isLessThan(sentAt, changedAt) || (link.refusal !== null && DateTime.isLessThan(sentAt, link.refusal.until))) return
  const store = yield* RegistrationStore
  const times = yield* CurrentRegistrationTimes
  const refused = refuse(link, { registration, code }, times, now)
  yield* store.putNumber(refused)
  // A suspension is a matter of the campaign, so the carrier is asked at once.
  const due = dueBy(standing, verdict === "suspended" || refused.refusal === null ? now : refused.refusal.until)
  yield* store.update(due)
  yield* settleNumbers(due)
}, Effect.provideService(AuditLog.CurrentActor, "carrier"))
