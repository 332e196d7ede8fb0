/** Days as US carriers count their daily caps: from midnight to midnight Pacific time, 23 or 25 hours long when the clocks change. */
import { DateTime, Option } from "effect"

// Where the named zone is not known, Pacific standard time: an hour late in summer, never early.
const standardHours = 8

const local = (at: DateTime.Utc): Option.Option<DateTime.Zoned> => DateTime.setZoneNamed(at, "America/Los_Angeles")

/** The day's date there, like `2026-11-24`: days sort as their texts do. */
export const pacificDay = (at: DateTime.Utc): string =>
  Option.match(local(at), {
    onNone: () => DateTime.formatIsoDate(DateTime.subtract(at, { hours: standardHours })),
    onSome: DateTime.formatIsoDate
  })

/** When the day after begins there. */
export const nextPacificMidnight = (at: DateTime.Utc): DateTime.Utc =>
  Option.match(local(at), {
    onNone: () => DateTime.add(DateTime.startOf(DateTime.subtract(at, { hours: standardHours }), "day"), { days: 1, hours: standardHours }),
    onSome: (local) => DateTime.toUtc(DateTime.add(DateTime.startOf(local, "day"), { days: 1 }))
  })
