/** `parley availability`: what countries offer to text with, without a gateway. */
import { Console, Effect, Result, Schema } from "effect"
import { AvailabilityRows, CountryAvailability, type SenderOffer } from "@parley/schema/Availability"
import { Country } from "@parley/schema/Country"
import { builtIn, rows } from "@parley/core/Availability"
import * as AvailabilityFile from "../AvailabilityFile.ts"

/** The country, or the operator's file, is of no use; `message` says why. */
export class NoAvailability extends Schema.TaggedError<NoAvailability>()("NoAvailability", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

const table = Effect.suspend(() => {
  const path = process.env["AVAILABILITY_FILE"]?.trim()
  if (path === undefined || path === "") return Effect.succeed(builtIn)
  return Effect.mapError(Effect.fromResult(AvailabilityFile.read(path)), (problems) =>
    new NoAvailability({ detail: `AVAILABILITY_FILE=${path} is not valid:\n${problems.map((problem) => `  - ${problem}`).join("\n")}` }))
})

const pace = ({ segmentsPerSecond: { from, to } }: SenderOffer): string =>
  from === null ? "pace not published" : `${from.toLocaleString("en")}${to === null ? "+" : to === from ? "" : `–${to.toLocaleString("en")}`} segments/s`

const leadTime = ({ leadTime: { kind, weeksFrom, weeksTo } }: SenderOffer): string =>
  kind === "weeks" ? `${weeksFrom}–${weeksTo} weeks` : { immediate: "at once", private_offering: "on request", not_published: "lead time not published" }[kind]

const registration = { none: "no registration", "10dlc": "needs A2P 10DLC registration", toll_free_verification: "needs toll-free verification" } as const

const lines = (row: CountryAvailability): ReadonlyArray<string> => [
  `${row.country}  ${row.twoWay ? "people can answer" : "nobody can answer: sends are refused"}`,
  ...row.senders.flatMap((sender) => [
    `    ${sender.type.replace("_", " ").padEnd(12)} ${pace(sender).padEnd(25)} ${leadTime(sender).padEnd(24)} ${registration[sender.registration]}`,
    ...sender.notes.map((note) => `                 ${note}`)
  ]),
  ...row.notes.map((note) => `    ${note}`),
  ...new Set([row, ...row.senders].map(({ source }) => `    Source: ${source.name} (${source.readOn})`))
]

const encodeRow = Schema.encodeSync(CountryAvailability)
const encodeRows = Schema.encodeSync(AvailabilityRows)
const show = (value: unknown) => Console.log(JSON.stringify(value, null, 2))

/** One country, or all of them. */
export const availability = Effect.fnUntraced(function*(code: string | null, json: boolean) {
  const known = yield* table
  const all = rows(known)
  if (code === null) return yield* json ? show(encodeRows({ data: all })) : Console.log(all.flatMap(lines).join("\n"))
  const country = Schema.decodeResult(Country)(code.toUpperCase())
  const row = Result.isSuccess(country) ? known.get(country.success) : undefined
  if (row === undefined) {
    return yield* new NoAvailability({ detail: `Nothing is known of "${code}"; a send there is tried. Known countries: ${all.map(({ country }) => country).join(", ")}.` })
  }
  yield* json ? show(encodeRow(row)) : Console.log(lines(row).join("\n"))
})
