/** What a further process brings: sends that are answered in a second, over HTTP, by real gateways on one database. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "@parley/crash-matrix/GatewayProcess"
import { account, apiKey, connectorOf, projectFile } from "@parley/crash-matrix/Project"
import { startSim } from "@parley/crash-matrix/Sim"
import { makeMember, type Member } from "@parley/failover/Members"
import { shared } from "@parley/failover/Scenario"

const atOnce = 48
const forMillis = 8_000
const warmUpMillis = 2_000

export const sendsPerSecond = async (entry: string, databaseUrl: string, processes: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-scale-"))
  const publicUrl = "http://127.0.0.1:9"
  const sim = await startSim(publicUrl, 1)
  sim.faults([])
  const env = { PUBLIC_URL: publicUrl, TWILIO_ACCOUNT_SID: account.sid, TWILIO_AUTH_TOKEN: account.authToken, TWILIO_BASE_URL: sim.url, CRASH_API_KEY: apiKey, LOG_LEVEL: "none" }
  const members: Array<Member> = []
  try {
    const file = join(folder, "project.json")
    writeFileSync(file, JSON.stringify(projectFile("script")))
    await start({ entry, env: { ...env, DATABASE_URL: databaseUrl } }, ["apply", "--file", file]).died
    for (let i = 0; i < processes; i++) members.push(await makeMember({ entry, env, databaseUrl }, (problem) => console.error(problem)))
    await Promise.all(members.map((member) => member.start()))
    await shared(members)
    let [users, answered] = [0, 0]
    const began = performance.now()
    const headers = { "content-type": "application/json", "x-polyai-auth-token": apiKey, "x-token-id": connectorOf("script") }
    await Promise.all(Array.from({ length: atOnce }, async (_, index) => {
      const member = members[index % members.length]
      if (member === undefined) return
      while (performance.now() - began < warmUpMillis + forMillis) {
        const body = JSON.stringify({ user_number: `+1415${String(++users).padStart(7, "0")}`, message: "Your appointment is tomorrow at 10:00." })
        const { status } = await fetch(`http://127.0.0.1:${member.port}/v1/outbound-sms`, { method: "POST", headers, body })
        const elapsed = performance.now() - began
        if (status === 202 && elapsed > warmUpMillis && elapsed < warmUpMillis + forMillis) answered++
      }
    }))
    return answered * 1_000 / forMillis
  } finally {
    for (const member of members) await member.signal("SIGKILL")
    await sim.close()
    await Promise.all(members.flatMap((member) => [member.database.close(), member.others.close()]))
    rmSync(folder, { recursive: true, force: true })
  }
}
