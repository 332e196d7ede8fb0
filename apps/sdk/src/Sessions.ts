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

/** A text, files, or both. */
export type SpeakParams =
  | { readonly message: string; readonly mediaUrls?: ReadonlyArray<string> }
  | { readonly message?: string; readonly mediaUrls: ReadonlyArray<string> }

export interface TakeoverParams {
  /** Who takes over, for the record. */
  readonly by?: string
  readonly reason?: string
}

export class Sessions extends Resource {
  /** The project's sessions, newest first. */
  list(params: SessionListParams = {}, options?: RequestOptions): PageCall<Session> {
    return list(this.transport, "/v1/sessions", params, options)
  }

  retrieve(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return get(this.transport, sessionPath(sessionId), options)
  }

  /** Texts of both sides, newest first. */
  messages(sessionId: string, params: PageParams = {}, options?: RequestOptions): PageCall<Message> {
    return list(this.transport, `${sessionPath(sessionId)}/messages`, params, options)
  }

  /**
   * Waits for the user's answer: the first text of the session, or the first after `after`.
   * @throws NoReplyError when there is none in time
   * @throws SessionEndedError when the session has ended without one
   */
  waitForReply(session: SessionReference, options: WaitForReplyOptions = {}): Promise<Message> {
    return waitForReply(this, this.transport.clock, session, options)
  }

  /** Texts the user as a person. Take the session over first if the agent is not to answer too. */
  speak(sessionId: string, params: SpeakParams, options?: RequestOptions): ApiCall<Message> {
    return post(this.transport, `${sessionPath(sessionId)}/messages`, params, options)
  }

  /** The agent pauses; texts are kept and shown. */
  takeover(sessionId: string, params: TakeoverParams = {}, options?: RequestOptions): ApiCall<Session> {
    return post(this.transport, `${sessionPath(sessionId)}/takeover`, params, options)
  }

  /** The agent goes on, with everything that was said. */
  release(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return post(this.transport, `${sessionPath(sessionId)}/release`, {}, options)
  }

  /** Ends the session, silently for the user. */
  end(sessionId: string, options?: RequestOptions): ApiCall<Session> {
    return post(this.transport, `${sessionPath(sessionId)}/end`, {}, options)
  }
}

const sessionPath = (sessionId: string) => `/v1/sessions/${segment(sessionId)}`
