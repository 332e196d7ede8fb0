/** The `parley` command as a person runs it: built, and a process with an environment of its own. */
import { spawn } from "node:child_process"
import { compileCache, entry } from "@parley/scripts/BuiltGateway"
import { until } from "./Waiting.ts"

/** Longer than any command takes on a busy machine. */
const atMostMillis = 60_000

export type Environment = Readonly<Record<string, string>>

const start = (args: ReadonlyArray<string>, environment: Environment) =>
  spawn(process.execPath, [entry, ...args], {
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: atMostMillis,
    killSignal: "SIGKILL"
  })

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs it to its end. */
export const parley = (args: ReadonlyArray<string>, environment: Environment = {}, stdin = ""): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = start(args, environment)
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => stdout += chunk)
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => stderr += chunk)
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(stdin)
  })

/** Runs it beside the test until `stop`, from the time that `url` answers as ready. */
export const running = async (args: ReadonlyArray<string>, environment: Environment, url: string) => {
  const child = start(args, environment)
  let written = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk: string) => written += chunk)
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return await ended
  }
  try {
    await until(`parley ${args.join(" ")} to be ready`, async () => {
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.\n${written}`)
      return await fetch(`${url}/readyz`).then((response) => response.ok, () => false)
    }, () => written, atMostMillis)
  } catch (cause) {
    await stop("SIGKILL")
    throw cause
  }
  return { stop, written: () => written }
}
