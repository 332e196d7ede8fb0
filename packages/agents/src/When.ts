/** The day and the time that a text names, as words: without a calendar, "Friday" stays Friday. */

/** Parts are normalised words, ready to be said: day `tomorrow`, `Friday`, `5 March`; time `10:30`, `3 pm`, `noon`. */
export interface When {
  readonly day: string | null
  readonly time: string | null
}

export const unknown: When = { day: null, time: null }

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]

const fullName = (names: ReadonlyArray<string>, abbreviation: string) => names.find((name) => name.toLowerCase().startsWith(abbreviation.slice(0, 3)))

const month = "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
const dayFirst = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${month}\\b`, "u")
const monthFirst = new RegExp(`\\b${month} (\\d{1,2})(?:st|nd|rd|th)?\\b(?!:)`, "u")
const weekday = /\b(next )?(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b/u

const date = (day: string | undefined, name: string | undefined) =>
  Number(day) >= 1 && Number(day) <= 31 ? `${Number(day)} ${fullName(months, name ?? "")}` : null

const dayIn = (text: string): string | null => {
  if (/\bday after tomorrow\b/u.test(text)) return "the day after tomorrow"
  const relative = /\b(today|tonight|tomorrow|tmrw|tmr)\b/u.exec(text)?.[1]
  if (relative !== undefined) return relative === "tonight" ? "today" : relative.startsWith("tm") ? "tomorrow" : relative
  const [, numberFirst, monthAfter] = dayFirst.exec(text) ?? []
  if (numberFirst !== undefined) return date(numberFirst, monthAfter)
  const [, monthBefore, numberAfter] = monthFirst.exec(text) ?? []
  if (numberAfter !== undefined) return date(numberAfter, monthBefore)
  const ordinal = /\bthe (\d{1,2}(?:st|nd|rd|th))\b/u.exec(text)?.[1]
  if (ordinal !== undefined) return `the ${ordinal}`
  const [, next, name] = weekday.exec(text) ?? []
  return name === undefined ? null : `${next ?? ""}${fullName(weekdays, name)}`
}

/** An hour that is said alone is one at which offices are open: 8 to 11 in the morning, 1 to 7 in the afternoon. */
const bareHour = (hour: number): string | null =>
  hour === 12 ? "noon" : hour >= 8 && hour <= 11 ? `${hour} am` : hour >= 1 && hour <= 7 ? `${hour} pm` : hour >= 13 && hour <= 23 ? `${hour}:00` : null

const spokenTime = (hour: string | undefined, minute: string | undefined, half: string | undefined): string | null => {
  const [h, m] = [Number(hour), Number(minute ?? "0")]
  if (m > 59) return null
  if (half !== undefined) return h < 1 || h > 12 ? null : `${h}${minute === undefined ? "" : `:${minute}`} ${half}m`
  return h > 23 ? null : minute === undefined ? bareHour(h) : `${h}:${minute}`
}

const afterDay = /\b(?:today|tomorrow|(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|wednes|satur)(?:day)?) (\d{1,2})\W*$/u

const timeIn = (text: string, isAsked: boolean): string | null => {
  const half = /\b(\d{1,2})(?:[:.]([0-5]\d))? ?(a|p)\.?m\b/u.exec(text)
  if (half !== null) return spokenTime(half[1], half[2], half[3])
  const clock = /(?<![\d:])(\d{1,2}):([0-5]\d)(?![\d:])/u.exec(text) ?? /\bat (\d{1,2})\.([0-5]\d)\b/u.exec(text)
  if (clock !== null) return spokenTime(clock[1], clock[2], undefined)
  const past = /\b(half past|quarter past|quarter to) (\d{1,2})\b/u.exec(text)
  if (past !== null) {
    const hour = past[1] === "quarter to" ? (Number(past[2]) + 11) % 12 || 12 : Number(past[2])
    return hour > 12 ? null : spokenTime(String(hour), past[1] === "half past" ? "30" : past[1] === "quarter past" ? "15" : "45", hour >= 8 && hour <= 11 ? "a" : "p")
  }
  const word = /\b(noon|midday|midnight)\b/u.exec(text)?.[1]
  if (word !== undefined) return word === "midday" ? "noon" : word
  const hour = /\b(?:at|about|around) (\d{1,2})\b(?! (?:min|hour|day|week))/u.exec(text) ?? /\b(\d{1,2}) ?o'?clock\b/u.exec(text) ?? afterDay.exec(text) ?? (isAsked ? /^\D{0,20}(\d{1,2})\D{0,12}$/u.exec(text) : null)
  return hour === null ? null : bareHour(Number(hour[1]))
}

/**
 * What a text names; the first day and the first time in it.
 * @param isAsked whether a time was asked for, so that a number alone is one
 */
export const whenIn = (text: string, isAsked = false): When => {
  const plain = text.toLowerCase().replaceAll("\u2019", "'")
  const day = dayIn(plain)
  return { day, time: timeIn(plain.replace(dayFirst, "").replace(monthFirst, ""), isAsked) }
}

export const isNamed = (when: When): boolean => when.day !== null || when.time !== null

/** What was said of a day and a time, completed by what was said before. */
export const over = (newer: When, older: When): When => ({ day: newer.day ?? older.day, time: newer.time ?? older.time })

const minutes = (time: string): number => {
  if (time === "noon" || time === "midnight") return time === "noon" ? 720 : 0
  const [, hour, minute, half] = /^(\d+)(?::(\d+))?(?: (a|p)m)?$/u.exec(time) ?? []
  return (half === undefined ? Number(hour) : Number(hour) % 12 + (half === "p" ? 12 : 0)) * 60 + Number(minute ?? "0")
}

/** Whether what is named in `part` is the same as in `whole`: `10 am` is `10:00`. */
export const isWithin = (part: When, whole: When): boolean =>
  (part.day === null || part.day === whole.day) && (part.time === null || (whole.time !== null && minutes(part.time) === minutes(whole.time)))

/** As after "moved to": `tomorrow at 10:30`, `Friday`, `5 March at noon`; empty when nothing is known. */
export const sayTo = (when: When): string => [when.day, when.time === null ? null : `at ${when.time}`].filter((part) => part !== null).join(" ")

/** As after "your appointment": `tomorrow at 10:30`, `on Friday`, `at noon`; empty when nothing is known. */
export const say = (when: When): string =>
  when.day === null || /^(?:today|tomorrow|the day|next)/u.test(when.day) ? sayTo(when) : `on ${sayTo(when)}`
