/** `pnpm api`: writes what each published package exports to its `api.md`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { packCopy } from "./Pack.ts"
import { surfaceOf } from "./Surface.ts"

const root = join(import.meta.dirname, "../../..")
const scratch = mkdtempSync(join(tmpdir(), "parley-api-"))
try {
  for (const tarball of await packCopy(root, scratch)) writeFileSync(join(root, tarball.package.folder, "api.md"), surfaceOf(tarball))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
