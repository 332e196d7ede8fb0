/** Sends requests that other clients would refuse to send, and waits no longer than it says. */
import { Agent, request as httpRequest, type OutgoingHttpHeader } from "node:http"
import { connect } from "node:net"
import type { FuzzRequest } from "./Requests.ts"

export type Outcome =
  | { readonly _tag: "Answered"; readonly status: number; readonly type: string; readonly body: string; readonly millis: number }
  /** The connection ended without an answer. */
  | { readonly _tag: "Broken"; readonly error: string }
  | { readonly _tag: "Hung" }
  /** Node's own client refuses to write it. */
  | { readonly _tag: "Unsendable" }

const longestBody = 1024 * 1024

export interface Client {
  send(request: FuzzRequest): Promise<Outcome>
  /** Bytes on a connection of their own, whose sending side is closed after them. */
  raw(bytes: Buffer): Promise<Outcome>
  close(): void
}

export const makeClient = (url: URL, withinMillis: number): Client => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })

  const send = (asked: FuzzRequest): Promise<Outcome> =>
    new Promise((resolve) => {
      const started = performance.now()
      const headers: Record<string, OutgoingHttpHeader> = {}
      for (const [name, value] of asked.headers) {
        const key = Object.keys(headers).find((each) => each.toLowerCase() === name.toLowerCase()) ?? name
        const known = headers[key]
        headers[key] = known === undefined ? value : [...Array.isArray(known) ? known : [String(known)], value]
      }
      if (asked.body !== null) headers["Content-Length"] = asked.body.length
      let isOver = false
      const finish = (outcome: Outcome) => {
        if (isOver) return
        isOver = true
        clearTimeout(deadline)
        resolve(outcome)
      }
      const deadline = setTimeout(() => {
        finish({ _tag: "Hung" })
        call?.destroy()
      }, withinMillis)
      let call: ReturnType<typeof httpRequest> | undefined
      try {
        call = httpRequest({ host: url.hostname, port: url.port, method: asked.method, path: asked.path, headers, agent })
      } catch {
        return finish({ _tag: "Unsendable" })
      }
      call.on("error", (error: NodeJS.ErrnoException) => finish({ _tag: "Broken", error: error.code ?? error.message }))
      call.on("response", (response) => {
        const type = response.headers["content-type"] ?? ""
        const chunks: Array<Buffer> = []
        let bytes = 0
        const answer = (): Outcome => ({ _tag: "Answered", status: response.statusCode ?? 0, type, body: Buffer.concat(chunks).toString("utf8"), millis: performance.now() - started })
        // A stream of events does not end, and need not.
        if (type.startsWith("text/event-stream")) {
          finish(answer())
          return call?.destroy()
        }
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes <= longestBody) chunks.push(chunk)
        })
        response.on("error", (error) => finish({ _tag: "Broken", error: error.message }))
        response.on("end", () => finish(answer()))
      })
      call.end(asked.body ?? undefined)
    })

  const raw = (bytes: Buffer): Promise<Outcome> =>
    new Promise((resolve) => {
      const started = performance.now()
      const socket = connect({ host: url.hostname, port: Number(url.port) })
      const chunks: Array<Buffer> = []
      const finish = (outcome: Outcome) => {
        clearTimeout(deadline)
        resolve(outcome)
        socket.destroy()
      }
      const deadline = setTimeout(() => finish({ _tag: "Hung" }), withinMillis)
      const end = (error: string) => {
        const text = Buffer.concat(chunks).toString("utf8")
        const status = /^HTTP\/1\.[01] (\d{3})/u.exec(text)?.[1]
        if (status === undefined) return finish({ _tag: "Broken", error })
        const [head = "", ...rest] = text.split("\r\n\r\n")
        finish({ _tag: "Answered", status: Number(status), type: /^content-type: *([^\r\n]*)/imu.exec(head)?.[1] ?? "", body: rest.join("\r\n\r\n"), millis: performance.now() - started })
      }
      socket.on("data", (chunk) => chunks.push(chunk))
      socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
      socket.on("close", () => end("closed without an answer"))
      socket.end(bytes)
    })

  return { send, raw, close: () => agent.destroy() }
}
