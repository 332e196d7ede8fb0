/**
 * `pnpm release:dry`: a release, up to publishing. Versions by the changesets, builds, packs and checks every package in a copy of
 * the workspace, and says what would be published. The working tree stays as it is.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checkAll } from "./Check.ts"
import { build, copyWorkspace, pack, type Tarball } from "./Pack.ts"
import { published } from "./Packages.ts"

const root = join(import.meta.dirname, "../../..")
const scratch = mkdtempSync(join(tmpdir(), "parley-release-"))
const copy = join(scratch, "workspace")

const versionsIn = (workspace: string) => new Map(published(workspace).map(({ manifest, name }) => [name, manifest.version]))

/** A caret range admits its own version and later ones that break nothing; here it has just to be the version that is released with it. */
const admits = (range: string, version: string) => range === version || range === `^${version}` || range === `~${version}`

/** What only a release can get wrong: notes that are missing, and packages that ask for versions that are not released with them. */
const releaseProblems = (tarballs: ReadonlyArray<Tarball>, before: ReadonlyMap<string, string>): ReadonlyArray<string> =>
  tarballs.flatMap(({ files, folder, manifest: { dependencies, name, peerDependencies, version } }) => [
    ...(version === before.get(name) || files.includes("./CHANGELOG.md") && readFileSync(join(folder, "CHANGELOG.md"), "utf8").includes(`## ${version}\n`) ? [] : [`${name}: ${version} has no notes in its CHANGELOG.md.`]),
    ...tarballs.flatMap(({ manifest: other }) => {
      const range = { ...dependencies, ...peerDependencies }[other.name]
      return range === undefined || admits(range, other.version) ? [] : [`${name}: asks for ${other.name} ${range}, and ${other.version} is released.`]
    })
  ])

try {
  const before = versionsIn(root)
  copyWorkspace(root, copy)
  const versioned = spawnSync(process.execPath, [join(root, "node_modules/@changesets/cli/bin.js"), "version"], { cwd: copy, encoding: "utf8" })
  if (versioned.status !== 0) throw new Error(`The changesets give no versions:\n${versioned.stdout}${versioned.stderr}`)
  await build(copy, root)
  const tarballs = await pack(copy, join(scratch, "tarballs"))
  const problems = [...await checkAll(tarballs), ...releaseProblems(tarballs, before)]
  for (const { file, manifest: { name, version } } of tarballs) {
    const from = before.get(name)
    console.log(`${name.padEnd(20)} ${version === from ? `${version}, as it is` : `${from} → ${version}`}  ${(statSync(file).size / 1_000).toFixed(0)} kB`)
  }
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else console.log("All of them are as registries, bundlers and compilers want them. Nothing was published.")
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
