/** Sends for later: see what waits, and take it back. */
import { ScheduledStatus } from "@parley/schema/Conversation"
import { ScheduledSendId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { page, pageQuery } from "./Page.ts"
import { NotFound, ScheduledSendSettled } from "./Problem.ts"
import { ScheduledSend } from "./ScheduledSend.ts"
import { wire } from "./Wire.ts"

/** Filters of the list of scheduled sends; they are combined. */
export const ScheduledSendsQuery = wire(
  "ScheduledSendsQuery",
  { userNumber: Schema.optionalKey(PhoneNumber), status: Schema.optionalKey(ScheduledStatus), ...pageQuery },
  "Filters of the list of scheduled sends."
)

const params = { id: ScheduledSendId }

const list = HttpApiEndpoint.get("list", "/", { query: ScheduledSendsQuery, success: page("ScheduledSends", ScheduledSend) }).annotateMerge(
  OpenApi.annotations({ identifier: "listScheduledSends", summary: "List scheduled sends", description: "The project's sends for later, the newest call first." })
)

const retrieve = HttpApiEndpoint.get("retrieve", "/:id", { params, success: ScheduledSend, error: NotFound }).annotateMerge(
  OpenApi.annotations({
    identifier: "retrieveScheduledSend",
    summary: "Retrieve a scheduled send",
    description: "Whether it waits, which session it has opened, or why it could not be sent."
  })
)

const cancel = HttpApiEndpoint.delete("cancel", "/:id", { params, success: ScheduledSend, error: [NotFound, ScheduledSendSettled] }).annotateMerge(
  OpenApi.annotations({
    identifier: "cancelScheduledSend",
    summary: "Cancel a scheduled send",
    description: "Takes it back; it stays in the list as cancelled. Cancelling again changes nothing."
  })
)

export class ScheduledSendsApi extends HttpApiGroup.make("scheduledSends")
  .add(list, retrieve, cancel)
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/scheduled-sends")
  .annotateMerge(OpenApi.annotations({ title: "Scheduled sends", description: "Sends for later." }))
{}
