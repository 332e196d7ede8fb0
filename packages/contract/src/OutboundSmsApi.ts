/** The send: one call opens a conversation by text. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { idempotencyHeaders } from "./Idempotency.ts"
import {
  AgentNumberNotProvisioned,
  IdempotencyConflict,
  NoEligibleNumber,
  NoNumbers,
  RateLimitedAnswer
} from "./Problem.ts"
import { SendRequest } from "./SendRequest.ts"

/** The largest body that is read, in bytes; a larger one is a `BadRequest`. Source: the published API, 64 KB. */
export const maxBodyBytes = 65_536

/** What `202` tells in headers: its body is empty. */
export const SendAccepted = HttpApiSchema.WithHeaders(HttpApiSchema.Accepted, {
  location: Schema.String.annotate({ description: "The session: `/v1/sessions/{id}`. With `send_at` the scheduled send: `/v1/scheduled-sends/{id}`.", examples: ["/v1/sessions/TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"] }),
  "idempotency-replayed": Schema.optionalKey(Schema.Literal("true").annotate({ description: "The answer of an earlier call with the same key." }))
})

export class OutboundSmsApi extends HttpApiGroup.make("outboundSms")
  .add(
    HttpApiEndpoint.post("send", "/outbound-sms", {
      headers: idempotencyHeaders,
      payload: SendRequest,
      success: SendAccepted,
      error: [AgentNumberNotProvisioned, NoEligibleNumber, NoNumbers, IdempotencyConflict, RateLimitedAnswer]
    }).annotateMerge(
      OpenApi.annotations({
        identifier: "sendOutboundSms",
        summary: "Send a text that opens a conversation",
        description:
          "Opens a new session with the user; an active one ends as superseded. The message is the greeting in the agent's context. `202` means that the text is durable and will be delivered, or visibly fail: follow it at `Location`. A text to a user who has opted out is accepted too, and suppressed. With `send_at` nothing of this happens before that time. In the user's quiet hours the text is held until they are over, where the project has such hours."
      })
    )
  )
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1")
  .annotateMerge(OpenApi.annotations({ title: "Outbound SMS", description: "Open conversations by text." }))
{}
