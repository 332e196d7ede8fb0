/**
 * Projects of users: what they install is unpacked from the tarballs, as npm would lay it out. What the packages need from others
 * is linked from the workspace's own installation, since a fresh machine has no registry at hand while tests run,
 * and only what they declare, so that a dependency that is not declared is missing here as it would be there.
 */
import { execFile } from "node:child_process"
import { cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs"
import { delimiter, join, sep } from "node:path"
import { promisify } from "node:util"
import { link, type Tarball } from "./Pack.ts"

const exec = promisify(execFile)

export interface Project {
  /** The project's own files, copied. */
  readonly from?: string
  /** Packages that the project installs: ours by tarball, others as `tooling/release` has them. */
  readonly installs: ReadonlyArray<string>
  readonly files?: Readonly<Record<string, string>>
}

/** What installing these brings, ours and others', optional peers aside. */
const closure = (tarballs: ReadonlyArray<Tarball>, installs: ReadonlyArray<string>) => {
  const ours = new Set<Tarball>()
  const others = new Map<string, string>()
  const add = (name: string, folder: string): void => {
    const tarball = tarballs.find(({ package: { name: each } }) => each === name)
    if (tarball === undefined) others.set(name, others.get(name) ?? folder)
    else if (!ours.has(tarball)) {
      ours.add(tarball)
      const { dependencies, peerDependencies, peerDependenciesMeta } = tarball.manifest
      const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter((each) => peerDependenciesMeta?.[each]?.optional !== true)
      for (const each of needed) add(each, tarball.package.folder)
    }
  }
  for (const name of installs) add(name, "tooling/release")
  return { ours, others }
}

/** Lays a project out in a new folder. `root` is the workspace. */
export const lay = async (root: string, folder: string, tarballs: ReadonlyArray<Tarball>, { files = {}, from, installs }: Project): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  if (from !== undefined) cpSync(from, folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const { others, ours } = closure(tarballs, installs)
  await Promise.all([...ours].map(async ({ file, package: { name } }) => {
    const at = join(folder, "node_modules", name)
    mkdirSync(at, { recursive: true })
    await exec("tar", ["-xzf", file, "-C", at, "--strip-components=1"])
  }))
  for (const [name, neededBy] of others) link(realpathSync(join(root, neededBy, "node_modules", name)), join(folder, "node_modules", name))
}

export interface Ran {
  readonly code: number | null
  /** Standard output and error. */
  readonly printed: string
}

/** Runs a program in a project. */
export const run = (folder: string, command: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  exec(command, args, { cwd: folder, env: { ...process.env, NO_COLOR: "1", ...env }, maxBuffer: 16 * 1024 * 1024 }).then(
    ({ stderr, stdout }) => ({ code: 0, printed: stdout + stderr }),
    (failure: { readonly code?: number; readonly stdout?: string; readonly stderr?: string }) => ({ code: failure.code ?? null, printed: `${failure.stdout ?? ""}${failure.stderr ?? ""}` || String(failure) })
  )

/** The Node that tests run on, and the machine's own where that is another: the oldest that users may have. */
export const nodes = (): ReadonlyArray<string> => {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "" && !folder.includes(`node_modules${sep}`) && existsSync(folder))
    .map((folder) => join(folder, "node")).find((file) => existsSync(file) && !realpathSync(file).includes(`${sep}node_modules${sep}`))
  return onPath === undefined ? [process.execPath] : [process.execPath, onPath]
}
