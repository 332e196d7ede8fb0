/** What a person does with a session: speaks, takes over, hands back, ends. */
import { DateTime, Effect, Option, Schema } from "effect"
import type { AuditAction } from "@parley/schema/Audit"
import type { AccountId } from "@parley/schema/Ids"
import { MessageId, SessionId } from "@parley/schema/Ids"
import * as AuditLog from "./AuditLog.ts"
import { apply, exchangeOf, withPolicy, written } from "./Conversation.ts"
import { addText } from "./Facts.ts"
import type { Keyed } from "./Idempotency.ts"
import { recall, remember } from "./Idempotency.ts"
import { Ids } from "./Ids.ts"
import { mediaObstacle } from "./MediaReach.ts"
import type { Message } from "./Message.ts"
import { mediaOf, outbound } from "./Message.ts"
import * as NumberSelection from "./NumberSelection.ts"
import { isOptedOut } from "./OptedOut.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import type { SessionEvent } from "./SessionMachine.ts"
import { transactAndWake } from "./Wake.ts"

/** There is no such session, or it is another account's: the two look alike. */
export class SessionNotFound extends Schema.TaggedError<SessionNotFound>()("SessionNotFound", { sessionId: SessionId }) {}

/** The user opted out of texts from this number: nobody may write to them. */
export class UserOptedOut extends Schema.TaggedError<UserOptedOut>()("UserOptedOut", { sessionId: SessionId }) {}

const find = Effect.fnUntraced(function*(accountId: AccountId, id: SessionId) {
  const found = yield* withPolicy(id)
  return Option.isNone(found) || found.value.session.accountId !== accountId
    ? yield* new SessionNotFound({ sessionId: id })
    : found.value
})

const act = (accountId: AccountId, id: SessionId, event: SessionEvent, action: AuditAction, detail = "") =>
  transactAndWake(Effect.gen(function*() {
    const { project, session } = yield* find(accountId, id)
    const applied = yield* apply(session, event, project.config.session)
    yield* AuditLog.append({ accountId, projectId: project.id, action, subject: id, detail })
    return { value: { session: applied.session, policy: project.config.session }, wakes: applied.wakes }
  }))

// The reason is not told to the audit log: it may speak of the user, whom the log could not forget.
/** The agent pauses; texts are kept and shown, and no turn runs until the release. An answer that is being computed is dropped. */
export const takeOver = Effect.fn("Operators.takeOver")((accountId: AccountId, id: SessionId, by: string, reason: string | null) =>
  act(accountId, id, { _tag: "TakenOver", by, reason }, "session.taken_over", `By ${by}`)
)

/** The agent goes on, with everything that was said. */
export const release = Effect.fn("Operators.release")((accountId: AccountId, id: SessionId) => act(accountId, id, { _tag: "Released" }, "session.handed_back"))

/** Ends the session, silently for the user. */
export const end = Effect.fn("Operators.end")((accountId: AccountId, id: SessionId) => act(accountId, id, { _tag: "OperatorEnded" }, "session.ended"))

/** What a person says. */
export interface Remark {
  /** Empty only where there are files. */
  readonly text: string
  /** Missing: none. */
  readonly mediaUrls?: ReadonlyArray<string>
}

/** The session's number carries no pictures and files to this user. */
export class MediaRefused extends Schema.TaggedError<MediaRefused>()("MediaRefused", { refusal: NumberSelection.Refusal }) {}

/** A person speaks. The text is durable, and in its line, when this succeeds. */
export const speak = Effect.fn("Operators.speak")((accountId: AccountId, id: SessionId, said: Remark, idempotency: Keyed | null) =>
  transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const { project, session } = yield* find(accountId, id)
    const before = Option.flatMap(yield* recall(idempotency), Schema.decodeOption(MessageId))
    const earlier = Option.isSome(before) ? yield* messages.get(before.value) : Option.none<Message>()
    if (Option.isSome(earlier)) return { value: { message: earlier.value, replayed: true }, wakes: [] }
    const policy = project.config.session
    const applied = yield* apply(session, { _tag: "PersonSpoke" }, policy)
    if (yield* isOptedOut(session)) return yield* new UserOptedOut({ sessionId: id })
    const { mediaUrls = [], text } = said
    const obstacle = mediaUrls.length === 0 ? Option.none() : yield* mediaObstacle(session)
    if (Option.isSome(obstacle)) return yield* new MediaRefused({ refusal: obstacle.value })
    const message = outbound(
      exchangeOf(session),
      { id: yield* (yield* Ids).message, author: "person", purpose: "remark", body: written(text, policy), media: mediaOf(mediaUrls) },
      yield* DateTime.now
    )
    yield* addText(message)
    yield* remember(idempotency, 202, message.id)
    return { value: { message, replayed: false }, wakes: [...applied.wakes, { _tag: "Line" as const, number: message.agentNumber }] }
  }))
)
