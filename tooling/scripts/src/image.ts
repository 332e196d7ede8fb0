/**
 * Makes the folder that an image holds: the built gateway, whole, and nothing else. The Dockerfile runs it; so can you:
 * `node tooling/scripts/src/image.ts FOLDER`, then `cd FOLDER && node dist/main.js serve`. Node 24 or later, and npm.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
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

const run = (command: string, ...args: ReadonlyArray<string>) => {
  const ran = spawnSync(command, args, { cwd: root, encoding: "utf8" })
  if (ran.status !== 0) end(`${command} ${args.join(" ")} failed:`, ran.stdout, ran.stderr)
}

// What is installed is left alone: others may be at work with it.
if (!existsSync(join(root, "apps/gateway/node_modules"))) run("npx", "-y", "pnpm@12.21.0", "--silent", "install", "--frozen-lockfile", "--prefer-offline")
const dist = join(folder, "dist")
run(process.execPath, "apps/gateway/bundle.mjs", dist)
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, "package.json"), `${JSON.stringify({ name: "parley", private: true, type: "module" })}\n`)

// Maps are read by debuggers alone.
for (const map of readdirSync(dist).filter((name) => name.endsWith(".map"))) rmSync(join(dist, map))
const bytes = readdirSync(dist).reduce((sum, name) => sum + statSync(join(dist, name)).size, 0)
console.log(`${folder}: ${Math.round(bytes / 1_048_576)} MB`)
