/** An agent of your own: what Parley tells it, and what it may answer. */
import type { Environment } from "./Environment.ts"
import type { Message } from "./Messages.ts"
import type { EndReason, Session } from "./Sessions.ts"
import { type IncomingWebhook, readWebhook, signWebhook, WebhookError, type WebhookOptions } from "./Webhook.ts"
import { toWire } from "./Wire.ts"

/**
 * Something that was said in the session.
 * @example
 * ```ts
 * import type { SpokenText } from "@parley/sdk/webhooks"
 *
 * const transcript = (history: ReadonlyArray<SpokenText>) => history.map(({ author, text }) => `${author}: ${text}`).join("\n")
 * console.log(transcript([]))
 * ```
 */
export interface SpokenText {
  readonly messageId: string
  readonly author: Message["author"]
  readonly text: string
  readonly media: Message["media"]
  readonly at: Date
}

/** The session that a turn is of. */
export interface AgentSession {
  readonly id: string
  readonly project: string
  readonly environment: Environment
  readonly userNumber: string
  readonly agentNumber: string
  readonly opening: Session["opening"]
  readonly openedAt: Date
  readonly endReason: EndReason | null
}

/**
 * One call of your agent.
 * @example
 * ```ts
 * import type { AgentAnswer, AgentSession, AgentTurn } from "@parley/sdk/webhooks"
 *
 * const greeting = ({ environment }: AgentSession) => environment === "live" ? "Hello!" : "Hello, tester!"
 * const answer = ({ kind, session, texts }: AgentTurn): AgentAnswer =>
 *   kind === "start" ? { messages: [greeting(session)] } : { messages: [`You wrote ${texts.length} texts.`] }
 * console.log(answer.name)
 * ```
 */
export interface AgentTurn {
  /** The same id again is the same turn: do not act twice. */
  readonly turnId: string
  /** `start`: the user opened the session, and you may greet. `reply`: the user has said `texts`. `end`: the session is over, and what you answer is ignored. */
  readonly kind: "start" | "reply" | "end"
  /** Which call of this turn it is, from 1. */
  readonly attempt: number
  /** `session.id` once more. */
  readonly conversationId: string
  readonly channelType: "sms"
  readonly session: AgentSession
  /** Everything the user has said since your last answer, oldest first. */
  readonly texts: ReadonlyArray<SpokenText>
  /** Everything said in the session, `texts` included, oldest first, at most the newest 500. */
  readonly history: ReadonlyArray<SpokenText>
}

/**
 * What you answer, as JSON with status 200. A 204 says nothing.
 * @example
 * ```ts
 * import type { AgentAnswer } from "@parley/sdk/webhooks"
 *
 * const answer: AgentAnswer = { messages: ["Ada will text you in a moment."], handoff: { destination: "front desk", reason: "asked for a person" } }
 * console.log(Response.json(answer).status)
 * ```
 */
export interface AgentAnswer {
  /**
   * Up to 10 texts, sent in this order; each 1 to 1600 characters and at most 10 segments. `media`: pictures and other files by their https URLs, at
   * most 10, with a text or without; only where the number and the user's country have MMS.
   */
  readonly messages?: ReadonlyArray<string | { readonly text?: string | null; readonly media: ReadonlyArray<string> }> | null
  /** `natural_end` or true: you closed the conversation. `user_end`: the user left. */
  readonly end?: "natural_end" | "user_end" | boolean | null
  /** A person goes on. With an `end` beside it, the hand-over wins. */
  readonly handoff?: { readonly destination: string; readonly reason?: string | null } | null
}

