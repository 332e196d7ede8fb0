/** The four checks that a user's text passes before an agent sees it: block, user's rate, identical texts, project's rate. Consent keywords are exempt and never come here. */
import { Array, DateTime, Schema } from "effect"
import { stableHash } from "./StableHash.ts"

/** How many texts are let through. */
export interface InboundLimits {
  /** Texts of one user within any 60 seconds. */
  readonly inboundPerUserPerMinute: number
  /** Texts of all users of a project within any 60 seconds. */
  readonly inboundPerProjectPerMinute: number
  /** The same text this often within `identicalWithinMillis` blocks its user. */
  readonly identicalTexts: number
}

/** Source: the published documentation of the API that Parley implements. */
export const defaultInboundLimits: InboundLimits = { inboundPerUserPerMinute: 10, inboundPerProjectPerMinute: 100, identicalTexts: 5 }

/** Windows and waits in milliseconds. Source: the same documentation; the notice's is Parley's own. */
const rateWindowMillis = 60_000
export const identicalWithinMillis = 300_000
export const blockForMillis = 600_000
export const noticeEveryMillis = 60_000

/** Texts whose fingerprints are remembered for one user, newest first to stay. At the default rate, five minutes hold at most 60. */
const rememberedTexts = 64

export const RefusalReason = Schema.Literals(["blocked", "user_rate", "identical", "project_rate"])
export type RefusalReason = typeof RefusalReason.Type

/** What a refused user is told. Source: a draft of the same documentation. */
export const refusalReplies: { readonly [reason in RefusalReason]: string } = {
  blocked: "Your messages have been temporarily paused. Please try again later.",
  user_rate: "You're sending messages too quickly. Please wait a moment and try again.",
  identical: "Your messages have been temporarily paused. Please try again later.",
  project_rate: "This service is temporarily unavailable. Please try again shortly."
}

const EpochMillis = Schema.Finite

/** What is remembered of one user in one project. Plain JSON; bounded by the limits. */
export const UserGuard = Schema.Struct({
  /** Arrivals that passed the first two checks, oldest first. */
  arrivedAtMillis: Schema.Array(EpochMillis),
  /** Fingerprints of the same arrivals, oldest first. */
  texts: Schema.Array(Schema.Struct({ fingerprint: Schema.String, atMillis: EpochMillis })),
  blockedUntilMillis: Schema.NullOr(EpochMillis),
  /** When the user was last told of each reason. */
  toldAtMillis: Schema.Struct({
    blocked: Schema.NullOr(EpochMillis),
    user_rate: Schema.NullOr(EpochMillis),
    identical: Schema.NullOr(EpochMillis),
    project_rate: Schema.NullOr(EpochMillis)
  })
})
export type UserGuard = typeof UserGuard.Type

/** How many texts a project let through in each second: `counts[i]` in the second `newestSecond - i` of Unix time. Plain JSON, at most 61 numbers. */
export const ProjectGuard = Schema.Struct({ newestSecond: Schema.Int, counts: Schema.Array(Schema.Int) })
export type ProjectGuard = typeof ProjectGuard.Type

export const newUserGuard: UserGuard = {
  arrivedAtMillis: [],
  texts: [],
  blockedUntilMillis: null,
  toldAtMillis: { blocked: null, user_rate: null, identical: null, project_rate: null }
}
export const newProjectGuard: ProjectGuard = { newestSecond: 0, counts: [] }

/** `reply` is the text for the user, or null because the same was said less than a minute ago. */
export type InboundDecision =
  | { readonly _tag: "Allowed" }
  | { readonly _tag: "Refused"; readonly reason: RefusalReason; readonly reply: string | null }

export interface InboundChecked {
  readonly user: UserGuard
  readonly project: ProjectGuard
  readonly decision: InboundDecision
}

/** What makes two texts the same: trimmed and without regard to case. Null for an empty text (a picture alone), which is like no other. */
export const fingerprint = (text: string): string | null => {
  const folded = text.trim().normalize("NFC").toLowerCase()
  return folded === "" ? null : stableHash(folded)
}

