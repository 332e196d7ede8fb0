/** The real gateway as a child process, started to die. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { compileCache } from "@parley/scripts/BuiltGateway"

export interface GatewayOptions {
  /** `main.ts` is run as it is written, `main.js` as it was built. */
  readonly entry: string
  readonly env: Readonly<Record<string, string>>
}

export interface Death {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
  /** All that it wrote to standard error and to its log, and where it was killed. */
  readonly said: string
}

export interface GatewayProcess {
  readonly pid: number
  readonly died: Promise<Death>
  readonly kill: (signal: NodeJS.Signals) => void
  /** Resolves when it takes requests; rejects when it dies before. */
  readonly ready: (url: string) => Promise<void>
}

/** Children that live. A harness that is told to stop takes them along. */
const living = new Set<{ kill(signal: NodeJS.Signals): boolean }>()
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL")
})
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1))

/** Far more than any life writes: the whole log is looked through afterwards. Characters. */
const longestSaid = 50_000_000

export const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** `args`: the command, like `serve`. */
export const start = (options: GatewayOptions, args: ReadonlyArray<string>, crashAt: string | null = null): GatewayProcess => {
  const condition = options.entry.endsWith(".ts") ? ["--conditions=source"] : []
  const child = spawn(process.execPath, ["--import", join(import.meta.dirname, "KillPoint.ts"), "--disable-warning=ExperimentalWarning", ...condition, options.entry, ...args], {
    env: { NODE_COMPILE_CACHE: compileCache, ...options.env, PATH: process.env["PATH"] ?? "", ...(crashAt === null ? {} : { CRASH_AT: crashAt }) },
    stdio: ["ignore", "pipe", "pipe"]
  })
  living.add(child)
  let said = ""
  let isDead = false
  const hear = (chunk: Buffer) => {
    if (said.length < longestSaid) said += chunk.toString("utf8")
  }
  child.stdout.on("data", hear)
  child.stderr.on("data", hear)
  const died = new Promise<Death>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code, signal) => {
      isDead = true
      living.delete(child)
      resolve({ code, signal, said })
    })
  })
  return {
    pid: child.pid ?? 0,
    died,
    kill: (signal) => void child.kill(signal),
    ready: async (url) => {
      while (true) {
        if (isDead) throw new Error(`The gateway did not start:\n${said}`)
        const isUp = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then((response) => response.ok, () => false)
        if (isUp) return
        await pause(30)
      }
    }
  }
}
