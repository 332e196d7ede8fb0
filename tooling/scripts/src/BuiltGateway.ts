/** The gateway as users run it: where its build is, how it is made, and what its processes share. */
import { spawnSync } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The program that a build makes, to be run by Node. */
export const entry = join(import.meta.dirname, "../../../apps/gateway/dist/main.js")

/** Where processes keep what they have compiled, as `NODE_COMPILE_CACHE`: hundreds load the same modules, and half of a start is compiling. */
export const compileCache = join(tmpdir(), "parley-compile-cache")

const build = ["turbo", "run", "build", "--filter=@parley/gateway", "--output-logs=errors-only"]

/** Builds the gateway unless it is built as its sources are; what went wrong, or null. */
export const buildGateway = (): string | null => {
  // turbo asks for pnpm, which a machine need not have: `npm run` brings none, `pnpm run` and `pnpm exec` bring themselves.
  const isUnderPnpm = process.env["npm_config_user_agent"]?.startsWith("pnpm") === true
  const [command = "", ...args] = isUnderPnpm ? build : ["npx", "-y", "pnpm@12.21.0", "--silent", "exec", ...build]
  const built = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" } })
  return built.status === 0 ? null : [built.stdout, built.stderr, built.error?.message ?? ""].join("\n")
}

/** Vitest's, before all tests: the gateway that they start as a process is the built one, as users run it. */
export const setup = (): void => {
  const trouble = buildGateway()
  if (trouble !== null) throw new Error(`The gateway was not built:\n${trouble}`)
}
