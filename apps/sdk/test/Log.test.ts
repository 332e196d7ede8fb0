import { afterEach, describe, expect, it, vi } from "vitest"
import { type LogLevel, Parley } from "../src/index.ts"
import { logOf, masked, shape } from "../src/Log.ts"
import { accepted, inTurn, listen, problem } from "./Server.ts"

afterEach(() => {
  vi.unstubAllEnvs()
})

const kept = () => {
  const lines: Array<string> = []
  const keep = (level: string) => (message: string) => void lines.push(`${level} ${message.replace(/\d+ ms/gu, "n ms")}`)
  return { lines, logger: { warn: keep("warn"), info: keep("info"), debug: keep("debug") } }
}

const told = async (logLevel: LogLevel | undefined) => {
  const server = await listen(inTurn(problem(503, { detail: "Not now, +15005550123." }, { "retry-after": "0" }), accepted))
  const { lines, logger } = kept()
  const parley = new Parley({ apiKey: "pk_live_0123456789", connectorId: "conn_1", baseUrl: server.url, logger, logLevel })
  await parley.outboundSms.send({ message: "Your code is 123", userNumber: "+15005550123" })
  return lines
}

const retry = "info parley: POST /v1/outbound-sms is tried again (1 of 2) in n ms: 503 Not now, +15*******23."

describe("a client", () => {
  it("tells nothing of a call by default", async () => {
    expect(await told(undefined)).toEqual([])
    expect(await told("off")).toEqual([])
  })

  it("tells of retries", async () => {
    expect(await told("info")).toEqual([retry])
  })

  it("tells every try, without secrets, whole numbers or words", async () => {
    const request = "debug parley: POST /v1/outbound-sms {\"message\":\"16 characters\",\"user_number\":\"+15*******23\"}"
    expect(await told("debug")).toEqual([
      request,
      "debug parley: POST /v1/outbound-sms was answered 503 in n ms, correlation id c-1 {\"type\":\"23 characters\",\"title\":\"13 characters\",\"status\":503,\"detail\":\"22 characters\",\"correlation_id\":\"3 characters\"}",
      retry,
      request,
      "debug parley: POST /v1/outbound-sms was answered 202 in n ms, correlation id c-1"
    ])
  })

  it("takes its level from the environment", async () => {
    vi.stubEnv("PARLEY_LOG", "INFO")
    expect(await told(undefined)).toEqual([retry])
    expect(await told("off")).toEqual([])
  })
})

it("a level that does not exist is told, and is warn", () => {
  const { lines, logger } = kept()
  const log = logOf(logger, "loud")
  log("info", () => "not told")
  expect(lines).toEqual(["warn parley: the log level \"loud\" is none of off, error, warn, info, debug; it is warn now."])
})

it.each([
  ["GET /v1/opt-outs?user_number=%2B15005550123&limit=5", "GET /v1/opt-outs?user_number=+15*******23&limit=5"],
  ["DELETE /v1/numbers/%2B447700900006 failed", "DELETE /v1/numbers/+44********06 failed"],
  ["+1234", "*****"],
  ["the key pk_demo-secret and whsec_MfKQ9r8G+/=", "the key pk_… and whsec_…"],
  ["TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C", "TW_SMS_01KAV5RK8ETQ8Y4V2N6W3Z7J9C"]
])("%s is told as %s", (line, expected) => {
  expect(masked(line)).toBe(expected)
})

it.each([[undefined, ""], [null, ""], [{ variables: { first_name: "Ada" }, limit: 3 }, " {\"variables\":{\"first_name\":\"3 characters\"},\"limit\":3}"]])("the body %j is told as%s", (body, expected) => {
  expect(shape(body)).toBe(expected)
})
