/** The texts of a conversation. */
import { ApiCall } from "./ApiCall.ts"
import type { RequestOptions } from "./Options.ts"
import { get, Resource, segment } from "./Resource.ts"
import type { Answer } from "./Transport.ts"

/** Outbound: `queued → sending → sent → delivered`, or `failed`, `undelivered`, `suppressed`, `unknown`. Inbound: `received` or `dropped`. */
export type MessageStatus =
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "failed"
  | "undelivered"
  | "suppressed"
  | "unknown"
  | "received"
  | "dropped"

/** What a message is for. */
export type Purpose = "opening" | "answer" | "remark" | "warning" | "ending" | "consent" | "notice" | "text" | "keyword"

/** A picture or another file of a text. */
export interface Media {
  /** Inbound: where the carrier keeps it, which needs the carrier account's credentials. Outbound: where the carrier fetched it. */
  readonly url: string
  /** As the carrier tells it; null for one that was sent. */
  readonly contentType: string | null
  /** Null for one that was sent, and while the carrier has not told. */
  readonly sizeBytes: number | null
  /** Where the API serves what a user has sent, which `messages.media` fetches; null for one that was sent to the user. */
  readonly path: string | null
}

/** What a user has sent. Treat it as what a stranger has sent. */
export interface FileContent {
  /** `application/octet-stream` where the type is none that does nothing by itself. */
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** One text of a conversation, inbound or outbound. */
export interface Message {
  /** `msg_` and a time-ordered part. */
  readonly id: string
  readonly sessionId: string | null
  readonly direction: "inbound" | "outbound"
  readonly author: "user" | "api" | "agent" | "person" | "system"
  readonly purpose: Purpose
  readonly userNumber: string
  readonly agentNumber: string
  /** The carrier's pool that chooses the number, while it has not told which one: `agentNumber` is the one that is expected then. */
  readonly senderPool: string | null
  readonly text: string
  readonly media: ReadonlyArray<Media>
  /** How many segments the carrier moves and bills. */
  readonly segments: number
  readonly status: MessageStatus
  /** Why it was not delivered: a word for programs, the carrier's code, a sentence for people. */
  readonly trouble: { readonly reason: string; readonly code: string | null; readonly detail: string } | null
  readonly carrierId: string | null
  readonly turnId: string | null
  /** Quiet hours, or a daily cap, keep it until then, while it is `queued`; in the past: they kept it until then. */
  readonly heldUntil: Date | null
  /** How often it was handed to the carrier. */
  readonly attempts: number
  readonly createdAt: Date
  readonly acceptedAt: Date | null
  readonly updatedAt: Date
}

const fileOf = ({ body, response }: Answer): FileContent => ({
  contentType: response.headers.get("content-type") ?? "application/octet-stream",
  bytes: body as Uint8Array
})

/**
 * Texts by their ids: `parley.messages`.
 * @example
 * ```ts
 * import type { Messages } from "@parley/sdk"
 *
 * const isThere = (messages: Messages, id: string) => messages.retrieve(id).then(() => true, () => false)
 * console.log(await isThere(parley.messages, "msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D"))
 * ```
 */
export class Messages extends Resource {
  /**
   * Its text, its status, and what is wrong with it.
   * @example
   * ```ts
   * import type { Media, Message, MessageStatus, Purpose } from "@parley/sdk"
   *
   * const { sessionId } = await parley.outboundSms.send({ message: "Shall we keep your table?", userNumber: "+15005550123" })
   * const [newest] = (await parley.sessions.messages(sessionId)).data
   * if (newest !== undefined) {
   *   const message: Message = await parley.messages.retrieve(newest.id)
   *   const [status, purpose]: [MessageStatus, Purpose] = [message.status, message.purpose]
   *   const files: ReadonlyArray<Media> = message.media
   *   console.log(status, purpose, message.trouble?.detail, files)
   * }
   * ```
   */
  retrieve(messageId: string, options?: RequestOptions): ApiCall<Message> {
    return get(this.transport, `/v1/messages/${segment(messageId)}`, options)
  }

  /**
   * A file that a user has sent, at most 16 MB: the service fetches it from the carrier. `index`: its place in `media`, from 0.
   * @example
   * ```ts
   * import type { FileContent, Message } from "@parley/sdk"
   *
   * const files = async ({ direction, id, media }: Message): Promise<ReadonlyArray<FileContent>> =>
   *   direction === "inbound" ? await Promise.all(media.map((_, index) => parley.messages.media(id, index))) : []
   * for await (const session of parley.sessions.list({ state: "engaged" })) {
   *   for await (const message of parley.sessions.messages(session.id)) {
   *     for (const { bytes, contentType } of await files(message)) console.log(contentType, bytes.length)
   *   }
   * }
   * ```
   */
  media(messageId: string, index: number, options?: RequestOptions): ApiCall<FileContent> {
    return new ApiCall(this.transport.run({ method: "GET", path: `/v1/messages/${segment(messageId)}/media/${index}`, isFile: true }, options), fileOf)
  }
}
