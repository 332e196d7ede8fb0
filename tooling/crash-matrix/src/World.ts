/** One store and one carrier through many lives of the gateway: it is killed again and again, started a last time, and then everything must add up. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { freePort } from "@parley/scripts/FreePort"
import { account as accountFor, type Account, rowsOf } from "./Accounting.ts"
import { type Boundary, passings } from "./Boundary.ts"
import { type Death, type GatewayOptions, pause, start } from "./GatewayProcess.ts"
import { leaksOf } from "./Leaks.ts"
import { makeLoad } from "./Load.ts"
import { account as carrierAccount, agentSecret, apiKey, numbers, projectFile, type ProjectId } from "./Project.ts"
import { type Random, seeded } from "./Random.ts"
import { startSim } from "./Sim.ts"
import { startAgent } from "./WebhookAgent.ts"

export interface WorldOptions {
  /** The gateway's `main`: `.ts` or built. */
  readonly entry: string
  readonly seed: number
  /** One kill each, in this order. Kills of a migration come first, on the empty file. */
  readonly kills: ReadonlyArray<Boundary>
  /** Divides how often a boundary is passed before the kill, and with it the time that a life takes. Default 1. */
  readonly hurry?: number
}

export interface WorldResult extends Account {
  /** How many died at their boundary; the others did not pass it in time and were killed where they were. */
  readonly atBoundary: number
  readonly kills: number
  /** Lines that the gateway wrote in all of its lives, each looked through for what is private. */
  readonly logLines: number
}

/** How long a gateway may take to pass its boundary, from when it takes requests: a busy machine starts it late. */
const lifeMillis = 8_000
/** And until it takes requests. */
const startMillis = 30_000
/** What a start takes where nothing else runs, for kills in the midst of it. */
const quickStartMillis = 1_500
const settleMillis = 90_000

/** Nothing waits for the gateway any more. */
const isSettled = (file: string): boolean => {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const count = (sql: string) => Number(db.prepare(sql).get()?.["n"])
    return count("SELECT count(*) AS n FROM messages WHERE pending = 1") === 0 &&
      // Nor for news of a text that the carrier has and said nothing about.
      count("SELECT count(*) AS n FROM messages WHERE status = 'sent' AND next_attempt_at IS NOT NULL") === 0 &&
      count("SELECT count(*) AS n FROM sessions WHERE state <> 'ended' OR agent_due_at IS NOT NULL") === 0
  } finally {
    db.close()
  }
}

const died = (death: Death): string | null =>
  death.signal === "SIGKILL" ? null : `the gateway ended by itself with ${death.code ?? death.signal}:\n${death.said.slice(-2_000)}`

/** What the gateway itself calls an error, once each. */
const errorsOf = (said: string): ReadonlyArray<string> =>
  said.split("\n").filter((line) => /"level":"(?:ERROR|FATAL)"|"ERROR"/u.test(line)).map((line) => `error: ${line.slice(0, 600)}`)

export const play = async (options: WorldOptions): Promise<WorldResult> => {
  const random: Random = seeded(options.seed)
  const folder = mkdtempSync(join(tmpdir(), "parley-crash-"))
  const file = join(folder, "store.db")
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const sim = await startSim(url, options.seed)
  const agent = await startAgent(30)
  const gateway: GatewayOptions = {
    entry: options.entry,
    env: {
      PORT: String(port),
      PUBLIC_URL: url,
      DATABASE_URL: `file:${file}`,
      TWILIO_ACCOUNT_SID: carrierAccount.sid,
      TWILIO_AUTH_TOKEN: carrierAccount.authToken,
      TWILIO_BASE_URL: sim.url,
      SETTLE_ASK_AFTER: "300 millis",
      // The carrier lives in this process, which stands still now and then on a busy machine.
      SETTLE_ABSENT_AFTER: "5 seconds",
      SETTLE_WITHIN: "60 seconds",
      SETTLE_RECEIPT_AFTER: "1 second",
      AGENT_ALLOW_PRIVATE: "10.0.0.0/8",
      AGENT_PORT: String(agent.port),
      CRASH_API_KEY: apiKey,
      CRASH_AGENT_SECRET: agentSecret,
      // What stands in the log is looked through at the end, and most stands there when it says all that it can.
      LOG_LEVEL: "debug"
    }
  }
  const problems: Array<string> = []
  const logs: Array<string> = []
  let atBoundary = 0
  let underWay: ReturnType<typeof start> | null = null

  const live = async (boundary: Boundary): Promise<void> => {
    const isRandom = boundary === "random"
    const child = underWay = start(gateway, ["serve"], isRandom ? null : `${boundary}:${random.between(1, Math.ceil(passings[boundary] / (options.hurry ?? 1)))}`)
    const killIn = (millis: number) => setTimeout(() => child.kill("SIGKILL"), millis)
    const isInStart = isRandom && random.next() < 0.4
    const within = isRandom ? random.between(0, Math.ceil(3_000 / (options.hurry ?? 1))) : lifeMillis
    let isOver = false
    let killer = killIn(isInStart ? random.between(200, quickStartMillis) : startMillis)
    const extend = () => {
      if (isOver) return
      clearTimeout(killer)
      killer = killIn(within)
    }
    if (!isInStart) child.ready(url).then(extend, () => {})
    const death = await child.died
    isOver = true
    clearTimeout(killer)
    if (isRandom || death.said.includes(`killed at ${boundary}`)) atBoundary++
    const wrong = died(death)
    if (wrong !== null) problems.push(`wrong: at ${boundary}, ${wrong}`)
    problems.push(...errorsOf(death.said))
    logs.push(death.said)
  }

  try {
    for (const boundary of options.kills) if (boundary === "migration") await live(boundary)

    for (const project of Object.keys(numbers) as ReadonlyArray<ProjectId>) {
      const projectPath = join(folder, `${project}.json`)
      writeFileSync(projectPath, JSON.stringify(projectFile(project)))
      const applied = await start(gateway, ["apply", "--file", projectPath]).died
      logs.push(applied.said)
      if (applied.code !== 0) throw new Error(`The project could not be applied:\n${applied.said}`)
    }

    const load = makeLoad({ url, sim, random: seeded(options.seed + 1), everyMillis: 60, atOnce: 60 })
    load.run()
    for (const boundary of options.kills) if (boundary !== "migration") await live(boundary)

    const last = underWay = start(gateway, ["serve"])
    await last.ready(url)
    if (options.kills.every((boundary) => boundary === "migration")) await pause(2_000)
    await load.stop()
    const until = performance.now() + settleMillis
    while (!isSettled(file) && performance.now() < until) await pause(250)
    await sim.settled()
    last.kill("SIGTERM")
    const end = await last.died
    if (end.code !== 0) problems.push(`wrong: told to stop, ${died(end) ?? "it was killed"}`)
    problems.push(...errorsOf(end.said))
    logs.push(end.said)

    const rows = rowsOf(file)
    problems.push(...leaksOf(logs, { users: rows.messages.map((message) => message.user_number), bodies: rows.messages.map((message) => message.body) }))
    const seen = accountFor({ ...rows, load, carried: sim.messages(), calls: agent.calls })
    return { ...seen, problems: [...problems, ...seen.problems], atBoundary, kills: options.kills.length, logLines: logs.reduce((all, log) => all + log.split("\n").length - 1, 0) }
  } finally {
    underWay?.kill("SIGKILL")
    await sim.close()
    await agent.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
