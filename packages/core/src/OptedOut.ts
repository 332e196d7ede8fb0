/** Whether a user has opted out of a text. */
import { Effect, Option } from "effect"
import type { Message } from "./Message.ts"
import { ConsentStore } from "./ports/ConsentStore.ts"

/** Of its number; or, while a pool of the carrier chooses, of any number of the environment: whichever it chooses could be that one. */
export const isOptedOut = Effect.fnUntraced(function*({ agentNumber, environment, pool, projectId, userNumber }: Pick<Message, "userNumber" | "agentNumber" | "pool" | "projectId" | "environment">) {
  const consent = yield* ConsentStore
  return Option.isSome(yield* pool === null ? consent.get(userNumber, agentNumber) : consent.ofUser({ projectId, environment, userNumber }))
})
