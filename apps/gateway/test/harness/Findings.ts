/** What `parley doctor` looks at, and what it finds. */
import { assert } from "vitest"
import type { AgentNumber } from "@parley/core/Project"
import { ProjectId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { InspectedNumber } from "@parley/twilio/TwilioInspection"
import type { Finding } from "../../src/doctor/Finding.ts"

export type Expected = readonly [level: Finding["level"], like: RegExp]

/** Each finding's level, and that its sentence has the word. */
export const matches = (findings: ReadonlyArray<Finding>, expected: ReadonlyArray<Expected>) => {
  assert.deepStrictEqual(findings.map(({ level }) => level), expected.map(([level]) => level), JSON.stringify(findings))
  for (const [i, [, like]] of expected.entries()) assert.match(findings[i]?.message ?? "", like)
}

/** A long code of the US in project `main`. */
export const agentNumber = (number: string, more: Partial<AgentNumber> = {}): AgentNumber => ({
  number: PhoneNumber.make(number),
  projectId: ProjectId.make("main"),
  environment: "live",
  type: "long_code",
  country: "US" as AgentNumber["country"],
  registration: "approved",
  segmentsPerSecond: 1,
  ...more
})

/** As the carrier shows it: it can text, and calls nobody. */
export const inspected = (number: AgentNumber): InspectedNumber => ({ sid: `PN${number.number}`, number: number.number, smsUrl: "", smsMethod: "POST", smsFallbackUrl: "", smsApplicationSid: "", canText: true })
