/**
 * Runs every test of the workspace and closes with one line: `N passed, N failed`.
 * Arguments go to vitest, like `--sequence.shuffle` or a folder.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compileCache } from "./BuiltGateway.ts"

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly success: boolean
  readonly testResults: ReadonlyArray<{ readonly status: string; readonly assertionResults: ReadonlyArray<unknown> }>
}

const folder = mkdtempSync(join(tmpdir(), "parley-test-"))
const file = join(folder, "report.json")
const ran = spawnSync("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...process.argv.slice(2)], {
  stdio: ["ignore", "inherit", "inherit"],
  env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }) }
})

const read = (): Report | null => {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report
  } catch {
    return null
  }
}
const report = read()
rmSync(folder, { recursive: true, force: true })

// A file that can't be loaded has no tests to count, and is a failure all the same; so is a run without a report.
const unloadable = report?.testResults.filter((one) => one.status === "failed" && one.assertionResults.length === 0).length ?? 1
const passed = report?.numPassedTests ?? 0
const failed = (report?.numFailedTests ?? 0) + unloadable
const hasPassed = ran.status === 0 && failed === 0 && passed > 0
console.log(`\n${passed} passed, ${hasPassed ? 0 : Math.max(failed, 1)} failed${report !== null && report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : ""}`)
process.exit(hasPassed ? 0 : 1)
