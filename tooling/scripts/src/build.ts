/** Builds the gateway and what it needs, quietly: turbo's output is shown only when something failed. */
import { spawnSync } from "node:child_process"

const built = spawnSync("turbo", ["run", "build", "--filter=@parley/gateway...", "--output-logs=errors-only"], {
  encoding: "utf8",
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" }
})
if (built.status !== 0) {
  console.error(built.stdout, built.stderr, built.error?.message ?? "")
  process.exit(1)
}
