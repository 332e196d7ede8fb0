/** Bytes that are nearly HTTP: what a broken client or a scanner writes. */
import fc from "fast-check"
import type { Access } from "./Requests.ts"

const body = JSON.stringify({ user_number: "+14155550100", message: "raw" })

export const rawRequests = (access: Access): fc.Arbitrary<Buffer> => {
  const head = [`${access.keyHeader}: ${access.key}`, `${access.connectorHeader}: ${access.connector}`, "Content-Type: application/json"]
  const line = fc.constantFrom("POST /v1/outbound-sms HTTP/1.1", "GET /v1/sessions HTTP/1.1", "POST /v1/outbound-sms HTTP/1.0", "POST  /v1/outbound-sms  HTTP/1.1", "POST /v1/outbound-sms", "post /v1/outbound-sms HTTP/1.1", "POST /v1/outbound-sms HTTP/9.9", "GET http://[::1/ HTTP/1.1", "GET //\\/ HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT a:1 HTTP/1.1", "PRI * HTTP/2.0", "\u0016\u0003\u0001")
  const length = fc.constantFrom(`Content-Length: ${body.length}`, "Content-Length: 5000", "Content-Length: 3", "Content-Length: -1", "Content-Length: 1e3", `Content-Length: ${body.length}\r\nContent-Length: 3`, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked, chunked", `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked`)
  const more = fc.subarray(["Host: a", "Host: b", "Host:", "X: \u0000", "X\u0001: y", " folded: z", "X: \r\n continued", `Big: ${"b".repeat(20_000)}`, "Connection: close", "Connection: upgrade\r\nUpgrade: websocket", "Expect: 100-continue", "Expect: 200-ok", "Cookie: \u00ff"])
  const payload = fc.constantFrom(body, body.slice(0, 20), "", `5\r\nhello\r\n0\r\n\r\n`, "ffffffffff\r\n", "zz\r\n", "-1\r\n\r\n", "0\r\n\r\n")
  const end = fc.constantFrom("\r\n\r\n", "\n\n", "\r\n", "\r\r\n\n")
  return fc.record({ line, length, more, payload, end, skip: fc.nat({ max: 5 }) }).map((each) =>
    Buffer.from([each.line, ...head.slice(each.skip === 0 ? 1 : 0), ...each.more, each.length].join("\r\n") + each.end + each.payload, "latin1")
  )
}
