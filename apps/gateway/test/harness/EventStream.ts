/** A stream of events as any client of server-sent events reads it. */
import { expect } from "vitest"
import type { Api } from "./Api.ts"
import { until } from "./Waiting.ts"

export interface EventBody {
  readonly id: string
  readonly type: string
  readonly occurred_at: string
  readonly account: string
  readonly project: string
  readonly environment: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Followed {
  readonly response: Response
  readonly events: ReadonlyArray<EventBody>
  /** All that came, as it came. */
  readonly text: () => string
  /** Where the stream is. */
  readonly lastEventId: () => string
  /** Resolves once so many of the events fit, with those. */
  readonly waitFor: (count: number, fits?: (event: EventBody) => boolean) => Promise<ReadonlyArray<EventBody>>
  /** Resolves when the server has ended the stream, or broken it off. */
  readonly ended: Promise<"ended" | "broken">
  readonly close: () => void
}

/** Opens the stream, and reads it until it is closed. Expects a 200. */
export const follow = async (api: Api, query = "", lastEventId?: string): Promise<Followed> => {
  const connection = new AbortController()
  const response = await fetch(`${api.url}/v1/events${query}`, {
    headers: { ...api.headers, ...(lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId }) },
    signal: connection.signal
  })
  expect(response.status, response.status === 200 ? "" : await response.clone().text()).toBe(200)
  const events: Array<EventBody> = []
  let text = ""
  let read = 0
  let last = lastEventId ?? ""
  const take = (piece: string) => {
    text += piece
    for (let end = text.indexOf("\n\n", read); end !== -1; end = text.indexOf("\n\n", read)) {
      const frame = text.slice(read, end)
      read = end + 2
      last = /^id: (.*)$/mu.exec(frame)?.[1] ?? last
      const data = /^data: (.*)$/mu.exec(frame)?.[1]
      if (data === undefined) continue
      const event = JSON.parse(data) as EventBody
      expect([frame.split("\n")[0], frame.split("\n")[1]]).toEqual([`id: ${event.id}`, `event: ${event.type}`])
      events.push(event)
    }
  }
  const ended = (async () => {
    try {
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) take(piece)
      return "ended" as const
    } catch {
      return "broken" as const
    }
  })()
  const first = () => until("the stream's first words", () => last !== "" && text.includes("\n\n"))
  await first()
  return {
    response,
    events,
    text: () => text,
    lastEventId: () => last,
    waitFor: (count, fits = () => true) =>
      until(`${count} events`, () => {
        const found = events.filter(fits)
        return found.length >= count && found
      }, () => JSON.stringify(events.map(({ type }) => type))),
    ended,
    close: () => connection.abort()
  }
}
