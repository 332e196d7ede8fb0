/** What is exported says what it is, and is shown in an example. The examples themselves are compiled and run with those of the READMEs. */
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const root = new URL("../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")

interface Export {
  readonly name: string
  readonly file: string
}

const declaration = /^export (?:abstract )?(?:class|interface|type|const|function) (\w+)/gmu

/** What an entry exports, and from where: by name, or all of a file. */
const exportsOf = (entry: string): ReadonlyArray<Export> => {
  const text = read(entry)
  const named = [...text.matchAll(/^export (?:type )?\{([^}]+)\} from "\.\/(\w+\.ts)"/gmu)].flatMap(([, names = "", file = ""]) =>
    names.split(",").map((name) => name.trim().replace(/^type /u, "")).filter((name) => name !== "").map((name) => ({ name, file: `src/${file}` }))
  )
  const all = [...text.matchAll(/^export (?:type )?\* from "\.\/(\w+\.ts)"/gmu)].flatMap(([, file = ""]) =>
    [...read(`src/${file}`).matchAll(declaration)].map(([, name = ""]) => ({ name, file: `src/${file}` }))
  )
  const own = [...text.matchAll(declaration)].map(([, name = ""]) => ({ name, file: entry }))
  return [...named, ...all, ...own]
}

const { exports } = JSON.parse(read("package.json")) as { readonly exports: Readonly<Record<string, string | { readonly source: string }>> }
const entries = Object.values(exports).flatMap((target) => typeof target === "string" ? [] : [target.source.replace("./", "")])
const exported = entries.flatMap(exportsOf)
const files = [...new Set(exported.map(({ file }) => file))]

/** The code of every example that the tests run. */
const shown = [
  ...[...read("README.md").matchAll(/^```ts example.*\n([\s\S]*?)^```/gmu)].map(([, code = ""]) => code),
  ...files.flatMap((file) => [...read(file).matchAll(/@example\n([\s\S]*?)\*\//gu)].map(([, code = ""]) => code))
].join("\n")

/** The docstring right before a declaration. */
const docstring = (text: string, at: number): string => /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n$/u.exec(text.slice(0, at))?.[0] ?? ""

describe("an export", () => {
  it("is found in every entry", () => {
    expect(entries.filter((entry) => !existsSync(new URL(entry, root)) || exportsOf(entry).length === 0)).toEqual([])
    expect(exported.length).toBeGreaterThan(80)
  })

  it.each(exported)("$name of $file has a docstring and is shown in an example", ({ file, name }) => {
    const text = read(file)
    const at = text.search(new RegExp(`^export (?:abstract )?(?:class|interface|type|const|function) ${name}\\b`, "mu"))
    // A file of one declaration speaks of it at its head.
    expect(docstring(text, at) || text.slice(0, at), `${name} has no docstring`).toMatch(/\/\*\*/u)
    expect(new RegExp(`\\b${name}\\b`, "u").test(shown), `No example shows ${name}: write one in its docstring`).toBe(true)
  })
})

const methods = files.flatMap((file) => {
  const text = read(file)
  return /extends Resource/u.test(text) ? [...text.matchAll(/^ {2}(\w+)\(.*\{$/gmu)].map(({ 1: name = "", index }) => ({ name: `${file} ${name}`, doc: docstring(text, index) })) : []
})

it.each(methods)("the call $name has an example of its own", ({ doc }) => {
  expect(doc).toContain("@example")
})
