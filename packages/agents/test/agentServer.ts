/** A real HTTP server on loopback in an agent's place. */
import * as http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { Effect } from "effect"

export interface Received {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
  /** The caller's port: the same port is the same connection. */
  readonly remotePort: number | undefined
}

/** Every request is kept in `received` before `respond` sees it. Closed with the scope, with all of its connections. */
export const serve = Effect.fnUntraced(function*(respond: (response: http.ServerResponse, received: Received) => void) {
  const received: Array<Received> = []
  const sockets = new Set<Socket>()
  const server = http.createServer((request, response) => {
    const chunks: Array<Uint8Array> = []
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    request.on("end", () => {
      const one = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString("utf8"), remotePort: request.socket.remotePort }
      received.push(one)
      respond(response, one)
    })
  })
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () => Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      for (const socket of sockets) socket.destroy()
    })
  )
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/agent`, received, sockets }
})

/** Answers everything with this JSON. */
export const json = (answer: unknown, status = 200) => (response: http.ServerResponse) => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer))
}
