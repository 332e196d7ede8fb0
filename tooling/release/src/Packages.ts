/** The packages that are published, read off the workspace's manifests. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** What an entry of `exports` points at: a file, nothing, or files by condition. */
export type Target = string | null | { readonly [condition: string]: Target }

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly description?: string
  readonly keywords?: ReadonlyArray<string>
  readonly license?: string
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string }
  readonly type?: string
  readonly sideEffects?: boolean
  readonly engines?: { readonly node?: string }
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, Target>>
  readonly publishConfig?: { readonly access?: string; readonly exports?: Readonly<Record<string, Target>> }
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  /** Like `@parley/core`. */
  readonly name: string
  /** Relative to the workspace, like `packages/core`. */
  readonly folder: string
  readonly manifest: Manifest
}

export const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest

const packagesIn = (root: string): ReadonlyArray<Package> =>
  ["packages", "apps"].flatMap((group) => readdirSync(join(root, group)).sort().map((name) => join(group, name)))
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => ({ folder, manifest: manifestIn(join(root, folder)) }))
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }))

const needs = ({ manifest }: Package): ReadonlyArray<string> =>
  Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies, ...devDependenciesOf(manifest) })

const devDependenciesOf = (manifest: Manifest) => (manifest as { readonly devDependencies?: Readonly<Record<string, string>> }).devDependencies ?? {}

/** All published packages of a workspace, each after those that it builds on. */
export const published = (root: string): ReadonlyArray<Package> => {
  const waiting = packagesIn(root).filter(({ manifest }) => manifest.private !== true)
  const ordered: Array<Package> = []
  while (waiting.length > 0) {
    const next = waiting.findIndex((one) => !waiting.some((other) => other !== one && needs(one).includes(other.name)))
    if (next === -1) throw new Error(`These packages need each other in a circle: ${waiting.map(({ name }) => name).join(", ")}`)
    ordered.push(...waiting.splice(next, 1))
  }
  return ordered
}

/** One importable path of a published package. */
export interface Entry {
  /** As it stands in `exports`, like `./Session`. */
  readonly path: string
  readonly target: Target
}

const fill = (target: Target, part: string): Target =>
  typeof target === "string"
    ? target.replaceAll("*", part)
    : target === null ? null : Object.fromEntries(Object.entries(target).map(([condition, each]) => [condition, fill(each, part)]))

/** The first file that a target names for one of the conditions. */
export const fileFor = (target: Target, conditions: ReadonlyArray<string>): string | null => {
  if (typeof target === "string" || target === null) return target
  for (const [condition, each] of Object.entries(target)) {
    if (condition === "default" || conditions.includes(condition)) {
      const file = fileFor(each, conditions)
      if (file !== null) return file
    }
  }
  return null
}

/** What a published manifest lets others import, with its patterns filled in from the files that are there. `files` are like `./dist/Session.js`. */
export const entriesOf = (exports: Readonly<Record<string, Target>>, files: ReadonlyArray<string>): ReadonlyArray<Entry> => {
  const entries = new Map<string, Target>()
  for (const [path, target] of Object.entries(exports).sort(([a], [b]) => Number(b.includes("*")) - Number(a.includes("*")))) {
    const [before = "", after = ""] = (fileFor(target, ["import"]) ?? "").split("*")
    if (!path.includes("*")) entries.set(path, target)
    else {
      for (const file of files.filter((each) => each.startsWith(before) && each.endsWith(after))) {
        const part = file.slice(before.length, file.length - after.length)
        entries.set(path.replace("*", part), fill(target, part))
      }
    }
  }
  return [...entries].filter(([, target]) => target !== null).map(([path, target]) => ({ path, target })).sort((a, b) => a.path < b.path ? -1 : 1)
}

/** The entries that are modules: all but the manifest and other documents. */
export const modulesOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => entries.filter(({ path }) => !path.endsWith(".json"))
