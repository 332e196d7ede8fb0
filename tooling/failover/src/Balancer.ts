/** A load balancer as operators have them: it asks each process whether it is ready, and brings new connections to those that are, in turn. */
import { connect, createServer, type Socket } from "node:net"

export interface Balancer {
  readonly url: string
  close(): Promise<void>
}

const asksEveryMillis = 300
const patienceMillis = 900

/** @param ports of the processes behind it */
export const startBalancer = (port: number, ports: ReadonlyArray<number>): Promise<Balancer> => {
  const ready = new Set<number>()
  const open = new Map<Socket, number>()
  let turn = 0

  const ask = async (behind: number) => {
    const isReady = await fetch(`http://127.0.0.1:${behind}/readyz`, { signal: AbortSignal.timeout(patienceMillis) }).then(({ ok }) => ok, () => false)
    if (isReady) ready.add(behind)
    else if (ready.delete(behind)) for (const [socket, to] of open) if (to === behind) socket.destroy()
  }
  const timers = ports.map((behind) => setInterval(() => void ask(behind), asksEveryMillis))

  const server = createServer({ noDelay: true }, (client) => {
    client.on("error", () => client.destroy())
    const choices = ports.filter((behind) => ready.has(behind))
    const behind = choices[turn++ % choices.length]
    if (behind === undefined) return void client.destroy()
    const upstream = connect({ host: "127.0.0.1", port: behind, noDelay: true })
    open.set(client, behind)
    upstream.on("error", () => client.destroy())
    upstream.on("close", () => client.destroy())
    client.on("close", () => {
      open.delete(client)
      upstream.destroy()
    })
    client.pipe(upstream)
    upstream.pipe(client)
  })
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () =>
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () =>
          new Promise((closed) => {
            for (const timer of timers) clearInterval(timer)
            server.close(() => closed())
            for (const socket of open.keys()) socket.destroy()
          })
      }))
  })
}
