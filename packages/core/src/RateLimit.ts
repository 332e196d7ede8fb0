/** A token bucket as data: how much a caller may do now, and what the answer's headers say about it. */
import { Schema } from "effect"

/** Plain JSON. `tokens` may be fractional. */
export const TokenBucket = Schema.Struct({ tokens: Schema.Finite, updatedAtMillis: Schema.Finite })
export type TokenBucket = typeof TokenBucket.Type

/** `limit` tokens come evenly over each `windowMillis`, and at most `limit` are saved up: the burst is one window's allowance. */
export interface RateLimit {
  readonly limit: number
  readonly windowMillis: number
}

export interface Taken {
  readonly bucket: TokenBucket
  readonly allowed: boolean
  /** Whole tokens left. */
  readonly remaining: number
  /** Whole seconds, rounded up, until the same would be allowed; 0 when it was, and a whole window when the cost is above the limit and never will be. */
  readonly retryAfterSeconds: number
  /** Whole seconds, rounded up, until the bucket is full. */
  readonly resetSeconds: number
}

/** A bucket that nobody has taken from. */
export const full = (rate: RateLimit, nowMillis: number): TokenBucket => ({ tokens: rate.limit, updatedAtMillis: nowMillis })

/** Sums of fractions miss a whole token by less than this. */
const rounding = 1e-6

const secondsFor = (tokens: number, rate: RateLimit): number => tokens <= rounding ? 0 : Math.ceil((tokens * rate.windowMillis) / rate.limit / 1_000 - rounding)

/**
 * Takes `cost` tokens if they are there; a refusal takes none.
 *
 * - A lowered limit caps what was saved up at once; a raised one raises the pace and the ceiling at once, and the bucket fills to it.
 * - A clock that was set back neither gives tokens nor takes any: none come until it has caught up. One set back by more than a window is believed.
 */
export const take = (bucket: TokenBucket, rate: RateLimit, nowMillis: number, cost = 1): Taken => {
  const elapsedMillis = nowMillis - bucket.updatedAtMillis
  const isBehind = elapsedMillis < 0 && elapsedMillis >= -rate.windowMillis
  const updatedAtMillis = isBehind ? bucket.updatedAtMillis : nowMillis
  const tokens = Math.min(rate.limit, bucket.tokens + (Math.max(0, elapsedMillis) * rate.limit) / rate.windowMillis)
  const allowed = tokens + rounding >= cost
  const left = allowed ? Math.max(0, tokens - cost) : tokens
  return {
    bucket: { tokens: left, updatedAtMillis },
    allowed,
    remaining: Math.floor(left + rounding),
    retryAfterSeconds: allowed ? 0 : cost > rate.limit ? Math.ceil(rate.windowMillis / 1_000) : Math.max(1, secondsFor(cost - tokens, rate)),
    resetSeconds: rate.limit > 0 ? secondsFor(rate.limit - left, rate) : Math.ceil(rate.windowMillis / 1_000)
  }
}

/** Header fields by their names in lower case. */
export interface RateLimitHeaders {
  readonly ratelimit: string
  readonly "ratelimit-policy": string
  /** Only on a refusal. */
  readonly "retry-after"?: string
}

/**
 * `RateLimit: "outbound";r=99;t=1`, `RateLimit-Policy: "outbound";q=100;w=60`, and `Retry-After` in seconds. Source: draft-ietf-httpapi-ratelimit-headers, RFC 9110.
 * @param name of the policy: letters, digits and hyphens
 */
export const headers = (name: string, rate: RateLimit, taken: Taken): RateLimitHeaders => ({
  ratelimit: `"${name}";r=${taken.remaining};t=${taken.resetSeconds}`,
  "ratelimit-policy": `"${name}";q=${rate.limit};w=${Math.ceil(rate.windowMillis / 1_000)}`,
  ...(taken.allowed ? {} : { "retry-after": String(taken.retryAfterSeconds) })
})
