/**
 * `pnpm crash-matrix [--kills N] [--seed S] [--only boundary,…] [--at-once N] [--entry main.js]`: kills the gateway N times (default 60) in all,
 * several gateways at once (default 3, each with a store and a carrier of its own), prints the table, and exits with 1 when a text was lost or doubled or anything else is wrong.
 */
import { existsSync } from "node:fs"
import { parseArgs } from "node:util"
import { entry } from "@parley/scripts/BuiltGateway"
import { allBoundaries, type Boundary } from "./Boundary.ts"
import { isClean, killsOf, legend, type Row, table, worldsOf } from "./Matrix.ts"
import { play, type WorldResult } from "./World.ts"

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    "at-once": { type: "string", default: "3" },
    entry: { type: "string", default: entry }
  }
})

const kills = Number(values.kills)
const seed = Number(values.seed)
const atOnce = Number(values["at-once"])
if (![kills, seed, atOnce].every(Number.isInteger) || kills < 1 || atOnce < 1) throw new Error("--kills, --seed and --at-once are whole numbers")
if (!existsSync(values.entry)) throw new Error(`${values.entry} is not there: build the gateway first`)

/** Longer worlds have fewer settlements to wait for, and histories that more kills went through. */
const killsOfOneWorld = 40

const only = values.only?.split(",")
const chosen = allBoundaries.filter((boundary) => only === undefined || only.includes(boundary))
if (chosen.length === 0) throw new Error(`--only names none of ${allBoundaries.join(", ")}`)
const planned = [...killsOf(kills, chosen)].flatMap(([boundary, count]) => worldsOf(count, killsOfOneWorld).map((size) => ({ boundary, size })))
console.log(`${kills} kills, seed ${seed}, ${atOnce} gateways at once, at\n${legend()}\n`)
const started = performance.now()
const results = new Map<Boundary, Array<WorldResult>>(chosen.map((boundary) => [boundary, []]))
const waiting = planned.map((world, i) => ({ ...world, worldSeed: seed * 1_000 + i + 1 }))
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { boundary, size, worldSeed } = next
    const world = await play({ entry: values.entry, seed: worldSeed, kills: Array.from({ length: size }, () => boundary) })
    results.get(boundary)?.push(world)
    const seconds = Math.round((performance.now() - started) / 1_000)
    console.log(`${seconds} s: ${boundary}, ${world.kills} kills (${world.atBoundary} there), ${world.accepted} texts accepted, ${world.arrived} arrived, ${world.sessions} sessions, ${world.lost} lost, ${world.duplicated} duplicated`)
    for (const problem of world.problems) console.log(`  ${problem}`)
  }
}))
const rows: ReadonlyArray<Row> = [...results].filter(([, worlds]) => worlds.length > 0).map(([boundary, worlds]) => ({ boundary, worlds }))
console.log(`\n${table(rows)}\n`)
console.log(isClean(rows) ? "Every text is accounted for." : "NOT every text is accounted for.")
process.exit(isClean(rows) ? 0 : 1)
