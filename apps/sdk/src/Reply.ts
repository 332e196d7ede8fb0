/** Waiting for what the user answers. */
import { ParleyError, throwIfAborted } from "./Errors.ts"
import type { Message } from "./Messages.ts"
import type { RequestOptions } from "./Options.ts"
import type { EndReason, Session, Sessions } from "./Sessions.ts"
import type { Clock } from "./Transport.ts"

/** How long to wait, and for what. */
export interface WaitForReplyOptions {
  /** How long to wait in all, in milliseconds; ten minutes by default. */
  readonly timeout?: number | undefined
  /** Only a text that came after this message, or the message with this id, counts. By default the first text of the session does. */
  readonly after?: string | Pick<Message, "id"> | undefined
  /** Ends the wait with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** A session by what is at hand: its id, the session, or the result of the send that opened it. */
export type SessionReference = string | { readonly id: string } | { readonly sessionId: string }

/**
 * The user has not answered in time. The session goes on, and so may the wait.
 * @example
 * ```ts
 * import { NoReplyError } from "@parley/sdk"
 *
 * const sent = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
 * const reply = await parley.sessions.waitForReply(sent, { timeout: 50 }).catch((error: unknown) => {
 *   if (error instanceof NoReplyError) return null
 *   throw error
 * })
 * console.log(reply?.text ?? "not yet")
 * ```
 */
export class NoReplyError extends ParleyError {
  override readonly name: string = "NoReplyError"
  readonly sessionId: string

  constructor(sessionId: string, timeout: number) {
    super(`No reply within ${timeout} ms in session ${sessionId}.`)
    this.sessionId = sessionId
  }
}

/**
 * The session has ended without the answer that was waited for.
 * @example
 * ```ts
 * import { SessionEndedError } from "@parley/sdk"
 *
 * const sent = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
 * await parley.sessions.end(sent.sessionId)
 * await parley.sessions.waitForReply(sent).catch((error: unknown) => {
 *   if (error instanceof SessionEndedError) console.log(error.endReason)
 * })
 * ```
 */
export class SessionEndedError extends ParleyError {
  override readonly name: string = "SessionEndedError"
  readonly sessionId: string
  readonly endReason: EndReason | null

  constructor(session: Session) {
    super(`Session ${session.id} ended without a reply: ${session.endReason}${session.endDetail === null ? "" : ` (${session.endDetail})`}.`)
    this.sessionId = session.id
    this.endReason = session.endReason
  }
}

/** The first pause between two looks, and the longest, in milliseconds. People take seconds to minutes to answer a text. */
const firstPauseMillis = 1_000
const longestPauseMillis = 10_000

const idOf = (session: SessionReference): string => {
  const id = typeof session === "string" ? session : "sessionId" in session ? session.sessionId : session.id
  if (id === "") throw new ParleyError("There is no session yet: a send for later opens one when its time has come.")
  return id
}

/** The first text of the user after a message. A keyword like STOP is no answer, and neither is a text over a limit, which was dropped. */
const replyAfter = async (sessions: Sessions, id: string, after: string, options: RequestOptions): Promise<Message | null> => {
  let reply: Message | null = null
  for await (const message of sessions.messages(id, { limit: 100 }, options)) {
    if (message.id <= after) break
    if (message.direction === "inbound" && message.purpose === "text" && message.status === "received") reply = message
  }
  return reply
}

/** Looks often at first, then more rarely; the last time when the time is up. */
export const waitForReply = async (sessions: Sessions, clock: Clock, session: SessionReference, options: WaitForReplyOptions): Promise<Message> => {
  const { after = "", signal, timeout = 600_000 } = options
  const id = idOf(session)
  const deadline = clock.now() + timeout
  for (let pause = firstPauseMillis;; pause = Math.min(pause * 1.5, longestPauseMillis)) {
    // The state first: whatever was said before an end is there to be read after it.
    const now = await sessions.retrieve(id, { signal })
    const reply = await replyAfter(sessions, id, typeof after === "string" ? after : after.id, { signal })
    if (reply !== null) return reply
    if (now.state === "ended") throw new SessionEndedError(now)
    const left = deadline - clock.now()
    if (left <= 0) throw new NoReplyError(id, timeout)
    await clock.sleep(Math.min(pause, left), signal)
    throwIfAborted(signal)
  }
}
