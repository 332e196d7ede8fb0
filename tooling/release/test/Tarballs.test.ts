/** What is published, as those get it who install it: packed once, checked, and used by projects of users. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createContext, runInContext } from "node:vm"
import { startDemo } from "@parley/scripts/demo"
import { freePort } from "@parley/scripts/FreePort"
import { type Example, examplesOf, readmeOf } from "@parley/scripts/examples"
import { rolldown } from "rolldown"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { checks } from "../src/Check.ts"
import { lay, nodes, run } from "../src/Consumer.ts"
import { packCopy, type Tarball } from "../src/Pack.ts"
import { entriesOf, type Manifest, modulesOf, published } from "../src/Packages.ts"
import { surfaceOf } from "../src/Surface.ts"

const root = join(import.meta.dirname, "../../..")
const consumers = join(import.meta.dirname, "../consumers")
const packages = published(root)
const names = packages.map(({ name }) => name)
const scratch = mkdtempSync(join(tmpdir(), "parley-tarballs-"))
const typescript7 = join(root, "tooling/release/node_modules/typescript/bin/tsc")
const typescript5 = join(root, "tooling/release/node_modules/typescript-5/bin/tsc")

let tarballs: ReadonlyArray<Tarball> = []
let demo: { readonly stop: () => void } | null = null
let url = ""

const tarballOf = (name: string): Tarball => {
  const found = tarballs.find((each) => each.package.name === name)
  if (found === undefined) throw new Error(`${name} was not packed`)
  return found
}

beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  const [packed, started] = await Promise.all([packCopy(root, scratch), startDemo(root, port)])
  tarballs = packed
  demo = started
}, 300_000)

afterAll(() => {
  demo?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

/** Fails with what was printed unless all went well. */
const succeed = async (folder: string, command: string, ...args: ReadonlyArray<string>): Promise<string> => {
  const { code, printed } = await run(folder, command, args)
  assert.strictEqual(code, 0, `${[command, ...args].join(" ")}\n${printed}`)
  return printed
}

/** Tests run side by side already; threads of the compiler's own beside them cost half as much again. */
const oneThread = (compiler: string) => compiler === typescript7 ? ["--singleThreaded"] : []

/** What the compilers find in a project: nothing. */
const compiles = async (folder: string, ...compilers: ReadonlyArray<string>) => {
  for (const compiler of compilers) await succeed(folder, process.execPath, compiler, "-p", ".", ...oneThread(compiler))
}

// Compilers and bundlers take seconds, and many of them on a busy machine.
const patience = { timeout: 120_000 }

describe.each(names)("the tarball of %s", patience, (name) => {
  it.each(Object.entries(checks))("%s", async (_, check) => {
    assert.deepStrictEqual(await check(tarballOf(name)), [])
  })
})

describe.each(packages)("what $name exports", ({ folder, name }) => {
  it("is what its api.md says", () => {
    const committed = existsSync(join(root, folder, "api.md")) ? readFileSync(join(root, folder, "api.md"), "utf8") : ""
    const now = surfaceOf(tarballOf(name))
    const differing = (lines: string, others: string) => lines.split("\n").filter((line) => !others.split("\n").includes(line)).slice(0, 5)
    assert.isTrue(now === committed, [
      `${folder}/api.md is not what ${name} exports any more: run "npx -y pnpm@12.21.0 api", look at the difference as its users will, and commit it with a changeset.`,
      ...differing(committed, now).map((line) => `- ${line}`),
      ...differing(now, committed).map((line) => `+ ${line}`)
    ].join("\n"))
  })
})

describe("a tarball that is not as it should be", () => {
  const check = async (name: keyof typeof checks, changes: Partial<Manifest>) => {
    const tarball = tarballOf("@parley/agents")
    return checks[name]?.({ ...tarball, manifest: { ...tarball.manifest, ...changes } })
  }

  it("is told by its manifest, its files and its imports", async () => {
    assert.deepStrictEqual(await check("its manifest has what others read", { keywords: ["sms"] }), ["This is not so: `keywords` has at least three, for those who search."])
    assert.deepStrictEqual(await check("its exports lead to files", { exports: { "./Agents": "./dist/Agent.js" } }), Array(4).fill("./Agents leads to ./dist/Agent.js, which is not in the tarball."))
    assert.include(await check("it imports what it declares", { peerDependencies: {} }) ?? [], "./dist/Agents.js imports effect, which the manifest does not declare.")
  })
})

