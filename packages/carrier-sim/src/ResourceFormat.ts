/** How Twilio writes what every resource has: sids, dates, paths. */
import { randomBytes } from "node:crypto"

export const apiVersion = "2010-04-01"

/** Two capital letters and 32 hexadecimal digits, random. */
export const newSid = (prefix: string): string => prefix + randomBytes(16).toString("hex")

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const two = (n: number) => String(n).padStart(2, "0")

/** `Thu, 24 Aug 2023 05:01:45 +0000` */
export const rfc2822 = (epochMillis: number): string => {
  const at = new Date(epochMillis)
  return `${days[at.getUTCDay()]}, ${two(at.getUTCDate())} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}

/** `2023-08-24T05:01:45Z`, as the APIs after 2010 date things. */
export const iso8601 = (epochMillis: number): string => new Date(epochMillis).toISOString().replace(/\.\d{3}Z$/u, "Z")

/** `YYMMDDhhmm` in UTC, as carriers date their delivery receipts. */
export const receiptDate = (epochMillis: number): string => {
  const at = new Date(epochMillis)
  return two(at.getUTCFullYear() % 100) + two(at.getUTCMonth() + 1) + two(at.getUTCDate()) + two(at.getUTCHours()) + two(at.getUTCMinutes())
}

/** What the messaging API calls itself in its `url` fields, whatever host it was asked at. */
export const messagingUrl = (path: string): string => `https://messaging.twilio.com/v1${path}`

/** `/2010-04-01/Accounts/AC…` and what follows it. */
export const accountPath = (accountSid: string, rest = ""): string => `/${apiVersion}/Accounts/${accountSid}${rest}`
