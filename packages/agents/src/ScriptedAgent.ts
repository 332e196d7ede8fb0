/**
 * The demo agent: confirms, moves and cancels an appointment. A function of what was said, so that a repeated call repeats its answer.
 * It never asks for the single words CANCEL, STOP, END or QUIT: those are opt-outs and do not reach an agent.
 */
import type { TurnAnswer, TurnRequest } from "@parley/core/ports/Agent"
import { type Appointment, recall } from "./Appointment.ts"
import { isNamed, isWithin, over, say, sayTo, unknown, type When, whenIn } from "./When.ts"

/** One text understood. `main`: what was done or is asked. `courtesy`: said when there is nothing else to say. */
interface Step {
  readonly known: Appointment
  readonly main?: string
  readonly courtesy?: string
  readonly leaves?: TurnAnswer["end"]
  readonly wantsPerson?: true
  readonly isStrange?: true
}

const words = {
  person: /\b(?:human|representative|receptionist|front desk|real person|a person|the person)\b|\b(?:talk|speak|chat) (?:to|with)\b|\bcall me\b/u,
  leave: /\b(?:stop (?:texting|messaging|sending|it|this)|please stop|unsubscribe|leave me alone|wrong number|(?:don't|do not|never) (?:text|message|contact))\b/u,
  keep: /\b(?:don't|do not|not|never) (?:want to )?(?:cancel|move|change)\b|\bkeep (?:it|my)\b|\bnever ?mind\b/u,
  cancel: /\bcancel|\bcall it off\b|\bdrop it\b|\b(?:no longer|don't|do not) need\b/u,
  move: /\b(?:move|reschedul\w*|rebook|change|postpone|push|swap|(?:another|other|different|new) (?:day|time|date|slot)|later|earlier|instead)\b/u,
  book: /\b(?:book|schedule|(?:make|need|want) an appointment|new appointment)\b/u,
  cannot: /\b(?:can't|cannot|can not|won't|will not|unable to|not able to)\b/u,
  no: /^(?:no|nope|nah|n)\b(?! problem)/u,
  yes: /^(?:yes|y|yep|yeah|yup|ya|sure|please do|of course|definitely|absolutely)\b|\bconfirm|\bi (?:can|will) (?:make|come|be there)\b|\bi'll (?:come|take it)\b/u,
  fine: /^(?:ok|okay|k|alright|all right|great|perfect|good|fine|cool|sounds good|works for me|see you (?:then|there)|i'll be there|no problem)\b|\u{1F44D}/u,
  thanks: /\b(?:thanks|thank you|thank u|thx|ty|cheers|much appreciated)\b/u,
  bye: /\b(?:bye|goodbye|see you|see ya|that's all|that is all|that's it|nothing else|all good|good night)\b/u,
  ask: /\b(?:when|what time|which day|do i have|my appointment|remind me)\b/u,
  hello: /^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening))\b/u
}

const your = (when: When) => ["your appointment", say(when)].filter((part) => part !== "").join(" ")
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

const offer = ({ status, when }: Appointment): string =>
  status === "cancelled"
    ? "You have no appointment now. Text me a day and time to book a new one."
    : status === "confirmed"
    ? `${capital(your(when))} is confirmed. Text me a new day and time to move it.`
    : `I have ${your(when)}. Reply YES to confirm it, or text me a new day and time.`

const help = (known: Appointment): string =>
  known.status === "cancelled"
    ? "I can book an appointment: text me a day and time. Or ask to talk to a person."
    : `I can confirm, move or cancel ${your(known.when)}. ${known.status === "offered" ? "Reply YES" : "Text me a new day and time"}, say what to change, or ask for a person.`

const askWhen = (known: Appointment, proposed: When): Step => ({
  known: { ...known, asked: "when", proposed },
  main: proposed.day !== null
    ? `What time ${say({ day: proposed.day, time: null })} suits you?`
    : proposed.time !== null ? `Which day at ${proposed.time} suits you?` : "Which day and time suit you?"
})

const place = (known: Appointment, named: When, text: string): Step => {
  const isSameTime = /\bsame time\b/u.test(text)
  const isSameDay = /\bsame day\b/u.test(text) || (named.day === null && known.proposed.day === null)
  const target = over(over(named, known.proposed), { day: isSameDay ? known.when.day : null, time: isSameTime ? known.when.time : null })
  if (target.day === null || target.time === null) return askWhen(known, target)
  const main = known.status === "cancelled"
    ? `Done: ${your(target)} is booked. Anything else?`
    : `Done: your appointment is moved to ${sayTo(target)}. Anything else?`
  return { known: { ...known, when: target, status: "confirmed", proposed: unknown }, main }
}

const confirm = (known: Appointment): Step =>
  known.status === "offered"
    ? { known: { ...known, status: "confirmed" }, main: `Thank you, ${your(known.when)} is confirmed. Anything else?` }
    : { known, main: offer(known) }

const cancel = (known: Appointment): Step =>
  known.status === "cancelled"
    ? { known, main: offer(known) }
    : {
      known: { ...known, when: unknown, status: "cancelled", proposed: unknown },
      main: `${capital(your(known.when))} is cancelled. Text me a day and time if you want a new one.`
    }

const decline = (known: Appointment): Step =>
  known.asked === "more"
    ? { known, leaves: "natural_end" }
    : known.asked === "when"
    ? { known, main: known.status === "cancelled" ? "All right, no new appointment. Anything else?" : `All right, ${your(known.when)} stays as it is. Anything else?` }
    : { known: { ...known, asked: "when" }, main: "No problem. Text me a day and time to move it, or \"cancel it\" if you will not come." }

/** The last day and the last time of a text: "tomorrow is bad, Monday at 3?". After "to" stands the new one: "from Friday to Monday at 3". */
const targetIn = (text: string, isAsked: boolean): When => {
  const after = whenIn(text.slice(text.lastIndexOf(" to ") + 1), isAsked)
  if (text.includes(" to ") && isNamed(after)) return after
  return text.split(/[!?;,]|\.(?=\s|$)|\bbut\b/u).reduce((older, clause) => over(whenIn(clause, isAsked), older), unknown)
}

const understand = (known: Appointment, text: string): Step => {
  const isAsked = known.asked === "when"
  const named = targetIn(text, isAsked)
  const isNew = isNamed(named) && !(known.status !== "cancelled" && isWithin(named, known.when))
  if (words.person.test(text)) return { known, wantsPerson: true }
  if (words.leave.test(text)) return { known, leaves: "user_end" }
  if (words.keep.test(text)) return { known, main: known.status === "offered" ? offer(known) : `All right. ${offer(known)}` }
  if (words.cancel.test(text) && !words.move.test(text)) return cancel(known)
  if (isNew || (isAsked && isNamed(named))) return place(known, named, text)
  if (words.move.test(text) || /\bsame time\b/u.test(text)) return isNamed(known.proposed) ? place(known, named, text) : askWhen(known, unknown)
  if (words.book.test(text)) return known.status === "cancelled" ? askWhen(known, unknown) : { known, main: offer(known) }
  if (words.no.test(text) || words.cannot.test(text)) return decline(known)
  if (words.yes.test(text)) return known.asked === "more" && !text.includes("confirm") ? { known, main: help(known) } : isAsked && !text.includes("confirm") ? askWhen(known, known.proposed) : confirm(known)
  if (known.asked === "confirm" && (words.fine.test(text) || isNamed(named)) && !text.includes("?")) return confirm(known)
  if (words.bye.test(text)) return { known, leaves: "natural_end" }
  if (words.ask.test(text) || isNamed(named) || words.hello.test(text)) return { known, main: offer(known) }
  if (words.thanks.test(text) || words.fine.test(text)) return { known, courtesy: "You are welcome. Anything else?" }
  return { known, isStrange: true }
}

/** In the user's view a yes and a goodbye are one text; a question of ours that is still open keeps the conversation open. */
const alsoLeaves = (step: Step, text: string): Step =>
  step.main?.endsWith("Anything else?") && words.bye.test(text) && !/\bsee you then\b/u.test(text) ? { ...step, main: step.main.replace(" Anything else?", ""), leaves: "natural_end" } : step

const farewell = ({ status, when }: Appointment): string =>
  status === "confirmed" && isNamed(when) ? `See you ${say(when)}. Goodbye!` : "All right. Goodbye!"

const silence: TurnAnswer = { messages: [], end: null, handoff: null }

/** Answers all waiting texts with one message. Nothing at the start, so that the project's greeting is said, and nothing at the end. */
export const answer = (request: TurnRequest): TurnAnswer => {
  if (request.kind !== "reply" || request.texts.length === 0) return silence
  let known = recall(request)
  let main: string | undefined
  let courtesy: string | undefined
  let leaves: TurnAnswer["end"] = null
  let isStrange = false
  for (const { text } of request.texts) {
    const plain = text.toLowerCase().replaceAll("\u2019", "'").replace(/\s+/gu, " ").trim()
    const step = alsoLeaves(understand(known, plain), plain)
    if (step.wantsPerson) {
      const passing = "I am passing you on to the front desk. Somebody will text you here."
      const done = main === undefined ? undefined : main.replace(" Anything else?", "")
      return { messages: [done === undefined ? passing : `${done} ${passing}`], end: null, handoff: { destination: "front desk", reason: "The user asked for a person." } }
    }
    known = step.known
    main = step.main ?? main
    courtesy = step.courtesy ?? courtesy
    leaves = step.leaves ?? (step.main === undefined ? leaves : null)
    isStrange = isStrange || step.isStrange === true
  }
  if (leaves === "user_end") return { messages: ["Understood. Reply STOP if you want no more texts from this number."], end: leaves, handoff: null }
  if (leaves !== null) {
    const done = main?.replace(" Anything else?", "")
    return { messages: [done === undefined ? farewell(known) : `${done} Goodbye!`], end: leaves, handoff: null }
  }
  const said = main ?? (isStrange ? help(known) : courtesy ?? help(known))
  return { messages: [main !== undefined && isStrange ? `${main} For other questions, ask for a person.` : said], end: null, handoff: null }
}
