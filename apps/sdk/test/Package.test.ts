import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"

const root = new URL("../", import.meta.url)
const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as Record<string, Record<string, unknown> | undefined>
const sources = readdirSync(new URL("src", root)).map((name) => ({ name, text: readFileSync(new URL(`src/${name}`, root), "utf8") }))

it("the package depends on nothing at run time, and on Effect only for those who have it", () => {
  const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta } = manifest
  expect([dependencies, optionalDependencies]).toEqual([undefined, undefined])
  expect(peerDependenciesMeta).toEqual(Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, { optional: true }])))
})

it.each(sources)("$name imports only its neighbours, unless it is Effect's entry", ({ name, text }) => {
  const code = text.replace(/\/\*[\s\S]*?\*\//gu, "")
  const specifiers = [...code.matchAll(/(?<!")(?:from|import)\s*\(?\s*"([^"]+)"/gu)].map(([, specifier]) => specifier ?? "")
  const mayBe = name === "effect.ts" ? /^(?:\.\/|effect(?:\/|$)|@parley\/(?:contract|schema)\/)/u : /^\.\/(?!effect\.ts)/u
  expect(specifiers.filter((specifier) => !mayBe.test(specifier))).toEqual([])
})
