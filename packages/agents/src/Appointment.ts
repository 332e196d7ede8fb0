/** What the scripted agent knows: the appointment, and what it has asked. It keeps nothing; all of it is read off what was said to the user. */
import type { TurnRequest } from "@parley/core/ports/Agent"
import { isNamed, over, unknown, type When, whenIn } from "./When.ts"

export interface Appointment {
  readonly when: When
  readonly status: "offered" | "confirmed" | "cancelled"
  /** What the user was asked last: to confirm, for a day and time, or whether there is anything else. */
  readonly asked: "confirm" | "when" | "more" | null
  /** The part of a new day and time that is named already, while the other is asked for. */
  readonly proposed: When
}

/** Somebody who texts first finds this one, so that there is something to try. */
const demonstration: When = { day: "tomorrow", time: "10:00" }

const askedIn = (text: string): Appointment["asked"] =>
  /\banything else\?/iu.test(text) ? "more" : /\bYES\b/u.test(text) || /\b(?:confirm|come|make it)\b[^.!?]*\?/iu.test(text) ? "confirm" : /\b(?:which|what|a|new) (?:day|time)\b/iu.test(text) ? "when" : null

/** Reads the texts of the back end, of the agent and of a person; Parley's own, such as the warning, say nothing about an appointment. */
export const recall = (request: TurnRequest): Appointment => {
  let known: Appointment = {
    when: request.session.opening === "text" ? demonstration : unknown,
    status: "offered",
    asked: null,
    proposed: unknown
  }
  for (const { author, text } of request.history) {
    if (author === "user" || author === "system") continue
    const asked = askedIn(text)
    const question = /\b(?:what time|which day)\b[^?]*\?/iu.exec(text)?.[0]
    if (/\bcancell?ed\b/iu.test(text)) {
      known = { when: unknown, status: "cancelled", asked, proposed: unknown }
    } else if (question !== undefined) {
      known = { ...known, asked, proposed: whenIn(question) }
    } else {
      const named = whenIn(text)
      const isSettled = author !== "api" && /\b(?:confirmed|booked|moved)\b/iu.test(text)
      const status = isSettled ? "confirmed" : known.status === "cancelled" && isNamed(named) ? "offered" : known.status
      known = { when: isNamed(named) ? over(named, known.when) : known.when, status, asked, proposed: unknown }
    }
  }
  return known
}
