/** Node's HTTP server as the gateway uses it: bounded, quick to stop, and with a problem document also where Node itself turns a request away. */
import type { Server, ServerResponse } from "node:http"
import { createServer } from "node:http"
import type { Duplex } from "node:stream"
import { randomUUID } from "node:crypto"

/** Node's own knobs. A client that sends its request in drops is cut off; Node looks for such ones every half a minute unless it is told otherwise. */
export const defaultLimits = { headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 }

/** How long a client may leave what it is told unread, in milliseconds. */
const unreadAtMostMillis = 30_000

/** How long a connection that was turned away may still read its answer. */
const lingerMillis = 1_000

const refusals = {
  400: ["Bad Request", "The request is not HTTP that can be read."],
  408: ["Request Timeout", "The request did not arrive in time."],
  413: ["Content Too Large", "The extensions of the request's chunks are too long."],
  417: ["Expectation Failed", "Only \"Expect: 100-continue\" can be met."],
  431: ["Request Header Fields Too Large", `The path and the headers may have at most ${defaultLimits.maxHeaderSize} bytes in all.`]
} as const
type Refusal = keyof typeof refusals

/** Error code of Node's parser → status. Source: Node's documentation of `clientError`, whose defaults these are. */
const statusOf: Readonly<Record<string, Refusal>> = { HPE_HEADER_OVERFLOW: 431, HPE_CHUNK_EXTENSIONS_OVERFLOW: 413, ERR_HTTP_REQUEST_TIMEOUT: 408 }

const refuse = (status: Refusal) => {
  const [title, detail] = refusals[status]
  const correlationId = randomUUID()
  const body = JSON.stringify({ type: "about:blank", title, status, detail, correlation_id: correlationId })
  const headers = { "Content-Type": "application/problem+json", "Content-Length": String(Buffer.byteLength(body)), "X-PolyAI-Correlation-Id": correlationId, Connection: "close" }
  return { status, title, headers, body }
}

const turnAway = (socket: Duplex, status: Refusal): void => {
  const { body, headers, title } = refuse(status)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines}\r\n${body}`)
  // Closed at once, with bytes unread, the connection would be reset, and the answer with it.
  setTimeout(() => socket.destroy(), lingerMillis).unref()
}

const answerWhatNodeRefuses = (server: Server): void => {
  const answering = new WeakMap<Duplex, ServerResponse>()
  const turnedAway = new WeakSet<Duplex>()
  server.on("request", (request, response) => {
    answering.set(request.socket, response)
    response.once("close", () => answering.delete(request.socket))
  })
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (turnedAway.has(socket)) return
    if (!socket.writable || error.code === "ECONNRESET" || answering.get(socket)?.headersSent === true) return void socket.destroy()
    turnedAway.add(socket)
    turnAway(socket, statusOf[error.code ?? ""] ?? 400)
  })
  server.on("checkExpectation", (_request, response: ServerResponse) => {
    const { body, headers, status } = refuse(417)
    response.writeHead(status, headers).end(body)
  })
}

/**
 * A stop waits until every connection is closed, and Node closes those that are idle when it begins: the others have to be closed
 * after their answer, or a client that keeps its connection would hold the stop up for all of its patience.
 */
const closeConnectionsWhenStopping = (server: Server): void => {
  server.on("request", (_request, response) => {
    if (!server.listening) response.shouldKeepAlive = false
    response.once("close", () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
}

/** What a client does not read is kept for it, as is whatever brings the answer. Node tells when nothing has moved for that long. */
const cutOffWhoDoesNotRead = (server: Server, afterMillis: number): void => {
  server.on("request", (_request, response) => {
    response.setTimeout(afterMillis, () => {
      if (response.writableNeedDrain) response.destroy()
    })
  })
}

export const make = (limits: Partial<typeof defaultLimits> = {}, unreadMillis = unreadAtMostMillis): Server => {
  const server = createServer({ ...defaultLimits, ...limits })
  closeConnectionsWhenStopping(server)
  answerWhatNodeRefuses(server)
  cutOffWhoDoesNotRead(server, unreadMillis)
  return server
}
