/** The port of the files that users send: the carrier keeps them, and gives them to whoever may have them. */
import { Context, type Effect, Schema, type Scope, type Stream } from "effect"
import type { ProjectId } from "@parley/schema/Ids"

/** A file of a text that the carrier brought. */
export interface CarrierFile {
  readonly projectId: ProjectId
  /** The carrier's id of the text. */
  readonly carrierId: string
  /** Where the carrier said that it keeps the file. */
  readonly url: string
}

export interface OpenedFile {
  /** As the carrier tells it now; null where it does not. */
  readonly contentType: string | null
  /** Null where the carrier does not tell before the end. */
  readonly sizeBytes: number | null
  /** The bytes, once. Fails with `too_large` beyond `largestFileBytes`. */
  readonly content: Stream.Stream<Uint8Array, MediaFailure>
}

/**
 * `gone`: the carrier does not have it any more. `refused`: the address is none of the carrier's, or the carrier does not accept the gateway; an
 * operator has to act. `too_large`: larger than `largestFileBytes`. `not_now`: may be had later. `detail`: a sentence, without secrets.
 */
export class MediaFailure extends Schema.TaggedError<MediaFailure>()("MediaFailure", {
  reason: Schema.Literals(["gone", "refused", "too_large", "not_now"]),
  detail: Schema.String
}) {
  get retryable(): boolean {
    return this.reason === "not_now"
  }
}

/** The largest file that is looked at or passed on. Source: the largest that the carrier takes on any channel, 16 MB. */
export const largestFileBytes = 16 * 1024 * 1024

export class MediaSource extends Context.Service<MediaSource, {
  /** Opens the file where the carrier keeps it, and closes it with the scope. Asks no host but the carrier's own. */
  open(file: CarrierFile): Effect.Effect<OpenedFile, MediaFailure, Scope.Scope>
}>()("@parley/core/MediaSource") {}
