/** Has events posted to it, on Hono: `PORT=9001 PARLEY_WEBHOOK_SECRET=whsec_… node ReceiveEvents.ts`. */
import { serve } from "@hono/node-server"
import type { ParleyEvent } from "@parley/sdk"
import { receiveEvent, WebhookError } from "@parley/sdk/webhooks"
import { Hono } from "hono"

const app = new Hono()

/** Keep it in your database, beside what you make of the events. */
const taken = new Set<string>()

app.post("/events", async (context) => {
  const event = await receiveEvent(context.req.raw) // checks the signature with PARLEY_WEBHOOK_SECRET
  // An event may come twice, and is the same by its id.
  if (!taken.has(event.id)) tell(event)
  taken.add(event.id)
  return context.body(null, 204) // I have it; after anything but a 2xx it comes again.
})

app.onError((error, context) => context.text(error.message, error instanceof WebhookError ? 401 : 500))

const tell = (event: ParleyEvent) => {
  if (event.type === "message.received") console.log(`${event.data.purpose}: ${event.data.text}`)
  else if (event.type === "session.ended") console.log(`over: ${event.data.endReason}`)
  else console.log(event.type)
}

serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 9001), hostname: "127.0.0.1" }, ({ port }) => console.log(`Events are taken on http://127.0.0.1:${port}/events`))
