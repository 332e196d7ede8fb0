/** Telephone numbers in E.164, and how they may be shown. */
import { Schema } from "effect"

const pattern = /^\+[1-9]\d{1,14}$/u

/** An E.164 number: `+`, a country code that does not begin with 0, 2 to 15 digits in all. Source: ITU-T E.164. */
export const PhoneNumber = Schema.String.check(
  Schema.isPattern(pattern, { message: "must be a phone number in E.164, like +15005550006" })
).pipe(Schema.brand("PhoneNumber"))
export type PhoneNumber = typeof PhoneNumber.Type

export const isPhoneNumber = (text: string): text is PhoneNumber => pattern.test(text)

/** What a log may show of a number: its first three and its last two digits, `+15*******06`. */
export const mask = (number: string): string =>
  number.length <= 6 ? "*".repeat(number.length) : number.slice(0, 3) + "*".repeat(number.length - 5) + number.slice(-2)