describe("a user's project", patience, () => {
  it("in TypeScript and ESM compiles with TypeScript 7 and 5.9, and talks with a gateway on every Node", async () => {
    const folder = join(scratch, "esm-typescript")
    await lay(root, folder, tarballs, { from: join(consumers, "esm-typescript"), installs: ["@parley/sdk", "@types/node"] })
    await compiles(folder, typescript5, typescript7)
    for (const node of nodes()) {
      assert.deepStrictEqual(JSON.parse(await succeed(folder, node, "built/main.js", url)), { opening: "send", texts: ["Hello from ESM"], isRefused: true, id: "msg_1" })
    }
  })

  it("in JavaScript and CommonJS requires the SDK's own CommonJS, with its types", async () => {
    const folder = join(scratch, "commonjs")
    await lay(root, folder, tarballs, { from: join(consumers, "commonjs"), installs: ["@parley/sdk"] })
    await compiles(folder, typescript5, typescript7)
    for (const node of nodes()) {
      // Without it a newer Node would take ESM as well, which the older ones can't.
      const withoutEsm = node === process.execPath ? ["--no-experimental-require-module"] : []
      assert.deepStrictEqual(JSON.parse(await succeed(folder, node, ...withoutEsm, "main.cjs", url)), { opening: "send", texts: ["Hello from CommonJS"], isRefused: true, id: "msg_1" })
    }
  })

  it("for the browser is bundled without anything of Node, and talks with a gateway", async () => {
    const folder = join(scratch, "browser")
    await lay(root, folder, tarballs, { from: join(consumers, "browser"), installs: ["@parley/sdk"] })
    await compiles(folder, typescript7)
    const warnings: Array<string> = []
    const build = await rolldown({ input: join(folder, "main.ts"), cwd: folder, platform: "browser", onLog: (_, log) => warnings.push(log.message) })
    const { output: [{ code, imports }] } = await build.generate({ format: "iife" })
    await build.close()
    assert.deepStrictEqual({ warnings, imports }, { warnings: [], imports: [] })
    const reported = await new Promise((report) => {
      const { AbortController, AbortSignal, DOMException, Headers, Request, Response, TextDecoder, TextEncoder, URL, URLSearchParams, atob, btoa, clearTimeout, crypto, fetch, performance, queueMicrotask, setTimeout } = globalThis
      const web = { AbortController, AbortSignal, DOMException, Headers, Request, Response, TextDecoder, TextEncoder, URL, URLSearchParams, atob, btoa, clearTimeout, crypto, fetch, performance, queueMicrotask, setTimeout, Uint8Array }
      const page = createContext({ ...web, console: { warn: () => {} }, document: {}, navigator: {}, window: {}, baseUrl: url, report })
      runInContext(code, page)
    })
    assert.deepStrictEqual(JSON.stringify(reported), JSON.stringify({ opening: "send", id: "msg_1" }))
  })

  it("tests its own Twilio code on the simulated carrier, with the official client and Vitest", async () => {
    const folder = join(scratch, "reminders")
    const example = join(root, "packages/carrier-sim/example")
    await lay(root, folder, tarballs, {
      from: example,
      installs: ["@parley/carrier-sim", "twilio", "vitest", "@types/node"],
      files: {
        "package.json": JSON.stringify({ type: "module" }),
        "tsconfig.json": JSON.stringify({ compilerOptions: { module: "nodenext", target: "es2022", strict: true, noEmit: true, skipLibCheck: true, types: ["node"], allowImportingTsExtensions: true }, include: ["*.ts"] })
      }
    })
    await compiles(folder, typescript7)
    const printed = await succeed(folder, process.execPath, join(folder, "node_modules/vitest/vitest.mjs"), "run", "--root", folder)
    assert.match(printed, /3 passed/u)
    const readme = readmeOf(root, "packages/carrier-sim") ?? ""
    assert.include(readme, readFileSync(join(example, "Reminders.test.ts"), "utf8"), "the README shows the test as it is run")
  })

  it("runs the simulated carrier as a program, on every Node", async () => {
    const folder = join(scratch, "carrier")
    await lay(root, folder, tarballs, { installs: ["@parley/carrier-sim"] })
    const { bin } = tarballOf("@parley/carrier-sim").manifest
    for (const node of nodes()) {
      const { code, printed } = await run(folder, node, [join("node_modules/@parley/carrier-sim", bin?.["parley-carrier-sim"] ?? "")], { CARRIER_PORT: "70000" })
      assert.deepStrictEqual({ code, printed }, { code: 2, printed: "CARRIER_PORT must be a port number, 0 to 65535, not 70000.\n" })
    }
  })

  it("of the core alone has nothing but Effect and the schema to install; of the SDK, nothing at all", async () => {
    const installed = async (name: string) => {
      const folder = join(scratch, "alone", name)
      await lay(root, folder, tarballs, { installs: [name] })
      const modules = join(folder, "node_modules")
      return readdirSync(modules).flatMap((each) => each.startsWith("@") ? readdirSync(join(modules, each)).map((module) => `${each}/${module}`) : [each]).sort()
    }
    assert.deepStrictEqual(await installed("@parley/core"), ["@parley/core", "@parley/schema", "effect", "libphonenumber-js"])
    assert.deepStrictEqual(await installed("@parley/sdk"), ["@parley/sdk"])
  })
})

