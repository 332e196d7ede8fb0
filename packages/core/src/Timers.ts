/** Silence does its work: warnings, closes and silent expiries. */
import { Effect, Option } from "effect"
import type { SessionId } from "@parley/schema/Ids"
import { applyQuietly, withPolicy } from "./Conversation.ts"
import { Ids } from "./Ids.ts"
import { nothing, transactAndWake } from "./Wake.ts"

/** One transaction. Safe to call early, twice or late. */
export const fire = Effect.fn("Timers.fire")((id: SessionId) =>
  transactAndWake(Effect.gen(function*() {
    const found = yield* withPolicy(id)
    if (Option.isNone(found)) return nothing
    const textId = yield* (yield* Ids).message
    const { wakes } = yield* applyQuietly(found.value.session, { _tag: "TimerFired", textId }, found.value.project.config.session)
    return { value: undefined, wakes }
  }))
)
