import { describe, expect, it } from "vitest"
import { isRetryable, pauseMillis, retryAfterSeconds } from "../src/Retry.ts"

const noon = Date.UTC(2026, 10, 24, 12)

describe("Retry-After", () => {
  it.each([
    ["0", 0],
    ["7", 7],
    ["0.25", 0.25],
    [" 3 ", 3],
    ["Tue, 24 Nov 2026 12:00:30 GMT", 30],
    ["Tue, 24 Nov 2026 11:00:00 GMT", 0],
    ["soon", null],
    ["", null]
  ])("%s is %s seconds", (value, seconds) => {
    expect(retryAfterSeconds(value, noon)).toBe(seconds)
  })

  it("that is absent is null", () => {
    expect([retryAfterSeconds(null, noon), retryAfterSeconds(undefined, noon)]).toEqual([null, null])
  })
})

describe("a pause", () => {
  it.each([[0, 500], [1, 1000], [2, 2000], [3, 4000], [4, 8000], [5, 8000], [60, 8000]])("before retry %i is below %i ms", (retry, millis) => {
    expect(pauseMillis(retry, null, 1)).toBe(millis)
  })

  it("is jittered over its whole length", () => {
    expect([0, 0.5].map((random) => pauseMillis(1, null, random))).toEqual([0, 500])
  })

  it("is the server's when it names one", () => {
    expect(pauseMillis(3, 1.5, 0)).toBe(1500)
  })
})

it.each([[408, false], [429, true], [499, false], [500, true], [599, true]])("status %i may pass: %s", (status, retryable) => {
  expect(isRetryable(status)).toBe(retryable)
})
