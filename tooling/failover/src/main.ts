/**
 * `pnpm failover [--only scenario,…] [--seed S] [--entry main.js]`: three gateways on one PostgreSQL, each scenario in a database of its own.
 * Prints the table, and exits with 1 when a text was lost or doubled or anything else is wrong.
 */
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { parseArgs } from "node:util"
import * as PostgresServer from "@parley/conformance/PostgresServer"
import { markdown } from "@parley/crash-matrix/Matrix"
import { entry } from "@parley/scripts/BuiltGateway"
import { type ScenarioName, scenarios } from "./Scenario.ts"
import { play, type WorldResult } from "./World.ts"

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    seed: { type: "string", default: "1" },
    entry: { type: "string", default: entry }
  }
})
const seed = Number(values.seed)
if (!Number.isInteger(seed)) throw new Error("--seed is a whole number")
if (!existsSync(values.entry)) throw new Error(`${values.entry} is not there: build the gateway first`)
if (PostgresServer.missing !== null) throw new Error(`There is no PostgreSQL to run on: ${PostgresServer.missing}`)

const only = values.only?.split(",")
const names = (Object.keys(scenarios) as ReadonlyArray<ScenarioName>).filter((name) => only === undefined || only.includes(name))
if (names.length === 0) throw new Error(`--only names none of ${Object.keys(scenarios).join(", ")}`)

const columns = ["scenario", "accepted", "delivered", "failed", "suppressed", "unknown", "lost", "doubled", "longest wait", "longest gap", "wrong"]

const seconds = (millis: number) => `${(millis / 1_000).toFixed(1)} s`

const cells = (name: string, world: WorldResult): ReadonlyArray<string> => [
  name,
  ...[world.accepted, world.delivered, world.failed, world.suppressed, world.unknown, world.lost, world.duplicated].map(String),
  seconds(world.longestWaitMillis),
  seconds(world.longestGapMillis),
  String(world.problems.filter((problem) => !/^(?:lost|doubled):/u.test(problem)).length)
]

const program = Effect.scoped(Effect.gen(function*() {
  const server = yield* PostgresServer.make()
  const rows: Array<ReadonlyArray<string>> = []
  let isClean = true
  for (const [index, name] of names.entries()) {
    const { play: playScenario, what } = scenarios[name]
    console.log(`${name}: ${what}`)
    const databaseUrl = yield* server.createDatabase(`failover_${index}`)
    const world = yield* Effect.promise(() => play({ entry: values.entry, seed: seed * 100 + index, databaseUrl, processes: 3, everyMillis: 250, play: playScenario }))
    for (const problem of world.problems) console.log(`  ${problem}`)
    isClean &&= world.problems.length === 0
    rows.push(cells(name, world))
  }
  console.log(`\n${markdown([columns, ...rows])}\n`)
  console.log(isClean ? "Every text is accounted for." : "NOT every text is accounted for.")
  return isClean
}))

process.exit(await Effect.runPromise(program) ? 0 : 1)
