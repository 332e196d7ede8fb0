/**
 * Builds and packs the published packages in a copy of the workspace, so that neither a working tree nor a build that runs
 * at the same time notices. The copy's modules are links to the workspace's own.
 */
import { exec as execShell, execFile } from "node:child_process"
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from "node:fs"
import { basename, delimiter, dirname, join, relative } from "node:path"
import { promisify } from "node:util"
import { type Manifest, manifestIn, type Package, published } from "./Packages.ts"

const exec = promisify(execFile)
const shell = promisify(execShell)

/** Left out of a copy: what is installed, built, or of one machine. */
const leftOut = new Set(["node_modules", "dist", ".turbo", ".git", "data", "coverage"])

const isLeftOut = (path: string) => leftOut.has(basename(path)) || basename(path).startsWith(".readme-examples-")

/** The links in one `node_modules`: names, scoped ones included, to where they lead. */
const modulesIn = (folder: string): ReadonlyArray<readonly [name: string, leadsTo: string]> =>
  !existsSync(folder) ? [] : readdirSync(folder).filter((name) => !name.startsWith(".")).flatMap((name) =>
    name.startsWith("@")
      ? readdirSync(join(folder, name)).map((each) => [`${name}/${each}`, realpathSync(join(folder, name, each))] as const)
      : [[name, realpathSync(join(folder, name))] as const]
  )

export const link = (leadsTo: string, at: string): void => {
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(leadsTo, at, "junction")
}

/** Copies a workspace as it stands, uncommitted changes included. */
export const copyWorkspace = (from: string, to: string): void => {
  const root = realpathSync(from)
  cpSync(root, to, { recursive: true, filter: (path) => path === root || !isLeftOut(path) && !lstatSync(path).isSymbolicLink() })
  for (const name of modulesIn(join(root, "node_modules"))) link(name[1], join(to, "node_modules", name[0]))
  for (const group of ["packages", "apps", "tooling"]) {
    for (const name of readdirSync(join(root, group))) {
      const folder = join(group, name)
      for (const [module, leadsTo] of modulesIn(join(root, folder, "node_modules"))) {
        const inside = relative(root, leadsTo)
        const isOurs = !inside.startsWith("..") && !inside.includes("node_modules")
        link(isOurs ? join(to, inside) : leadsTo, join(to, folder, "node_modules", module))
      }
    }
  }
}

/** How pnpm is called: it puts itself on the path of what it runs, and otherwise npm brings it. */
const pnpm = async (root: string, args: ReadonlyArray<string>): Promise<void> => {
  const isUnderPnpm = process.env["npm_config_user_agent"]?.startsWith("pnpm") === true
  const [command, before] = isUnderPnpm ? ["pnpm", []] : ["npx", ["-y", "pnpm@12.21.0"]]
  await exec(command, [...before, ...args], { cwd: root, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, pnpm_config_verify_deps_before_run: "false" } }).catch(told(`pnpm ${args.join(" ")}`))
}

const told = (what: string) => (failure: { readonly stdout?: string; readonly stderr?: string }): never => {
  throw new Error(`${what} failed:\n${failure.stdout ?? ""}${failure.stderr ?? ""}`, { cause: failure })
}

/**
 * Builds the published packages, those that others build on first, with each package's own script. Not by `pnpm run`, which would
 * first bring the copy's modules up to date, through its links into the workspace's own.
 */
export const build = async (root: string, tools: string): Promise<void> => {
  for (const { folder, manifest, name } of published(root)) {
    const env = { ...process.env, PATH: `${join(tools, "node_modules/.bin")}${delimiter}${process.env["PATH"] ?? ""}` }
    await shell(manifest.scripts?.["build"] ?? "", { cwd: join(root, folder), env }).catch(told(`The build of ${name}`))
  }
}

export interface Tarball {
  readonly package: Package
  /** The packed file. */
  readonly file: string
  /** Where it is unpacked. */
  readonly folder: string
  /** The manifest in it. */
  readonly manifest: Manifest
  /** Its files, like `./dist/index.js`. */
  readonly files: ReadonlyArray<string>
}

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `./${relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/")}`)
    .sort()

const unpack = async (one: Package, version: string, into: string): Promise<Tarball> => {
  const file = join(into, `${one.name.replace("@", "").replace("/", "-")}-${version}.tgz`)
  const folder = join(into, "unpacked", one.name)
  mkdirSync(folder, { recursive: true })
  await exec("tar", ["-xzf", file, "-C", folder, "--strip-components=1"])
  return { package: one, file, folder, manifest: manifestIn(folder), files: filesIn(folder) }
}

/** Packs what is built in a workspace into a folder, and unpacks it there. */
export const pack = async (root: string, into: string): Promise<ReadonlyArray<Tarball>> => {
  const packages = published(root)
  mkdirSync(into, { recursive: true })
  await pnpm(root, ["--recursive", ...packages.flatMap(({ name }) => ["--filter", name]), "pack", "--pack-destination", into])
  return Promise.all(packages.map((one) => unpack(one, one.manifest.version, into)))
}

/** Copies, builds and packs a workspace below `scratch`. */
export const packCopy = async (root: string, scratch: string): Promise<ReadonlyArray<Tarball>> => {
  const copy = join(scratch, "workspace")
  copyWorkspace(root, copy)
  await build(copy, root)
  return pack(copy, join(scratch, "tarballs"))
}