describe("a project with every package", patience, () => {
  const folder = join(scratch, "everything")
  const readmes = packages.flatMap((one) => examplesOf(one.folder, readmeOf(root, one.folder) ?? "").examples)
  const fileOf = (example: Example) => `${example.folder.replaceAll("/", "-")}-${example.line}.ts`
  let entries: ReadonlyArray<string> = []

  beforeAll(async () => {
    entries = tarballs.flatMap(({ files, manifest }) => modulesOf(entriesOf(manifest.exports, files)).map(({ path }) => `${manifest.name}${path.slice(1)}`))
    const common = { module: "nodenext", target: "es2022", lib: ["es2024", "esnext.array", "dom"], strict: true, noEmit: true, types: ["node"], resolveJsonModule: true }
    await lay(root, folder, tarballs, {
      installs: [...names, "@effect/platform-node", "effect", "twilio", "vitest", "@types/node"],
      files: {
        "package.json": JSON.stringify({ type: "module" }),
        "entries.ts": entries.map((entry, n) => `export * as m${n} from "${entry}"\n`).join(""),
        "entries.mjs": `${entries.map((entry) => `await import("${entry}")\n`).join("")}console.log("loaded")\n`,
        "tsconfig.json": JSON.stringify({ compilerOptions: { ...common, skipLibCheck: false }, files: ["entries.ts", ...readmes.map((each) => `examples/${fileOf(each)}`)] }),
        "tsconfig.5.json": JSON.stringify({ compilerOptions: { ...common, skipLibCheck: true }, files: readmes.map((each) => `examples/${fileOf(each)}`) })
      }
    })
    mkdirSync(join(folder, "examples"))
    for (const example of readmes) writeFileSync(join(folder, "examples", fileOf(example)), example.code.replaceAll("http://127.0.0.1:8080", url))
  }, 60_000)

  it("finds the types of every module whole with TypeScript 7, and compiles every README's examples", async () => {
    const { printed } = await run(folder, process.execPath, [typescript7, "-p", ".", ...oneThread(typescript7)])
    // Twilio's own types want those of jsonwebtoken, which it does not bring.
    assert.deepStrictEqual(printed.split("\n").filter((line) => /^\S.*error TS/u.test(line) && !line.includes("'jsonwebtoken'")), [])
  })

  it("compiles every README's examples with TypeScript 5.9", () => succeed(folder, process.execPath, typescript5, "-p", "tsconfig.5.json"))

  it("loads every module, and none does anything by being loaded", async () => {
    assert.strictEqual(await succeed(folder, process.execPath, "--disable-warning=ExperimentalWarning", "entries.mjs"), "loaded\n")
  })

  it("runs every README's examples", async () => {
    const files = readmes.filter(({ notRun }) => notRun === null).map((each) => join(folder, "examples", fileOf(each)))
    const printed = await succeed(folder, process.execPath, "--disable-warning=ExperimentalWarning", join(root, "tooling/scripts/src/runExamples.ts"), ...files)
    const results = printed.split("\n").filter((line) => line.startsWith("{\"file\"")).map((line) => JSON.parse(line) as { readonly error: string | null })
    assert.deepStrictEqual(results.map(({ error }) => error), files.map(() => null))
  })
})
