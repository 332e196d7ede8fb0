/** Single messages. */
import { MessageId } from "@parley/schema/Ids"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { Message } from "./Message.ts"
import { NotFound } from "./Problem.ts"

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
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/messages")
  .annotateMerge(OpenApi.annotations({ title: "Messages", description: "Single texts." }))
{}
