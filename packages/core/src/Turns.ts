/**
 * Calls the agent when a session owes it a call, and keeps what it answers. The caller is the session's one owner: it calls
 * `step` again at the time that `step` names.
 */
import { DateTime, Effect, Option } from "effect"
import type { MessageId, SessionId, TurnId } from "@parley/schema/Ids"
import { applyQuietly, exchangeOf, save, withPolicy, written } from "./Conversation.ts"
import { addText } from "./Facts.ts"
import { Ids } from "./Ids.ts"
import { mediaObstacle } from "./MediaReach.ts"
import type { Message } from "./Message.ts"
import { mediaOf, outbound } from "./Message.ts"
import { explainRefusal } from "./NumberSelection.ts"
import type { SpokenText, TurnAnswer, TurnRequest, Utterance } from "./ports/Agent.ts"
import { Agent, AgentFailure } from "./ports/Agent.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { Transactor } from "./ports/Store.ts"
import type { Project } from "./Project.ts"
import type { Session } from "./Session.ts"
import { agentDueAt } from "./Session.ts"
import type { SessionPolicy } from "./SessionPolicy.ts"
import * as Turn from "./Turn.ts"
import type { Wake } from "./Wake.ts"
import { nothing, transactAndWake } from "./Wake.ts"

/** The most of a long conversation that an agent is told, in texts: the newest. */
export const historyLimit = 500

/**
 * At most one call of the agent. Succeeds with the time of the next step, or null when nothing is owed.
 * @param adopt true when no other call of this session can be out: a call that the row shows as running was lost with its
 *   process, and is made again at once under its own id
 */
export const step = Effect.fn("Turns.step")(function*(id: SessionId, adopt: boolean) {
  const { transact } = yield* Transactor
  const agent = yield* Agent
  const begun = yield* transact(begin(id, adopt))
  if (begun._tag === "Later") return begun.at
  const { project, request } = begun
  const answer = yield* agent.call(project.config.agent, request, project.config.session.turnTimeout).pipe(Effect.result)
  if (answer._tag === "Success") {
    yield* transactAndWake(complete(id, request, answer.success))
  } else {
    yield* Effect.logWarning("The agent brought no answer", answer.failure.detail).pipe(
      Effect.annotateLogs({ session: id, turn: request.turnId, attempt: request.attempt, reason: answer.failure.reason })
    )
    yield* transactAndWake(fail(id, request, answer.failure))
  }
  return yield* nextAt(id)
})

type Begun =
  | { readonly _tag: "Later"; readonly at: DateTime.Utc | null }
  | { readonly _tag: "Call"; readonly request: TurnRequest; readonly project: Project }

const nextAt = Effect.fnUntraced(function*(id: SessionId) {
  const found = yield* withPolicy(id)
  return Option.isNone(found) ? null : agentDueAt(found.value.session, found.value.project.config.session, yield* DateTime.now)
})

const begin = Effect.fnUntraced(function*(id: SessionId, adopt: boolean) {
  const later = (at: DateTime.Utc | null): Begun => ({ _tag: "Later", at })
  const found = yield* withPolicy(id)
  if (Option.isNone(found)) return later(null)
  const { project, session } = found.value
  const policy = project.config.session
  const now = yield* DateTime.now
  const dueAt = agentDueAt(session, policy, now)
  const isAdopted = adopt && session.turn.running !== null && dueAt !== null
  if (dueAt === null || (!isAdopted && DateTime.isGreaterThan(dueAt, now))) return later(dueAt)

  const said = yield* spoken(id)
  const through = said.findLast((message) => message.purpose === "text")?.id ?? null
  const turn = session.turn.running === null
    ? Turn.begin(session.turn, yield* (yield* Ids).turn, through, policy, now)
    : Turn.again(session.turn, policy, now)
  if (turn.running === null) return later(null)
  yield* save({ ...session, turn }, policy)
  const call: Begun = { _tag: "Call", project, request: request(session, turn, turn.running, said) }
  return call
})

/** What counts as said: not the replies to keywords and limits, and nothing that never left. */
const spoken = Effect.fnUntraced(function*(id: SessionId) {
  const messages = yield* MessageStore
  const page = yield* messages.list(id, { limit: historyLimit, cursor: null })
  return page.items.toReversed().filter((message) =>
    message.purpose !== "consent" && message.purpose !== "notice" && message.purpose !== "keyword" && message.status !== "suppressed"
  )
})

const isAfter = (id: MessageId, other: MessageId | null) => other === null || id > other

