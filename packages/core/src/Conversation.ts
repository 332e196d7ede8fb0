/** Carries out in the store what the session machine decides. Everything here runs inside a caller's transaction. */
import { DateTime, Effect, Option } from "effect"
import { toLookalikes } from "@parley/schema/MessageText"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { SessionId } from "@parley/schema/Ids"
import * as Facts from "./Facts.ts"
import type { Message } from "./Message.ts"
import { outbound, suppress } from "./Message.ts"
import { Directory } from "./ports/Directory.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { SessionStore } from "./ports/SessionStore.ts"
import type { Project } from "./Project.ts"
import type { Session } from "./Session.ts"
import { agentDueAt } from "./Session.ts"
import type { OutboundPurpose, SessionEvent } from "./SessionMachine.ts"
import { transition } from "./SessionMachine.ts"
import type { SessionPolicy } from "./SessionPolicy.ts"
import type { Wake } from "./Wake.ts"

/** Where a message of this session stands. */
export const exchangeOf = (session: Session, agentNumber: PhoneNumber = session.agentNumber) => ({
  accountId: session.accountId,
  projectId: session.projectId,
  environment: session.environment,
  userNumber: session.userNumber,
  agentNumber,
  pool: session.pool,
  sessionId: session.id
})

/** A text as it leaves: look-alikes in place where the policy wants them. */
export const written = (text: string, policy: SessionPolicy): string => policy.lookalikes ? toLookalikes(text) : text

/** Writes a new session. */
export const open = Effect.fnUntraced(function*(session: Session, policy: SessionPolicy) {
  const sessions = yield* SessionStore
  yield* sessions.insert(session, agentDueAt(session, policy, yield* DateTime.now))
  yield* Facts.tellSession(null, session)
})

/** Writes what the session has become, where that is nothing to tell: turns that begin and end. */
export const save = Effect.fnUntraced(function*(session: Session, policy: SessionPolicy) {
  const sessions = yield* SessionStore
  yield* sessions.update(session, agentDueAt(session, policy, yield* DateTime.now))
})

/** One event: the transition, its commands and the new row. Tells whom to wake. */
export const apply = Effect.fnUntraced(function*(session: Session, event: SessionEvent, policy: SessionPolicy) {
  const messages = yield* MessageStore
  const now = yield* DateTime.now
  const decided = yield* Effect.fromResult(transition(session, event, now, policy))
  if (decided.session === session) return { session, wakes: [] }
  const wakes: Array<Wake> = []
  yield* save(decided.session, policy)
  yield* Facts.tellSession(session, decided.session)
  for (const command of decided.commands) {
    if (command._tag === "Say") {
      const body = written(command.text, policy)
      yield* Facts.addText(outbound(
        exchangeOf(decided.session, command.from),
        { id: command.messageId, author: "system", purpose: command.purpose, body },
        now
      ))
      wakes.push({ _tag: "Line", number: command.from })
    } else {
      const text = yield* messages.get(command.messageId)
      if (Option.isSome(text) && text.value.status === "queued") {
        yield* Facts.changeText(text.value, suppress(text.value, "no_longer_needed", "The conversation went on before this text had left.", now))
      }
    }
  }
  if (agentDueAt(decided.session, policy, now) !== null) wakes.push({ _tag: "Session", id: decided.session.id })
  return { session: decided.session, wakes }
})

/** The same for an event that an ended session takes without complaint. */
export const applyQuietly = (session: Session, event: SessionEvent, policy: SessionPolicy) =>
  apply(session, event, policy).pipe(
    Effect.catchTag(["SessionClosed", "NotTakenOver"], () => Effect.succeed({ session, wakes: [] as ReadonlyArray<Wake> }))
  )

/** Tells a message's session what became of it. */
export const tell = Effect.fnUntraced(function*(
  message: Message,
  event: (purpose: OutboundPurpose) => SessionEvent
) {
  const none: ReadonlyArray<Wake> = []
  if (message.sessionId === null || message.purpose === "text" || message.purpose === "keyword") return none
  const found = yield* withPolicy(message.sessionId)
  if (Option.isNone(found)) return none
  const { wakes } = yield* applyQuietly(found.value.session, event(message.purpose), found.value.project.config.session)
  return wakes
})

/** A session with the project whose policy rules it. */
export const withPolicy = Effect.fnUntraced(function*(id: SessionId) {
  const sessions = yield* SessionStore
  const directory = yield* Directory
  const session = yield* sessions.get(id)
  if (Option.isNone(session)) return Option.none<{ session: Session; project: Project }>()
  const project = yield* directory.project(session.value.projectId)
  return Option.map(project, (project) => ({ session: session.value, project }))
})
