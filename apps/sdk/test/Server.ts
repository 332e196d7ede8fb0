/** A real HTTP server on loopback that plays answers and remembers requests. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** What to answer. A function does something else with the response: breaks it, or leaves it open. */
export type Play = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> } | ((response: ServerResponse) => void)

export interface Server {
  readonly url: string
  readonly received: ReadonlyArray<Received>
}

/** Runs until the test ends. `answer` sees each request and how many came before it. */
export const listen = async (answer: (request: Received, before: number) => Play): Promise<Server> => {
  const received: Array<Received> = []
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString()
      const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body: text === "" ? null : JSON.parse(text) as unknown }
      const play = answer(one, received.push(one) - 1)
      if (typeof play === "function") return play(response)
      const type = play.status < 400 ? "application/json" : "application/problem+json"
      response.writeHead(play.status, { ...(play.body === undefined ? {} : { "content-type": type }), ...play.headers })
      response.end(play.body === undefined ? undefined : typeof play.body === "string" ? play.body : JSON.stringify(play.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

/** Plays one after the other; the last one for ever. */
export const inTurn = (first: Play, ...rest: ReadonlyArray<Play>) => (_: Received, before: number): Play => [first, ...rest][Math.min(before, rest.length)] ?? first

export const sessionId = "TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"

/** The answer to a send. */
export const accepted: Play = { status: 202, headers: { location: `/v1/sessions/${sessionId}`, "x-polyai-correlation-id": "c-1" } }

export const problem = (status: number, more: object = {}, headers: Record<string, string> = {}): Play => ({
  status,
  headers: { "x-polyai-correlation-id": "c-1", ...headers },
  body: { type: "urn:parley:problem:some", title: "Some problem.", status, detail: "What to do.", correlation_id: "c-1", ...more }
})
