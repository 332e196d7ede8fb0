/** `pnpm fuzz [--requests N] [--seed S] [--entry main.js]`: throws N requests (default 100000) at the gateway, prints what came, and exits with 1 when anything is wrong. */
import { existsSync } from "node:fs"
import { parseArgs } from "node:util"
import { entry } from "@parley/scripts/BuiltGateway"
import { fuzz } from "./Fuzz.ts"

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    entry: { type: "string", default: entry }
  }
})

const requests = Number(values.requests)
const seed = Number(values.seed)
if (!Number.isInteger(requests) || requests < 1 || !Number.isInteger(seed)) throw new Error("--requests and --seed are whole numbers")
if (!existsSync(values.entry)) throw new Error(`${values.entry} is not there: build the gateway first`)

const started = performance.now()
const seconds = () => ((performance.now() - started) / 1_000).toFixed(0)
const result = await fuzz({
  entry: values.entry,
  requests,
  seed,
  progress: (sent, megabytes) => {
    if (sent % 10_000 < 500) console.log(`${seconds()} s: ${sent} requests, ${megabytes.toFixed(0)} MB`)
  }
})
const [warm, end] = result.residentMegabytes
console.log(`\n${result.sent} requests in ${seconds()} s, seed ${seed}; the slowest answer took ${result.slowestMillis.toFixed(0)} ms; memory ${warm.toFixed(0)} MB warm, ${end.toFixed(0)} MB at the end`)
for (const [outcome, count] of [...result.outcomes].sort(([a], [b]) => a.localeCompare(b))) console.log(`  ${outcome.padEnd(10)} ${count}`)
for (const problem of result.problems) console.log(`WRONG: ${problem}`)
console.log(result.problems.length === 0 ? "Every request was answered as it should be." : `${result.problems.length} kinds of answers are wrong.`)
process.exit(result.problems.length === 0 ? 0 : 1)
