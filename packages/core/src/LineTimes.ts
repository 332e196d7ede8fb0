/** The times and numbers that lines keep. */
import { Context, Duration } from "effect"
import type { BackOffTimes } from "./LineBackOff.ts"

export interface LineTimes extends BackOffTimes {
  /** A text that could not leave for this long fails as `expired`. */
  readonly validity: Duration.Duration
  /** From an ambiguous call to the first question to the carrier, and between two questions. */
  readonly askAfter: Duration.Duration
  /** From the first answered question to the time when a listing without the text proves that it is not there. */
  readonly absentAfter: Duration.Duration
  /** From an ambiguous call to the time when nobody asks any more: the text stays `unknown`, and holds nobody up. */
  readonly settledWithin: Duration.Duration
  /** Calls at once that send, for one line. */
  readonly requestsInFlight: number
  /** Calls at once that ask, for one line. */
  readonly questionsInFlight: number
}

export const defaultLineTimes: LineTimes = {
  backOff: Duration.seconds(1),
  backOffAtMost: Duration.minutes(5),
  validity: Duration.hours(24),
  askAfter: Duration.seconds(5),
  absentAfter: Duration.minutes(1),
  settledWithin: Duration.minutes(15),
  requestsInFlight: 16,
  questionsInFlight: 4
}

/**
 * From a claim to the latest time at which its call may begin; later the text is given back. Absence is proved so much later that a call which
 * began in time would be listed: a process that was frozen between claim and call doubles nothing.
 */
export const callWithin = ({ absentAfter }: LineTimes): Duration.Duration => Duration.min(Duration.divideUnsafe(absentAfter, 2), Duration.seconds(15))

/** The times that lines keep; an operator's, not a project's. */
export const CurrentLineTimes = Context.Reference<LineTimes>("@parley/core/CurrentLineTimes", { defaultValue: () => defaultLineTimes })
