import { Duration, Effect, Exit } from "effect"
import { describe, expect, it } from "vitest"
import { defaultLineTimes } from "@parley/core/LineTimes"
import { variables } from "../src/EnvironmentVariables.ts"
import * as Settings from "../src/Settings.ts"

const read = (environment: Readonly<Record<string, string>>) => Effect.runSync(Effect.exit(Settings.read(environment)))
const settle = (environment: Readonly<Record<string, string>>) => {
  const settings = read(environment)
  return Exit.isSuccess(settings) ? settings.value.settle : String(settings.cause)
}

describe("the times of a text whose outcome is unknown", () => {
  it("are the line's own while the environment sets none, and those are what the documentation gives", () => {
    expect(settle({})).toEqual({})
    const { SETTLE_ABSENT_AFTER, SETTLE_ASK_AFTER, SETTLE_WITHIN } = variables
    const documented = [SETTLE_ASK_AFTER, SETTLE_ABSENT_AFTER, SETTLE_WITHIN].map(({ fallback }) => Duration.toMillis(Duration.fromInputUnsafe(fallback)))
    const { absentAfter, askAfter, settledWithin } = defaultLineTimes
    expect(documented).toEqual([askAfter, absentAfter, settledWithin].map(Duration.toMillis))
  })

  it("are the environment's where it sets them", () => {
    expect(settle({ SETTLE_ASK_AFTER: "300 millis", SETTLE_WITHIN: "1 hour" })).toEqual({ askAfter: Duration.millis(300), settledWithin: Duration.hours(1) })
  })

  it.each([["SETTLE_ASK_AFTER", "soon"], ["SETTLE_ABSENT_AFTER", "-1 minute"], ["SETTLE_WITHIN", "0 millis"], ["SETTLE_ASK_AFTER", "Infinity"]])("refuse %s=%s with a sentence", (name, value) => {
    expect(settle({ [name]: value })).toContain(`${name}="${value}" must be a positive duration, like "5 seconds" or "500 millis"`)
  })

  it("refuse an absence that is proved only when nobody asks any more", () => {
    expect(settle({ SETTLE_ABSENT_AFTER: "15 minutes" })).toContain("SETTLE_ABSENT_AFTER must be shorter than SETTLE_WITHIN")
  })
})
