/** What is built: `npm start` without its install, and the folder that an image holds. */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"
import { entry } from "../src/BuiltGateway.ts"
import { freePort } from "../src/FreePort.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "parley-start-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it("the built demo becomes ready, answers a send and exits with 0 on SIGTERM", { timeout: 240_000 }, async () => {
  const [port, carrierPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const { PUBLIC_URL: _, ...environment } = process.env
  const gateway = spawn(process.execPath, [entry, "dev"], {
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

/** The instruction of the Dockerfile that is a list, as its words. */
const fromDockerfile = (instruction: string): ReadonlyArray<string> => {
  const list = new RegExp(`^${instruction} .*?(\\[.*\\])$`, "mu").exec(readFileSync(join(root, "apps/gateway/deploy/Dockerfile"), "utf8"))?.[1]
  return JSON.parse(list ?? "[]") as ReadonlyArray<string>
}

it("the image's folder is whole, has nothing else, and runs in an empty environment as the Dockerfile says", { timeout: 240_000 }, async () => {
  const image = join(folder, "image")
  const made = spawnSync(process.execPath, ["tooling/scripts/src/image.ts", image], { cwd: root, encoding: "utf8" })
  expect(made.stderr).toBe("")
  expect(made.stdout).toMatch(/: \d+ MB\n$/u)
  expect(readdirSync(image).sort()).toEqual(["dist", "package.json"])

  // Nothing of this process: no PATH, no home, no Node options.
  const environment = { PORT: String(await freePort()), HOST: "127.0.0.1", DATABASE_URL: `file:${join(folder, "image.db")}`, IMAGE_API_KEY: "pk_the-key-of-the-image" }
  const [, ...program] = fromDockerfile("ENTRYPOINT")
  const run = (args: ReadonlyArray<string>, input = "") => spawnSync(process.execPath, [...program, ...args], { cwd: image, env: environment, encoding: "utf8", input })
  const [, ...health] = fromDockerfile("HEALTHCHECK")
  const isHealthy = () => spawnSync(process.execPath, health, { env: environment }).status === 0

  const project = { account: "ws", project: "p", agent: { type: "scripted" }, connectors: [{ id: "conn", environment: "live" }], numbers: [{ number: "+14155550001", environment: "live", registration: "approved" }], api_keys: [{ name: "k", secret_env: "IMAGE_API_KEY" }] }
  const applied = run(["apply", "-f", "-"], JSON.stringify(project))
  expect(applied.stderr).toBe("")
  expect(isHealthy()).toBe(false)
  const gateway = spawn(process.execPath, [...program, ...fromDockerfile("CMD")], { cwd: image, env: environment, stdio: ["ignore", "ignore", "pipe"] })
  try {
    // Its log begins once requests are taken.
    const [logged] = await once(gateway.stderr, "data", { signal: AbortSignal.timeout(60_000) }) as [Buffer]
    expect(logged.toString()).toContain("Ready on ")
    expect(isHealthy()).toBe(true)
    const answer = await fetch(`http://127.0.0.1:${environment.PORT}/v1/outbound-sms`, {
      method: "POST",
      headers: { "X-PolyAi-Auth-Token": environment.IMAGE_API_KEY, "X-TOKEN-ID": "conn", "Content-Type": "application/json" },
      body: JSON.stringify({ user_number: "+15551230001", message: "Hello" })
    })
    expect(answer.status).toBe(202)
    const copy = join(folder, "copy.db")
    expect(run(["backup", copy]).stdout).toMatch(/ is copied to .*copy\.db: \d+\.\d MB, whole\./u)
    expect(existsSync(copy)).toBe(true)
    const exited = once(gateway, "exit")
    gateway.kill("SIGTERM")
    expect(await exited).toEqual([0, null])
  } finally {
    gateway.kill("SIGKILL")
  }
})
