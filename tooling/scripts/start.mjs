// `npm start`: installs, builds, and runs the gateway with its simulated carrier and demo project.
// Plain JavaScript, since it runs on whatever Node (20 or newer) the machine has; the gateway itself runs on the Node that the install brings.
import { spawn, spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const pnpm = ["-y", "pnpm@12.21.0", "--silent"]

const step = (args) => {
  const ran = spawnSync("npx", [...pnpm, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] })
  if (ran.status !== 0) process.exit(ran.status ?? 1)
}

console.log("Installing and building; a minute at most the first time, a moment after that.")
step(["install", "--frozen-lockfile", "--reporter=silent"])
step(["exec", "node", "tooling/scripts/src/build.ts"])

// Small rather than fast, since this is a demo: idle, the gateway and its carrier stay well under 150 MB.
const gateway = spawn(join(root, "node_modules/.bin/node"), ["--optimize-for-size", "--max-semi-space-size=2", "apps/gateway/dist/main.js", "dev"], { cwd: root, stdio: "inherit" })

// Whoever stops this stops the gateway: it finishes what is in flight, and its exit code is ours. Ctrl+C reaches both by itself.
process.on("SIGTERM", () => gateway.kill("SIGTERM"))
process.on("SIGHUP", () => gateway.kill("SIGTERM"))
process.on("SIGINT", () => {})
gateway.on("exit", (code) => process.exit(code ?? 1))
