/** What is wrong with a file that a person wrote, a sentence each: where, and what must be there. */
import { SchemaIssue } from "effect"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const inWords = (message: string): string => {
  if (/^Missing key/iu.test(message)) return "is required"
  if (/excess/iu.test(message)) return "is no field that is known here"
  return message.replace(/^Expected (.*), (?:got|actual).*$/su, "must be $1").replace(/^Expected /u, "must be ")
}

/** `data.0.country must be two capital letters, like US`, for each value that a schema refuses. */
export const fileProblems = (issue: SchemaIssue.Issue): ReadonlyArray<string> =>
  format(issue).issues.map(({ message, path = [] }) => {
    const place = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")
    return `${place === "" ? "it" : place} ${inWords(message)}`
  })
