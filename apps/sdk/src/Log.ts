/** What a client tells of its calls. No secret, no whole phone number and nobody's words are in it. */

/** `debug` tells every request and answer, `info` every retry, `warn` what is dangerous or wrong in the set-up. */
export type LogLevel = "off" | "error" | "warn" | "info" | "debug"

/**
 * Where it is told: `console`, or a logger that has these methods.
 * @example
 * ```ts
 * import { Parley, type Logger, type LogLevel } from "@parley/sdk"
 *
 * const lines: Array<string> = []
 * const logger: Logger = { warn: (line) => lines.push(line), info: (line) => lines.push(line), debug: (line) => lines.push(line) }
 * const logLevel: LogLevel = "debug"
 * await new Parley({ logger, logLevel }).numbers.list()
 * console.log(lines)
 * ```
 */
export interface Logger {
  warn(message: string): void
  info(message: string): void
  debug(message: string): void
}

/** Tells something, if anybody wants to know. */
export type Log = (level: "warn" | "info" | "debug", message: () => string) => void

const levels: ReadonlyArray<string> = ["off", "error", "warn", "info", "debug"] satisfies ReadonlyArray<LogLevel>

/** @param level as it was passed or in the environment; `warn` when it is neither or none that is known */
export const logOf = (logger: Logger = console, level: string = "warn"): Log => {
  const wanted = levels.indexOf(level.toLowerCase())
  const most = wanted < 0 ? 2 : wanted
  const log: Log = (at, message) => {
    if (levels.indexOf(at) <= most) logger[at](`parley: ${masked(message())}`)
  }
  if (wanted < 0) log("warn", () => `the log level ${JSON.stringify(level)} is none of ${levels.join(", ")}; it is warn now.`)
  return log
}

/** What may be shown of a number: its first three and its last two digits, `+15*******06`. */
const mask = (number: string) => {
  const plain = number.replace(/^%2b/iu, "+")
  return plain.length <= 6 ? "*".repeat(plain.length) : plain.slice(0, 3) + "*".repeat(plain.length - 5) + plain.slice(-2)
}

/** A line without what must not be in it. */
export const masked = (line: string): string =>
  line.replace(/(?:\+|%2b)[1-9]\d{3,14}(?!\d)/giu, mask).replace(/\b(pk_|whsec_)[\w+/=-]{4,}/gu, "$1…")

/** A body as JSON: texts are told by their length, numbers by a few digits. */
export const shape = (body: unknown): string =>
  typeof body !== "object" || body === null
    ? ""
    : ` ${JSON.stringify(body, (_, value: unknown) => typeof value === "string" && !/^\+\d+$/u.test(value) ? `${value.length} characters` : value)}`