/**
 * Reads the turn of a call that Parley has signed.
 * @param secrets what `secret_env` of the project's agent holds; two while it is rotated. Default: `PARLEY_WEBHOOK_SECRET`
 * @throws WebhookError when it is not Parley who calls
 * @example
 * ```ts
 * import { receiveAgentTurn, signedTestTurn, type AgentAnswer } from "@parley/sdk/webhooks"
 *
 * const agent = async (request: Request): Promise<Response> => {
 *   const { kind, texts } = await receiveAgentTurn(request, "whsec_c2VjcmV0")
 *   const answer: AgentAnswer = { messages: [`You said: ${texts.map(({ text }) => text).join(" ")}`] }
 *   return kind === "reply" ? Response.json(answer) : new Response(null, { status: 204 })
 * }
 * const response = await agent(new Request("http://localhost/agent", await signedTestTurn({ texts: ["Hi"] }, "whsec_c2VjcmV0")))
 * console.log(await response.json())
 * ```
 */
export const receiveAgentTurn = async (webhook: IncomingWebhook, secrets?: string | ReadonlyArray<string>, options?: WebhookOptions): Promise<AgentTurn> => {
  const turn = await readWebhook(webhook, secrets, options)
  if (!isTurn(turn)) throw new WebhookError("malformed_body", "The webhook is signed, but it is not the call of an agent.")
  return turn
}

/** What is signed is Parley's, and has the fields of the contract; something else that was signed with the secret has not. */
const isTurn = (value: unknown): value is AgentTurn =>
  typeof value === "object" && value !== null && "turnId" in value && "kind" in value && "session" in value && "texts" in value && "history" in value

/** What a test turn should be like; the rest is made up. A text alone is the user's. */
export interface TestTurn {
  readonly turnId?: string
  /** `reply` when absent. */
  readonly kind?: AgentTurn["kind"]
  readonly attempt?: number
  readonly session?: Partial<AgentSession>
  readonly texts?: ReadonlyArray<string | Partial<SpokenText>>
  /** `texts` when absent. */
  readonly history?: ReadonlyArray<string | Partial<SpokenText>>
}

/** Crockford's base 32, as ids have it. */
const made = (prefix: string) => prefix + Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte % 32]).join("")

const spokenOf = (said: string | Partial<SpokenText>): SpokenText => ({
  messageId: made("msg_"),
  author: "user",
  text: "",
  media: [],
  at: new Date(),
  ...(typeof said === "string" ? { text: said } : said)
})

const wireOf = (said: SpokenText) => ({ ...toWire(said), media: said.media.map(toWire) })

/**
 * A signed call as Parley would make it: for the tests of your agent. It fits where a `RequestInit` does.
 * @example
 * ```ts
 * import { signedTestTurn, type TestTurn } from "@parley/sdk/webhooks"
 *
 * const turn: TestTurn = { texts: ["YES"], session: { userNumber: "+14155550123" } }
 * const init = await signedTestTurn(turn, "whsec_c2VjcmV0")
 * const request = new Request("http://localhost/agent", init)
 * console.log(request.headers.get("webhook-id"))
 * ```
 */
export const signedTestTurn = async (turn: TestTurn, secret: string): Promise<{ readonly method: "POST"; readonly headers: Record<string, string>; readonly body: string }> => {
  const texts = (turn.texts ?? (turn.kind === undefined || turn.kind === "reply" ? ["Hello"] : [])).map(spokenOf)
  const session: AgentSession = {
    id: made("TW_SMS_"),
    project: "demo",
    environment: "live",
    userNumber: "+14155550123",
    agentNumber: "+15005550006",
    opening: "text",
    openedAt: new Date(),
    endReason: turn.kind === "end" ? "natural_end" : null,
    ...turn.session
  }
  const turnId = turn.turnId ?? made("turn_")
  const body = JSON.stringify({
    ...toWire({ turnId, kind: turn.kind ?? "reply", attempt: turn.attempt ?? 1, conversationId: session.id, channelType: "sms" }),
    session: toWire(session),
    texts: texts.map(wireOf),
    history: (turn.history?.map(spokenOf) ?? texts).map(wireOf)
  })
  return { method: "POST", headers: await signWebhook(body, secret, { id: turnId }), body }
}
