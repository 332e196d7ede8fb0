/** What happens in a project's conversations, as it happens. */
import type { Environment } from "./Environment.ts"
import { ApiError, throwIfAborted } from "./Errors.ts"
import { frameReader } from "./EventFrames.ts"
import type { Message } from "./Messages.ts"
import type { OptOut } from "./OptOuts.ts"
import type { RequestOptions } from "./Options.ts"
import { isRetryable, pauseMillis } from "./Retry.ts"
import type { Session } from "./Sessions.ts"
import type { Transport } from "./Transport.ts"
import { fromWire, toQuery } from "./Wire.ts"

interface EventFields {
  /** `evt_` and a part that grows. Whoever is told of an event twice knows it by this. */
  readonly id: string
  readonly occurredAt: Date
  readonly account: string
  readonly project: string
  readonly environment: Environment
}

/** Something happened to a session; `data` is the session after it, without what it waits for. */
export interface SessionEvent extends EventFields {
  readonly type: "session.started" | "session.warned" | "session.resumed" | "session.ended" | "session.taken_over" | "session.released"
  readonly data: Omit<Session, "waitingFor">
}

/** A message has come to the status that `type` names; `data` is the message. */
export interface MessageEvent extends EventFields {
  readonly type:
    | "message.received"
    | "message.dropped"
    | "message.sent"
    | "message.delivered"
    | "message.failed"
    | "message.undelivered"
    | "message.suppressed"
    | "message.unknown"
  readonly data: Message
}

/** A user opted out of texts from a number, or took that back; `data` is the opt-out. */
export interface OptOutEvent extends EventFields {
  readonly type: "opt_out.recorded" | "opt_out.removed"
  readonly data: OptOut
}

/** A fact about a project's conversations. `type` tells what `data` is. */
export type ParleyEvent = SessionEvent | MessageEvent | OptOutEvent

/** What an event may tell, as `subject.fact`. */
export type EventType = ParleyEvent["type"]

/** Which events; the filters are combined. */
export interface EventParams {
  /** Of all types when absent. */
  readonly types?: ReadonlyArray<EventType>
  readonly environment?: Environment
  /** Where an earlier stream was. Without it the stream begins with the next event. */
  readonly lastEventId?: string
}

/** The service gives a sign of life every 15 seconds; a connection that is silent for longer than this, in milliseconds, is dead. */
const silentAtMost = 45_000

/**
 * Events, as they happen, for as long as you listen: `for await` over it. When the connection breaks it comes back and goes on after the last
 * event, so that none is missed. Fails with an `ApiError` where trying again would not help.
 * @example
 * ```ts
 * import type { EventParams, EventStream, EventType } from "@parley/sdk"
 *
 * const types: ReadonlyArray<EventType> = ["session.ended"]
 * const params: EventParams = { types, environment: "live" }
 * const stream: EventStream = parley.events(params, { signal: AbortSignal.timeout(100) })
 * await Array.fromAsync(stream).catch(() => console.log("go on another day after", stream.lastEventId))
 * ```
 */
export class EventStream implements AsyncIterable<ParleyEvent> {
  readonly #transport: Transport
  readonly #path: string
  readonly #options: RequestOptions
  #lastEventId: string | null

  constructor(transport: Transport, { lastEventId, types, ...params }: EventParams, options: RequestOptions) {
    this.#transport = transport
    this.#path = `/v1/events${toQuery({ ...params, types: types?.join(",") })}`
    this.#options = options
    this.#lastEventId = lastEventId ?? null
  }

  /** How far the stream has come: keep it where you keep what you have made of the events, and pass it to the next one. */
  get lastEventId(): string | null {
    return this.#lastEventId
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ParleyEvent, void, undefined> {
    const { maxRetries = Infinity, signal } = this.#options
    const { clock } = this.#transport
    for (let retry = 0;; retry++) {
      throwIfAborted(signal)
      const connection = new AbortController()
      try {
        const response = await this.#transport.open(this.#path, this.#lastEventId, connection, this.#options)
        retry = 0
        for await (const piece of this.#pieces(response, connection)) yield piece
      } catch (error) {
        throwIfAborted(signal)
        if (retry >= maxRetries || (error instanceof ApiError && !isRetryable(error.status))) throw error
        await clock.sleep(pauseMillis(retry, error instanceof ApiError ? error.retryAfter : null, clock.random()), signal)
        continue
      } finally {
        connection.abort()
      }
      await clock.sleep(pauseMillis(0, null, clock.random()), signal)
    }
  }

  /** The events of one connection, until it ends or breaks. */
  async *#pieces(response: Response, connection: AbortController): AsyncGenerator<ParleyEvent, void, undefined> {
    const reader = response.body?.getReader()
    if (reader === undefined) return
    // Not every runtime has a decoder that is a stream.
    const decoder = new TextDecoder()
    const read = frameReader()
    while (true) {
      const heard = new AbortController()
      void this.#transport.clock.sleep(silentAtMost, heard.signal).then(() => {
        if (!heard.signal.aborted) connection.abort()
      })
      const { done, value } = await reader.read().finally(() => heard.abort())
      if (done) return
      for (const { data, id } of read(decoder.decode(value, { stream: true }))) {
        if (data !== null) yield fromWire(JSON.parse(data)) as ParleyEvent
        if (id !== null) this.#lastEventId = id
      }
    }
  }
}
