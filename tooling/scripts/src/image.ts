/**
 * Makes the folder that an image holds: the built gateway and what it needs at run time, nothing else. The Dockerfile runs it; so can you:
 * `node tooling/scripts/src/image.ts FOLDER`, then `cd FOLDER && node dist/main.js serve`. Node 24 or later, and npm.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, rmSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const [target] = process.argv.slice(2)

const end = (...lines: ReadonlyArray<string>): never => {
  console.error(lines.join("\n"))
  process.exit(1)
}
if (target === undefined) throw end("Name the folder to make.")
const folder = resolve(target)
if (existsSync(folder) && readdirSync(folder).length > 0) end(`${folder} is not empty.`)

const pnpm = ["-y", "pnpm@12.21.0", "--silent"]
const steps: ReadonlyArray<ReadonlyArray<string>> = [
  [...pnpm, "install", "--frozen-lockfile", "--prefer-offline"],
  [...pnpm, "exec", "node", "tooling/scripts/src/build.ts"],
  // `--legacy`: the workspace's packages are linked while one works on them, and copied into the folder here.
  [...pnpm, "--filter", "@parley/gateway", "deploy", "--prod", "--legacy", "--prefer-offline", folder]
]
for (const step of steps) {
  const ran = spawnSync("npx", step, { cwd: root, encoding: "utf8" })
  if (ran.status !== 0) end(`npx ${step.join(" ")} failed:`, ran.stdout, ran.stderr)
}

/** Read by compilers and debuggers alone. */
const isForDevelopment = (file: string) => /\.d\.[cm]?ts$|\.map$|\.tsbuildinfo$/u.test(file)

/** Links are left alone: what they lead to is in the folder too. Bytes of what stays. */
const strip = (directory: string): number => {
  let bytes = 0
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) bytes += strip(path)
    else if (entry.isFile() && isForDevelopment(entry.name)) rmSync(path)
    else if (entry.isFile()) bytes += statSync(path).size
  }
  return bytes
}
console.log(`${folder}: ${Math.round(strip(folder) / 1_048_576)} MB`)
