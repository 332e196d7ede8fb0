/** `npm start` without its install: what a newcomer types first builds, becomes ready, answers, and stops when it is told to. */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"
import { freePort } from "../src/FreePort.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "parley-start-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it("the built demo becomes ready, answers a send and exits with 0 on SIGTERM", { timeout: 240_000 }, async () => {
  const built = spawnSync(process.execPath, ["tooling/scripts/src/build.ts"], { cwd: root, encoding: "utf8" })
  expect(built.stderr + built.stdout).toBe("")
  const [port, carrierPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const { PUBLIC_URL: _, ...environment } = process.env
  const gateway = spawn(process.execPath, ["apps/gateway/dist/main.js", "dev"], {
    cwd: root,
    env: { ...environment, PORT: String(port), CARRIER_PORT: String(carrierPort), DATABASE_URL: `file:${join(folder, "start.db")}` },
    stdio: ["ignore", "pipe", "inherit"]
  })
  try {
    // The banner is printed once requests are taken.
    const [printed] = await once(gateway.stdout, "data") as [Buffer]
    expect(printed.toString()).toContain(`curl -i ${url}/v1/outbound-sms`)
    const answer = await fetch(`${url}/v1/outbound-sms`, {
      method: "POST",
      headers: { "X-PolyAi-Auth-Token": "pk_demo", "X-TOKEN-ID": "conn_demo", "Content-Type": "application/json" },
      body: JSON.stringify({ user_number: "+15551230001", message: "Your appointment is tomorrow at 10:00." })
    })
    expect(answer.status).toBe(202)
    expect(await answer.text()).toBe("")
    const exited = once(gateway, "exit")
    gateway.kill("SIGTERM")
    expect(await exited).toEqual([0, null])
  } finally {
    gateway.kill("SIGKILL")
  }
})
