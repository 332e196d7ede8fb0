/** What comes over a raw connection and is no request of a client that means well: the process lives and answers the next one. */
import { request } from "node:http"
import { connect } from "node:net"
import { afterAll, afterEach, beforeAll, expect, it } from "vitest"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { projectFile, secrets } from "./harness/Projects.ts"

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ projects: [projectFile()] })
})
afterAll(() => gateway.close())

afterEach(async () => {
  expect((await gateway.api.post("/v1/outbound-sms", { user_number: "+14155530001", message: "Still alive" })).status).toBe(202)
})

/** All that the server says until it closes the connection, or until its first answer is whole. */
const exchange = (bytes: string | Uint8Array, end = false): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = ""
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1", () => {
      if (end) socket.end(bytes)
      else socket.write(bytes)
    })
    socket.setEncoding("utf8")
    socket.on("data", (chunk: string) => {
      heard += chunk
      const [, length] = /^content-length: (\d+)/imu.exec(heard) ?? []
      if (heard.includes("\r\n\r\n") && Buffer.byteLength(heard.slice(heard.indexOf("\r\n\r\n") + 4)) >= Number(length ?? 0)) socket.end()
    })
    socket.on("close", () => resolve(heard))
    socket.on("error", (error: NodeJS.ErrnoException) => error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(heard) : reject(error))
  })

/** Node turned it away, with a problem document all the same. */
const expectRefusal = (answer: string, status: number) => {
  const [top = "", body = ""] = answer.split("\r\n\r\n")
  expect(top).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `, "u"))
  expect(top).toMatch(/^content-type: application\/problem\+json$/imu)
  const problem = JSON.parse(body) as Readonly<Record<string, unknown>>
  expect(problem).toMatchObject({ type: "about:blank", status, title: expect.any(String) as string, detail: expect.any(String) as string })
  expect(top.toLowerCase()).toContain(`x-polyai-correlation-id: ${String(problem["correlation_id"])}`)
}

const post = (path: string, body: string) =>
  new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const call = request(gateway.url + path, { method: "POST" }, (answer) => {
      let heard = ""
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        heard += chunk
      })
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: heard }))
    })
    call.on("error", reject)
    call.end(body)
  })

const head = (more: string) =>
  `POST /v1/outbound-sms HTTP/1.1\r\nHost: x\r\nX-PolyAi-Auth-Token: ${secrets["TEST_API_KEY"]}\r\nX-TOKEN-ID: conn_main\r\nContent-Type: application/json\r\n${more}`

it.each([
  ["no HTTP at all", "hello\r\n\r\n"],
  ["binary", Buffer.from([0, 1, 2, 3, 255, 254, 13, 10, 13, 10])],
  ["a header without a colon", "GET / HTTP/1.1\r\nHost x\r\n\r\n"],
  ["a negative length", head("Content-Length: -5\r\n\r\n")],
  ["two lengths", head("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")],
  ["a length and chunks", head("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")],
  ["a chunk whose size is no number", head("Transfer-Encoding: chunked\r\n\r\nzz\r\n")]
])("%s is a 400", async (_, bytes) => {
  expectRefusal(await exchange(bytes), 400)
})

it("headers of 20 KB are a 431", async () => {
  expectRefusal(await exchange(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(20_000)}\r\n\r\n`), 431)
})

it("a path of 20 KB with a body is a 431 that can be read, although the body is not", async () => {
  const { body, status } = await post(`/v1/sessions/${"a".repeat(20_000)}/messages`, "x".repeat(200_000))
  expect([status, (JSON.parse(body) as { readonly status: number }).status]).toEqual([431, 431])
})

it("an expectation that nobody can meet is a 417", async () => {
  expectRefusal(await exchange(head("Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}")), 417)
})

it("a body that ends before its length is no text", async () => {
  await exchange(head("Content-Length: 500\r\n\r\n{\"user_number\":\"+14155530009\","), true)
  expect(await gateway.api.sessionsOf("+14155530009")).toEqual([])
})

it("a client that leaves before the answer does not take its text back", async () => {
  const body = JSON.stringify({ user_number: "+14155530010", message: "Sent and gone" })
  const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1", () => socket.write(head(`Content-Length: ${body.length}\r\n\r\n${body}`)))
  socket.on("error", () => undefined)
  await gateway.carrier.waitFor("+14155530010", 1)
  socket.destroy()
})

it("a body of 64 KB that is announced with Expect: 100-continue is asked for, and one that is too long is refused", async () => {
  const body = JSON.stringify({ user_number: "+14155530011", message: "Expected" })
  expect(await exchange(head(`Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body}`))).toMatch(/^HTTP\/1\.1 (?:100|202) /u)
  expect(await exchange(head("Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n"))).toMatch(/^HTTP\/1\.1 400 /u)
})
