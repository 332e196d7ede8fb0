/** What registries, bundlers, compilers and people ask of a packed tarball. Each check gives sentences, none where all is well. */
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core"
import { filterProblems, problemKindInfo } from "@arethetypeswrong/core/problems"
import { readFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { join } from "node:path"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import type { Tarball } from "./Pack.ts"
import { entriesOf, fileFor, type Manifest, modulesOf } from "./Packages.ts"

type Check = (tarball: Tarball) => Promise<ReadonlyArray<string>> | ReadonlyArray<string>

const bytesOf = ({ file }: Tarball) => readFileSync(file)

const byPublint: Check = async (tarball) => {
  const bytes = bytesOf(tarball)
  const { messages, pkg = {} } = await publint({ pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) }, level: "suggestion", strict: true })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

const everyResolution = ["node10", "node16-cjs", "node16-esm", "bundler"] as const

/** Can be required: has a file of its own for that. */
const isForCommonJs = (manifest: Manifest, path: string): boolean => {
  const target = manifest.exports[path]
  return typeof target === "object" && target !== null && "require" in target
}

/**
 * Whether the types are right for each way to resolve a module. An entry that is for ESM alone is looked at as such: what
 * requires it gets Node's own error, and `node10` knows no `exports`.
 */
const byTypes: Check = async (tarball) => {
  const modules = modulesOf(entriesOf(tarball.manifest.exports, tarball.files))
  const analysis = await checkPackage(createPackageFromTarballData(bytesOf(tarball)), { entrypoints: modules.map(({ path }) => path) })
  if (analysis.types === false) return ["It has no types."]
  return modules.flatMap(({ path }) =>
    everyResolution
      .filter((resolution) => isForCommonJs(tarball.manifest, path) ? resolution !== "node10" || path === "." : resolution !== "node10" && resolution !== "node16-cjs")
      .flatMap((resolutionKind) => filterProblems(analysis, { entrypoint: path, resolutionKind }).map(({ kind }) => `${path}, ${resolutionKind}: ${problemKindInfo[kind].title}. ${problemKindInfo[kind].shortDescription}`))
  )
}

const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== ""

const conditionsIn = (target: unknown): ReadonlyArray<string> =>
  typeof target !== "object" || target === null ? [] : Object.entries(target).flatMap(([condition, each]) => [condition, ...conditionsIn(each)])

const wanted: ReadonlyArray<readonly [sentence: string, holds: (tarball: Tarball) => boolean]> = [
  ["`license` is MIT and the tarball has the LICENSE.", ({ files, manifest }) => manifest.license === "MIT" && files.includes("./LICENSE")],
  ["The tarball has a README.md.", ({ files }) => files.includes("./README.md")],
  ["`description` says what it is.", ({ manifest }) => isText(manifest.description)],
  ["`keywords` has at least three, for those who search.", ({ manifest }) => (manifest.keywords ?? []).length >= 3],
  ["`repository` names the repository and the package's folder in it, which provenance is compared with.", ({ manifest, package: { folder } }) => isText(manifest.repository?.url) && manifest.repository.directory === folder],
  ["`engines.node` says which Node it runs on.", ({ manifest }) => isText(manifest.engines?.node)],
  ["`type` is module, and `sideEffects` is false.", ({ manifest }) => manifest.type === "module" && manifest.sideEffects === false],
  ["`publishConfig.access` is public; a scoped package is private otherwise.", ({ manifest }) => manifest.publishConfig?.access === "public"],
  ["No dependency is left in the workspace's own terms.", ({ manifest }) => !/"(?:workspace|catalog|link|file):/u.test(JSON.stringify(manifest))],
  ["`exports` leads to what is built, under no condition of the workspace's.", ({ manifest }) => !JSON.stringify(manifest.exports).includes("/src/") && !conditionsIn(manifest.exports).includes("source")],
  ["It holds what is built and its sources, no tests.", ({ files }) => files.every((file) => /^\.\/(?:dist|src)\/|^\.\/(?:README\.md|LICENSE|package\.json|openapi\.json|CHANGELOG\.md)$/u.test(file))]
]

const byManifest: Check = (tarball) => wanted.filter(([, holds]) => !holds(tarball)).map(([sentence]) => `This is not so: ${sentence}`)

/** Every entry of `exports` has the files that it names. */
const byFiles: Check = ({ files, manifest }) =>
  entriesOf(manifest.exports, files).flatMap(({ path, target }) =>
    [["types", "import"], ["import"], ["types", "require"], ["require"]]
      .map((conditions) => fileFor(target, conditions))
      .filter((file) => file !== null && !files.includes(file))
      .map((file) => `${path} leads to ${file}, which is not in the tarball.`)
  )

const specifier = /^(?:import|export)\b[^"';]*?from\s*"([^"]+)"|^import\s*"([^"]+)"|\bimport\("([^"]+)"\)|\brequire\("([^"]+)"\)/gmu

const packageOf = (name: string) => name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/")

/** What is built, code and types, imports only what the manifest declares. */
const byImports: Check = ({ files, folder, manifest }) => {
  const declared = new Set([manifest.name, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies })])
  return files.filter((file) => /^\.\/dist\/.*\.(?:js|d\.ts)$/u.test(file)).flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(specifier)]
      .map((match) => match.slice(1).find((each) => each !== undefined) ?? "")
      .filter((name) => !name.startsWith(".") && !isBuiltin(name) && !declared.has(packageOf(name)))
      .map((name) => `${file} imports ${name}, which the manifest does not declare.`)
  )
}

/** Every check by what it shows. */
export const checks: Readonly<Record<string, Check>> = {
  "publint has nothing to say": byPublint,
  "its types are right for every way to import it": byTypes,
  "its manifest has what others read": byManifest,
  "its exports lead to files": byFiles,
  "it imports what it declares": byImports
}

/** What is wrong with any of them, each with the package's name before it. */
export const checkAll = async (tarballs: ReadonlyArray<Tarball>): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  for (const tarball of tarballs) {
    for (const check of Object.values(checks)) problems.push(...(await check(tarball)).map((problem) => `${tarball.package.name}: ${problem}`))
  }
  return problems
}
