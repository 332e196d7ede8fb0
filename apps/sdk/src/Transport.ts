/** One call of the API: tries, pauses, time-outs and aborts. */
import { correlationIdOf } from "./ApiCall.ts"
import { ConnectionError, errorOf, ParleyError, throwIfAborted, TimeoutError } from "./Errors.ts"
import { shape } from "./Log.ts"
import type { RequestOptions, Settings } from "./Options.ts"
import { isRetryable, longestRetryAfterSeconds, pauseMillis, retryAfterSeconds } from "./Retry.ts"
import { fromWire } from "./Wire.ts"

export interface Call {
  readonly method: "GET" | "POST" | "DELETE"
  /** From the root, with its query. */
  readonly path: string
  readonly body?: unknown
  /** The answer is a file, and no JSON. */
  readonly isFile?: true
}

/** A successful answer. `body` is camelCase, null when empty; of a file its bytes. */
export interface Answer {
  readonly response: Response
  readonly body: unknown
}

/** What a transport needs of the world. */
export interface Clock {
  /** Resolves after that many milliseconds, or as soon as the signal is aborted. */
  readonly sleep: (millis: number, signal: AbortSignal | undefined) => Promise<void>
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  /** Milliseconds since whenever. */
  readonly now: () => number
}

export const systemClock: Clock = {
  random: Math.random,
  now: () => performance.now(),
  sleep: (millis, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener("abort", done)
        resolve()
      }
      const timer = setTimeout(done, millis)
      signal?.addEventListener("abort", done, { once: true })
    })
}

type Try = { readonly answer: Answer } | { readonly error: ParleyError; readonly retryAfter: number | null; readonly retryable: boolean }

export class Transport {
  readonly #settings: Settings
  readonly clock: Clock

  constructor(settings: Settings, clock: Clock = systemClock) {
    this.#settings = settings
    this.clock = clock
  }

  /** Makes the call, again where that can help. Every try of a POST carries the same idempotency key. */
  async run(call: Call, options: RequestOptions = {}): Promise<Answer> {
    const headers = this.#headers(call, options)
    const maxRetries = options.maxRetries ?? this.#settings.maxRetries
    for (let retry = 0;; retry++) {
      throwIfAborted(options.signal)
      const outcome = await this.#try(call, headers, options)
      if ("answer" in outcome) return outcome.answer
      const { error, retryAfter, retryable } = outcome
      if (!retryable || retry >= maxRetries || (retryAfter ?? 0) > longestRetryAfterSeconds) throw error
      const pause = pauseMillis(retry, retryAfter, this.clock.random())
      this.#settings.log("info", () => `${call.method} ${call.path} is tried again (${retry + 1} of ${maxRetries}) in ${Math.round(pause)} ms: ${error.message}`)
      await this.clock.sleep(pause, options.signal)
    }
  }

  /** Opens a stream of events, at one try, which the time-out ends only while nobody has answered. `connection` closes it. */
  async open(path: string, lastEventId: string | null, connection: AbortController, options: RequestOptions): Promise<Response> {
    const timeout = options.timeout ?? this.#settings.timeout
    const { log } = this.#settings
    const answered = new AbortController()
    let isLate = false
    void this.clock.sleep(timeout, answered.signal).then(() => {
      isLate = !answered.signal.aborted
      if (isLate) connection.abort()
    })
    log("debug", () => `GET ${path} is followed after ${lastEventId ?? "now"}`)
    try {
      const response = await this.#settings.fetch(this.#settings.baseUrl + path, {
        headers: { ...this.#headers({ method: "GET", path }, options), accept: "text/event-stream", ...(lastEventId === null ? {} : { "last-event-id": lastEventId }) },
        redirect: "manual",
        signal: options.signal === undefined ? connection.signal : AbortSignal.any([options.signal, connection.signal])
      })
      if (response.ok && response.headers.get("content-type")?.startsWith("text/event-stream") === true) return response
      throw response.ok ? new ParleyError(`GET ${path} was answered, but not with events. Is baseUrl right?`) : errorOf(response, parse(await response.text()))
    } catch (cause) {
      throwIfAborted(options.signal)
      if (cause instanceof ParleyError) throw cause
      throw isLate
        ? new TimeoutError(`No answer within ${timeout} ms from GET ${path}.`, { cause })
        : new ConnectionError(`No answer from ${this.#settings.baseUrl}: ${reason(cause)}`, { cause })
    } finally {
      answered.abort()
    }
  }

  #headers(call: Call, options: RequestOptions): Record<string, string> {
    return {
      ...lowerCased(this.#settings.headers),
      ...lowerCased(options.headers ?? {}),
      accept: "application/json",
      "user-agent": "parley-sdk",
      "x-polyai-auth-token": this.#settings.apiKey,
      "x-token-id": this.#settings.connectorId,
      ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      ...(call.method === "POST" ? { "idempotency-key": options.idempotencyKey ?? crypto.randomUUID() } : {})
    }
  }

  async #try(call: Call, headers: Record<string, string>, options: RequestOptions): Promise<Try> {
    const timeout = options.timeout ?? this.#settings.timeout
    const timer = AbortSignal.timeout(timeout)
    const { log } = this.#settings
    const beganAt = this.clock.now()
    log("debug", () => `${call.method} ${call.path}${shape(call.body)}`)
    try {
      const response = await this.#settings.fetch(this.#settings.baseUrl + call.path, {
        method: call.method,
        headers,
        // Another address must not get the key.
        redirect: "manual",
        signal: options.signal === undefined ? timer : AbortSignal.any([options.signal, timer]),
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) })
      })
      if (response.ok && call.isFile === true) return { answer: { response, body: new Uint8Array(await response.arrayBuffer()) } }
      const body = parse(await response.text())
      log("debug", () => `${call.method} ${call.path} was answered ${response.status} in ${Math.round(this.clock.now() - beganAt)} ms, correlation id ${correlationIdOf(response)}${shape(body)}`)
      if (response.ok && body === notJson) return { error: new ParleyError(`${call.method} ${call.path} was answered, but not with JSON. Is baseUrl right?`), retryAfter: null, retryable: false }
      if (response.ok) return { answer: { response, body: fromWire(body) } }
      return {
        error: errorOf(response, body),
        retryAfter: retryAfterSeconds(response.headers.get("retry-after"), Date.now()),
        retryable: isRetryable(response.status)
      }
    } catch (cause) {
      throwIfAborted(options.signal)
      const error = timer.aborted
        ? new TimeoutError(`No answer within ${timeout} ms from ${call.method} ${call.path}.`, { cause })
        : new ConnectionError(`No answer from ${this.#settings.baseUrl}: ${reason(cause)}`, { cause })
      return { error, retryAfter: null, retryable: true }
    }
  }
}

/** Names of headers that differ in case alone are one header. */
const lowerCased = (headers: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** Stands for a body that is no JSON: a proxy's page. */
const notJson = Symbol("not JSON")

const parse = (text: string): unknown => {
  if (text === "") return null
  try {
    return JSON.parse(text)
  } catch {
    return notJson
  }
}

/** `fetch` hides what happened in the cause of its error. */
const reason = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error && cause.cause.message !== "" ? cause.cause.message : cause.message
}
