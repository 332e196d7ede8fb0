import { describe, expect, it } from "vitest"
import { entry } from "@parley/scripts/BuiltGateway"
import { fuzz } from "../src/Fuzz.ts"
import { judge } from "../src/Judge.ts"

describe("the gateway", () => {
  it("answers two thousand requests that nobody should send, each in its place and none with a 5xx", { timeout: 120_000 }, async () => {
    const result = await fuzz({ entry, requests: 2_000, seed: 1 })
    expect(result.problems).toEqual([])
    expect(result.sent).toBeGreaterThanOrEqual(2_000)
    // Some got through to the end, and some were stopped at every check.
    for (const status of ["200", "202", "400", "401", "403", "404", "413", "415"]) expect(result.outcomes.get(status) ?? 0, status).toBeGreaterThan(0)
  })
})

describe("an answer", () => {
  const answered = (status: number, body: object | string, type = "application/problem+json") =>
    ({ _tag: "Answered", status, type, body: typeof body === "string" ? body : JSON.stringify(body), millis: 1 }) as const
  const problem = { type: "about:blank", title: "Bad", status: 400, detail: "It is bad." }

  it.each([
    ["is fine below 400", answered(202, ""), null],
    ["is fine as a problem document", answered(400, problem), null],
    ["is wrong as a 500", answered(500, { ...problem, status: 500 }), /answered 500/u],
    ["is wrong as a redirect", answered(301, ""), /answered 301/u],
    ["is wrong as bare text", answered(404, "not found", "text/plain"), /no problem document but text\/plain/u],
    ["is wrong with another status inside", answered(404, problem), /no whole problem document/u],
    ["is wrong without a detail", answered(400, { ...problem, detail: " " }), /no whole problem document/u],
    ["is wrong when it shows the inside", answered(400, { ...problem, detail: "at Store.ts:12" }), /shows the inside/u],
    ["is wrong when it does not come", { _tag: "Hung" } as const, /not answered in time/u],
    ["is wrong when the connection breaks", { _tag: "Broken", error: "ECONNRESET" } as const, /ECONNRESET/u]
  ])("%s", (_, outcome, sentence) => {
    const judged = judge(outcome, "POST")
    if (sentence === null) expect(judged).toBeNull()
    else expect(judged).toMatch(sentence)
  })
})
