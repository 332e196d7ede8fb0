/** A server on loopback that records what it is asked, for as long as the scope lasts. */
import { Effect } from "effect"
import { Buffer } from "node:buffer"
import * as Http from "node:http"
import type * as Net from "node:net"

export interface Recorded {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  readonly form: URLSearchParams
}

export const serve = (answer: (asked: Recorded, response: Http.ServerResponse, socket: Net.Socket) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly baseUrl: URL; readonly asked: Array<Recorded>; readonly server: Http.Server }>((resume) => {
      const asked: Array<Recorded> = []
      const server = Http.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const recorded = {
            method: request.method ?? "",
            url: request.url ?? "",
            authorization: request.headers.authorization,
            form: new URLSearchParams(Buffer.concat(chunks).toString())
          }
          asked.push(recorded)
          answer(recorded, response, request.socket)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as Net.AddressInfo
        resume(Effect.succeed({ baseUrl: new URL(`http://127.0.0.1:${port}`), asked, server }))
      })
    }),
    ({ server }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

export const json = (response: Http.ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}

/** A port on which nobody listens. */
export const closedPort = Effect.callback<URL>((resume) => {
  const server = Http.createServer()
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as Net.AddressInfo
    server.close(() => resume(Effect.succeed(new URL(`http://127.0.0.1:${port}`))))
  })
})
