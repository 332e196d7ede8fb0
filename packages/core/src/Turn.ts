/**
 * The agent's part of a session: what it is owed (a call at the start, an answer to the texts that wait, a call at the end)
 * and the one call that runs. At most one runs at a time. Everything here is data of the session's row, so that a process
 * that dies leaves the work readable for the next.
 */
import { DateTime, Duration, Schema } from "effect"
import type { MessageId, TurnId } from "@parley/schema/Ids"
import { MessageId as MessageIdSchema, TurnId as TurnIdSchema } from "@parley/schema/Ids"
import type { SessionPolicy } from "./SessionPolicy.ts"

export const TurnKind = Schema.Literals(["start", "reply", "end"])
export type TurnKind = typeof TurnKind.Type

/** Texts that no turn has taken yet: when the first and the last of them arrived. */
const Texts = Schema.Struct({ firstAt: Schema.DateTimeUtcFromMillis, lastAt: Schema.DateTimeUtcFromMillis })

const Running = Schema.Struct({
  id: TurnIdSchema,
  kind: TurnKind,
  /** 1 for the first call. */
  attempt: Schema.Int,
  /** The last text that this turn answers; null for a start or an end. */
  through: Schema.NullOr(MessageIdSchema),
  /** The texts as they waited, to be put back when a person takes over. */
  texts: Schema.NullOr(Texts),
  /** When the call may be made again. While a call is out it is the time at which its process is given up for dead. */
  dueAt: Schema.DateTimeUtcFromMillis
})

/** The last failure of the agent, kept so that an operator sees it. */
const Failure = Schema.Struct({
  reason: Schema.String,
  attempts: Schema.Int,
  at: Schema.DateTimeUtcFromMillis,
  /** True once the fallback text took the answer's place. */
  gaveUp: Schema.Boolean
})
export type AgentTrouble = typeof Failure.Type

export const Turn = Schema.Struct({
  owed: Schema.NullOr(Schema.Literals(["start", "end"])),
  texts: Schema.NullOr(Texts),
  running: Schema.NullOr(Running),
  failure: Schema.NullOr(Failure),
  /** The last text that a turn has answered; everything after it is told to the next. */
  answeredThrough: Schema.NullOr(MessageIdSchema)
})
export type Turn = typeof Turn.Type

export const idle: Turn = { owed: null, texts: null, running: null, failure: null, answeredThrough: null }

/** A text arrived. It is waited with, whether or not a call is out: the next turn takes it. */
export const textArrived = (turn: Turn, at: DateTime.Utc): Turn => ({
  ...turn,
  texts: turn.texts === null
    ? { firstAt: at, lastAt: at }
    : { firstAt: DateTime.min(turn.texts.firstAt, at), lastAt: DateTime.max(turn.texts.lastAt, at) }
})

/** When the agent is to be called next; null while it is owed nothing. */
export const dueAt = (turn: Turn, policy: SessionPolicy, now: DateTime.Utc): DateTime.Utc | null => {
  if (turn.running !== null) return turn.running.dueAt
  if (turn.owed !== null) return now
  if (turn.texts === null) return null
  return DateTime.min(
    DateTime.addDuration(turn.texts.lastAt, policy.coalesce),
    DateTime.addDuration(turn.texts.firstAt, policy.coalesceAtMost)
  )
}

/** Takes what is due as one turn. The caller has checked that nothing runs. */
export const begin = (
  turn: Turn,
  id: TurnId,
  through: MessageId | null,
  policy: SessionPolicy,
  now: DateTime.Utc
): Turn => {
  const kind: TurnKind = turn.owed ?? "reply"
  return {
    ...turn,
    owed: null,
    texts: kind === "reply" ? null : turn.texts,
    running: {
      id,
      kind,
      attempt: 1,
      through: kind === "reply" ? through : null,
      texts: kind === "reply" ? turn.texts : null,
      dueAt: givenUpAt(policy, now)
    }
  }
}

/** The same turn, called again under the same id. */
export const again = (turn: Turn, policy: SessionPolicy, now: DateTime.Utc): Turn =>
  turn.running === null
    ? turn
    : { ...turn, running: { ...turn.running, attempt: turn.running.attempt + 1, dueAt: givenUpAt(policy, now) } }

/** The call brought an answer. */
export const answered = (turn: Turn): Turn => ({
  ...turn,
  running: null,
  failure: null,
  answeredThrough: turn.running?.through ?? turn.answeredThrough
})

/** Somebody else has answered the texts that wait. The agent will be told of them, but owes them nothing. */
export const answeredElsewhere = (turn: Turn): Turn => ({ ...turn, texts: null })

/** The longest that an agent may ask us to wait: the user waits as well. Parley's own choice: rates of model providers are counted by the minute. */
const longestAskedWait = Duration.minutes(1)

/**
 * The call failed: due again after the back-off, or given up after the policy's last attempt. A start is called once only:
 * the user's text waits behind it.
 * @param again what the agent knows of another call: `never` gives up at once, a duration puts it off by that, by a minute at most
 */
export const failed = (
  turn: Turn,
  reason: string,
  policy: SessionPolicy,
  now: DateTime.Utc,
  again?: Duration.Duration | "never"
): { readonly turn: Turn; readonly gaveUp: boolean } => {
  if (turn.running === null) return { turn, gaveUp: false }
  const { attempt, kind } = turn.running
  const gaveUp = kind === "start" || attempt >= policy.turnAttempts || again === "never"
  const backoff = Duration.times(policy.turnBackoff, 2 ** (attempt - 1))
  const wait = again === undefined || again === "never" ? backoff : Duration.max(backoff, Duration.min(again, longestAskedWait))
  return {
    gaveUp,
    turn: {
      ...turn,
      running: gaveUp ? null : { ...turn.running, dueAt: DateTime.addDuration(now, wait) },
      answeredThrough: gaveUp ? turn.running.through ?? turn.answeredThrough : turn.answeredThrough,
      failure: { reason, attempts: attempt, at: now, gaveUp }
    }
  }
}

/** Calls back what runs, so that its answer finds no turn; texts that it had taken wait again. */
export const withdraw = (turn: Turn): Turn => {
  const running = turn.running
  if (running === null) return turn
  const owed = running.kind === "reply" ? turn.owed : running.kind
  if (running.texts === null) return { ...turn, owed, running: null }
  return {
    ...turn,
    owed,
    running: null,
    texts: { firstAt: running.texts.firstAt, lastAt: turn.texts?.lastAt ?? running.texts.lastAt }
  }
}

/** The session ended: nothing is owed any more but the call that says so. */
export const closing = (turn: Turn): Turn => ({ ...turn, owed: "end", texts: null, running: null })

// The agent's time-out, and a margin for the two transactions around the call.
const givenUpAt = (policy: SessionPolicy, now: DateTime.Utc) =>
  DateTime.addDuration(now, Duration.sum(policy.turnTimeout, Duration.seconds(5)))
