import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import fc from "fast-check"
import { full, headers, type RateLimit, take, type TokenBucket, TokenBucket as TokenBucketSchema } from "../src/RateLimit.ts"

const perMinute = (limit: number): RateLimit => ({ limit, windowMillis: 60_000 })
const hundred = perMinute(100)
const at = 1_790_000_000_000

const takeAll = (bucket: TokenBucket, rate: RateLimit, times: ReadonlyArray<number>) => {
  let current = bucket
  return times.map((time) => {
    const taken = take(current, rate, time)
    current = taken.bucket
    return taken
  })
}

const someRate = fc.record({ limit: fc.integer({ min: 1, max: 500 }), windowMillis: fc.constantFrom(1_000, 60_000, 3_600_000) })
const forward = fc.array(fc.oneof(fc.nat(50), fc.nat(5_000)), { maxLength: 200 }).map((waits) => {
  let time = at
  return waits.map((wait) => time += wait)
})

describe("RateLimit", () => {
  it("allows the minute's allowance at once, then refuses", () => {
    const taken = takeAll(full(hundred, at), hundred, Array(101).fill(at))
    assert.deepStrictEqual(taken.map(({ allowed }) => allowed), [...Array(100).fill(true), false])
    assert.deepStrictEqual(taken.map(({ remaining }) => remaining), [...Array.from({ length: 100 }, (_, i) => 99 - i), 0])
  })

  it("gives the next token when its share of the window has passed", () => {
    const empty: TokenBucket = { tokens: 0, updatedAtMillis: at }
    assert.isFalse(take(empty, hundred, at + 599).allowed)
    assert.isTrue(take(empty, hundred, at + 600).allowed)
  })

  it("says when to come back and when it is full again, in whole seconds", () => {
    const { retryAfterSeconds, resetSeconds } = take({ tokens: 0, updatedAtMillis: at }, hundred, at)
    assert.deepStrictEqual([retryAfterSeconds, resetSeconds], [1, 60])
    const first = take(full(hundred, at), hundred, at)
    assert.deepStrictEqual([first.retryAfterSeconds, first.resetSeconds], [0, 1])
  })

  it("caps the savings at once when the limit is lowered, and fills faster at once when it is raised", () => {
    assert.strictEqual(take(full(hundred, at), perMinute(10), at).remaining, 9)
    const raised = take(full(hundred, at), perMinute(600), at + 1_000)
    assert.strictEqual(raised.remaining, 109)
  })

  it("never allows what costs more than the limit", () => {
    const { allowed, bucket, retryAfterSeconds } = take(full(hundred, at), hundred, at, 101)
    assert.deepStrictEqual([allowed, bucket.tokens, retryAfterSeconds], [false, 100, 60])
  })

  it("allows nothing at a limit of nothing", () => {
    const { allowed, remaining, resetSeconds, retryAfterSeconds } = take(full(hundred, at), perMinute(0), at)
    assert.deepStrictEqual({ allowed, remaining, resetSeconds, retryAfterSeconds }, { allowed: false, remaining: 0, resetSeconds: 60, retryAfterSeconds: 60 })
  })

  it("writes the headers of the draft", () => {
    assert.deepStrictEqual(headers("outbound", hundred, take(full(hundred, at), hundred, at)), {
      ratelimit: "\"outbound\";r=99;t=1",
      "ratelimit-policy": "\"outbound\";q=100;w=60"
    })
    assert.deepStrictEqual(headers("outbound", hundred, take({ tokens: 0.5, updatedAtMillis: at }, hundred, at)), {
      ratelimit: "\"outbound\";r=0;t=60",
      "ratelimit-policy": "\"outbound\";q=100;w=60",
      "retry-after": "1"
    })
  })

  it("never allows more than a full bucket and what has come since", () => {
    fc.assert(fc.property(someRate, forward, (rate, times) => {
      const taken = takeAll(full(rate, at), rate, times)
      times.forEach((time, i) => {
        const allowed = taken.slice(0, i + 1).filter((one) => one.allowed).length
        assert.isAtMost(allowed, rate.limit + ((time - at) * rate.limit) / rate.windowMillis + 1e-3)
      })
    }))
  })

  it("allows again after the seconds it names, and not a second earlier", () => {
    fc.assert(fc.property(someRate, fc.double({ min: 0, max: 0.999, noNaN: true }), (rate, tokens) => {
      const bucket = { tokens, updatedAtMillis: at }
      const { allowed, retryAfterSeconds } = take(bucket, rate, at)
      if (allowed) return
      assert.isTrue(take(bucket, rate, at + retryAfterSeconds * 1_000).allowed)
      if (retryAfterSeconds > 1) assert.isFalse(take(bucket, rate, at + (retryAfterSeconds - 1) * 1_000 - 1).allowed)
    }))
  })

  it("is full after the seconds it names", () => {
    fc.assert(fc.property(someRate, fc.double({ min: 0, max: 1, noNaN: true }), (rate, share) => {
      const { bucket, resetSeconds } = take({ tokens: share * rate.limit, updatedAtMillis: at }, rate, at, 0)
      assert.strictEqual(take(bucket, rate, at + resetSeconds * 1_000, 0).remaining, rate.limit)
    }))
  })

  it("gives and loses nothing when the clock is set back and comes again", () => {
    fc.assert(fc.property(someRate, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60_000), fc.nat(60_000), (rate, share, back, on) => {
      const bucket = { tokens: share * rate.limit, updatedAtMillis: at }
      const setBack = take(bucket, rate, at - Math.min(back, rate.windowMillis), 0)
      assert.deepStrictEqual(setBack.bucket, bucket)
      assert.deepStrictEqual(take(setBack.bucket, rate, at + on, 0), take(bucket, rate, at + on, 0))
    }))
  })

  it("believes a clock that was set back by more than a window, without giving tokens for it", () => {
    const { bucket } = take({ tokens: 3, updatedAtMillis: at }, hundred, at - 3_600_000, 1)
    assert.deepStrictEqual(bucket, { tokens: 2, updatedAtMillis: at - 3_600_000 })
  })

  it("stays within its bounds and survives JSON", () => {
    fc.assert(fc.property(someRate, fc.array(fc.record({ jump: fc.integer({ min: -100_000, max: 100_000 }), cost: fc.nat(20) }), { maxLength: 50 }), (rate, steps) => {
      let bucket = full(rate, at)
      let time = at
      for (const { cost, jump } of steps) {
        time += jump
        const taken = take(bucket, rate, time, cost)
        bucket = taken.bucket
        assert.isTrue(bucket.tokens >= 0 && bucket.tokens <= rate.limit)
        assert.isTrue(Number.isInteger(taken.remaining) && Number.isInteger(taken.retryAfterSeconds) && Number.isInteger(taken.resetSeconds))
        assert.deepStrictEqual(Schema.decodeUnknownSync(TokenBucketSchema)(JSON.parse(JSON.stringify(bucket))), bucket)
      }
    }))
  })
})
