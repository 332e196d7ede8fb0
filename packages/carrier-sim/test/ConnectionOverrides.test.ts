import { expect, it } from "vitest"
import { connectionDefaults, connectionOverrides } from "../src/ConnectionOverrides.ts"

it.each([
  ["https://example.com/sms", {}],
  ["https://example.com/sms#", {}],
  ["https://example.com/sms#rc=3&rp=all", { retries: 3, retryOn: new Set(["4xx", "5xx", "ct", "rt"]) }],
  ["https://example.com/sms?a=b#rp=5xx,rt", { retryOn: new Set(["5xx", "rt"]) }],
  ["https://example.com/sms#ct=100&rt=200&tt=300", { connectTimeoutMillis: 100, readTimeoutMillis: 200, totalTimeoutMillis: 300 }],
  ["https://example.com/sms#ct=99&rt=15001&tt=0&rc=6&rp=never", {}],
  ["https://example.com/sms#rc=0", { retries: 0 }],
  ["https://example.com/sms#rc=two&ct=1e3", {}]
])("%s overrides what it may", (url, overrides) => {
  expect(connectionOverrides(url)).toEqual({ ...connectionDefaults, ...overrides })
})
