/** What an answer must be, whatever was asked. */
import type { Outcome } from "./Client.ts"

interface Problem {
  readonly type?: unknown
  readonly title?: unknown
  readonly status?: unknown
  readonly detail?: unknown
}

const parse = (text: string): Problem | null => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? value : null
  } catch {
    return null
  }
}

const isText = (value: unknown): boolean => typeof value === "string" && /\S/u.test(value)

/** What must never be shown: places in the source, statements, the inner names of failures. */
const insides = /node_modules|\.[jt]s:\d+|\bat \w+ \(|SQLITE|_tag|\/work\/|SELECT \w|INSERT INTO/u

/** Null when all is well; else a sentence. `isRaw`: bytes that may be no request. */
export const judge = (outcome: Outcome, method: string, isRaw = false): string | null => {
  if (outcome._tag === "Unsendable") return null
  if (outcome._tag === "Hung") return "it was not answered in time"
  // What has headers too long to be read is refused before it is known to be a HEAD, and with a body.
  if (outcome._tag === "Broken") return isRaw || (method === "HEAD" && outcome.error.startsWith("HPE_")) ? null : `its connection broke: ${outcome.error}`
  const { body, status, type } = outcome
  if (status >= 500) return `it was answered ${status}: ${body.slice(0, 300)}`
  if (status < 200 || (status >= 300 && status < 400)) return isRaw ? null : `it was answered ${status}`
  if (status < 400) return null
  // Without a Host there is no request for anybody to answer: Node does, in chunks.
  if (isRaw && status === 400 && (body === "" || body.startsWith("0\r\n\r\n"))) return null
  if (method === "HEAD") return body === "" ? null : "a HEAD was answered with a body"
  if (!type.startsWith("application/problem+json")) return `its ${status} is no problem document but ${type || "nothing"}: ${body.slice(0, 200)}`
  const problem = parse(body)
  if (problem === null || problem.status !== status || !isText(problem.type) || !isText(problem.title) || !isText(problem.detail)) {
    return isRaw ? null : `its ${status} is no whole problem document: ${body.slice(0, 300)}`
  }
  return insides.test(body) ? `its ${status} shows the inside: ${body.slice(0, 300)}` : null
}
