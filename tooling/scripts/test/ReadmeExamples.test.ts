import { spawn } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { startDemo } from "../src/demo.ts"
import { freePort } from "../src/FreePort.ts"
import { documentedExamples, type Example, examplesOf, folders, readmeOf, sourcesOf } from "../src/examples.ts"

const root = join(import.meta.dirname, "../../..")
const readmes = folders(root).map((folder) => ({ folder, readme: readmeOf(root, folder) }))
const found = readmes.flatMap(({ folder, readme }) => readme === null ? [] : [examplesOf(folder, readme)])
const documented = folders(root).flatMap((folder) =>
  sourcesOf(root, folder).flatMap((file) => documentedExamples(folder, file, readFileSync(join(root, folder, file), "utf8")))
)
const examples = [...found.flatMap((each) => each.examples), ...documented]

// Beside the sources of their package, so that they import what it may import; of this process alone.
const nest = `.readme-examples-${process.pid}`
const fileOf = (example: Example) => join(root, example.folder, nest, `${example.file.replaceAll(/\W/gu, "-")}-line${example.line}.ts`)
const nests = [...new Set(examples.map(({ folder }) => join(root, folder, nest))), join(root, nest)]

/** Ends with what was printed and the exit code. */
const run = (command: string, args: ReadonlyArray<string>, more: NodeJS.ProcessEnv = {}) =>
  new Promise<{ readonly printed: string; readonly code: number | null }>((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...more } })
    let printed = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => void (printed += text))
    child.once("close", (code) => resolve({ printed, code }))
  })

const node = (args: ReadonlyArray<string>, more: NodeJS.ProcessEnv) => run(process.execPath, ["--conditions=source", "--disable-warning=ExperimentalWarning", ...args], more)

const compile = () => {
  writeFileSync(join(root, nest, "tsconfig.json"), JSON.stringify({
    extends: "../tsconfig.base.json",
    compilerOptions: { noEmit: true, noUnusedLocals: false, types: ["node"], lib: ["ES2024", "ESNext.Array"], resolveJsonModule: true },
    files: examples.map((example) => relative(join(root, nest), fileOf(example)))
  }))
  return run(join(root, "node_modules/.bin/tsc"), ["-p", join(root, nest, "tsconfig.json"), "--singleThreaded"])
}

const errors = new Map<string, string | null>()

const runAll = async (needs: Example["needs"], demoUrl: string) => {
  const files = examples.filter((example) => example.needs === needs && example.notRun === null).map(fileOf)
  const { printed } = await node(["tooling/scripts/src/runExamples.ts", ...files], { PARLEY_API_KEY: "pk_demo", PARLEY_CONNECTOR_ID: "conn_demo", PARLEY_BASE_URL: demoUrl })
  for (const line of printed.split("\n").filter((line) => line.startsWith("{\"file\""))) {
    const { error, file } = JSON.parse(line) as { readonly file: string; readonly error: string | null }
    errors.set(file, error)
  }
  for (const file of files) if (!errors.has(file)) errors.set(file, `It ended the process:\n${printed}`)
}

let compiled = { printed: "not compiled", code: 1 as number | null }

beforeAll(async () => {
  for (const folder of nests) mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const demoUrl = `http://127.0.0.1:${port}`
  for (const example of examples) writeFileSync(fileOf(example), example.code.replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`))
  const onDemo = () =>
    startDemo(root, port).then(
      (demo) => runAll("gateway", demoUrl).finally(demo.stop),
      (error: Error) => {
        for (const example of examples.filter(({ needs }) => needs === "gateway")) errors.set(fileOf(example), error.message)
      }
    )
  const [compiling] = await Promise.all([compile(), runAll("nothing", demoUrl), onDemo()])
  compiled = compiling
}, 60_000)

afterAll(() => {
  for (const folder of nests) rmSync(folder, { recursive: true, force: true })
})

describe("the examples in the packages' READMEs and docstrings", () => {
  it("every package has a README", () => {
    assert.deepStrictEqual(readmes.filter(({ readme }) => readme === null).map(({ folder }) => folder), [])
  })

  it("every README shows an example", () => {
    const shown = new Set(found.flatMap((each) => each.examples).map(({ folder }) => folder))
    assert.deepStrictEqual(folders(root).filter((folder) => !shown.has(folder)), [])
  })

  it("every block of TypeScript says whether it is run", () => {
    assert.deepStrictEqual(found.flatMap((each) => each.unmarked), [])
  })

  it("every example compiles", () => {
    assert.strictEqual(compiled.code, 0, compiled.printed)
  })

  for (const example of examples.filter(({ notRun }) => notRun === null)) {
    it(`the example at line ${example.line} of ${example.folder}/${example.file} does what it says`, () => {
      assert.strictEqual(errors.get(fileOf(example)), null)
    })
  }
})
