/** What may keep a text back in the moment in which it would leave, long after it was accepted. */
import { DateTime, Effect, Option } from "effect"
import { CurrentLineTimes } from "./LineTimes.ts"
import type { Message } from "./Message.ts"
import { suppress } from "./Message.ts"
import { isOptedOut } from "./OptedOut.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import type { Session } from "./Session.ts"

/** The text as it ends instead of being sent, or null when it may go. */
export const stopped = Effect.fnUntraced(function*(message: Message, now: DateTime.Utc) {
  const { validity } = yield* CurrentLineTimes
  if (message.purpose !== "consent" && (yield* isOptedOut(message))) {
    return suppress(message, "opted_out", "The user opted out before this text had left.", now)
  }
  if (message.purpose === "warning" && !(yield* isStillWarning(message))) {
    return suppress(message, "no_longer_needed", "The conversation went on before this text had left.", now)
  }
  const since = message.heldUntil === null ? message.createdAt : DateTime.max(message.createdAt, message.heldUntil)
  if (DateTime.isLessThan(DateTime.addDuration(since, validity), now)) {
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
