/**
 * Keeps texts that nobody has asked for out of somebody's night. What a user wants to have at any hour (an answer, the reply to a
 * keyword or to a text over a limit) is never kept, nor is anything in a conversation in which the user has spoken but its warning.
 */
import { DateTime, Effect, Option } from "effect"
import type { Message } from "./Message.ts"
import { hold, isHeld, release, suppress } from "./Message.ts"
import { Directory } from "./ports/Directory.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import type { Project } from "./Project.ts"
import type { HeldPurpose, Verdict } from "./QuietHours.ts"
import * as QuietHours from "./QuietHours.ts"
import type { Session } from "./Session.ts"
import type { Wake } from "./Wake.ts"
import { transactAndWake } from "./Wake.ts"

const kindOf = (message: Message): HeldPurpose | null => {
  switch (message.purpose) {
    case "opening":
    case "remark":
      return "opening"
    case "warning":
    case "ending":
      return message.purpose
    default:
      return null
  }
}

/** Null where a text of this kind may leave now. */
const verdict = (project: Project, kind: HeldPurpose, message: Message, now: DateTime.Utc): Exclude<Verdict, { _tag: "Open" }> | null => {
  const policy = project.config.quietHours
  if (!policy.enabled || !policy.hold.includes(kind)) return null
  const found = QuietHours.check(policy, message.userNumber, now)
  return found._tag === "Open" ? null : found
}

// Held until the morning, an ending would arrive in whatever the user has begun since.
const unannounced = "The conversation ended in the recipient's quiet hours, and is not announced any more when they are over."

const withhold = (message: Message, found: Exclude<Verdict, { _tag: "Open" }>, now: DateTime.Utc): Message =>
  found._tag === "NeverOpen"
    ? suppress(message, "quiet_hours", QuietHours.explain(found), now)
    : message.purpose === "ending"
    ? suppress(message, "quiet_hours", unannounced, now)
    : hold(message, found.until, "quiet_hours", QuietHours.explain(found), now)

/** A new opening as quiet hours let it be: as it is, held, or suppressed where no hour would do. */
export const atAcceptance = (message: Message, project: Project, now: DateTime.Utc): Message => {
  const found = verdict(project, "opening", message, now)
  return found === null ? message : withhold(message, found, now)
}

const concerns = (message: Message, { state }: Session): boolean => {
  switch (message.purpose) {
    case "opening":
      return state !== "engaged" && state !== "warned"
    case "remark":
      return state === "unanswered"
    default:
      return true
  }
}

/** The gate at the moment of sending: what a text becomes instead of leaving, or null. Reads each project once for as long as it is kept. */
export const gate = () => {
  const projects = new Map<string, Option.Option<Project>>()
  return Effect.fnUntraced(function*(message: Message, now: DateTime.Utc) {
    const kind = kindOf(message)
    if (kind === null || message.sessionId === null) return null
    const project = projects.get(message.projectId) ?? (yield* (yield* Directory).project(message.projectId))
    projects.set(message.projectId, project)
    const found = Option.isNone(project) ? null : verdict(project.value, kind, message, now)
    if (found === null) return null
    const session = yield* (yield* SessionStore).get(message.sessionId)
    return Option.isSome(session) && concerns(message, session.value) ? withhold(message, found, now) : null
  })
}

const free = Effect.fnUntraced(function*(held: ReadonlyArray<Message>) {
  const messages = yield* MessageStore
  const now = yield* DateTime.now
  const wakes: Array<Wake> = []
  for (const message of held) {
    yield* messages.update(release(message, now))
    if (!wakes.some((wake) => wake._tag === "Line" && wake.number === message.agentNumber)) wakes.push({ _tag: "Line", number: message.agentNumber })
  }
  return wakes
})

/** The user speaks, so is awake: what is held of this session takes its place before what is said from now on. Inside a transaction. */
export const userSpoke = Effect.fnUntraced(function*(session: Session) {
  const messages = yield* MessageStore
  return yield* free((yield* messages.history(session.id)).filter(isHeld))
})

/** Lets go what is held no longer, at most `limit` texts; tells how many. They pass the gate once more. */
export const releaseDue = Effect.fn("QuietHolds.releaseDue")((limit: number) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const due = yield* messages.heldDue(yield* DateTime.now, limit)
    return { value: due.length, wakes: yield* free(due) }
  }))
)
