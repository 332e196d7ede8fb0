/** The carrier's HTTP server on loopback: reads requests, lets the faults strike, and answers. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Readable } from "node:stream"
import type { Carrier } from "./Carrier.ts"
import { restFailure } from "./CarrierErrors.ts"
import { field } from "./CreateMessage.ts"
import type { FaultEffect } from "./Faults.ts"
import { bytesOf, type MediaFile, openedBy, sizeOf } from "./Media.ts"
import type { MessageResource } from "./MessageResource.ts"
import { newSid } from "./ResourceFormat.ts"
import { accountFor, restRoutes, type RawRequest } from "./RestRoutes.ts"
import { parseForm, type RestAnswer } from "./RestRequest.ts"
import { simRoutes } from "./SimRoutes.ts"

export interface CarrierServer {
  readonly url: string
  /** The carrier's reset, which also breaks the requests that are being held. */
  reset(): void
  close(): Promise<void>
}

const largestBody = 1024 * 1024
const callbackFirstMillis = 5000

type Read = { readonly body: string } | { readonly tooLarge: true }

const readBody = (request: IncomingMessage): Promise<Read> =>
  new Promise((resolve, reject) => {
    const chunks: Array<Buffer> = []
    let size = 0
    request.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size <= largestBody) chunks.push(chunk)
    })
    request.on("end", () => resolve(size > largestBody ? { tooLarge: true } : { body: Buffer.concat(chunks).toString("utf8") }))
    request.on("error", reject)
    request.on("close", () => reject(new Error("the caller went away")))
  })

const write = (response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
  const text = body === undefined ? "" : JSON.stringify(body)
  response.writeHead(status, {
    ...(body === undefined ? {} : { "content-type": "application/json;charset=utf-8" }),
    "content-length": Buffer.byteLength(text),
    ...headers
  })
  response.end(text)
}

/** As a host of files does, which knows no JSON. */
const writeFile = (response: ServerResponse, method: string, file: MediaFile | undefined): void => {
  if (file === undefined || method !== "GET") return void response.writeHead(403, { "content-type": "application/xml" }).end("<Error><Code>AccessDenied</Code></Error>")
  response.writeHead(200, { "content-type": file.contentType, "content-length": sizeOf(file) })
  Readable.from(bytesOf(file)).pipe(response)
}

const find = <T extends FaultEffect["type"]>(effects: ReadonlyArray<FaultEffect>, type: T): Extract<FaultEffect, { readonly type: T }> | undefined =>
  effects.find((effect): effect is Extract<FaultEffect, { readonly type: T }> => effect.type === type)

export const openCarrierServer = (carrier: Carrier, options: { readonly port: number; readonly host: string; readonly concurrentRequests: number }): Promise<CarrierServer> => {
  /** Requests that a fault holds, or whose answer is not written yet. */
  const open = new Set<ServerResponse>()
  const running = new Map<string, number>()

  const reset = () => {
    carrier.reset()
    // After this turn of the event loop, so that the reset's own answer gets out first.
    const held = [...open]
    setImmediate(() => {
      for (const response of held) if (!response.writableEnded) response.destroy()
    })
  }

  const refusal = (code: number, status?: number): RestAnswer => {
    const { body } = restFailure(code, undefined, status)
    return { status: body.status, body }
  }

  /** The answer, or undefined when the connection is to break or to hang. */
  const handleRest = async (raw: RawRequest, response: ServerResponse): Promise<RestAnswer | undefined> => {
    const form = parseForm(raw.body)
    const effects = carrier.faults.strike("request", {
      method: raw.method,
      path: raw.path,
      ...Object.fromEntries(["To", "From", "Body"].flatMap((name) => (form.has(name) ? [[name.toLowerCase(), field(form, name)]] : [])))
    })
    const waitMillis = effects.reduce((sum, effect) => sum + (effect.type === "latency" ? effect.ms : 0), 0)
    const lost = (): undefined => void response.destroy()
    if (waitMillis > 0 && !(await carrier.clock.sleep(waitMillis))) return lost()
    if (find(effects, "too-many-requests") !== undefined) return refusal(20429)
    if (find(effects, "lost-before") !== undefined) return lost()
    const before = find(effects, "error-before")
    if (before !== undefined) return refusal(before.status === undefined || before.status === 503 ? 20503 : 20500, before.status)
    const reject = find(effects, "reject")
    if (reject !== undefined) return refusal(reject.code)

    const answer = restRoutes(carrier, raw)
    if (answer.status < 400) {
      if (find(effects, "lost-after") !== undefined) return lost()
      if (find(effects, "hold-after") !== undefined) return undefined
      const after = find(effects, "error-after")
      if (after !== undefined) return refusal(after.status === 503 ? 20503 : 20500, after.status)
      if (find(effects, "callback-first") !== undefined && answer.status === 201) {
        const record = carrier.store.findAny((answer.body as MessageResource).sid)
        if (record !== undefined) await carrier.callbacks.firstAnswered(record, callbackFirstMillis)
      }
    }
    return answer
  }

  const rest = async (raw: RawRequest, response: ServerResponse): Promise<void> => {
    const account = accountFor(carrier, raw)?.sid ?? ""
    const concurrent = (running.get(account) ?? 0) + 1
    running.set(account, concurrent)
    response.once("close", () => void running.set(account, (running.get(account) ?? 1) - 1))
    const started = performance.now()
    const answer = account !== "" && concurrent > options.concurrentRequests ? refusal(20429) : await handleRest(raw, response)
    if (answer === undefined || response.destroyed) return
    write(response, answer.status, answer.body, {
      "twilio-concurrent-requests": String(concurrent),
      "twilio-request-id": newSid("RQ"),
      "twilio-request-duration": ((performance.now() - started) / 1000).toFixed(3),
      ...(answer.location === undefined ? {} : { location: answer.location }),
      ...(answer.status === 401 ? { "www-authenticate": "Basic realm=\"Twilio API\"" } : {})
    })
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = "/", query = ""] = (request.url ?? "/").split(/\?(.*)/su)
    const read = await readBody(request)
    const isSim = path.startsWith("/_sim")
    if ("tooLarge" in read) return write(response, isSim ? 400 : 413, isSim ? { error: "The body is over 1 MB." } : restFailure(20001, "The request is too large", 413).body)
    const raw = { method: request.method ?? "GET", path, query: new URLSearchParams(query), authorization: request.headers.authorization, body: read.body }
    if (path.startsWith("/_media/")) return writeFile(response, raw.method, openedBy(path, raw.query, carrier.store.find))
    if (!isSim) {
      open.add(response)
      response.once("close", () => void open.delete(response))
      return rest(raw, response)
    }
    const answer = await simRoutes(carrier, raw, reset)
    write(response, answer.status, answer.body)
  }

  const server = createServer((request, response) => {
    // By the carrier's own clock, which can be moved.
    response.setHeader("date", new Date(carrier.clock.nowMillis()).toUTCString())
    handle(request, response).catch((failure: unknown) => {
      if (response.headersSent || response.destroyed || request.destroyed) return response.destroy()
      write(response, 500, { ...restFailure(20500).body, error: `The simulated carrier itself failed: ${String(failure)}` })
    })
  })
  server.keepAliveTimeout = 65_000

  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port, options.host, () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : options.port
      const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`
      carrier.listensAt(url)
      resolve({
        url,
        reset,
        close: () =>
          new Promise((closed) => {
            carrier.reset()
            server.close(() => closed())
            server.closeAllConnections()
          })
      })
    })
  })
}
