/** Whether the account may text people where its numbers are: the carrier's geographic permissions. */
import type { AgentNumber } from "@parley/core/Project"
import type { Country } from "@parley/schema/Country"
import type { InspectedCountry } from "@parley/twilio/TwilioInspection"
import { type Finding, problem, warning } from "./Finding.ts"

/** Of users elsewhere nothing is known before they text. */
export const countriesOf = (numbers: ReadonlyArray<AgentNumber>): ReadonlyArray<Country> => [...new Set(numbers.map(({ country }) => country))].toSorted()

const where = "Messaging > Settings > Geo permissions in Twilio's console"

/** Nothing is repaired: each further country is one more that stolen credentials can run up costs in. */
export const check = (about: string, numbers: ReadonlyArray<AgentNumber>, countries: ReadonlyArray<InspectedCountry>): ReadonlyArray<Finding> => {
  const of = (isEnabled: boolean | null) => countries.filter((each) => each.isEnabled === isEnabled).map(({ country }) => country)
  const unknown = of(null)
  return [
    ...of(false).map((country) => {
      const there = numbers.filter((number) => number.country === country).map(({ number }) => number).join(", ")
      return problem(about, `It may not text people in ${country}, where ${there} ${there.includes(",") ? "are" : "is"}, so every text there is refused (21408): enable the country under ${where}.`)
    }),
    ...(unknown.length === 0 ? [] : [unseen(about, "Twilio does not tell.", unknown)])
  ]
}

/** @param detail why it is not known, in a sentence */
export const unseen = (about: string, detail: string, countries: ReadonlyArray<Country>): Finding =>
  warning(about, `${detail} Whether it may text people in ${countries.join(", ")} is not known, and where it may not, every text is refused (21408): look under ${where}.`)
