/** Parley's signed webhooks: who receives them verifies them here. */
export { ParleyError } from "./Errors.ts"
export { type AgentAnswer, type AgentSession, type AgentTurn, receiveAgentTurn, signedTestTurn, type SpokenText, type TestTurn } from "./AgentTurn.ts"
export { receiveEvent } from "./ReceivedEvent.ts"
export { type IncomingWebhook, signWebhook, type VerifiedWebhook, verifyWebhook, WebhookError, type WebhookOptions, type WebhookRefusal } from "./Webhook.ts"
