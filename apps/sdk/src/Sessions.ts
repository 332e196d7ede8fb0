/** Conversations: read them, wait for an answer, step in as a person. */
import type { ApiCall } from "./ApiCall.ts"
import type { Environment } from "./Environment.ts"
import type { Message } from "./Messages.ts"
import type { RequestOptions } from "./Options.ts"
import { list, type PageCall, type PageParams } from "./Page.ts"
import { type SessionReference, waitForReply, type WaitForReplyOptions } from "./Reply.ts"
import { get, post, Resource, segment } from "./Resource.ts"

/** `unanswered`: opened by a send, the user has not replied. `engaged`: both speak. `warned`: idle, the close is near. `ended`: final. */
export type SessionState = "unanswered" | "engaged" | "warned" | "ended"

/** Why a session ended. */
export type EndReason =
  | "user_end"
  | "abandoned"
  | "natural_end"
  | "unanswered_expiry"
  | "superseded"
  | "operator_end"
  | "delivery_failed"

/** One conversation between a user number and a project's agent. Numbers are E.164. */
export interface Session {
  /** `TW_SMS_` and a time-ordered part. */
  readonly id: string
  readonly channel: "SMS"
  readonly project: string
  readonly environment: Environment
  readonly userNumber: string
  readonly agentNumber: string
  /** The carrier's pool that chooses the number, while it has not told which one: `agentNumber` is the one that is expected then. */
  readonly senderPool: string | null
  readonly state: SessionState
  readonly endReason: EndReason | null
  /** A sentence about the end, when there is more to say than the reason. */
  readonly endDetail: string | null
  /** What opened it: a send, or a text of the user. */
  readonly opening: "send" | "text"
  readonly openedAt: Date
  readonly lastActivityAt: Date
  readonly endedAt: Date | null
  /** What happens by itself if nothing else does. */
  readonly nextTimeout: { readonly kind: "unanswered" | "idle" | "grace"; readonly dueAt: Date } | null
  /** The person who has the conversation, if one has. */
  readonly takeover: { readonly by: string; readonly reason: string | null; readonly at: Date } | null
  /** What the session's number waits for before carriers take its texts, in a sentence. */
  readonly waitingFor: string | null
  /** How the agent fares with the texts that it has not answered. */
  readonly agent: {
    readonly status: "idle" | "waiting" | "answering" | "retrying" | "failed"
    readonly attempts: number
    readonly lastError: { readonly reason: string; readonly at: Date } | null
  }
}

/** Filters are combined. */
export interface SessionListParams extends PageParams {
  readonly userNumber?: string
  readonly agentNumber?: string
  readonly state?: SessionState
  readonly environment?: Environment
  readonly startedAfter?: Date
  readonly startedBefore?: Date
}

/** What a person says in the agent's place: a text, files, or both. */
export type SpeakParams =
  | { readonly message: string; readonly mediaUrls?: ReadonlyArray<string> }
  | { readonly message?: string; readonly mediaUrls: ReadonlyArray<string> }

/** Who takes a session over, and why. */
export interface TakeoverParams {
  /** Who takes over, for the record. */
  readonly by?: string
  readonly reason?: string
}

/**
 * Conversations: `parley.sessions`.
 * @example
 * ```ts
 * import type { Sessions } from "@parley/sdk"
 *
 * const count = async (sessions: Sessions) => (await sessions.list({ state: "engaged", limit: 100 })).data.length
 * console.log(await count(parley.sessions))
 * ```
 */
export class Sessions extends Resource {
  /**
   * The project's sessions, newest first.
   * @example
   * ```ts
   * import type { SessionListParams } from "@parley/sdk"
   *
   * const lately: SessionListParams = { environment: "live", startedAfter: new Date(Date.now() - 3_600_000) }
   * for await (const session of parley.sessions.list(lately)) console.log(session.id, session.state)
   * ```
   */
  list(params: SessionListParams = {}, options?: RequestOptions): PageCall<Session> {
    return list(this.transport, "/v1/sessions", params, options)
  }

