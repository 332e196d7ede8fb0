/** How long whoever was called asks to be left alone. */
import { Duration } from "effect"

/** `Retry-After` as a wait from `nowMillis`; a date that has passed, or what can't be read, is none. */
export const waitOf = (retryAfter: string | undefined, nowMillis: number): Duration.Duration | undefined => {
  const text = retryAfter?.trim() ?? ""
  const millis = /^\d{1,9}(?:\.\d{1,6})?$/u.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMillis
  return text !== "" && millis > 0 ? Duration.millis(Math.ceil(millis)) : undefined
}
