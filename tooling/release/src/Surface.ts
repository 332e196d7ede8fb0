/**
 * What a package lets others import, as text: each module's declarations without their comments, in the order of their names. A change
 * of it is a change for users, so the texts are committed (`api.md` beside each manifest) and a difference is to be looked at.
 */
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import ts from "typescript-5"
import type { Tarball } from "./Pack.ts"
import { entriesOf, fileFor, modulesOf } from "./Packages.ts"

const printer = ts.createPrinter({ removeComments: true })

/** Beyond so many lines a type is one that was inferred from others that stand here too. It is cut there, and the rest told by its digest. */
const mostLines = 40
const shownLines = 15

const shortened = (text: string): string => {
  const lines = text.split("\n")
  if (lines.length <= mostLines && text.length <= 4_000) return text
  const rest = lines.slice(shownLines).join("\n")
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 12)
  return [...lines.slice(0, shownLines).map((line) => line.slice(0, 400)), `    // and so on: ${rest.split("\n").length} lines, digest ${digest}`].join("\n")
}

const nameOf = (statement: ts.Statement): string => {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText()).join(" ")
  const { name } = statement as { readonly name?: ts.Node }
  return name?.getText() ?? statement.getText()
}

const read = (file: string) => ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true)

/** A module's declarations, printed alike however they were written. What it imports is its own business. */
const declarationsIn = (source: ts.SourceFile): string =>
  source.statements.filter((statement) => !ts.isImportDeclaration(statement) && statement.getText() !== "export {};")
    // Overloads keep their order: the sort is stable.
    .sort((a, b) => nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0)
    .map((statement) => shortened(printer.printNode(ts.EmitHint.Unspecified, statement, source)))
    .join("\n")

/** The files that a module passes on with `export … from`. */
const passedOn = (source: ts.SourceFile): ReadonlyArray<string> =>
  source.statements.flatMap((statement) => {
    const from = ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined && ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : ""
    const file = join(dirname(source.fileName), from.replace(/\.[jt]s$/u, ".d.ts"))
    return from.startsWith(".") && existsSync(file) ? [file] : []
  })

/** Modules of entries, then those that entries only pass on. */
const filesOf = ({ files, folder, manifest }: Tarball): ReadonlyArray<readonly [title: string, source: ts.SourceFile]> => {
  const found = new Map(modulesOf(entriesOf(manifest.exports, files)).map(({ path, target }) => [join(folder, fileFor(target, ["types", "import"]) ?? ""), `${manifest.name}${path.slice(1)}`]))
  const sources: Array<readonly [string, ts.SourceFile]> = []
  for (const [file, title] of found) {
    const source = read(file)
    sources.push([title, source])
    for (const each of passedOn(source)) if (!found.has(each)) found.set(each, `${relative(join(folder, "dist"), each).replace(/\.d\.ts$/u, "")}, passed on by an entry`)
  }
  return sources
}

/** The text of `api.md`. */
export const surfaceOf = (tarball: Tarball): string =>
  [
    `# What ${tarball.manifest.name} exports\n\nMade by \`npx -y pnpm@12.21.0 api\` and kept by a test: a difference here is a difference for users.\n`,
    ...filesOf(tarball).map(([title, source]) => `## ${title}\n\n\`\`\`ts\n${declarationsIn(source)}\n\`\`\`\n`)
  ].join("\n")
