/** A text as the carrier is told of it, and since when it may be listed there. */
import { DateTime, Duration } from "effect"
import type { Message } from "./Message.ts"
import type { OutboundText } from "./ports/Carrier.ts"

/** What the carrier is handed, and asked for. */
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
