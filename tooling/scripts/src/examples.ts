/**
 * The examples in the packages' READMEs and docstrings. A block of TypeScript says in its fence what is to be done with it:
 *
 * - `ts example`: a program, compiled and run.
 * - `ts example gateway`: the same, while the demo of `npm start` runs; its port takes the place of 8080.
 * - `ts example continued`: goes on where the example before it ended.
 * - `ts example not-run: a reason`: compiled only.
 *
 * A block of TypeScript after the `@example` of a docstring is a program that is run while the demo runs.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface Example {
  /** The package's folder, like `packages/core`. */
  readonly folder: string
  /** Where it stands in that folder, like `README.md`. */
  readonly file: string
  /** Where its first block begins, from 1. */
  readonly line: number
  readonly code: string
  readonly needs: "nothing" | "gateway"
  /** Why it is compiled only; null when it is run. */
  readonly notRun: string | null
}

/** A block whose fence does not say what it is. */
export interface Unmarked {
  readonly folder: string
  readonly line: number
  readonly fence: string
}

const block = /^```ts\b(.*)\n([\s\S]*?)^```$/gmu

const lineAt = (text: string, index: number) => text.slice(0, index).split("\n").length

/** What one README holds. */
export const examplesOf = (folder: string, readme: string): { readonly examples: ReadonlyArray<Example>; readonly unmarked: ReadonlyArray<Unmarked> } => {
  const examples: Array<Example> = []
  const unmarked: Array<Unmarked> = []
  for (const { 1: info = "", 2: code = "", index } of readme.matchAll(block)) {
    const line = lineAt(readme, index)
    const mark = info.trim()
    const before = examples.at(-1)
    const notRun = /^example not-run: (\S.*)$/u.exec(mark)?.[1] ?? null
    if (mark === "example continued" && before !== undefined) examples[examples.length - 1] = { ...before, code: before.code + code }
    else if (mark === "example" || mark === "example gateway" || notRun !== null) {
      examples.push({ folder, file: "README.md", line, code, needs: mark === "example gateway" ? "gateway" : "nothing", notRun })
    } else unmarked.push({ folder, line, fence: `ts ${mark}` })
  }
  return { examples, unmarked }
}

const documented = / \* @example\n *\* ```ts\n((?: *\*.*\n)*?) *\* ```$/gmu

/** What an example in a docstring need not say each time: `parley` is a client of the demo, as its environment sets it up. */
const client = "import { Parley as Client } from \"@parley/sdk\"\nconst parley = new Client()\n"

/** What the docstrings of one source hold. */
export const documentedExamples = (folder: string, file: string, source: string): ReadonlyArray<Example> =>
  [...source.matchAll(documented)].map(({ 1: block = "", index }) => {
    const code = block.replace(/^ *\* ?/gmu, "")
    return { folder, file, line: lineAt(source, index) + 1, code: /\bparley\./u.test(code) ? client + code : code, needs: "gateway", notRun: null }
  })

/** The TypeScript of a package, relative to its folder. */
export const sourcesOf = (root: string, folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")).map((name) => join("src", name))

/** The folders of the workspace that have a README, relative to its root. */
export const folders = (root: string): ReadonlyArray<string> =>
  ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(group, name)).filter((folder) => existsSync(join(root, folder, "package.json")))
  )

export const readmeOf = (root: string, folder: string): string | null => {
  const file = join(root, folder, "README.md")
  return existsSync(file) ? readFileSync(file, "utf8") : null
}
