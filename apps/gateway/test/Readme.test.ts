import { Effect, Exit, Option, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { defaultBaseUrl } from "@parley/agents/OpenAiAgent"
import { ModelAgent } from "@parley/core/ModelAgent"
import { Ids } from "@parley/core/Ids"
import { Limits } from "@parley/core/Project"
import { QuietHoursPolicy } from "@parley/core/QuietHours"
import { RetentionPolicy } from "@parley/core/Retention"
import { SessionPolicy } from "@parley/core/SessionPolicy"
import * as SqliteStore from "@parley/storage/SqliteStore"
import * as Apply from "../src/Apply.ts"
import * as Demo from "../src/Demo.ts"
import { decode, ProjectFile } from "../src/ProjectFile.ts"
import { variables } from "../src/EnvironmentVariables.ts"

const root = join(import.meta.dirname, "../../..")
const readme = readFileSync(join(root, "README.md"), "utf8")
const example = (name: string): unknown => JSON.parse(readFileSync(join(root, "apps/docs/examples", name), "utf8"))

const settingsTable = [
  "| variable | default | meaning |",
  "|---|---|---|",
  ...Object.entries(variables).map(([name, { fallback, meaning }]) => `| \`${name}\` | ${fallback === null ? "" : `\`${fallback}\``} | ${meaning} |`)
].join("\n")

/** Name of a field in the project file → the default that the README gives. */
const fieldDefaults = (section: string): ReadonlyMap<string, unknown> =>
  new Map(
    [...readme.matchAll(new RegExp(`^\\| \`${section}\\.(\\w+)\` \\| \`(.+?)\` \\|`, "gmu"))].map(([, name = "", value = ""]) => [name, JSON.parse(value)])
  )

const keysOf = (schema: Schema.Codec<unknown, object>) => Object.keys(Schema.encodeSync(schema)(Schema.decodeUnknownSync(schema)({}))).sort()

describe("the README", () => {
  it("has a row for each setting, as Settings.ts has it", () => {
    const table = /<!-- settings:[^>]*-->\n([\s\S]*?)\n<!-- \/settings -->/u.exec(readme)?.[1]
    assert.strictEqual(table, settingsTable)
  })

  for (const [section, schema] of [["session", SessionPolicy], ["limits", Limits], ["quiet_hours", QuietHoursPolicy], ["retention", RetentionPolicy]] as const) {
    it(`gives every field of "${section}" with its default`, () => {
      const given = fieldDefaults(section)
      assert.deepStrictEqual([...given.keys()].sort(), keysOf(schema))
      const decoded = Schema.decodeUnknownSync(schema)(Object.fromEntries(given))
      assert.deepStrictEqual(JSON.stringify(Schema.encodeSync(schema)(decoded)), JSON.stringify(Schema.encodeSync(schema)(Schema.decodeUnknownSync(schema)({}))))
    })
  }

  it("tells of every part of the project file", () => {
    const told = new Set([...readme.matchAll(/^\| `(\w+)(?=[.`[])|, `(\w+)` \| required/gmu)].map(([, first, second]) => first ?? second))
    assert.deepStrictEqual(Object.keys(ProjectFile.fields).filter((part) => !told.has(part)), [])
  })

  it("shows a project file that can be applied, the same as the one beside it", async () => {
    const shown = /```json\n([\s\S]*?)```/u.exec(readme)?.[1] ?? "null"
    assert.deepStrictEqual(JSON.parse(shown), example("project.json"))
    assert.isTrue(Exit.isSuccess(await Effect.runPromiseExit(decode(example("project.json")))))
  })

  it("shortens the demo's time-outs, and changes nothing else of it", async () => {
    const quick = await Effect.runPromise(decode(example("demo-quick.json")))
    const { session: _, ...rest } = await Effect.runPromise(Demo.project)
    const { session: __, ...quickRest } = quick
    assert.deepStrictEqual(quickRest, rest)
  })

  it("gives the demo's agent to a model, and changes nothing else of it", async () => {
    const { agent, ...withModel } = await Effect.runPromise(decode(example("demo-model.json")))
    const { agent: _, ...rest } = await Effect.runPromise(Demo.project)
    assert.strictEqual(agent.type, "openai")
    assert.deepStrictEqual(withModel, rest)
  })

  it("tells of every field of a model", () => {
    const encoded = Schema.encodeSync(ModelAgent)(Schema.decodeUnknownSync(ModelAgent)({ type: "openai", model: "m", api_key_env: "KEY", instructions: "i" }))
    const told = new Map<string, string>()
    for (const [, first = "", second = first, fallback = ""] of readme.matchAll(/^\| `agent\.(\w+)`(?:, `agent\.(\w+)`)? \| (.+?) \|/gmu)) {
      told.set(first, fallback)
      told.set(second, fallback)
    }
    for (const [field, value] of Object.entries(encoded)) {
      assert.isTrue(told.has(field), field)
      const [, fallback] = /^`(.+)`$/u.exec(told.get(field) ?? "") ?? []
      if (fallback !== undefined && fallback !== "null") assert.deepStrictEqual(field === "base_url" ? defaultBaseUrl : value, JSON.parse(fallback), field)
    }
  })

  it("shows what applying them tells", async () => {
    const change = await Effect.runPromise(Effect.gen(function*() {
      const lookup: Apply.Lookup = () => Option.some(Demo.credentials.apiKey)
      yield* Apply.apply(yield* Apply.plan(yield* Demo.project, lookup))
      return yield* Apply.plan(yield* decode(example("demo-quick.json")), lookup)
    }).pipe(Effect.provide([SqliteStore.layerSingleCommit({ filename: ":memory:" }), Ids.layer])))
    assert.include(readme, `\`\`\`\n${change.map(({ about }) => `~ ${about}\n`).join("")}Applied 1 change to project demo.\n\`\`\``)
  })

  it("links to files that are there", () => {
    for (const [, path = ""] of readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/gu)) readFileSync(join(root, path))
  })
})
