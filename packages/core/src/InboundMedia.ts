/**
 * The files that users send stay with the carrier. What they are and how large is learned after the webhook was answered, and until it is known
 * the row says when to ask again; the bytes are only passed on to whoever asks for them.
 */
import { Context, DateTime, Duration, Effect, Option, Result, Schema, Stream } from "effect"
import type { AccountId } from "@parley/schema/Ids"
import { MessageId } from "@parley/schema/Ids"
import type { Media, Message } from "./Message.ts"
import { MediaFailure, MediaSource } from "./ports/MediaSource.ts"
import { MessageStore } from "./ports/MessageStore.ts"
import { nothing, transactAndWake } from "./Wake.ts"

export interface MediaTimes {
  /** From an arrival to the second question about a file that could not be had; each further wait is as long as all before it together. */
  readonly askAfter: Duration.Duration
  /** From an arrival to the time when nobody asks any more. */
  readonly within: Duration.Duration
}

/** How long files are asked for; an operator's, not a project's. */
export const CurrentMediaTimes = Context.Reference<MediaTimes>("@parley/core/CurrentMediaTimes", {
  defaultValue: () => ({ askAfter: Duration.seconds(10), within: Duration.hours(24) })
})

// Files at once: few, since they share the carrier with texts.
const atOnce = 4

/** Looks at the files of at most `limit` texts that are due, and tells how many those were. */
export const inspectDue = Effect.fn("InboundMedia.inspectDue")(function*(limit: number) {
  const messages = yield* MessageStore
  const due = yield* messages.mediaDue(yield* DateTime.now, limit)
  yield* Effect.forEach(due, inspect, { concurrency: atOnce, discard: true })
  return due.length
})

const inspect = Effect.fnUntraced(function*(message: Message) {
  const looked = yield* Effect.forEach(message.media, (file) => look(message, file))
  yield* settle(message.id, looked.map(({ file }) => file), looked.some(({ askAgain }) => askAgain))
})

const look = Effect.fnUntraced(function*(message: Message, file: Media) {
  if (file.sizeBytes !== null) return { file, askAgain: false }
  const measured = yield* Effect.result(Effect.scoped(measure(message, file)))
  if (Result.isSuccess(measured)) return { file: measured.success, askAgain: false }
  const { detail, reason, retryable } = measured.failure
  yield* Effect.logWarning("A user's file can't be had", detail).pipe(Effect.annotateLogs({ message: message.id, reason }))
  return { file, askAgain: retryable }
})

const measure = Effect.fnUntraced(function*(message: Message, file: Media) {
  const opened = yield* openFile(message, file)
  const contentType = opened.contentType ?? file.contentType
  const sizeBytes = opened.sizeBytes ?? (yield* Stream.runFold(opened.content, () => 0, (sum, bytes) => sum + bytes.length))
  return { ...file, contentType, sizeBytes }
})

const openFile = ({ carrierId, projectId }: Message, { url }: Media) =>
  carrierId === null
    ? Effect.fail(new MediaFailure({ reason: "gone", detail: "The carrier's id of the text is not known." }))
    : Effect.flatMap(MediaSource, (source) => source.open({ projectId, carrierId, url }))

/** One transaction. The row is read again: the text may have been changed meanwhile. */
const settle = Effect.fnUntraced(function*(id: MessageId, media: ReadonlyArray<Media>, askAgain: boolean) {
  yield* transactAndWake(Effect.gen(function*() {
    const messages = yield* MessageStore
    const times = yield* CurrentMediaTimes
    const now = yield* DateTime.now
    const found = yield* messages.get(id)
    if (Option.isSome(found) && found.value.status === "received" && found.value.media.length === media.length) {
      const waited = DateTime.distance(found.value.createdAt, now)
      const isOver = !askAgain || Duration.isGreaterThanOrEqualTo(waited, times.within)
      const nextAttemptAt = isOver ? null : DateTime.addDuration(now, Duration.max(times.askAfter, waited))
      yield* messages.update({ ...found.value, media, nextAttemptAt })
    }
    return nothing
  }))
})

/** No text of the account has such a file, or it was sent and not received. */
export class FileNotFound extends Schema.TaggedError<FileNotFound>()("FileNotFound", { messageId: MessageId, index: Schema.Int }) {}

/** A file that a user has sent, for whoever may read the text. `index`: its place among the text's files, from 0. */
export const open = Effect.fn("InboundMedia.open")(function*(accountId: AccountId, messageId: MessageId, index: number) {
  const messages = yield* MessageStore
  const message = Option.filter(yield* messages.get(messageId), (found) => found.accountId === accountId && found.direction === "inbound")
  const file = Option.flatMapNullishOr(message, ({ media }) => media[index])
  if (Option.isNone(message) || Option.isNone(file)) return yield* new FileNotFound({ messageId, index })
  const opened = yield* openFile(message.value, file.value)
  return { ...opened, contentType: opened.contentType ?? file.value.contentType }
})
