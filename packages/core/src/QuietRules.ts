/** Hours of the day in which somebody is not to be texted, on their own clock; and what US law says of them. */

/** From one minute of the day up to, not including, another; over midnight where `to` is the earlier. */
export interface QuietRule {
  readonly fromMinute: number
  readonly toMinute: number
  /** On this day only, 0 for Sunday: `fromMinute` is earlier than `toMinute` then. Null: every day. */
  readonly weekday: number | null
  /** Who says so, for people. */
  readonly source: string
}

const hour = 60
const daily = (fromHour: number, toHour: number, source: string): QuietRule => ({ fromMinute: fromHour * hour, toMinute: toHour * hour, weekday: null, source })
const sunday = 0

/** Source: Code of Federal Regulations, telephone solicitations to residential and wireless subscribers, called party's local time. */
export const federal = daily(21, 8, "47 CFR 64.1200(c)(1)")

/**
 * States that are stricter than the federal rule for telephone solicitations by text, in force in 2026. Not complete: states whose
 * rules turn on holidays or on the kind of seller are not here.
 */
const stricter: ReadonlyArray<readonly [state: string, ...rules: ReadonlyArray<QuietRule>]> = [
  ["CT", daily(20, 9, "Conn. Gen. Stat. § 42-288a")],
  ["FL", daily(20, 8, "Fla. Stat. § 501.616(6)(a)")],
  ["MA", daily(20, 8, "Mass. Gen. Laws ch. 159C § 3")],
  ["MD", daily(20, 8, "Md. Code, Com. Law § 14-4502")],
  ["OK", daily(20, 8, "Okla. Stat. tit. 15 § 775C.4")],
  [
    "TX",
    daily(21, 9, "Tex. Bus. & Com. Code § 301.051"),
    { fromMinute: 0, toMinute: 12 * hour, weekday: sunday, source: "Tex. Bus. & Com. Code § 301.051" }
  ],
  ["WA", daily(20, 8, "Wash. Rev. Code § 80.36.390")]
]

const byState: ReadonlyMap<string, ReadonlyArray<QuietRule>> = new Map(stricter.map(([state, ...rules]) => [state, [federal, ...rules]]))
const onlyFederal: ReadonlyArray<QuietRule> = [federal]
const all: ReadonlyArray<QuietRule> = [federal, ...stricter.flatMap(([, ...rules]) => rules)]

/** What US law asks for in a state or territory. @param state null when it is not known: then the strictest of all states */
export const rulesOfState = (state: string | null): ReadonlyArray<QuietRule> => state === null ? all : byState.get(state) ?? onlyFederal

const minutesPerDay = 1_440

/** Minutes until the rule ends, at this minute of this day of the week; 0 where it does not apply. */
export const minutesLeft = (rule: QuietRule, minute: number, weekday: number): number => {
  const { fromMinute, toMinute } = rule
  if (rule.weekday !== null && rule.weekday !== weekday) return 0
  if (fromMinute < toMinute) return minute >= fromMinute && minute < toMinute ? toMinute - minute : 0
  if (minute >= fromMinute) return minutesPerDay - minute + toMinute
  return minute < toMinute ? toMinute - minute : 0
}
