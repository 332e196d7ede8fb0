/** A connection between two machines, as far as TCP is concerned: it can be cut, so that nothing passes and nobody is told, and mended. */
import { connect, createServer, type Socket } from "node:net"

export interface Link {
  /** Where to connect in place of the other end. */
  readonly port: number
  /** From now on nothing passes, in neither direction; new connections are taken and hear nothing either. */
  cut(): void
  /** What was held back passes, as after a network comes back. */
  mend(): void
  close(): Promise<void>
}

export const makeLink = (target: number): Promise<Link> => {
  let isCut = false
  const open = new Set<Socket>()
  const waiting = new Set<() => void>()

  const join = (client: Socket) => {
    const upstream = connect({ host: "127.0.0.1", port: target, noDelay: true })
    open.add(upstream)
    upstream.on("error", () => client.destroy())
    upstream.on("close", () => {
      open.delete(upstream)
      // The end of a connection does not pass either.
      if (!isCut) client.destroy()
      else waiting.add(() => client.destroy())
    })
    client.on("close", () => {
      if (!isCut) upstream.destroy()
      else waiting.add(() => upstream.destroy())
    })
    client.pipe(upstream, { end: false })
    upstream.pipe(client, { end: false })
    if (isCut) hold(client, upstream)
  }
  const hold = (...sockets: ReadonlyArray<Socket>) => {
    for (const socket of sockets) socket.pause()
  }

  const server = createServer({ noDelay: true }, (client) => {
    open.add(client)
    client.on("error", () => client.destroy())
    client.on("close", () => open.delete(client))
    if (isCut) {
      client.pause()
      waiting.add(() => client.destroyed ? undefined : join(client))
    } else join(client)
  })
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve({
        port: typeof address === "object" && address !== null ? address.port : 0,
        cut: () => {
          isCut = true
          hold(...open)
        },
        mend: () => {
          isCut = false
          for (const then of waiting) then()
          waiting.clear()
          for (const socket of open) socket.resume()
        },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            for (const socket of open) socket.destroy()
          })
      })
    })
  })
}
