/** Identifiers. Each is a prefix and 26 characters of Crockford's base 32: 48 bits of Unix milliseconds, then 80 bits that grow within a millisecond. */
import { Schema } from "effect"

export const AccountId = Schema.NonEmptyString.pipe(Schema.brand("AccountId"))
export type AccountId = typeof AccountId.Type

export const ProjectId = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u, { message: "must be 1 to 64 letters, digits, '-' or '_'" })
).pipe(Schema.brand("ProjectId"))
export type ProjectId = typeof ProjectId.Type

export const ConnectorId = Schema.NonEmptyString.pipe(Schema.brand("ConnectorId"))
export type ConnectorId = typeof ConnectorId.Type

export const ApiKeyId = Schema.NonEmptyString.pipe(Schema.brand("ApiKeyId"))
export type ApiKeyId = typeof ApiKeyId.Type

/** `TW_SMS_` and a time-ordered part: sorting by id sorts by time. */
export const SessionId = Schema.String.check(Schema.isPattern(/^TW_SMS_[0-9A-HJKMNP-TV-Z]{26}$/u)).pipe(Schema.brand("SessionId"))
export type SessionId = typeof SessionId.Type

/** `msg_` and a time-ordered part: sorting by id sorts by time. */
export const MessageId = Schema.String.check(Schema.isPattern(/^msg_[0-9A-HJKMNP-TV-Z]{26}$/u)).pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type

/** `turn_` and a time-ordered part. An agent that meets one again has met a repeat, and may not act twice. */
export const TurnId = Schema.String.check(Schema.isPattern(/^turn_[0-9A-HJKMNP-TV-Z]{26}$/u)).pipe(Schema.brand("TurnId"))
export type TurnId = typeof TurnId.Type

/** `op_` and a time-ordered part: the purchase, import or release of a number. */
export const OperationId = Schema.String.check(Schema.isPattern(/^op_[0-9A-HJKMNP-TV-Z]{26}$/u)).pipe(Schema.brand("OperationId"))
export type OperationId = typeof OperationId.Type

/** `sched_` and a time-ordered part: a send for later. */
export const ScheduledSendId = Schema.String.check(Schema.isPattern(/^sched_[0-9A-HJKMNP-TV-Z]{26}$/u)).pipe(Schema.brand("ScheduledSendId"))
export type ScheduledSendId = typeof ScheduledSendId.Type

/** `erase_` and a time-ordered part: a user who is forgotten. */
export const ErasureId = Schema.String.check(Schema.isPattern(/^erase_[0-9A-HJKMNP-TV-Z]{26}$/u)).pipe(Schema.brand("ErasureId"))
export type ErasureId = typeof ErasureId.Type

/** `aud_` and a time-ordered part: an entry of the audit log. */
export const AuditEntryId = Schema.String.check(Schema.isPattern(/^aud_[0-9A-HJKMNP-TV-Z]{26}$/u)).pipe(Schema.brand("AuditEntryId"))
export type AuditEntryId = typeof AuditEntryId.Type

/** `reg_` and a time-ordered part: a brand, a campaign or a toll-free verification that is registered with carriers. */
export const RegistrationId = Schema.String.check(Schema.isPattern(/^reg_[0-9A-HJKMNP-TV-Z]{26}$/u)).pipe(Schema.brand("RegistrationId"))
export type RegistrationId = typeof RegistrationId.Type

/** `evt_` and a time-ordered part: an entry of the event log. Of two, the one that was committed first sorts first, whichever process wrote it. */
export const EventId = Schema.String.check(Schema.isPattern(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/u, { message: "must be the id of an event, like evt_01KAV5RK8ETQ8Y4V2N6W3Z7J9K" })).pipe(Schema.brand("EventId"))
export type EventId = typeof EventId.Type

export const idPrefix = { session: "TW_SMS_", message: "msg_", turn: "turn_", operation: "op_", scheduledSend: "sched_", auditEntry: "aud_", registration: "reg_", erasure: "erase_", event: "evt_" } as const

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/**
 * The time-ordered part of an id.
 * @param epochMillis Unix time, 0 to 2^48 - 1
 * @param entropy 0 to 2^80 - 1
 */
export const timeOrdered = (epochMillis: number, entropy: bigint): string => {
  let rest = (BigInt(epochMillis) << 80n) | entropy
  let text = ""
  for (let i = 0; i < 26; i++) {
    text = alphabet[Number(rest & 31n)] + text
    rest >>= 5n
  }
  return text
}

/** What a time-ordered id was made of: the inverse of `timeOrdered`, whatever prefix stands before it. */
export const partsOf = (id: string): { readonly epochMillis: number; readonly entropy: bigint } => {
  let whole = 0n
  for (const letter of id.slice(-26)) whole = (whole << 5n) | BigInt(alphabet.indexOf(letter))
  return { epochMillis: Number(whole >> 80n), entropy: whole & ((1n << 80n) - 1n) }
}
