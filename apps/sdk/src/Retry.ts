/** Whether a call is made again, and when. */

/** The longest first pause, in milliseconds; it doubles with each retry. */
const baseMillis = 500
/** The longest pause of ours, in milliseconds. */
const capMillis = 8_000
/** A server that asks for a longer pause gets no retry: the caller decides. In seconds. */
export const longestRetryAfterSeconds = 60

/** 429 and 5xx may pass. */
export const isRetryable = (status: number): boolean => status === 429 || status >= 500

/** `Retry-After`, as its header has it, in seconds, from either of its forms; null when absent or unreadable. */
export const retryAfterSeconds = (header: string | null | undefined, nowMillis: number): number | null => {
  const value = header?.trim()
  if (value === undefined || value === "") return null
  if (/^\d+(?:\.\d+)?$/u.test(value)) return Number(value)
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, (at - nowMillis) / 1000)
}

/**
 * The pause before a retry, in milliseconds: what the server asks for, or exponential back-off with full jitter.
 * @param retry 0 for the first retry
 * @param random from 0 up to, not including, 1
 */
export const pauseMillis = (retry: number, retryAfter: number | null, random: number): number =>
  retryAfter === null ? random * Math.min(capMillis, baseMillis * 2 ** retry) : retryAfter * 1000
