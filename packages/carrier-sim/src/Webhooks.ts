/** Webhooks with their retries, and the log of what was sent and answered. */
import { randomUUID } from "node:crypto"
import { setMaxListeners } from "node:events"
import { connectionOverrides, type FailureClass } from "./ConnectionOverrides.ts"
import { withoutFragment, type FormParams } from "./Signature.ts"
import { callWebhook, type CallOutcome } from "./WebhookCall.ts"

export interface WebhookInput {
  readonly kind: "inbound" | "status"
  readonly messageSid: string
  /** With its fragment. */
  readonly url: string
  readonly method: "GET" | "POST"
  readonly params: FormParams
  readonly authToken: string
  readonly fallback: boolean
}

/** One attempt in the log. */
export interface WebhookAttempt {
  readonly kind: "inbound" | "status"
  readonly message_sid: string
  /** Of a status callback. */
  readonly message_status: string | null
  readonly url: string
  readonly fallback: boolean
  /** 1 for the first. */
  readonly attempt: number
  readonly idempotency_token: string
  readonly params: FormParams
  readonly started_at_ms: number
  readonly duration_ms: number
  /** `null` when there was no answer; then `error` says why. */
  readonly http_status: number | null
  readonly error: string | null
}

export interface WebhookOutcome {
  readonly succeeded: boolean
  /** What the last attempt brought. */
  readonly last: CallOutcome
  readonly attempts: ReadonlyArray<WebhookAttempt>
}

export interface Webhooks {
  /** Sends, and tries again as the URL's connection overrides say. Never rejects. */
  send(input: WebhookInput): Promise<WebhookOutcome>
  log(): ReadonlyArray<WebhookAttempt>
  underWay(): number
  /** Breaks what is under way and empties the log. */
  clear(): void
}

const failureOf = (outcome: CallOutcome): FailureClass | undefined => {
  if (outcome._tag === "Unanswered") return outcome.failure
  if (outcome.status >= 500) return "5xx"
  return outcome.status >= 400 ? "4xx" : undefined
}

/** The code that a fallback is told. Source: Twilio's error dictionary. */
export const webhookErrorCode = (outcome: CallOutcome): number => (outcome._tag === "Unanswered" && outcome.failure === "ct" ? 11205 : 11200)

/** With less left of the total time there is no other attempt; timers may also run a little early. */
const leastTimeMillis = 10

/** One signal ends every call under way, however many listen to it. */
const breaker = () => {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}

export const makeWebhooks = (keptWebhooks: number): Webhooks => {
  let log: Array<WebhookAttempt> = []
  let abort = breaker()
  let underWay = 0

  const record = (attempt: WebhookAttempt) => {
    log.push(attempt)
    if (log.length > 2 * keptWebhooks) log = log.slice(-keptWebhooks)
  }

  const attempts = async (input: WebhookInput, signal: AbortSignal): Promise<WebhookOutcome> => {
    const overrides = connectionOverrides(input.url)
    const idempotencyToken = randomUUID()
    const deadlineMillis = performance.now() + overrides.totalTimeoutMillis
    const made: Array<WebhookAttempt> = []
    for (;;) {
      const startedAtMillis = Date.now()
      const started = performance.now()
      const leftMillis = Math.max(deadlineMillis - started, 1)
      const last = await callWebhook({
        url: input.url,
        method: input.method,
        params: input.params,
        authToken: input.authToken,
        idempotencyToken,
        connectTimeoutMillis: Math.min(overrides.connectTimeoutMillis, leftMillis),
        readTimeoutMillis: Math.min(overrides.readTimeoutMillis, leftMillis),
        signal
      })
      const status = input.params["MessageStatus"]
      const attempt: WebhookAttempt = {
        kind: input.kind,
        message_sid: input.messageSid,
        message_status: typeof status === "string" ? status : null,
        url: withoutFragment(input.url),
        fallback: input.fallback,
        attempt: made.length + 1,
        idempotency_token: idempotencyToken,
        params: input.params,
        started_at_ms: startedAtMillis,
        duration_ms: Math.round(performance.now() - started),
        http_status: last._tag === "Answered" ? last.status : null,
        error: last._tag === "Answered" ? null : last.error
      }
      made.push(attempt)
      if (!signal.aborted) record(attempt)
      const failure = failureOf(last)
      if (failure === undefined) return { succeeded: true, last, attempts: made }
      const again = made.length <= overrides.retries && overrides.retryOn.has(failure) && deadlineMillis - performance.now() > leastTimeMillis && !signal.aborted
      if (!again) return { succeeded: false, last, attempts: made }
    }
  }

  return {
    send: (input) => {
      underWay++
      const { signal } = abort
      return attempts(input, signal).finally(() => {
        if (!signal.aborted) underWay--
      })
    },
    log: () => log.slice(-keptWebhooks),
    underWay: () => underWay,
    clear: () => {
      abort.abort()
      abort = breaker()
      underWay = 0
      log = []
    }
  }
}
