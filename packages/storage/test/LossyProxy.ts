/** Stands between a client and a PostgreSQL server, and swallows the answer to a commit when it is told to. */
import { Effect } from "effect"
import type { Socket } from "node:net"
import { connect, createServer } from "node:net"

const committed = Buffer.from("COMMIT\0")

export interface LossyProxy {
  readonly port: number
  /** The next answer to a commit is lost, and its connection with it. */
  readonly loseNextCommit: () => void
}

export const make = (port: number) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => {
        let isLosing = false
        const open = new Set<Socket>()
        const server = createServer((client) => {
          const upstream = connect({ host: "127.0.0.1", port, noDelay: true })
          for (const socket of [client, upstream]) {
            open.add(socket)
            socket.on("error", () => {})
            socket.on("close", () => {
              client.destroy()
              upstream.destroy()
              open.delete(socket)
            })
          }
          client.setNoDelay(true)
          client.on("data", (chunk) => upstream.write(chunk))
          upstream.on("data", (chunk) => {
            if (!isLosing || !chunk.includes(committed)) return client.write(chunk)
            isLosing = false
            client.destroy()
          })
        })
        return new Promise<{ readonly proxy: LossyProxy; readonly close: () => void }>((resolve) => {
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            const proxy = {
              port: typeof address === "object" && address !== null ? address.port : 0,
              loseNextCommit: () => {
                isLosing = true
              }
            }
            resolve({
              proxy,
              close: () => {
                server.close()
                for (const socket of open) socket.destroy()
              }
            })
          })
        })
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ proxy }) => proxy
  )
