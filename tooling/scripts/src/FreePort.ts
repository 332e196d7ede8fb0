/** A port of this machine that nobody listens on, for what has to know its address before it starts. */
import { randomInt } from "node:crypto"
import { createServer } from "node:net"

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })

/** Below the ports that systems give to whoever asks for any, or calls somebody: such a one could be given away before its program starts, or between two of its lives. */
const ports = { first: 15_000, ofWorker: 1_500, workers: 10 } as const

/** Workers of the tests choose among ports of their own: what is free may be another's, whose program does not run just now. */
const first = ports.first + (Number(process.env["VITEST_POOL_ID"] ?? 0) % ports.workers) * ports.ofWorker

const taken = new Set<number>()

/** Given once in a process. It stays free for as long as the process likes, save for programs that were told to listen there. */
export const freePort = async (): Promise<number> => {
  while (true) {
    const port = first + randomInt(ports.ofWorker)
    if (taken.has(port)) continue
    taken.add(port)
    if (await isFree(port)) return port
  }
}
