/** An agent behind a URL, on Hono: `PORT=9000 PARLEY_WEBHOOK_SECRET=whsec_… node AgentServerHono.ts`. Its `app` runs on Bun, Deno and workers too. */
import { serve } from "@hono/node-server"
import { type AgentAnswer, receiveAgentTurn, WebhookError } from "@parley/sdk/webhooks"
import { Hono } from "hono"

const app = new Hono()
const answered = new Map<string, AgentAnswer>()

app.post("/agent", async (context) => {
  const turn = await receiveAgentTurn(context.req.raw) // checks the signature with PARLEY_WEBHOOK_SECRET
  if (turn.kind === "end") return context.body(null, 204)
  // A turn that comes again gets the answer that it got before.
  const answer = answered.get(turn.turnId) ?? answerTo(turn.texts.map(({ text }) => text).join(" "))
  answered.set(turn.turnId, answer)
  return context.json(answer)
})

app.onError((error, context) => context.text(error.message, error instanceof WebhookError ? 401 : 500))

const answerTo = (said: string): AgentAnswer => {
  if (/\bperson\b/iu.test(said)) return { messages: ["One moment, I am getting somebody."], handoff: { destination: "front desk" } }
  if (/\bbye\b/iu.test(said)) return { messages: ["Goodbye!"], end: "natural_end" }
  return { messages: [said === "" ? "Hello! What can I do for you?" : `You said: ${said}`] }
}

serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 9000), hostname: "127.0.0.1" }, ({ port }) => console.log(`The agent listens on http://127.0.0.1:${port}/agent`))
