/**
 * The gateway as its own process, `parley serve`, that tests may stop and kill; the carrier outlives it in the test's process.
 * What became of a text is asked early, so that no test waits a minute for a proof.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect, Logger } from "effect"
import * as Store from "../../src/Store.ts"
import { locate } from "../../src/StoreLocation.ts"
import { type Api, type ApiOptions, makeApi } from "./Api.ts"
import { type Carrier, startCarrier } from "./Carrier.ts"
import { compileCache, entry } from "@parley/scripts/BuiltGateway"
import { freePort } from "@parley/scripts/FreePort"
import { applyFile } from "./Gateway.ts"
import { accountSid, authToken, type TestProject } from "./Projects.ts"
import { until } from "./Waiting.ts"

const programs = {
  /** The command itself, built. */
  serve: [entry, "serve"],
  serveWithLocalAgents: ["--conditions=source", fileURLToPath(new URL("serveWithLocalAgents.ts", import.meta.url))]
} as const

/** What a stop may take, in milliseconds: shorter than the patience of supervisors. */
const stopsWithinMillis = 10_000

/** Several processes may start at once on a small machine. */
const startsWithinMillis = 40_000

interface Stopped {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ChildGateway {
  readonly url: string
  readonly carrier: Carrier
  apiFor(options: ApiOptions): Api
  apply(file: TestProject): Promise<void>
  /** Starts the process; resolves when it takes requests. */
  start(): Promise<void>
  /** Sends a signal; resolves with how the process ended, and fails when it does not within ten seconds. */
  stop(signal: NodeJS.Signals): Promise<Stopped>
  /** What the process holds in memory now, in megabytes. */
  residentMegabytes(): number
  /** Resolves with how the process ended by itself. */
  ended(): Promise<Stopped>
  /** All that every process so far has written. */
  logs(): string
  close(): Promise<void>
}

/** @param program which of the two ways to start it */
export const childGateway = async (environment: Readonly<Record<string, string>> = {}, program: keyof typeof programs = "serve"): Promise<ChildGateway> => {
  const directory = mkdtempSync(join(tmpdir(), "parley-"))
  const databaseUrl = environment["DATABASE_URL"] ?? `file:${join(directory, "parley.db")}`
  const port = await freePort()
  const carrier = await startCarrier()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  let ended: Promise<Stopped> = Promise.resolve({ code: null, signal: null })
  let written = ""

  const stop = async (signal: NodeJS.Signals): Promise<Stopped> => {
    child?.kill(signal)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`The gateway did not stop within ${stopsWithinMillis} ms of ${signal}.\n${written}`)), stopsWithinMillis)
    })
    try {
      return await Promise.race([ended, late])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    url,
    carrier,
    apiFor: (options) => makeApi(url, options),
    apply: async (file) => {
      carrier.serve(file, url)
      await Effect.runPromise(applyFile(file).pipe(
        Effect.provide(Store.open(locate(databaseUrl))),
        Effect.provide(Logger.layer([]))
      ))
    },
    start: async () => {
      const started = spawn(process.execPath, programs[program], {
        env: {
          PATH: process.env["PATH"],
          NODE_COMPILE_CACHE: compileCache,
          PORT: String(port),
          PUBLIC_URL: url,
          DATABASE_URL: databaseUrl,
          TWILIO_ACCOUNT_SID: accountSid,
          TWILIO_AUTH_TOKEN: authToken,
          TWILIO_BASE_URL: carrier.sim.url,
          LOG_LEVEL: "warn",
          SETTLE_ASK_AFTER: "300 millis",
          SETTLE_ABSENT_AFTER: "3 seconds",
          ...environment
        },
        stdio: ["ignore", "pipe", "pipe"]
      })
      child = started
      for (const stream of [started.stdout, started.stderr]) {
        stream.setEncoding("utf8")
        stream.on("data", (chunk: string) => {
          written += chunk
        })
      }
      ended = new Promise((resolve) => started.once("close", (code, signal) => resolve({ code, signal })))
      await until("the gateway to be ready", async () => {
        if (started.exitCode !== null) throw new Error(`The gateway ended with ${started.exitCode}.\n${written}`)
        return await fetch(`${url}/readyz`).then((response) => response.ok, () => false)
      }, () => written, startsWithinMillis)
    },
    stop,
    residentMegabytes: () => Number(execFileSync("ps", ["-o", "rss=", "-p", String(child?.pid)], { encoding: "utf8" })) / 1_024,
    ended: () => ended,
    logs: () => written,
    close: async () => {
      if (child !== null) await stop("SIGKILL")
      await carrier.close()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
