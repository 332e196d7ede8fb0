/** The session machine of `@parley/core` alone: no gateway, no clock, no I/O. Two days of a conversation in a moment. */
import { openBySend } from "@parley/core/Session"
import { type SessionEvent, transition } from "@parley/core/SessionMachine"
import { defaultSessionPolicy as policy } from "@parley/core/SessionPolicy"
import { idle } from "@parley/core/Turn"
import { AccountId, MessageId, ProjectId, SessionId, timeOrdered } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { DateTime, Result } from "effect"

const nine = DateTime.makeUnsafe("2026-11-24T09:00:00Z")
const agentNumber = PhoneNumber.make("+15005550006")
let ids = 0n
const messageId = () => MessageId.make(`msg_${timeOrdered(nine.epochMilliseconds, ++ids)}`)

let session = openBySend({
  id: SessionId.make(`TW_SMS_${timeOrdered(nine.epochMilliseconds, 0n)}`),
  accountId: AccountId.make("ws-demo"),
  projectId: ProjectId.make("demo"),
  environment: "live",
  userNumber: PhoneNumber.make("+15551230001"),
  agentNumber
}, nine, policy)

/** What happens at a time, and what is to be done about it: the commands are carried out in the transaction that keeps the session. */
const at = (now: DateTime.Utc, event: SessionEvent) => {
  const { commands, session: next } = Result.getOrThrow(transition(session, event, now, policy))
  session = next
  const said = commands.map((command) => command._tag === "Say" ? `says "${command.text}"` : `takes ${command.messageId} back`)
  console.log(`${DateTime.formatIso(now).slice(5, 16)} ${event._tag} → ${session.state}${session.endReason === null ? "" : ` (${session.endReason})`}${said.map((each) => `, ${each}`).join("")}`)
}

at(DateTime.add(nine, { minutes: 5 }), { _tag: "TextReceived", agentNumber, at: DateTime.add(nine, { minutes: 5 }) })
session = { ...session, turn: idle } // the agent has answered

const dayAfter = DateTime.add(nine, { hours: 24, minutes: 5 })
at(DateTime.subtract(dayAfter, { minutes: 1 }), { _tag: "TimerFired", textId: messageId() }) // too early: changes nothing
const warning = messageId()
at(dayAfter, { _tag: "TimerFired", textId: warning })
at(DateTime.add(dayAfter, { seconds: 2 }), { _tag: "TextAccepted", messageId: warning, purpose: "warning", at: DateTime.add(dayAfter, { seconds: 2 }) })
at(DateTime.add(dayAfter, { minutes: 11 }), { _tag: "TimerFired", textId: messageId() })
