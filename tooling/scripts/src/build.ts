/** Builds the gateway and what it needs, quietly: turbo's output is shown only when something failed. */
import { spawnSync } from "node:child_process"

const build = ["turbo", "run", "build", "--filter=@parley/gateway...", "--output-logs=errors-only"]

// turbo asks for pnpm, which a machine need not have: `npm run` brings none, `pnpm run` and `pnpm exec` bring themselves.
const isUnderPnpm = process.env["npm_config_user_agent"]?.startsWith("pnpm") === true
const [command = "", ...args] = isUnderPnpm ? build : ["npx", "-y", "pnpm@12.21.0", "--silent", "exec", ...build]

const built = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" } })
if (built.status !== 0) {
  console.error(built.stdout, built.stderr, built.error?.message ?? "")
  process.exit(1)
}
