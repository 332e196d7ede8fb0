/** Whether a conversation's number can send pictures and other files to its user. */
import { Effect, Option } from "effect"
import { countryOf } from "@parley/schema/NumberPlan"
import { CurrentAvailability } from "./Availability.ts"
import { mediaRefusal } from "./Compliance.ts"
import type { Refusal } from "./NumberSelection.ts"
import { Directory } from "./ports/Directory.ts"
import type { Session } from "./Session.ts"

/** Why it can't; none when it can. A number that was taken away meanwhile fails at the carrier, with files or without. */
export const mediaObstacle = Effect.fnUntraced(function*({ agentNumber, userNumber }: Pick<Session, "agentNumber" | "userNumber">) {
  const number = yield* (yield* Directory).number(agentNumber)
  const table = yield* CurrentAvailability
  return Option.flatMap(number, (number): Option.Option<Refusal> => {
    const reason = mediaRefusal(number, countryOf(userNumber), table)
    return reason === undefined ? Option.none() : Option.some({ number: agentNumber, reason })
  })
})
