/** Three gateways on one PostgreSQL database, conversations through all of them, something that happens to one, and then everything must add up. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { account as accountFor, type Account } from "@parley/crash-matrix/Accounting"
import { pause, start } from "@parley/crash-matrix/GatewayProcess"
import { leaksOf } from "@parley/crash-matrix/Leaks"
import { makeLoad } from "@parley/crash-matrix/Load"
import { account as carrierAccount, agentSecret, apiKey, numbers, projectFile, type ProjectId, segmentsPerSecond } from "@parley/crash-matrix/Project"
import { seeded } from "@parley/crash-matrix/Random"
import { startSim } from "@parley/crash-matrix/Sim"
import { startAgent } from "@parley/crash-matrix/WebhookAgent"
import { freePort } from "@parley/scripts/FreePort"
import { startBalancer } from "./Balancer.ts"
import { isSettled, rowsOf, type TimedRow } from "./Database.ts"
import { makeMember, type Member } from "./Members.ts"
import { shared, someMoments } from "./Scenario.ts"

export interface WorldOptions {
  /** The gateway's `main`: `.ts` or built. */
  readonly entry: string
  readonly seed: number
  /** An empty database. */
  readonly databaseUrl: string
  readonly processes: number
  /** Between two conversations. */
  readonly everyMillis: number
  readonly play: (members: ReadonlyArray<Member>) => Promise<void>
}

export interface WorldResult extends Account {
  /** The longest time for which no text left, while conversations began all the time. */
  readonly longestGapMillis: number
  /** The longest that a text waited for its line's owner, and for nothing else. */
  readonly longestWaitMillis: number
  /** The most segments that a number handed over in a second, of what it may. */
  readonly fastest: number
}

const settleMillis = 90_000

const longestGap = (times: ReadonlyArray<number>, from: number, to: number): number => {
  const within = [from, ...times.filter((time) => time > from && time < to).toSorted((a, b) => a - b), to]
  return Math.max(...within.slice(1).map((time, index) => time - (within[index] ?? time)))
}

/** From the time when a text might leave (it was accepted, and what stood before it for this user had left) to its first claim. */
const longestWait = (messages: ReadonlyArray<TimedRow>): number => {
  let longest = 0
  const before = new Map<string, number>()
  for (const { accepted_at: acceptedAt, agent_number: number, attempted_at: attemptedAt, attempts, created_at: createdAt, user_number: user } of messages) {
    if (attemptedAt === null) continue
    const line = `${number} ${user}`
    if (attempts === 1) longest = Math.max(longest, Number(attemptedAt) - Math.max(Number(createdAt), before.get(line) ?? 0))
    before.set(line, Math.max(before.get(line) ?? 0, Number(acceptedAt ?? attemptedAt)))
  }
  return longest
}

/** By the time of each text's last claim. */
const fastestLine = (messages: ReadonlyArray<TimedRow>): number => {
  let most = 0
  for (const number of new Set(messages.map((message) => message.agent_number))) {
    const claims = messages.flatMap(({ agent_number: of, attempted_at: at, segments }) => of === number && at !== null ? [{ at: Number(at), segments }] : []).toSorted((a, b) => a.at - b.at)
    for (const [index, { at }] of claims.entries()) {
      let sum = 0
      for (let i = index; i < claims.length && (claims[i]?.at ?? 0) < at + 1_000; i++) sum += claims[i]?.segments ?? 0
      most = Math.max(most, sum)
    }
  }
  return most
}

export const play = async (options: WorldOptions): Promise<WorldResult> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-failover-"))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const sim = await startSim(url, options.seed)
  const agent = await startAgent(30)
  const problems: Array<string> = []
  const env = {
    PUBLIC_URL: url,
    TWILIO_ACCOUNT_SID: carrierAccount.sid,
    TWILIO_AUTH_TOKEN: carrierAccount.authToken,
    TWILIO_BASE_URL: sim.url,
    SETTLE_ASK_AFTER: "300 millis",
    SETTLE_ABSENT_AFTER: "8 seconds",
    SETTLE_WITHIN: "60 seconds",
    SETTLE_RECEIPT_AFTER: "1 second",
    AGENT_ALLOW_PRIVATE: "10.0.0.0/8",
    AGENT_PORT: String(agent.port),
    CRASH_API_KEY: apiKey,
    CRASH_AGENT_SECRET: agentSecret,
    // What stands in the logs is looked through at the end.
    LOG_LEVEL: "debug"
  }
  const members: Array<Member> = []
  let balancer: Awaited<ReturnType<typeof startBalancer>> | null = null
  try {
    for (const project of Object.keys(numbers) as ReadonlyArray<ProjectId>) {
      const projectPath = join(folder, `${project}.json`)
      writeFileSync(projectPath, JSON.stringify(projectFile(project)))
      const applied = await start({ entry: options.entry, env: { ...env, DATABASE_URL: options.databaseUrl } }, ["apply", "--file", projectPath]).died
      if (applied.code !== 0) throw new Error(`The project could not be applied:\n${applied.said}`)
    }
    for (let i = 0; i < options.processes; i++) {
      members.push(await makeMember({ entry: options.entry, env, databaseUrl: options.databaseUrl }, (problem) => problems.push(`wrong: ${problem}`)))
    }
    balancer = await startBalancer(port, members.map((member) => member.port))
    await Promise.all(members.map((member) => member.start()))
    await shared(members)

    const load = makeLoad({ url, sim, random: seeded(options.seed + 1), everyMillis: options.everyMillis, atOnce: 60 })
    load.run()
    await someMoments()
    const from = Date.now()
    await options.play(members)
    await someMoments()
    const to = Date.now()
    await load.stop()
    const until = performance.now() + settleMillis
    while (!(await isSettled(options.databaseUrl)) && performance.now() < until) await pause(250)
    await sim.settled()
    await Promise.all(members.map((member) => member.signal("SIGTERM")))

    const rows = await rowsOf(options.databaseUrl)
    problems.push(...leaksOf(members.map((member) => member.said()), { users: rows.messages.map((message) => message.user_number), bodies: rows.messages.map((message) => message.body) }))
    const carried = sim.messages()
    const seen = accountFor({ ...rows, load, carried, calls: agent.calls })
    const fastest = fastestLine(rows.messages)
    if (fastest > segmentsPerSecond) problems.push(`wrong: a number handed ${fastest} segments over in a second, and may ${segmentsPerSecond}`)
    return {
      ...seen,
      problems: [...problems, ...seen.problems],
      longestGapMillis: longestGap(carried.flatMap((text) => text.direction === "inbound" ? [] : [text.created_at_ms]), from, to),
      longestWaitMillis: longestWait(rows.messages),
      fastest
    }
  } finally {
    for (const member of members) await member.signal("SIGKILL")
    await balancer?.close()
    await sim.close()
    await agent.close()
    await Promise.all(members.flatMap((member) => [member.database.close(), member.others.close()]))
    rmSync(folder, { recursive: true, force: true })
  }
}
