/** What a gateway wrote, held against what it may not write: whole numbers of users, words that were said, keys and tokens. */
import { account, agentSecret, apiKey } from "./Project.ts"

export interface Private {
  /** E.164. */
  readonly users: Iterable<string>
  /** Texts of both sides, as they are on the handsets. */
  readonly bodies: Iterable<string>
}

const secrets: ReadonlyMap<string, string> = new Map([
  ["the API key", apiKey],
  ["the carrier's auth token", account.authToken],
  ["the carrier's credentials in base64", Buffer.from(`${account.sid}:${account.authToken}`).toString("base64")],
  ["the agent's secret", agentSecret.slice("whsec_".length)]
])

/** The last ten digits tell a user from any other, however the rest of the number is written. */
const digits = 10
const shortestPhrase = 6

/** The words of texts without the marks that make each unique: a few, although there are thousands of texts. Keywords are too short to be anybody's words. */
const phrasesOf = (bodies: Iterable<string>): ReadonlyArray<string> =>
  [...new Set([...bodies].map((body) => body.replace(/[\s#\d]*#[\s#\d]*$/u, "")))].filter((phrase) => phrase.length >= shortestPhrase)

/** A sentence for each line of `logs` (all that each process wrote to both streams) in which something private stands. */
export const leaksOf = (logs: ReadonlyArray<string>, { bodies, users }: Private): ReadonlyArray<string> => {
  const known = new Set([...users].map((user) => user.slice(-digits)))
  const phrases = phrasesOf(bodies)
  const hasNumber = (line: string) =>
    (line.match(/\d{10,}/gu) ?? []).some((run) => Array.from({ length: run.length - digits + 1 }, (_, from) => run.slice(from, from + digits)).some((number) => known.has(number)))
  const whatIn = (line: string): ReadonlyArray<string> => [
    ...(hasNumber(line) ? ["a user's number"] : []),
    ...(phrases.some((phrase) => line.includes(phrase)) ? ["words of a text"] : []),
    ...[...secrets].flatMap(([what, secret]) => line.includes(secret) ? [what] : [])
  ]
  return logs.flatMap((log) => log.split("\n")).flatMap((line) => whatIn(line).map((what) => `told: ${what} is in the log: ${line.slice(0, 600)}`))
}
