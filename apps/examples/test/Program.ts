/** An example as its own process. */
import { spawn } from "node:child_process"
import { join } from "node:path"

export interface Program {
  /** Resolves with the first match in what is printed; rejects when the program ends without one. */
  printed(like: RegExp): Promise<RegExpExecArray>
  /** Resolves with all that was printed, and the exit code. */
  readonly ended: Promise<{ readonly output: string; readonly code: number | null }>
  stop(): void
}

export const start = (name: string, environment: Readonly<Record<string, string>> = {}, ...args: ReadonlyArray<string>): Program => {
  const child = spawn(process.execPath, ["--conditions=source", join(import.meta.dirname, "../src", name), ...args], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<{ readonly output: string; readonly code: number | null }>((resolve) => child.once("close", (code) => resolve({ output, code })))
  return {
    ended,
    printed: (like) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = like.exec(output)
          if (found === null) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        void ended.then(({ code }) => reject(new Error(`${name} ended with ${code} and never printed ${like}:\n${output}`)))
      }),
    stop: () => void child.kill()
  }
}
