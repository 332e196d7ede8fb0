/**
 * What a pool of the carrier chose. Until it tells, a text waits in the line of the number that Parley would have chosen; from then
 * on its conversation stays with the number that the user saw. Runs inside a caller's transaction.
 */
import { DateTime, Effect, Option } from "effect"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { applyQuietly, withPolicy } from "./Conversation.ts"
import type { Message } from "./Message.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import type { Wake } from "./Wake.ts"

/** The session of `message` speaks from `number`, and what it has to say yet moves to that line. */
export const chosen = Effect.fnUntraced(function*(message: Message, number: PhoneNumber) {
  const messages = yield* MessageStore
  const wakes: Array<Wake> = []
  const found = message.sessionId === null ? Option.none() : yield* withPolicy(message.sessionId)
  if (Option.isNone(found) || found.value.session.pool === null) return wakes
  const { project, session } = found.value
  wakes.push(...(yield* applyQuietly(session, { _tag: "NumberChanged", agentNumber: number }, project.config.session)).wakes)
  const now = yield* DateTime.now
  for (const queued of yield* messages.queuedTo(message.userNumber, message.agentNumber)) {
    if (queued.sessionId !== message.sessionId || queued.id === message.id || queued.pool === null) continue
    yield* messages.update({ ...queued, agentNumber: number, pool: null, updatedAt: now })
    wakes.push({ _tag: "Line", number })
  }
  return wakes
})