  /**
   * Its state, what happens next, and how the agent fares.
   * @example
   * ```ts
   * import type { EndReason, Session, SessionState } from "@parley/sdk"
   *
   * const { sessionId } = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
   * const session: Session = await parley.sessions.retrieve(sessionId)
   * const state: SessionState = session.state
   * const reason: EndReason | null = session.endReason
   * console.log(state, reason, session.nextTimeout?.dueAt)
   * ```
   */
  retrieve(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return get(this.transport, sessionPath(sessionId), options)
  }

  /**
   * Texts of both sides, newest first.
   * @example
   * ```ts
   * const { sessionId } = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
   * for await (const message of parley.sessions.messages(sessionId)) console.log(message.author, message.text, message.status)
   * ```
   */
  messages(sessionId: string, params: PageParams = {}, options?: RequestOptions): PageCall<Message> {
    return list(this.transport, `${sessionPath(sessionId)}/messages`, params, options)
  }

  /**
   * Waits for the user's answer: the first text of the session, or the first after `after`.
   * @throws NoReplyError when there is none in time
   * @throws SessionEndedError when the session has ended without one
   * @example
   * ```ts
   * import { NoReplyError, type SessionReference, type WaitForReplyOptions } from "@parley/sdk"
   *
   * const ask = async (session: SessionReference, options: WaitForReplyOptions) => {
   *   try {
   *     return (await parley.sessions.waitForReply(session, options)).text
   *   } catch (error) {
   *     if (error instanceof NoReplyError) return null
   *     throw error
   *   }
   * }
   * const sent = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
   * console.log(await ask(sent, { timeout: 50 }))
   * ```
   */
  waitForReply(session: SessionReference, options: WaitForReplyOptions = {}): Promise<Message> {
    return waitForReply(this, this.transport.clock, session, options)
  }

  /**
   * Texts the user as a person. Take the session over first if the agent is not to answer too.
   * @example
   * ```ts
   * import type { SpeakParams } from "@parley/sdk"
   *
   * const { sessionId } = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
   * const remark: SpeakParams = { message: "It is Grace from the restaurant." }
   * console.log((await parley.sessions.speak(sessionId, remark)).status)
   * ```
   */
  speak(sessionId: string, params: SpeakParams, options?: RequestOptions): ApiCall<Message> {
    return post(this.transport, `${sessionPath(sessionId)}/messages`, params, options)
  }

  /**
   * The agent pauses; texts are kept and shown.
   * @example
   * ```ts
   * import type { TakeoverParams } from "@parley/sdk"
   *
   * const { sessionId } = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
   * const params: TakeoverParams = { by: "grace@example.com", reason: "asked for a person" }
   * console.log((await parley.sessions.takeover(sessionId, params)).takeover?.at)
   * ```
   */
  takeover(sessionId: string, params: TakeoverParams = {}, options?: RequestOptions): ApiCall<Session> {
    return post(this.transport, `${sessionPath(sessionId)}/takeover`, params, options)
  }

  /**
   * The agent goes on, with everything that was said.
   * @example
   * ```ts
   * const { sessionId } = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
   * await parley.sessions.takeover(sessionId, { by: "grace@example.com" })
   * console.log((await parley.sessions.release(sessionId)).takeover)
   * ```
   */
  release(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return post(this.transport, `${sessionPath(sessionId)}/release`, {}, options)
  }

  /**
   * Ends the session, silently for the user.
   * @example
   * ```ts
   * const { sessionId } = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
   * console.log((await parley.sessions.end(sessionId)).endReason)
   * ```
   */
  end(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return post(this.transport, `${sessionPath(sessionId)}/end`, {}, options)
  }
}

const sessionPath = (sessionId: string) => `/v1/sessions/${segment(sessionId)}`
