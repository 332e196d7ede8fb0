/** Twilio's words for a message's status, in Parley's. */
import { Option } from "effect"
import type { MessageStatus } from "@parley/schema/Conversation"

/** `sent` means that the carrier accepted it. A cancelled text will not arrive: `failed`. Inbound words (`receiving`, `received`) are not here. */
export const statusWords: ReadonlyMap<string, MessageStatus> = new Map<string, MessageStatus>([
  ["accepted", "sent"],
  ["queued", "sent"],
  ["scheduled", "sent"],
  ["sending", "sent"],
  ["sent", "sent"],
  ["delivered", "delivered"],
  ["read", "delivered"],
  ["undelivered", "undelivered"],
  ["failed", "failed"],
  ["canceled", "failed"]
])

/** None for a word that says nothing of an outbound text. */
export const statusOf = (word: string): Option.Option<MessageStatus> => Option.fromUndefinedOr(statusWords.get(word))
