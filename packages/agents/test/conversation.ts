/** A conversation as the gateway holds it, without a gateway: what is said becomes the history of the next turn. */
import { DateTime } from "effect"
import type { SpokenText, TurnRequest } from "@parley/core/ports/Agent"
import type { Author, Opening } from "@parley/schema/Conversation"
import { MessageId, ProjectId, SessionId, timeOrdered, TurnId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"

const start = Date.UTC(2026, 10, 24, 9, 0, 0)

export const said = (index: number, author: Author, text: string): SpokenText => ({
  messageId: MessageId.make(`msg_${timeOrdered(start + index * 1_000, BigInt(index))}`),
  author,
  text,
  media: [],
  at: DateTime.makeUnsafe(start + index * 1_000)
})

export const turnId = TurnId.make(`turn_${timeOrdered(start, 7n)}`)

export const session = (opening: Opening): TurnRequest["session"] => ({
  id: SessionId.make(`TW_SMS_${timeOrdered(start, 1n)}`),
  projectId: ProjectId.make("demo"),
  environment: "sandbox",
  userNumber: PhoneNumber.make("+447700900123"),
  agentNumber: PhoneNumber.make("+447700900456"),
  opening,
  openedAt: DateTime.makeUnsafe(start),
  endReason: null
})

/** A reply turn to the last texts of the user in `history`. */
export const replyTo = (history: ReadonlyArray<SpokenText>, opening: Opening): TurnRequest => ({
  turnId,
  kind: "reply",
  attempt: 1,
  session: session(opening),
  texts: history.slice(history.findLastIndex(({ author }) => author !== "user") + 1),
  history
})
