/** `pnpm pack:check [folder]`: packs every published package in a copy of the workspace, checks the tarballs, and leaves them in the folder if one is named. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join, resolve } from "node:path"
import { checkAll } from "./Check.ts"
import { packCopy } from "./Pack.ts"

const [into] = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), "parley-pack-"))
try {
  const tarballs = await packCopy(join(import.meta.dirname, "../../.."), scratch)
  const problems = await checkAll(tarballs)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else console.log(`${tarballs.length} tarballs are as registries, bundlers and compilers want them.`)
  if (into !== undefined) {
    mkdirSync(resolve(into), { recursive: true })
    for (const { file } of tarballs) copyFileSync(file, join(resolve(into), basename(file)))
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
