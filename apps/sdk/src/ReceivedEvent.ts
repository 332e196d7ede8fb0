/** Events that Parley posts to you, where the project's file names a webhook for them. */
import type { ParleyEvent } from "./Events.ts"
import { type IncomingWebhook, readWebhook, WebhookError, type WebhookOptions } from "./Webhook.ts"

/**
 * Reads an event that Parley has signed. Answer it with a 2xx once you have kept it; it comes again otherwise, with the same `id`.
 * @param secrets what `secret_env` of the webhook holds; two while it is rotated. Default: `PARLEY_WEBHOOK_SECRET`
 * @throws WebhookError when it is not Parley who calls
 * @example
 * ```ts
 * import { receiveEvent, signWebhook } from "@parley/sdk/webhooks"
 *
 * const events = async (request: Request): Promise<Response> => {
 *   const event = await receiveEvent(request, "whsec_c2VjcmV0")
 *   if (event.type === "session.ended") console.log(event.data.endReason)
 *   return new Response(null, { status: 204 })
 * }
 * const body = JSON.stringify({ id: "evt_1", type: "session.ended", occurred_at: "2026-01-02T03:04:05.678Z", data: { id: "TW_SMS_1", end_reason: "natural_end" } })
 * const response = await events(new Request("http://localhost/events", { method: "POST", body, headers: await signWebhook(body, "whsec_c2VjcmV0") }))
 * console.log(response.status)
 * ```
 */
export const receiveEvent = async (webhook: IncomingWebhook, secrets?: string | ReadonlyArray<string>, options?: WebhookOptions): Promise<ParleyEvent> => {
  const event = await readWebhook(webhook, secrets, options)
  if (!isEvent(event)) throw new WebhookError("malformed_body", "The webhook is signed, but it is not an event.")
  return event
}

/** What is signed is Parley's, and has the fields of the contract; the call of an agent that was signed with the same secret has not. */
const isEvent = (value: unknown): value is ParleyEvent =>
  typeof value === "object" && value !== null && "id" in value && "type" in value && "occurredAt" in value && "data" in value
