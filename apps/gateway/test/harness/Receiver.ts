/** Who has events posted to them: a real little server, which believes only what the SDK believes. */
import { createServer } from "node:http"
import type { ParleyEvent } from "@parley/sdk"
import { receiveEvent } from "@parley/sdk/webhooks"
import { secrets } from "./Projects.ts"
import { until } from "./Waiting.ts"

export const startReceiver = async () => {
  const events: Array<ParleyEvent> = []
  const attempts: Array<string> = []
  let unbelieved = 0
  let status = 204
  const server = createServer((request, response) => {
    const chunks: Array<Uint8Array> = []
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    request.on("end", () => {
      receiveEvent({ body: Buffer.concat(chunks), headers: request.headers }, secrets["EVENTS_SECRET"]).then((event) => {
        attempts.push(event.id)
        if (status < 300) events.push(event)
        response.writeHead(status).end()
      }, () => {
        unbelieved++
        response.writeHead(401).end()
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    /** As a project's file names it. */
    asWebhook: { name: "crm", url: `http://127.0.0.1:${port}/events`, secret_env: "EVENTS_SECRET" },
    /** What was taken, in order. */
    events,
    /** The ids of all that came, taken or not. */
    attempts,
    unbelieved: () => unbelieved,
    /** How posts are answered from now on. */
    answer: (with_: number) => {
      status = with_
    },
    waitFor: (what: string, found: (events: ReadonlyArray<ParleyEvent>) => boolean) => until(what, () => found(events), () => events.map(({ type }) => type)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>
