/** An application under test: a real server that remembers its webhooks and answers as it is told. */
import { createServer, type ServerResponse } from "node:http"
import type { RunningCarrierSim } from "../src/startCarrierSim.ts"
import { validateRequest } from "twilio/lib/webhooks/webhooks.js"

export interface Received {
  readonly method: string
  readonly path: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly params: Record<string, string>
}

type Reply = (received: Received, response: ServerResponse) => void

const noReply: Reply = (_, response) => void response.writeHead(200, { "content-type": "text/xml" }).end("<Response></Response>")

export const startApplication = async () => {
  const received: Array<Received> = []
  let replies: Record<string, Reply> = {}
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")))
    request.on("end", () => {
      const path = request.url ?? "/"
      const each: Received = {
        method: request.method ?? "",
        path,
        url: `http://${request.headers.host}${path}`,
        headers: request.headers,
        params: Object.fromEntries(new URLSearchParams(body))
      }
      received.push(each)
      const reply = replies[path.replace(/\?.*/u, "")] ?? noReply
      reply(each, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    reply: (path: string, how: Reply) => {
      replies[path] = how
    },
    forget: () => {
      received.length = 0
      replies = {}
    },
    isSigned: (each: Received, authToken: string) =>
      validateRequest(authToken, String(each.headers["x-twilio-signature"]), each.url, each.params),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

export const status = (code: number): Reply => (_, response) => void response.writeHead(code).end()
export const twiml = (xml: string): Reply => (_, response) => void response.writeHead(200, { "content-type": "text/xml" }).end(xml)
export const hangUp: Reply = (_, response) => void response.destroy()
export const never: Reply = () => undefined

/** Before each test: what is under way ends, and both sides forget. */
export const startAfresh = async (sim: RunningCarrierSim, app: { forget(): void }): Promise<void> => {
  sim.advance(60_000)
  await sim.settled()
  sim.reset()
  app.forget()
}

/** Waits until `test` is true, asking often; fails after 5 s with `what`. */
export const until = async (what: string, test: () => boolean): Promise<void> => {
  const deadline = Date.now() + 5000
  while (!test()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
