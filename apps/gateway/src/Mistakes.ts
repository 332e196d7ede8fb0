/** What is wrong with a file that a person wrote: a line for each mistake, with its place, what it must be, and no word of the schema's own. */
import { SchemaIssue } from "effect"

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "UnexpectedKey":
        return "is not known: correct its spelling, or remove it"
      case "MissingKey":
        return "is missing: add it"
      default:
        return SchemaIssue.defaultLeafHook(issue)
    }
  }
})

type Path = ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>

/** `numbers[0].environment`. */
const place = (path: Path): string =>
  path.map((part) => typeof part === "object" ? part.key : part).reduce<string>(
    (before, key) => typeof key === "number" ? `${before}[${key}]` : before === "" ? String(key) : `${before}.${String(key)}`,
    ""
  )

const kinds: Readonly<Record<string, string>> = {
  string: "a text in quotes",
  number: "a number without quotes",
  boolean: "true or false",
  object: "an object, { … }",
  array: "a list, [ … ]",
  "a value with a length of at least 1": "not empty"
}

const words = (message: string): string => {
  const expected = /^Expected (.*?)(?:, got .*)?$/su.exec(message)?.[1]
  if (expected === undefined) return message
  const spoken = kinds[expected] ?? expected.replace(/^a value /u, "").replaceAll(" | ", " or ")
  return spoken === "not empty" ? "must not be empty" : `must be ${spoken}`
}

/** @param whole what a mistake without a place is about */
export const sentences = (issue: SchemaIssue.Issue, whole: string): ReadonlyArray<string> =>
  format(issue).issues.map(({ message, path = [] }) => `${place(path) || whole} ${words(message)}`)
