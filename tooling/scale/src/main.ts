/**
 * `pnpm scale --plans [--sessions N] [--messages M]`: fills a database (a million sessions, five million texts), runs every hot query on it, and
 * exits with 1 when one reads a table that grows from end to end, or more rows than a page is worth.
 * `pnpm scale [--sizes N,N,…] [--processes N,N,…]`: measures what a bigger store and further processes cost and bring.
 */
import { Effect, Redacted } from "effect"
import { existsSync } from "node:fs"
import { parseArgs } from "node:util"
import * as PostgresServer from "@parley/conformance/PostgresServer"
import { markdown } from "@parley/crash-matrix/Matrix"
import { entry } from "@parley/scripts/BuiltGateway"
import * as PostgresStore from "@parley/storage/PostgresStore"
import { fill } from "./Fill.ts"
import { measure } from "./Growth.ts"
import { findings, readsAtMost } from "./Plans.ts"
import { sendsPerSecond } from "./Processes.ts"

const { values } = parseArgs({
  options: {
    plans: { type: "boolean", default: false },
    sessions: { type: "string", default: "1000000" },
    messages: { type: "string", default: "5000000" },
    sizes: { type: "string", default: "10000,100000,1000000" },
    processes: { type: "string", default: "1,2,3" },
    entry: { type: "string", default: entry }
  }
})
if (PostgresServer.missing !== null) throw new Error(`There is no PostgreSQL to run on: ${PostgresServer.missing}`)

const numbers = (text: string): ReadonlyArray<number> => text.split(",").map((part) => part.trim()).filter((part) => part !== "").map((part) => {
  const number = Number(part)
  if (!Number.isInteger(number) || number < 1) throw new Error(`${part} is no whole number above 0`)
  return number
})

const millis = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
const megabytes = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`

const plans = Effect.fnUntraced(function*(url: string) {
  const [[sessions = 0] = [], [messages = 0] = []] = [numbers(values.sessions), numbers(values.messages)]
  yield* fill(url, { sessions, messages })
  const found = yield* findings
  console.log(markdown([["query", "time", "rows read", "read whole"], ...found.toSorted((a, b) => b.millis - a.millis).map(({ millis: time, query, read, whole }) => [query, millis(time), String(read), whole.join(", ")])]))
  const bad = found.filter(({ read, whole }) => whole.length > 0 || read > readsAtMost)
  console.log(bad.length === 0 ? `\n${found.length} queries, each found by its index.` : `\nNOT found by an index, or only after reading too much: ${bad.map(({ query }) => query).join("; ")}.`)
  return bad.length === 0
})

const program = Effect.scoped(Effect.gen(function*() {
  const server = yield* PostgresServer.make({ durable: true, sharedBuffers: "512MB" })
  if (values.plans) return yield* plans(server.url).pipe(Effect.provide(PostgresStore.layer({ url: Redacted.make(server.url) })))
  const rows: Array<ReadonlyArray<string>> = []
  for (const [index, sessions] of numbers(values.sizes).entries()) {
    const url = yield* server.createDatabase(`scale_${index}`)
    const { messages, metrics, sends, sessions: stored, sweep } = yield* measure(url, { sessions, messages: sessions * 5 }).pipe(Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })))
    rows.push([
      String(sessions), ...Object.values(sweep).map(millis), ...Object.values(metrics).map(millis), `${Math.round(sends)}/s`,
      `${megabytes(messages.all)} (${megabytes(messages.indexes)})`, `${megabytes(stored.all)} (${megabytes(stored.indexes)})`
    ])
    console.log(`${sessions} sessions measured`)
  }
  if (rows.length > 0) {
    const head = ["sessions", "timers", "turns", "lines", "held", "receipts", "by state", "backlog", "due first", "sends", "a million texts (indexes)", "a million sessions (indexes)"]
    console.log(`\n${markdown([head, ...rows])}\n`)
  }
  const counts = numbers(values.processes)
  if (counts.length > 0 && !existsSync(values.entry)) throw new Error(`${values.entry} is not there: build the gateway first`)
  const speeds: Array<ReadonlyArray<string>> = []
  let first = 0
  for (const processes of counts) {
    const url = yield* server.createDatabase(`processes_${processes}`)
    const speed = yield* Effect.promise(() => sendsPerSecond(values.entry, url, processes))
    first ||= speed
    speeds.push([String(processes), `${Math.round(speed)}/s`, (speed / first).toFixed(2)])
  }
  console.log(markdown([["processes", "sends", "of one"], ...speeds]))
  return true
}))

process.exit(await Effect.runPromise(program) ? 0 : 1)
