/** An operator's own knowledge of countries: a file in the shape of `GET /v1/availability` whose rows replace the built-in ones. */
import { Result, Schema } from "effect"
import { readFileSync } from "node:fs"
import { AvailabilityRows } from "@parley/schema/Availability"
import { type AvailabilityTable, builtIn, override } from "@parley/core/Availability"
import * as Mistakes from "./Mistakes.ts"

// A field that nobody knows would be a correction without effect.
const decode = Schema.decodeUnknownResult(AvailabilityRows, { errors: "all", onExcessProperty: "error" })

const reason = (error: unknown) => error instanceof Error ? error.message : String(error)

/** What is in the text of a file, over what Parley knows by itself; or all that is wrong with it. */
export const parse = (text: string): Result.Result<AvailabilityTable, ReadonlyArray<string>> => {
  const json = Result.try({ try: (): unknown => JSON.parse(text), catch: (error) => [`it is not JSON: ${reason(error)}`] })
  const rows = Result.flatMap(json, (value) => Result.mapError(decode(value), (error) => Mistakes.sentences(error.issue, "it")))
  return Result.flatMap(rows, ({ data }) => {
    const countries = data.map(({ country }) => country)
    const repeated = countries.filter((country, index) => countries.indexOf(country) !== index)
    return repeated.length > 0 ? Result.fail(repeated.map((country) => `${country} has more than one row`)) : Result.succeed(override(builtIn, data))
  })
}

/** `parse` on a file that is read now, once. */
export const read = (path: string): Result.Result<AvailabilityTable, ReadonlyArray<string>> =>
  Result.flatMap(Result.try({ try: () => readFileSync(path, "utf8"), catch: (error) => [`it can't be read: ${reason(error)}`] }), parse)
