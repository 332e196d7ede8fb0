/** The client beside those of `openai`, `stripe` and `twilio`: what a bundle of it weighs, and what importing it takes. */
import { spawn } from "node:child_process"
import { builtinModules } from "node:module"
import { cpus } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"
import { Bench } from "tinybench"
import { table } from "./Comparison.ts"

const folder = join(import.meta.dirname, "..")

/** Package → the program in `clients` that makes a client of it. */
const clients = { "@parley/sdk": "parley", openai: "openai", stripe: "stripe", twilio: "twilio" } as const

/** Processes that are started for each figure; some before, which are not counted, fill the disk's cache. */
const processes = 40
const warmups = 5

/** Bytes of a program that makes a client: one bundle, minified, gzipped. Node's own modules are not in it. */
const bundledBytes = async (program: string): Promise<number> => {
  const build = await rolldown({
    input: join(folder, "src/clients", `${program}.ts`),
    platform: "node",
    external: [/^node:/u, ...builtinModules],
    logLevel: "silent"
  })
  const { output } = await build.generate({ format: "esm", minify: true, codeSplitting: false })
  await build.close()
  return output.reduce((sum, one) => sum + (one.type === "chunk" ? gzipSync(one.code).length : 0), 0)
}

/** Prints how long an import took, in milliseconds, in a process that had nothing else to do. */
const importing = (name: string) => `const before = performance.now(); await import(${JSON.stringify(name)}); process.stdout.write(String(performance.now() - before))`

/** What a process of its own prints. */
const run = (code: string) =>
  new Promise<string>((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
    let printed = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (printed += text))
    child.once("error", reject)
    child.once("close", (status) => status === 0 ? resolve(printed) : reject(new Error(`${code} ended with ${status}.`)))
  })

interface Imported {
  readonly median: number
  /** What it takes when nothing else is in the way. */
  readonly fastest: number
}

/** The import of each package, in milliseconds: what a process takes longer than an empty one. */
const importMillis = async (): Promise<ReadonlyMap<string, Imported>> => {
  const bench = new Bench({ time: 0, iterations: processes, warmupTime: 0, warmupIterations: warmups })
  for (const name of Object.keys(clients)) bench.add(name, async () => ({ overriddenDuration: Number(await run(importing(name))) }))
  await bench.run()
  return new Map(bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`Importing ${name} was not measured: ${result.state}.`)
    return [name, { median: result.latency.p50, fastest: result.latency.min }]
  }))
}

/** The size and the import of each, and on what they were measured. */
export const measure = async (): Promise<string> => {
  const bytes = new Map(await Promise.all(Object.entries(clients).map(async ([name, program]) => [name, await bundledBytes(program)] as const)))
  const millis = await importMillis()
  const rows = Object.keys(clients).map((name) => ({ name: `\`${name}\``, figures: [bytes.get(name) ?? 0, millis.get(name)?.median ?? 0, millis.get(name)?.fastest ?? 0] }))
  const inMillis = (figure: number) => `${figure.toFixed(1)} ms`
  const columns = [
    { title: "bundle, minified and gzipped", show: (figure: number) => `${(figure / 1000).toFixed(1)} kB` },
    { title: "import, beyond an empty process: median", show: inMillis },
    { title: "fastest", show: inMillis }
  ]
  return `${table(columns, rows)}\n\n${processes} processes each. Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}.`
}
