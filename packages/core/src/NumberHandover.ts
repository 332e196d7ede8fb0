/** The conversations of a number that is given up: another number of the environment goes on with each, or it ends. Runs inside a caller's transaction. */
import { Effect, Option, Result } from "effect"
import { CurrentAvailability } from "./Availability.ts"
import { applyQuietly } from "./Conversation.ts"
import * as NumberSelection from "./NumberSelection.ts"
import { candidate } from "./Outbound.ts"
import { ConsentStore } from "./ports/ConsentStore.ts"
import { Directory } from "./ports/Directory.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import type { AgentNumber, Project } from "./Project.ts"
import type { Session } from "./Session.ts"
import type { Wake } from "./Wake.ts"

const nobodyElse = "Its number was released, and no other number of the environment can text the user."

/** Hands over at most `limit` sessions; tells how many there were. Texts that wait on the number stay there and leave from it. */
export const handOver = Effect.fnUntraced(function*(number: AgentNumber, project: Project, limit: number) {
  const directory = yield* Directory
  const sessions = yield* SessionStore
  const { environment, projectId } = number
  const open = yield* sessions.activeOn({ projectId, environment, agentNumber: number.number }, limit)
  const wakes: Array<Wake> = []
  if (open.length === 0) return { count: 0, wakes }
  const others = (yield* directory.numbers(projectId, environment)).filter((other) => other.number !== number.number && other.retiring !== true)
  for (const session of open) {
    const next = yield* successor(session, project, others)
    const event = next === null ? { _tag: "OperatorEnded" as const, detail: nobodyElse } : { _tag: "NumberChanged" as const, agentNumber: next, pool: session.pool }
    wakes.push(...(yield* applyQuietly(session, event, project.config.session)).wakes)
  }
  return { count: open.length, wakes }
})

/** The number that would be chosen for the user, of those that the user has not opted out of. */
const successor = Effect.fnUntraced(function*(session: Session, project: Project, others: ReadonlyArray<AgentNumber>) {
  const consent = yield* ConsentStore
  const willing = yield* Effect.filter(others, ({ number }) => Effect.map(consent.get(session.userNumber, number), Option.isNone))
  const selected = NumberSelection.select({
    environment: session.environment,
    candidates: yield* Effect.forEach(willing, candidate),
    userNumber: session.userNumber,
    policy: project.config.registration,
    availability: yield* CurrentAvailability
  })
  return Result.isSuccess(selected) ? selected.success.number : null
})
