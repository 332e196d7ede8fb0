import { assert, describe, it } from "@effect/vitest"
import { segment } from "@parley/schema/MessageText"
import type { Author } from "@parley/schema/Conversation"
import type { TurnAnswer, Utterance } from "@parley/core/ports/Agent"
import { answer } from "../src/ScriptedAgent.ts"
import { replyTo, said, session, turnId } from "./conversation.ts"

type Line =
  /** What somebody else says to the user. */
  | readonly [author: Exclude<Author, "user">, text: string]
  /** What the user says in one turn, and all that the agent answers. */
  | readonly [user: string | ReadonlyArray<string>, "→", answer: string, outcome?: Exclude<TurnAnswer["end"], null> | "handoff"]

const opening: Line = ["api", "Your appointment is tomorrow at 10:00. Reply YES to confirm, or text us to move it."]
const greeting: Line = ["agent", "Hello, how can I help?"]
const confirmed = "Thank you, your appointment tomorrow at 10:00 is confirmed. Anything else?"
const offered = "I have your appointment tomorrow at 10:00. Reply YES to confirm it, or text me a new day and time."
const helped = "I can confirm, move or cancel your appointment tomorrow at 10:00. Reply YES, say what to change, or ask for a person."
const declined = "No problem. Text me a day and time to move it, or \"cancel it\" if you will not come."
const cancelled = "Your appointment tomorrow at 10:00 is cancelled. Text me a day and time if you want a new one."
const passed = "I am passing you on to the front desk. Somebody will text you here."
const moved = (to: string) => `Done: your appointment is moved to ${to}. Anything else?`

const conversations: ReadonlyArray<readonly [name: string, lines: ReadonlyArray<Line>]> = [
  ["a YES confirms the appointment that the opening text names", [opening, ["YES", "→", confirmed], ["no thanks", "→", "See you tomorrow at 10:00. Goodbye!", "natural_end"]]],
  ["a yes counts however it is said", [opening, ["Yes please!", "→", confirmed]]],
  ["an ok to the question confirms, an ok after it does not ask again", [opening, ["ok", "→", confirmed], ["ok", "→", "You are welcome. Anything else?"], ["Nope", "→", "See you tomorrow at 10:00. Goodbye!", "natural_end"]]],
  ["confirming twice changes nothing", [opening, ["confirm", "→", confirmed], ["I confirm", "→", "Your appointment tomorrow at 10:00 is confirmed. Text me a new day and time to move it."]]],
  ["other opening texts are read as well", [
    ["api", "Hi Ann, you are booked for a haircut on Friday, March 6th at 3:30 PM with Jo. Can you make it?"],
    ["yep", "→", "Thank you, your appointment on 6 March at 3:30 pm is confirmed. Anything else?"]
  ]],
  ["an opening text without a day and time is confirmed as it is", [["api", "Please reply YES to confirm your visit."], ["YES", "→", "Thank you, your appointment is confirmed. Anything else?"]]],
  ["a new day and time move the appointment", [opening, ["Can we do Friday 10:30?", "→", moved("Friday at 10:30")], ["thanks, bye", "→", "See you on Friday at 10:30. Goodbye!", "natural_end"]]],
  ["a move asks for the day and time, then for what is missing", [
    opening,
    ["I need to reschedule", "→", "Which day and time suit you?"],
    ["Friday", "→", "What time on Friday suits you?"],
    ["3", "→", moved("Friday at 3 pm")]
  ]],
  ["a day alone keeps the time when the user says so", [opening, ["move it to Monday", "→", "What time on Monday suits you?"], ["same time", "→", moved("Monday at 10:00")]]],
  ["a time alone keeps the day", [opening, ["can we make it 3pm", "→", moved("tomorrow at 3 pm")]]],
  ["what stands after \"to\" is the new day and time", [opening, ["move it from tomorrow to thursday at noon", "→", moved("Thursday at noon")]]],
  ["a yes with another time is a move", [opening, ["yes but at 4 o'clock", "→", moved("tomorrow at 4 pm")]]],
  ["a yes that repeats the time confirms", [opening, ["Yes, 10 am is fine", "→", confirmed]]],
  ["a no is asked what to do, without the opt-out word alone", [opening, ["No", "→", declined], ["next tuesday at 9.15am", "→", moved("next Tuesday at 9:15 am")]]],
  ["somebody who cannot come may cancel", [opening, ["sorry I can\u2019t make it", "→", declined], ["cancel it", "→", cancelled], ["bye", "→", "All right. Goodbye!", "natural_end"]]],
  ["a cancelled appointment can be booked anew", [
    opening,
    ["Please cancel my appointment", "→", cancelled],
    ["YES", "→", "Which day and time suit you?"],
    ["5 march at half past 2", "→", "Done: your appointment on 5 March at 2:30 pm is booked. Anything else?"],
    ["cancel that", "→", "Your appointment on 5 March at 2:30 pm is cancelled. Text me a day and time if you want a new one."],
    ["please cancel", "→", "You have no appointment now. Text me a day and time to book a new one."],
    ["no", "→", "All right, no new appointment. Anything else?"]
  ]],
  ["the last day and time of a text count", [opening, ["no, tomorrow is bad. Wednesday 4pm?", "→", moved("Wednesday at 4 pm")]]],
  ["the time that does not suit is not the new one", [opening, ["I can't come at 10, how about 11?", "→", moved("tomorrow at 11 am")]]],
  ["saying that one comes is a yes", [opening, ["I can make it", "→", confirmed]]],
  ["no longer needing it cancels", [opening, ["I no longer need it", "→", cancelled]]],
  ["whoever wants to book is told of the appointment that there is", [greeting, ["I want to book an appointment", "→", offered]]],
  ["minutes are no time of day", [opening, ["I will be about 10 minutes late", "→", helped]]],
  ["naming the appointment while cancelling it does not move it", [opening, ["I want to cancel tomorrow's 10:00", "→", cancelled]]],
  ["nothing is cancelled by \"don't cancel\"", [opening, ["please don't cancel", "→", offered]]],
  ["somebody who texts first finds an appointment to try", [greeting, ["Hi", "→", offered], ["yes", "→", confirmed]]],
  ["it says when the appointment is", [opening, ["when is my appointment?", "→", offered], ["yes", "→", confirmed], ["what time was it again", "→", "Your appointment tomorrow at 10:00 is confirmed. Text me a new day and time to move it."]]],
  ["anything else is answered with what it can do", [greeting, ["What is the weather like?", "→", helped], ["asdf", "→", helped]]],
  ["thanks are returned", [opening, ["YES", "→", confirmed], ["Thank you!", "→", "You are welcome. Anything else?"], ["yes", "→", "I can confirm, move or cancel your appointment tomorrow at 10:00. Text me a new day and time, say what to change, or ask for a person."]]],
  ["a goodbye ends the conversation", [opening, ["bye", "→", "All right. Goodbye!", "natural_end"]]],
  ["confirming and leaving are one text", [opening, ["Yes, that's all, thanks", "→", "Thank you, your appointment tomorrow at 10:00 is confirmed. Goodbye!", "natural_end"]]],
  ["a person is called", [opening, ["can I talk to a person", "→", passed, "handoff"]]],
  ["what was done before a person is called is said", [opening, [["YES", "and I want to speak to someone about parking"], "→", `Thank you, your appointment tomorrow at 10:00 is confirmed. ${passed}`, "handoff"]]],
  ["somebody who wants no more texts is told how", [opening, ["please stop texting me", "→", "Understood. Reply STOP if you want no more texts from this number.", "user_end"]]],
  ["several texts are answered together", [
    greeting,
    [["Hello", "I need to move my appointment", "to Friday", "at 3"], "→", moved("Friday at 3 pm")]
  ]],
  ["of several texts the last wish counts", [opening, [["YES", "no wait", "monday 8:30 please"], "→", moved("Monday at 8:30")]]],
  ["a question that it cannot answer is not passed over", [opening, [["YES", "is there parking?"], "→", `${confirmed} For other questions, ask for a person.`]]],
  ["the gateway's own warning asks nothing about the appointment", [
    opening,
    ["move it", "→", "Which day and time suit you?"],
    ["system", "Are you still there? Reply within 10 minutes to keep this conversation open."],
    ["sorry! tomorrow 2pm", "→", moved("tomorrow at 2 pm")]
  ]],
  ["what a person has arranged is known", [opening, ["person", "I have moved you to Wednesday at 11:00."], ["when is it?", "→", "Your appointment on Wednesday at 11:00 is confirmed. Text me a new day and time to move it."]]],
  ["an impossible time is not one", [opening, ["tomorrow at 25:99", "→", confirmed]]],
  ["a picture alone is answered with what it can do", [opening, ["", "→", helped]]]
]

