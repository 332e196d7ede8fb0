/** Log lines that a machine can read and nobody can be found by: whole phone numbers and secrets never reach them. */
import { Layer, Logger, References } from "effect"
import { mask } from "@parley/schema/PhoneNumber"
import type { Settings } from "./Settings.ts"

const phoneNumber = /\+[1-9]\d{5,14}\b|%2[Bb][1-9]\d{5,14}\b/gu
const apiKey = /\bpk_[A-Za-z0-9_-]{4,}/gu

/** A line without what must not be in it. */
export const scrub = (line: string): string =>
  line.replace(phoneNumber, (number) => mask(number.replace(/^%2[Bb]/u, "+"))).replace(apiKey, "pk_…")

const write = (line: string) => {
  process.stderr.write(`${scrub(line)}\n`)
}

const json = Logger.map(Logger.formatJson, write)
const pretty = Logger.map(Logger.formatLogFmt, write)

export const layer = (settings: Pick<Settings, "logFormat" | "logLevel">) =>
  Layer.mergeAll(
    Logger.layer([settings.logFormat === "json" ? json : pretty]),
    Layer.succeed(References.MinimumLogLevel, settings.logLevel)
  )
