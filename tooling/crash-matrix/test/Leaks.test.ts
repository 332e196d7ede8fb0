import { expect, it } from "vitest"
import { leaksOf } from "../src/Leaks.ts"
import { account, agentSecret, apiKey } from "../src/Project.ts"

const known = { users: ["+14155570001", "+14155570002"], bodies: ["Can we make it Friday? #7", "Answer to #7 #8", "STOP"] }

it.each([
  ["a user's number", `{"level":"INFO","to":"+14155570002"}`],
  ["a user's number", `GET /v1/users/14155570001 200`],
  ["a user's number", `id=9914155570001`],
  ["words of a text", `WARN refused "Can we make it Friday? #9"`],
  ["words of a text", `WARN Answer to #12`],
  ["the API key", `x-polyai-auth-token: ${apiKey}`],
  ["the carrier's auth token", `token=${account.authToken}`],
  ["the carrier's credentials in base64", `Basic ${Buffer.from(`${account.sid}:${account.authToken}`).toString("base64")}`],
  ["the agent's secret", `secret ${agentSecret}`]
])("%s in a log is found: %s", (what, line) => {
  expect(leaksOf(["started\n", `one\n${line}\ntwo\n`], known)).toEqual([`told: ${what} is in the log: ${line}`])
})

it("masked numbers, times, ids, the texts of nobody and the name of a keyword are nothing private", () => {
  const lines = ["to +14*******01", "at 1790000000000", "+14155579999", "session_01KAVB3XMEZ8N7S9Q5T2R4W6Y8", `account ${account.sid}`, "keyword STOP"]
  expect(leaksOf([lines.join("\n")], known)).toEqual([])
})
