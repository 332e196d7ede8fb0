import { Effect, Exit, Result } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { Country } from "@parley/schema/Country"
import { parse } from "../src/AvailabilityFile.ts"
import * as Settings from "../src/Settings.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-availability-"))
afterAll(() => rmSync(folder, { recursive: true }))

const source = { name: "A letter of the carrier", read_on: "2026-11-24" }
const row = { country: "HR", two_way: true, senders: [], notes: [], source }
const problems = (value: unknown) => Result.match(parse(typeof value === "string" ? value : JSON.stringify(value)), { onSuccess: () => [], onFailure: (all) => all })

describe("an operator's file", () => {
  it("replaces the row of its country and keeps the others", () => {
    const table = Result.getOrThrow(parse(JSON.stringify({ data: [row] })))
    expect(table.get(Country.make("HR"))).toMatchObject({ twoWay: true, source: { readOn: "2026-11-24" } })
    expect(table.get(Country.make("GB"))?.senders).toHaveLength(2)
  })

  const wrong: ReadonlyArray<readonly [string, unknown, ReadonlyArray<string>]> = [
    ["is not JSON", "{", [expect.stringMatching(/^it is not JSON: /u) as string]],
    ["is a list", [row], [expect.stringMatching(/^it must be /u) as string]],
    ["lacks fields", { data: [{ country: "HR" }] }, ["two_way", "senders", "notes", "source"].map((field) => `data[0].${field} is missing: add it`)],
    ["names no country", { data: [{ ...row, country: "Croatia" }] }, [expect.stringMatching(/^data\[0\]\.country .*two capital letters/u) as string]],
    ["has a field that nobody knows", { data: [{ ...row, twoway: false }] }, [expect.stringMatching(/^data\[0\]\.twoway is not known/u) as string]],
    ["says a country twice", { data: [row, row] }, ["HR has more than one row"]]
  ]
  it.each(wrong)("that %s is refused with a sentence for each mistake", (_, value, sentences) => {
    expect(problems(value)).toEqual(sentences)
  })
})

describe("AVAILABILITY_FILE", () => {
  const read = (file: string | undefined, more: object = {}) => Effect.runSync(Effect.exit(Settings.read({ AVAILABILITY_FILE: file, ...more })))

  it("is read when settings are, and may be missing", () => {
    const file = join(folder, "good.json")
    writeFileSync(file, JSON.stringify({ data: [row] }))
    const settings = read(file)
    expect(Exit.isSuccess(settings) && settings.value.availability?.get(Country.make("HR"))?.twoWay).toBe(true)
    const without = read(undefined)
    expect(Exit.isSuccess(without) && without.value.availability).toBeNull()
  })

  it("tells its mistakes together with those of the other variables", () => {
    const file = join(folder, "bad.json")
    writeFileSync(file, JSON.stringify({ data: [{ ...row, two_way: "yes" }] }))
    const settings = read(file, { PORT: "http" })
    const message = Exit.isFailure(settings) ? String(settings.cause) : ""
    expect(message).toContain(`AVAILABILITY_FILE=${JSON.stringify(file)}: data[0].two_way must be`)
    expect(message).toContain("PORT=")
  })

  it("that is not there is a mistake, not an empty table", () => {
    expect(Exit.isFailure(read(join(folder, "nowhere.json")))).toBe(true)
  })
})
