/** Clients that send their request in drops, or do not read their answer, over raw sockets: they are cut off, and cost the others nothing. */
import { once } from "node:events"
import { connect, type AddressInfo } from "node:net"
import { expect, it, onTestFinished } from "vitest"
import { defaultLimits, make } from "../src/Server.ts"

const start = async () => {
  const server = make({ headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 20 })
  server.on("request", (request, response) => request.resume().on("end", () => response.end("done")))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Sends what is given, then one byte after the other for as long as the server lets it; resolves with all that the server said. */
const dribble = (port: number, first: string, drop: string): Promise<string> =>
  new Promise((resolve) => {
    let heard = ""
    let dropping: NodeJS.Timeout | undefined
    // What is written before the connection stands would go out ahead of the first words.
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(first)
      dropping = setInterval(() => socket.write(drop), 10)
    })
    socket.setEncoding("utf8").on("data", (chunk: string) => heard += chunk)
    socket.on("error", () => undefined)
    socket.on("close", () => {
      clearInterval(dropping)
      resolve(heard)
    })
  })

it.each([
  ["headers that never end", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", "a"],
  ["a body that never ends", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", "a"],
  ["chunks that never end", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"]
])("%s are cut off with a 408, and others are served meanwhile", async (_, first, drop) => {
  const port = await start()
  const slow = dribble(port, first, drop)
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("done")
  const heard = await slow
  expect(heard).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/u)
  expect(heard).toContain("The request did not arrive in time.")
})

it("who does not read an answer is cut off, and who is only kept waiting for one is not", async () => {
  const server = make({}, 100)
  const waiting: Array<() => void> = []
  const cutOff = new Promise<void>((resolve) => {
    server.on("request", (request, response) => {
      if (request.url !== "/endless") return void waiting.push(() => response.end("done"))
      response.once("close", resolve)
      const fill = () => {
        while (response.write(Buffer.alloc(65_536)));
        response.once("drain", fill)
      }
      fill()
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const patient = fetch(`http://127.0.0.1:${port}/`)
  const socket = connect(port, "127.0.0.1", () => socket.write("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n"))
  socket.on("error", () => undefined)
  await cutOff
  for (const answer of waiting) answer()
  expect(await (await patient).text()).toBe("done")
})

it("the gateway allows ten seconds for headers and twenty for a request, and looks every second", () => {
  expect(defaultLimits).toMatchObject({ headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 1_000 })
})
