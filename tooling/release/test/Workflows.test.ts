/** The workflows: GitHub's own parser takes them, and each may do no more than it must. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type * as Parser from "@actions/workflow-parser"
import { rolldown } from "rolldown"
import { describe, expect, it } from "vitest"
import { parse as load } from "yaml"

/** GitHub's parser imports JSON in a way that bundlers understand, and Node does not. */
const bundled = async (): Promise<typeof Parser> => {
  const scratch = mkdtempSync(join(tmpdir(), "parley-workflows-"))
  const build = await rolldown({ input: join(import.meta.dirname, "../node_modules/@actions/workflow-parser/dist/index.js"), platform: "node", logLevel: "silent" })
  await build.write({ file: join(scratch, "parser.mjs"), codeSplitting: false })
  await build.close()
  return import(join(scratch, "parser.mjs")).finally(() => rmSync(scratch, { recursive: true })) as Promise<typeof Parser>
}
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await bundled()

const folder = join(import.meta.dirname, "../../../.github/workflows")
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }))

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly "timeout-minutes"?: number
  readonly steps: ReadonlyArray<Step>
}

const parse = ({ name, text }: { readonly name: string; readonly text: string }) => parseWorkflow({ name, content: text }, new NoOperationTraceWriter())

const jobsOf = ({ text }: { readonly text: string }) => (load(text) as { readonly jobs: Readonly<Record<string, Job>> }).jobs

const named = (name: string) => workflows.find((each) => each.name === name) ?? { name, text: "" }

describe.each(workflows)("$name", (workflow) => {
  it("is a workflow as GitHub reads it", async () => {
    const { context, value } = parse(workflow)
    expect(context.errors.getErrors().map(({ message }) => message)).toEqual([])
    const { errors = [] } = await convertWorkflowTemplate(context, value as NonNullable<typeof value>)
    expect(errors).toEqual([])
  })

  it("pins every action to a commit, with its version beside it", () => {
    const used = workflow.text.split("\n").filter((line) => /\buses:/u.test(line))
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((line) => !/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u.test(line))).toEqual([])
  })

  it("lets no text from outside into a script", () => {
    const scripts = Object.values(jobsOf(workflow)).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([])
  })

  it("ends every job in time", () => {
    expect(Object.values(jobsOf(workflow)).map((job) => job["timeout-minutes"] ?? 360).filter((minutes) => minutes > 30)).toEqual([])
  })
})

it("CI may read, and no step of it keeps a credential", () => {
  expect(named("ci.yml").text).toMatch(/^permissions:\n  contents: read\n\n/mu)
  const jobs = Object.values(jobsOf(named("ci.yml")))
  expect(jobs.map(({ permissions }) => permissions)).toEqual(jobs.map(() => undefined))
  const checkouts = jobs.flatMap(({ steps }) => steps).filter(({ uses }) => uses?.startsWith("actions/checkout@"))
  expect(checkouts.map((step) => String(step.with?.["persist-credentials"]))).toEqual(checkouts.map(() => "false"))
})

it("a release gives each job what it needs: one may be known to the registry, and installs and builds nothing", () => {
  expect(named("release.yml").text).toMatch(/^permissions: \{\}$/mu)
  const jobs = jobsOf(named("release.yml"))
  expect(Object.fromEntries(Object.entries(jobs).map(([name, { permissions }]) => [name, permissions]))).toEqual({
    versions: { contents: "write", "pull-requests": "write" },
    pack: { contents: "read" },
    publish: { "id-token": "write" },
    tags: { contents: "write" }
  })
  const published = jobs["publish"]?.steps ?? []
  expect(published.flatMap(({ run }) => run ?? []).join("\n")).toMatch(/npm publish .* --provenance/u)
  expect(published.flatMap(({ run, uses }) => [run ?? "", uses ?? ""]).filter((each) => /pnpm|install|checkout/u.test(each))).toEqual([])
})