const isExchange = (line: Line): line is Extract<Line, readonly [unknown, "→", ...ReadonlyArray<unknown>]> => line[1] === "→"

const words = (said: Utterance) => typeof said === "string" ? said : said.text

const play = (lines: ReadonlyArray<Line>) => {
  const history = [] as Array<ReturnType<typeof said>>
  const say = (author: Author, text: string) => history.push(said(history.length, author, text))
  return lines.map((line): TurnAnswer | undefined => {
    if (!isExchange(line)) {
      say(line[0], line[1])
      return undefined
    }
    for (const text of typeof line[0] === "string" ? [line[0]] : line[0]) say("user", text)
    const request = replyTo(history.slice(), lines[0]?.[0] === "api" ? "send" : "text")
    const brought = answer(request)
    assert.deepStrictEqual(answer({ ...request, attempt: 2 }), brought)
    for (const text of brought.messages) say("agent", words(text))
    return brought
  })
}

describe("ScriptedAgent", () => {
  for (const [name, lines] of conversations) {
    it(name, () => {
      const answers = play(lines)
      for (const [index, line] of lines.entries()) {
        if (!isExchange(line)) continue
        const [, , text, outcome] = line
        assert.deepStrictEqual(answers[index], {
          messages: [text],
          end: outcome === "natural_end" || outcome === "user_end" ? outcome : null,
          handoff: outcome === "handoff" ? { destination: "front desk", reason: "The user asked for a person." } : null
        })
      }
    })
  }

  it("answers in plain GSM-7, in one segment or two", () => {
    for (const [, lines] of conversations) {
      for (const brought of play(lines)) {
        for (const text of brought?.messages ?? []) {
          const { encoding, segments } = segment(words(text))
          assert.strictEqual(encoding, "GSM-7")
          assert.isAtMost(segments, 2)
        }
      }
    }
  })

  it("leaves the greeting to the project, and says nothing at the end", () => {
    for (const kind of ["start", "end"] as const) {
      const request = { turnId, kind, attempt: 1, session: session("text"), texts: [], history: [said(0, "user", "Hi")] }
      assert.deepStrictEqual(answer(request), { messages: [], end: null, handoff: null })
    }
  })
})
