/** Single messages, and the files in them. */
import { MessageId } from "@parley/schema/Ids"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { Message } from "./Message.ts"
import { FileNotAvailable, NotFound } from "./Problem.ts"

/** A path that is no whole number is one that nothing has. */
const Index = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 99 })).annotate({ description: "The file's place in the message's `media`, from 0." })

/** A file's bytes, for programs: nothing that a browser would run, show or keep. */
export const FileContent = HttpApiSchema.WithHeaders(HttpApiSchema.StreamUint8Array(), {
  "content-disposition": Schema.String.annotate({ description: "Always `attachment`.", examples: ["attachment; filename=\"msg_01KAV5RK8ETQ8Y4V2N6W3Z7J9D-0\""] }),
  "x-content-type-options": Schema.Literal("nosniff")
})

const media = HttpApiEndpoint.get("media", "/:id/media/:index", {
  params: { id: MessageId, index: Index },
  success: FileContent,
  error: [NotFound, FileNotAvailable]
}).annotateMerge(
  OpenApi.annotations({
    identifier: "retrieveMessageMedia",
    summary: "Retrieve a file that a user has sent",
    description:
      "Fetched from the carrier as it is asked for, and passed on as a stream; nothing is kept here. `Content-Type` is the carrier's where it is a known type of picture, sound, film, card or PDF, and application/octet-stream otherwise. At most 16 MB. Treat it as what a stranger has sent."
  })
)

export class MessagesApi extends HttpApiGroup.make("messages")
  .add(
    HttpApiEndpoint.get("retrieve", "/:id", { params: { id: MessageId }, success: Message, error: NotFound }).annotateMerge(
      OpenApi.annotations({
        identifier: "retrieveMessage",
        summary: "Retrieve a message",
        description: "Its text, how far it has come, and why it failed if it did."
      })
    )
  )
  .add(media)
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/messages")
  .annotateMerge(OpenApi.annotations({ title: "Messages", description: "Single texts." }))
{}
