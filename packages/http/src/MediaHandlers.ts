/** Single messages and the files in them. A file is passed on as what a stranger has sent: nothing that a browser would run, show or keep. */
import { Effect, Option, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Caller } from "@parley/contract/Access"
import { Api } from "@parley/contract/Api"
import { FileNotAvailable, NotFound, ServiceUnavailable } from "@parley/contract/Problem"
import { MediaType } from "@parley/schema/MediaType"
import * as InboundMedia from "@parley/core/InboundMedia"
import type { MediaFailure } from "@parley/core/ports/MediaSource"
import { MessageStore } from "@parley/core/ports/MessageStore"
import { notFound } from "./ConversationHandlers.ts"
import * as Resource from "./Resources.ts"
import { storeAway } from "./StoreProblem.ts"

const unknown = "application/octet-stream"
const isKnown = Schema.is(MediaType)

/** The type without its parameters, if it is one that does nothing by itself. */
const safeType = (contentType: string | null): string => {
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? ""
  return isKnown(type) ? type : unknown
}

const safeHeaders = (name: string) => ({
  "content-disposition": `attachment; filename="${name}"`,
  "x-content-type-options": "nosniff",
  // For whoever opens it in a browser all the same.
  "content-security-policy": "default-src 'none'; sandbox",
  "cache-control": "private, no-store"
})

const notHad = ({ detail, reason }: MediaFailure): Effect.Effect<never, NotFound | FileNotAvailable | ServiceUnavailable> => {
  switch (reason) {
    case "gone":
      return Effect.fail(new NotFound({ detail }))
    case "not_now":
      return Effect.fail(new ServiceUnavailable({ detail: `${detail} Try again shortly.`, retry_after: 5 }))
    case "refused":
    case "too_large":
      return Effect.fail(new FileNotAvailable({ detail }))
  }
}

export const messages = HttpApiBuilder.group(Api, "messages", (handlers) =>
  handlers.handleAll({
    retrieve: Effect.fnUntraced(function*({ params }) {
      const store = yield* MessageStore
      const { accountId } = yield* Caller
      const found = yield* store.get(params.id)
      return Option.isNone(found) || found.value.accountId !== accountId ? yield* notFound("message") : Resource.message(found.value)
    }, Effect.catchTags(storeAway)),

    media: Effect.fnUntraced(function*({ params }) {
      const { accountId } = yield* Caller
      const file = yield* InboundMedia.open(accountId, params.id, params.index)
      return HttpServerResponse.stream(file.content, {
        contentType: safeType(file.contentType),
        headers: safeHeaders(`${params.id}-${params.index}`),
        ...(file.sizeBytes === null ? {} : { contentLength: file.sizeBytes })
      })
    }, Effect.catchTags({
      ...storeAway,
      FileNotFound: () => Effect.fail(new NotFound({ detail: "No text of a user in your account has this id and a file at this place." })),
      MediaFailure: notHad
    }))
  }))
