/** The agent of the project `hook`: answers each turn by naming every text that it was asked about, so that an answer shows what it answers. */
import { createServer } from "node:http"

export interface AgentCall {
  readonly turnId: string
  readonly kind: string
  readonly attempt: number
  /** The ids of the texts to answer. */
  readonly texts: ReadonlyArray<string>
}

export interface WebhookAgent {
  readonly port: number
  readonly calls: ReadonlyArray<AgentCall>
  close(): Promise<void>
}

interface Asked {
  readonly turn_id: string
  readonly kind: string
  readonly attempt: number
  readonly texts: ReadonlyArray<{ readonly message_id: string; readonly text: string }>
}

/** The mark of a text of the load: `#` and a number. */
export const tagsOf = (text: string): ReadonlyArray<string> => text.match(/#\d+/gu) ?? []

/** `thinkingMillis`: how long it keeps an answer back. */
export const startAgent = (thinkingMillis: number): Promise<WebhookAgent> => {
  const calls: Array<AgentCall> = []
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("error", () => response.destroy())
    request.on("end", () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Asked
      calls.push({ turnId: asked.turn_id, kind: asked.kind, attempt: asked.attempt, texts: asked.texts.map((text) => text.message_id) })
      const tags = asked.texts.flatMap((text) => tagsOf(text.text))
      setTimeout(() => {
        if (tags.length === 0) return response.writeHead(204).end()
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ messages: [`Answer to ${tags.join(" ")}`] }))
      }, thinkingMillis)
    })
  })
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve({
        port: typeof address === "object" && address !== null ? address.port : 0,
        calls,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          })
      })
    })
  })
}
