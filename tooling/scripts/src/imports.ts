/**
 * The law of imports, read off the sources: which package may import which. `turbo boundaries` checks the manifests' tags;
 * this checks what is written, type-only imports and tests included.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const adapters = ["storage", "twilio", "carrier-sim", "agents", "http", "cluster"]

/** Package → what its sources may import. Applications may import anything. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  schema: [],
  core: ["schema"],
  contract: ["schema"],
  conformance: ["schema", "core"],
  sdk: ["schema", "contract"],
  ...Object.fromEntries(adapters.map((name) => [name, ["schema", "core", "contract", "conformance"]]))
}

/** What the core must not know, besides what its `tsconfig` keeps from it. */
const providerWords = /twilio/iu

const folders = { ...Object.fromEntries(Object.keys(allowed).map((name) => [name, `packages/${name}`])), sdk: "apps/sdk" } as Record<string, string>

const sources = (folder: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")).map((name) => join(folder, name))
    : []

const problems: Array<string> = []
for (const [name, mayImport] of Object.entries(allowed)) {
  const folder = folders[name] ?? ""
  for (const file of [...sources(join(folder, "src")), ...sources(join(folder, "test"))]) {
    const text = readFileSync(file, "utf8")
    for (const [, imported = ""] of text.matchAll(/(?:from|import)\s*\(?\s*["']@parley\/([a-z-]+)/gu)) {
      if (imported !== name && !mayImport.includes(imported)) problems.push(`${file}: ${name} may not import @parley/${imported}`)
    }
    for (const [, path = ""] of text.matchAll(/from\s+["'](\.\.?\/[^"']*)["']/gu)) {
      if (/\/(?:packages|apps)\//u.test(path)) problems.push(`${file}: imports ${path} past its package's exports`)
      if (!/\.(?:ts|json)$/u.test(path)) problems.push(`${file}: the import of ${path} does not end in .ts`)
    }
  }
  if (name === "schema" || name === "core") {
    for (const file of sources(join(folder, "src"))) {
      if (providerWords.test(readFileSync(file, "utf8"))) problems.push(`${file}: a provider's word in the ${name}`)
    }
  }
}

for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? "Imports keep to their direction." : `${problems.length} imports do not keep to their direction.`)
process.exit(problems.length === 0 ? 0 : 1)
