import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"

const root = new URL("../", import.meta.url)
const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as Record<string, unknown>
const sources = readdirSync(new URL("src", root)).map((name) => ({ name, text: readFileSync(new URL(`src/${name}`, root), "utf8") }))

it("the package depends on nothing at run time", () => {
  expect([manifest["dependencies"], manifest["peerDependencies"], manifest["optionalDependencies"]]).toEqual([undefined, undefined, undefined])
})

it.each(sources)("$name imports only its neighbours", ({ text }) => {
  const code = text.replace(/\/\*[\s\S]*?\*\//gu, "")
  const specifiers = [...code.matchAll(/(?<!")(?:from|import)\s*\(?\s*"([^"]+)"/gu)].map(([, specifier]) => specifier ?? "")
  expect(specifiers.filter((specifier) => !specifier.startsWith("./"))).toEqual([])
})
