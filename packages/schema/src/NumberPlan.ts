/** What the numbering plans tell about a telephone number. The metadata is Google's libphonenumber, the smallest set. */
import { parsePhoneNumberFromString } from "libphonenumber-js/min"
import type { Country } from "./Country.ts"
import type { PhoneNumber } from "./PhoneNumber.ts"

/**
 * The country of a number, `undefined` when no plan has such a number (unassigned calling code, impossible length, a satellite or other global network).
 * A number of the right length that its plan does not assign (test and fiction numbers, area codes newer than the metadata) belongs to the main country of its
 * calling code: US for 1, GB for 44. Never throws.
 */
export const countryOf = (number: PhoneNumber): Country | undefined => {
  const parsed = parsePhoneNumberFromString(number)
  return (parsed?.country ?? parsed?.getPossibleCountries()[0]) as Country | undefined
}

/** The three digits after +1 of a US or Canadian number, `undefined` for every other number. */
export const areaCodeOf = (number: PhoneNumber): string | undefined => {
  if (!/^\+1\d{10}$/u.test(number)) return undefined
  const country = countryOf(number)
  return country === "US" || country === "CA" ? number.slice(2, 5) : undefined
}

/** Source: NANPA, the non-geographic codes 8YY in use; the North American plan has no others. */
const tollFreeCodes = new Set(["800", "833", "844", "855", "866", "877", "888"])

/** Whether a North American number is toll-free by its area code. Elsewhere the smallest metadata cannot tell, and the answer is no. */
export const isNorthAmericanTollFree = (number: PhoneNumber): boolean => /^\+1\d{10}$/u.test(number) && tollFreeCodes.has(number.slice(2, 5))
