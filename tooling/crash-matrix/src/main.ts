/**
 * `pnpm crash-matrix [--kills N] [--seed S] [--only boundary,…] [--entry main.js]`: kills the gateway N times (default 60) in all,
 * prints the table, and exits with 1 when a text was lost or doubled or anything else is wrong.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { allBoundaries } from "./Boundary.ts"
import { isClean, killsOf, legend, type Row, table, worldsOf } from "./Matrix.ts"
import { play, type WorldResult } from "./World.ts"

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    entry: { type: "string", default: join(import.meta.dirname, "../../../apps/gateway/dist/main.js") }
  }
})

const kills = Number(values.kills)
const seed = Number(values.seed)
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) throw new Error("--kills and --seed are whole numbers")
if (!existsSync(values.entry)) throw new Error(`${values.entry} is not there: build the gateway first`)

/** Longer worlds have fewer settlements to wait for, and histories that more kills went through. */
const killsOfOneWorld = 40

const only = values.only?.split(",")
const chosen = allBoundaries.filter((boundary) => only === undefined || only.includes(boundary))
if (chosen.length === 0) throw new Error(`--only names none of ${allBoundaries.join(", ")}`)
const plan = [...killsOf(kills, chosen)].filter(([, count]) => count > 0)
console.log(`${kills} kills, seed ${seed}, at\n${legend()}\n`)
const started = performance.now()
const rows: Array<Row> = []
let worldSeed = seed * 1_000
for (const [boundary, count] of plan) {
  const worlds: Array<WorldResult> = []
  for (const size of worldsOf(count, killsOfOneWorld)) {
    const world = await play({ entry: values.entry, seed: ++worldSeed, kills: Array.from({ length: size }, () => boundary) })
    worlds.push(world)
    const seconds = Math.round((performance.now() - started) / 1_000)
    console.log(`${seconds} s: ${boundary}, ${world.kills} kills (${world.atBoundary} there), ${world.accepted} texts accepted, ${world.arrived} arrived, ${world.sessions} sessions, ${world.lost} lost, ${world.duplicated} duplicated`)
    for (const problem of world.problems) console.log(`  ${problem}`)
  }
  rows.push({ boundary, worlds })
}
console.log(`\n${table(rows)}\n`)
console.log(isClean(rows) ? "Every text is accounted for." : "NOT every text is accounted for.")
process.exit(isClean(rows) ? 0 : 1)