const request = (
  session: Session,
  turn: Turn.Turn,
  running: NonNullable<Turn.Turn["running"]>,
  said: ReadonlyArray<Message>
): TurnRequest => {
  const { through } = running
  const known = through === null ? said : said.filter((message) => message.purpose !== "text" || message.id <= through)
  return {
    turnId: running.id,
    kind: running.kind,
    attempt: running.attempt,
    session: {
      id: session.id,
      projectId: session.projectId,
      environment: session.environment,
      userNumber: session.userNumber,
      agentNumber: session.agentNumber,
      opening: session.opening,
      openedAt: session.openedAt,
      endReason: session.endReason
    },
    texts: through === null
      ? []
      : known.filter((message) => message.purpose === "text" && isAfter(message.id, turn.answeredThrough)).map(asSpoken),
    history: known.map(asSpoken)
  }
}

const asSpoken = (message: Message): SpokenText => ({
  messageId: message.id,
  author: message.author,
  text: message.body,
  media: message.media,
  at: message.createdAt
})

/**
 * The session, if this very call still is its running one. A session that ended or was taken over has called it back; and an owner that was
 * given up for dead comes too late once another has made the call again.
 */
const running = Effect.fnUntraced(function*(id: SessionId, { attempt, turnId }: TurnRequest) {
  const found = yield* withPolicy(id)
  return Option.filter(found, ({ session: { turn } }) => turn.running?.id === turnId && turn.running.attempt === attempt)
})

const say = Effect.fnUntraced(function*(session: Session, project: Project, turnId: TurnId, texts: ReadonlyArray<Utterance>, author: "agent" | "system") {
  const ids = yield* Ids
  const now = yield* DateTime.now
  for (const text of texts) {
    const said = typeof text === "string" ? { text, media: [] } : text
    const body = written(said.text, project.config.session)
    yield* addText(outbound(exchangeOf(session), { id: yield* ids.message, author, purpose: "answer", body, media: mediaOf(said.media), turnId }, now))
  }
  const wakes: ReadonlyArray<Wake> = texts.length === 0 ? [] : [{ _tag: "Line", number: session.agentNumber }]
  return wakes
})

/** The greeting of a start that brings none of its own; none once a person has spoken in the agent's place. */
const greetings = (request: TurnRequest, policy: SessionPolicy): ReadonlyArray<string> =>
  request.kind === "start" && policy.opening === "greet" && request.history.every(({ author }) => author === "user") ? [policy.greetingText] : []

const complete = Effect.fnUntraced(function*(id: SessionId, request: TurnRequest, answer: TurnAnswer) {
  const found = yield* running(id, request)
  if (Option.isNone(found)) return nothing
  const { project, session } = found.value
  const policy = project.config.session
  const obstacle = answer.messages.some((text) => typeof text !== "string") ? yield* mediaObstacle(session) : Option.none()
  // As much use as an answer that is too long: the agent is told, and the user is not left with half of it.
  if (Option.isSome(obstacle)) return yield* fail(id, request, new AgentFailure({ reason: "invalid_answer", detail: `The answer holds media. ${explainRefusal(obstacle.value)}` }))
  const answered: Session = { ...session, turn: Turn.answered(session.turn) }
  if (request.kind === "end") {
    yield* save(answered, policy)
    return nothing
  }
  const greeting = answer.messages.length === 0 ? greetings(request, policy) : []
  const wakes = [...yield* say(answered, project, request.turnId, [...answer.messages, ...greeting], "agent")]
  yield* save(answered, policy)
  // What the user has said since the call began is answered by the next turn, which may end the conversation then.
  if (answer.end !== null && answered.turn.texts === null) {
    wakes.push(...(yield* applyQuietly(answered, { _tag: "AgentEnded", reason: answer.end }, policy)).wakes)
  } else if (answer.handoff !== null) {
    const event = { _tag: "TakenOver" as const, by: answer.handoff.destination, reason: answer.handoff.reason }
    wakes.push(...(yield* applyQuietly(answered, event, policy)).wakes)
  }
  return { value: undefined, wakes }
})

const fail = Effect.fnUntraced(function*(id: SessionId, request: TurnRequest, failure: AgentFailure) {
  const found = yield* running(id, request)
  if (Option.isNone(found)) return nothing
  const { project, session } = found.value
  const policy = project.config.session
  const { gaveUp, turn } = Turn.failed(session.turn, `${failure.reason}: ${failure.detail}`, policy, yield* DateTime.now, failure.again)
  const after: Session = { ...session, turn }
  yield* save(after, policy)
  if (!gaveUp || request.kind === "end") return nothing
  const instead = request.kind === "reply" ? [policy.fallbackText] : greetings(request, policy)
  return { value: undefined, wakes: yield* say(after, project, request.turnId, instead, "system") }
})
