/** A user is forgotten: one row that says how far it has come, so that whoever comes next goes on from there. */
import { type DateTime, Effect, Random, Schema } from "effect"
import { AccountId, ErasureId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { ErasureStage } from "@parley/schema/Conversation"
import type { Session } from "./Session.ts"

const At = Schema.DateTimeUtcFromMillis

/** How much of each was erased; counts only. */
export const ErasureReport = Schema.Struct({
  /** Conversations that were open, and were ended. */
  sessionsEnded: Schema.Int,
  sessions: Schema.Int,
  /** Texts of both sides whose words, files and number are gone. */
  messages: Schema.Int,
  /** Texts that waited, and will not leave. */
  messagesCancelled: Schema.Int,
  scheduledSends: Schema.Int,
  /** Opt-outs that hold on, known by a hash. */
  optOutsKept: Schema.Int,
  /** Texts whose words the carrier was asked to erase, and has. */
  redacted: Schema.Int,
  /** The same, where it refused for good. */
  notRedacted: Schema.Int
})
export type ErasureReport = typeof ErasureReport.Type

export const Erasure = Schema.Struct({
  id: ErasureId,
  accountId: AccountId,
  /** Whom to forget; null once nothing of theirs is left to be found by it. */
  number: Schema.NullOr(PhoneNumber),
  /** What stands in the number's place. */
  pseudonym: PhoneNumber,
  stage: ErasureStage,
  /** Texts that the carrier was asked to forget. */
  redactions: Schema.Int,
  report: ErasureReport,
  requestedAt: At,
  finishedAt: Schema.NullOr(At),
  /** When it goes on; null once it is done. */
  dueAt: Schema.NullOr(At)
})
export type Erasure = typeof Erasure.Type

const nothing: ErasureReport = {
  sessionsEnded: 0,
  sessions: 0,
  messages: 0,
  messagesCancelled: 0,
  scheduledSends: 0,
  optOutsKept: 0,
  redacted: 0,
  notRedacted: 0
}

export const begin = (about: Pick<Erasure, "id" | "accountId" | "pseudonym"> & { readonly number: PhoneNumber }, now: DateTime.Utc): Erasure => ({
  ...about,
  stage: "erasing",
  redactions: 0,
  report: nothing,
  requestedAt: now,
  finishedAt: null,
  dueAt: now
})

/** So much more was done. */
export const counted = (erasure: Erasure, more: Partial<ErasureReport>): Erasure => ({
  ...erasure,
  report: Object.fromEntries(Object.entries(erasure.report).map(([what, n]) => [what, n + (more[what as keyof ErasureReport] ?? 0)])) as ErasureReport
})

const digits = Effect.map(Random.nextIntBetween(0, 1_000_000), (n) => String(n).padStart(6, "0"))

/**
 * A number that nobody has: +999 and twelve digits of chance. It tells nothing of the number that it stands for, and whatever expects
 * a number takes it. Source of +999: not assigned, in ITU-T E.164's list of country codes.
 */
export const pseudonym: Effect.Effect<PhoneNumber> = Effect.map(Effect.all([digits, digits]), (parts) => PhoneNumber.make(`+999${parts.join("")}`))

/** An ended session without what tells of its user. */
export const anonymous = (session: Session, pseudonym: PhoneNumber): Session => ({ ...session, userNumber: pseudonym, endDetail: null })
