/**
 * Loaded before the gateway with `node --import`: kills its process at the nth passing of a boundary, as `CRASH_AT=boundary:nth`
 * says. The gateway itself knows nothing of it: SQLite's statements and Node's HTTP requests are watched from outside.
 * `AGENT_PORT`: calls of the one address that stands for the agent are led to this port of the machine, since a gateway that is
 * no development one calls no agent on loopback.
 */
import { writeSync } from "node:fs"
import http from "node:http"
import { syncBuiltinESMExports } from "node:module"
import { DatabaseSync, StatementSync, type SQLInputValue } from "node:sqlite"
import type { Boundary } from "./Boundary.ts"

/** Where a project file says that its agent lives. */
export const agentHost = "10.255.255.1"

const [wanted = "", nth = "1"] = (process.env["CRASH_AT"] ?? "").split(":")
const agentPort = process.env["AGENT_PORT"]

let left = Number(nth)
const pass = (boundary: Boundary): void => {
  if (boundary !== wanted || --left > 0) return
  // A word for the harness, which would otherwise take a crash of its own for this one.
  writeSync(2, `killed at ${boundary}\n`)
  process.kill(process.pid, "SIGKILL")
}

interface Transaction {
  writes: boolean
  outcome: boolean
  timer: boolean
  answer: boolean
  migration: boolean
}
const fresh = (): Transaction => ({ writes: false, outcome: false, timer: false, answer: false, migration: false })
let open = fresh()

const outcomes: ReadonlySet<SQLInputValue> = new Set(["sent", "failed", "unknown"])
const timedOut = /"state":"warned"|"endReason":"(?:abandoned|unanswered_expiry)"/u

const read = (sql: string, values: ReadonlyArray<SQLInputValue>): void => {
  if (!/^\s*(?:INSERT|UPDATE|DELETE|CREATE)/iu.test(sql)) return
  open.writes = true
  if (/^\s*UPDATE messages/u.test(sql) && values.some((value) => outcomes.has(value))) open.outcome = true
  if (/^\s*UPDATE sessions/u.test(sql) && values.some((value) => typeof value === "string" && timedOut.test(value))) open.timer = true
  if (/^\s*INSERT INTO messages/u.test(sql) && values.includes("answer")) open.answer = true
  if (/^\s*CREATE|parley_migrations/u.test(sql)) {
    open.migration = true
    pass("migration")
  }
}

const around = <A>(sql: string, values: ReadonlyArray<SQLInputValue>, run: () => A): A => {
  if (/^\s*BEGIN/iu.test(sql)) open = fresh()
  if (!/^\s*COMMIT/iu.test(sql)) {
    read(sql, values)
    return run()
  }
  const { answer, migration, outcome, timer, writes } = open
  if (migration) pass("migration")
  if (writes) pass("before-commit")
  if (outcome) pass("before-outcome")
  if (timer) pass("before-timer")
  if (answer) pass("before-answer")
  const result = run()
  if (migration) pass("migration")
  if (writes) pass("after-commit")
  if (outcome) pass("after-outcome")
  if (timer) pass("after-timer")
  return result
}

const isNamed = (values: ReadonlyArray<unknown>): values is ReadonlyArray<SQLInputValue> => values.every((value) => value === null || typeof value !== "object" || ArrayBuffer.isView(value))

type Method = (this: StatementSync, ...values: Array<unknown>) => unknown
const watch = (method: "run" | "all"): void => {
  const original = StatementSync.prototype[method] as Method
  const watched: Method = function(...values) {
    return around(this.sourceSQL, isNamed(values) ? values : [], () => original.apply(this, values))
  }
  Object.assign(StatementSync.prototype, { [method]: watched })
}
watch("run")
watch("all")
const exec = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function(sql) {
  return around(sql, [], () => exec.call(this, sql))
}

const isCreate = (method: string | undefined, url: URL) => method === "POST" && url.pathname.endsWith("/Messages.json")
const isQuestion = (method: string | undefined, url: URL) => method === "GET" && url.pathname.endsWith("/Messages.json")

const request = http.request
const watchedRequest = (url: URL, options: http.RequestOptions): http.ClientRequest => {
  const isAgent = url.hostname === agentHost
  if (isCreate(options.method, url)) pass("before-carrier")
  const target = isAgent && agentPort !== undefined ? new URL(url.pathname, `http://127.0.0.1:${agentPort}`) : url
  const call = request(target, options)
  // Before the gateway's own listeners, which are added once this returns.
  const onResponse = (boundary: Boundary) => call.once("response", () => pass(boundary))
  const onWritten = (boundary: Boundary) => call.once("finish", () => setImmediate(() => pass(boundary)))
  if (isCreate(options.method, url)) {
    onWritten("during-carrier")
    onResponse("after-carrier")
  }
  if (isQuestion(options.method, url)) onResponse("after-question")
  if (isAgent) {
    onWritten("during-agent")
    onResponse("after-agent")
  }
  return call
}
Object.assign(http, {
  request: (...args: Parameters<typeof request>) =>
    args[0] instanceof URL && typeof args[1] === "object" ? watchedRequest(args[0], args[1]) : request(...args)
})
syncBuiltinESMExports()