/** Also true of a time a little ahead, which a clock that was set back leaves behind, and false of one far ahead. */
const within = (atMillis: number, windowMillis: number, nowMillis: number): boolean => Math.abs(nowMillis - atMillis) < windowMillis

/** One bucket more than the window has seconds: no 60 seconds ever let through more than the limit, wherever in a second they begin. */
const buckets = rateWindowMillis / 1_000 + 1

const roll = (project: ProjectGuard, nowMillis: number): ProjectGuard => {
  const second = Math.floor(nowMillis / 1_000)
  const passed = second - project.newestSecond
  if (Math.abs(passed) >= buckets) return { newestSecond: second, counts: [] }
  // A clock that was set back a little counts in the newest second that there is.
  return passed <= 0 ? project : { newestSecond: second, counts: Array.take([...Array.replicate(0, passed), ...project.counts], buckets) }
}

const refuse = (user: UserGuard, project: ProjectGuard, reason: RefusalReason, nowMillis: number): InboundChecked => {
  const toldAt = user.toldAtMillis[reason]
  if (toldAt !== null && within(toldAt, noticeEveryMillis, nowMillis)) return { user, project, decision: { _tag: "Refused", reason, reply: null } }
  return {
    user: { ...user, toldAtMillis: { ...user.toldAtMillis, [reason]: nowMillis } },
    project,
    decision: { _tag: "Refused", reason, reply: refusalReplies[reason] }
  }
}

/**
 * Decides on one text that is no consent keyword, in the published order; the first check that fails decides.
 *
 * - A refused text counts for no later check. One refused for a block or the user's rate counts nowhere; only an allowed one counts for the project.
 * - The text that completes the identical ones is refused and begins the block.
 * - Each reason is told to a user at most once a minute, so that two machines cannot answer each other for ever.
 *
 * @param textFingerprint from `fingerprint`; null is compared with nothing
 */
export const check = (user: UserGuard, project: ProjectGuard, textFingerprint: string | null, now: DateTime.Utc, limits: InboundLimits): InboundChecked => {
  const nowMillis = DateTime.toEpochMillis(now)
  const blockedFor = (user.blockedUntilMillis ?? 0) - nowMillis
  // More than the block can last only after the clock was set back: a little is borne, a lot is not.
  const isBlocked = blockedFor > 0 && blockedFor < 2 * blockForMillis
  const arrivals = user.arrivedAtMillis.filter((at) => within(at, rateWindowMillis, nowMillis))
  const texts = user.texts.filter((text) => within(text.atMillis, identicalWithinMillis, nowMillis))
  const current: UserGuard = { ...user, arrivedAtMillis: arrivals, texts, blockedUntilMillis: isBlocked ? user.blockedUntilMillis : null }

  if (isBlocked) return refuse(current, project, "blocked", nowMillis)
  if (arrivals.length >= limits.inboundPerUserPerMinute) return refuse(current, project, "user_rate", nowMillis)

  const arrived: UserGuard = {
    ...current,
    arrivedAtMillis: [...arrivals, nowMillis],
    texts: textFingerprint === null ? texts : Array.takeRight([...texts, { fingerprint: textFingerprint, atMillis: nowMillis }], rememberedTexts)
  }
  if (textFingerprint !== null && arrived.texts.filter((text) => text.fingerprint === textFingerprint).length >= limits.identicalTexts) {
    return refuse({ ...arrived, blockedUntilMillis: nowMillis + blockForMillis }, project, "identical", nowMillis)
  }

  const rolled = roll(project, nowMillis)
  if (rolled.counts.reduce((sum, count) => sum + count, 0) >= limits.inboundPerProjectPerMinute) return refuse(arrived, rolled, "project_rate", nowMillis)
  const [newest = 0, ...older] = rolled.counts
  return { user: arrived, project: { newestSecond: rolled.newestSecond, counts: [newest + 1, ...older] }, decision: { _tag: "Allowed" } }
}
