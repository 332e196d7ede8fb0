/** A brand, a campaign or a toll-free verification, from its filing here to the carriers' verdict: one row that says how far it is, so that whoever comes next goes on from there. */
import { Context, DateTime, Duration, Schema } from "effect"
import { brandFields, campaignSubmissionFields, RegistrationState, tollFreeFields } from "@parley/schema/CarrierRegistration"
import { AccountId, ProjectId, RegistrationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Registration } from "@parley/schema/Sender"

const At = Schema.DateTimeUtcFromMillis

export const BrandFiling = Schema.Struct({ kind: Schema.Literal("brand"), ...brandFields })
export type BrandFiling = typeof BrandFiling.Type
export const CampaignFiling = Schema.Struct({ kind: Schema.Literal("campaign"), ...campaignSubmissionFields })
export type CampaignFiling = typeof CampaignFiling.Type
export const TollFreeFiling = Schema.Struct({ kind: Schema.Literal("toll_free"), ...tollFreeFields })
export type TollFreeFiling = typeof TollFreeFiling.Type

/** What is registered, as it was filed. */
export const Filing = Schema.Union([BrandFiling, CampaignFiling, TollFreeFiling])
export type Filing = typeof Filing.Type

const Trouble = Schema.Struct({ code: Schema.NullOr(Schema.String), detail: Schema.String })
export type Trouble = typeof Trouble.Type

export const CarrierRegistration = Schema.Struct({
  id: RegistrationId,
  accountId: AccountId,
  /** The project on whose carrier account it is, and whose numbers may use it. */
  projectId: ProjectId,
  filing: Filing,
  state: RegistrationState,
  /** The carrier's own id, once it has it. */
  carrierId: Schema.NullOr(Schema.String),
  /** A campaign: the carrier's id of the pool that its numbers are put into. */
  poolId: Schema.NullOr(Schema.String),
  /** A brand: 0 to 100, once it was given. */
  trustScore: Schema.NullOr(Schema.Finite),
  /** What holds it up, or why it was rejected or suspended. */
  trouble: Schema.NullOr(Trouble),
  /** Since when it may be that it was submitted and nobody knows. */
  attemptedAt: Schema.NullOr(At),
  /** Failures in a row. */
  failures: Schema.Int,
  /** When the carrier is asked next; null: never again. */
  dueAt: Schema.NullOr(At),
  /** When the state last changed. */
  changedAt: At,
  createdAt: At,
  updatedAt: At
})
export type CarrierRegistration = typeof CarrierRegistration.Type

/** A number that texts under a registration. It has at most one. */
export const RegisteredNumber = Schema.Struct({
  number: PhoneNumber,
  registrationId: RegistrationId,
  /** Since when the carrier counts it to the registration; null: not yet. */
  attachedAt: Schema.NullOr(At),
  /** Why the carrier did not take it, when it was last asked. */
  trouble: Schema.NullOr(Trouble),
  /** The carrier refused a text of the number for its registration: what that says counts until then, whatever else the carrier says. */
  refusal: Schema.NullOr(Schema.Struct({ registration: Registration, code: Schema.NullOr(Schema.String), at: At, until: At, times: Schema.Int }))
})
export type RegisteredNumber = typeof RegisteredNumber.Type

export const registers = (number: PhoneNumber, registrationId: RegistrationId): RegisteredNumber => ({ number, registrationId, attachedAt: null, trouble: null, refusal: null })

/** What the carrier says of a registration that it has. */
export interface CarrierWord {
  readonly state: Exclude<RegistrationState, "submitting">
  readonly trustScore: number | null
  readonly trouble: Trouble | null
}

export interface RegistrationTimes {
  /** From one look for what is due to the next; the most that a new filing waits. */
  readonly lookEvery: Duration.Duration
  /** The first wait after a failure; doubled for each further one, up to `retryAtMost`. */
  readonly retry: Duration.Duration
  readonly retryAtMost: Duration.Duration
  /** From a submission of unknown outcome to the time when a carrier without it proves that it was not made. */
  readonly settledAfter: Duration.Duration
  /** Between two questions while the carrier reviews: an eighth of the time that it has had so far, within these. */
  readonly askAtLeast: Duration.Duration
  readonly askAtMost: Duration.Duration
  /** Between two questions once there is a verdict: approvals are taken back, and rejections appealed. */
  readonly askAfterVerdict: Duration.Duration
  /** How long a number is left alone whose text was refused; doubled each time it happens again, up to a day. */
  readonly refusedFor: Duration.Duration
}

/** Parley's own choice: a sole proprietor's brand takes minutes, a campaign days. */
export const defaultRegistrationTimes: RegistrationTimes = {
  lookEvery: Duration.millis(500),
  retry: Duration.seconds(1),
  retryAtMost: Duration.minutes(5),
  settledAfter: Duration.minutes(10),
  askAtLeast: Duration.seconds(15),
  askAtMost: Duration.minutes(30),
  askAfterVerdict: Duration.hours(6),
  refusedFor: Duration.hours(1)
}

/** The times that registrations keep; an operator's, not a project's. */
export const CurrentRegistrationTimes = Context.Reference<RegistrationTimes>("@parley/core/CurrentRegistrationTimes", { defaultValue: () => defaultRegistrationTimes })

/** Accepted here, and not sent yet. */
export const file = (about: Pick<CarrierRegistration, "id" | "accountId" | "projectId" | "filing">, now: DateTime.Utc): CarrierRegistration => ({
  ...about,
  state: "submitting",
  carrierId: null,
  poolId: null,
  trustScore: null,
  trouble: null,
  attemptedAt: null,
  failures: 0,
  dueAt: now,
  changedAt: now,
  createdAt: now,
  updatedAt: now
})

/** What a campaign or a verification is called for people: by the carrier's own id, as soon as there is one. */
export const nameOf = ({ carrierId, filing, id }: Pick<CarrierRegistration, "carrierId" | "filing" | "id">): string =>
  `${filing.kind === "toll_free" ? "toll-free verification" : filing.kind} ${carrierId ?? id}`

/** The carrier has it. It is asked at once how it stands. */
export const submitted = (registration: CarrierRegistration, by: Pick<CarrierRegistration, "carrierId" | "poolId">, now: DateTime.Utc): CarrierRegistration => ({
  ...registration,
  carrierId: by.carrierId,
  poolId: by.poolId,
  state: "in_review",
  trouble: null,
  attemptedAt: null,
  failures: 0,
  dueAt: now,
  changedAt: now,
  updatedAt: now
})

/** It was never taken, and never will be as it stands. */
export const refused = (registration: CarrierRegistration, trouble: Trouble, now: DateTime.Utc): CarrierRegistration => ({
  ...registration,
  state: "rejected",
  trouble,
  attemptedAt: null,
  failures: 0,
  dueAt: null,
  changedAt: now,
  updatedAt: now
})

const untilAskedAgain = ({ state }: CarrierWord, since: DateTime.Utc, times: RegistrationTimes, now: DateTime.Utc): Duration.Duration =>
  state === "in_review"
    ? Duration.clamp(Duration.times(Duration.max(DateTime.distance(since, now), Duration.zero), 1 / 8), { minimum: times.askAtLeast, maximum: times.askAtMost })
    : times.askAfterVerdict

/** The carrier's word on a registration that it has. The same word again changes nothing but when it is asked next. A score that was given once stays when the carrier does not repeat it. */
export const heard = (registration: CarrierRegistration, word: CarrierWord, times: RegistrationTimes, now: DateTime.Utc): CarrierRegistration => {
  const changedAt = word.state === registration.state ? registration.changedAt : now
  return {
    ...registration,
    state: word.state,
    trustScore: word.trustScore ?? registration.trustScore,
    trouble: word.trouble,
    failures: 0,
    dueAt: DateTime.addDuration(now, untilAskedAgain(word, changedAt, times, now)),
    changedAt,
    updatedAt: now
  }
}

/** The same again, later. */
export const postpone = (registration: CarrierRegistration, trouble: Trouble, times: RegistrationTimes, now: DateTime.Utc): CarrierRegistration => {
  const wait = Duration.min(Duration.times(times.retry, 2 ** Math.min(registration.failures, 20)), times.retryAtMost)
  return { ...registration, failures: registration.failures + 1, trouble, dueAt: DateTime.addDuration(now, wait), updatedAt: now }
}

/** Not later than this. A registration that nobody asks about any more stays so. */
export const dueBy = (registration: CarrierRegistration, at: DateTime.Utc): CarrierRegistration =>
  registration.dueAt === null || DateTime.isLessThanOrEqualTo(registration.dueAt, at) ? registration : { ...registration, dueAt: at }

const isRefused = ({ refusal }: RegisteredNumber, now: DateTime.Utc): boolean => refusal !== null && DateTime.isLessThan(now, refusal.until)

/** What the registration makes of one of its numbers. */
export const registrationOf = ({ state }: CarrierRegistration, number: RegisteredNumber, now: DateTime.Utc): Registration => {
  if (isRefused(number, now) && number.refusal !== null) return number.refusal.registration
  switch (state) {
    case "submitting":
    case "in_review":
      return "pending"
    case "approved":
      return number.attachedAt === null ? "pending" : "approved"
    case "rejected":
    case "suspended":
      return state
  }
}

const because = (trouble: Trouble | null): string => trouble === null ? "." : `: ${trouble.detail}${trouble.code === null ? "" : ` (${trouble.code})`}`

/** What a number waits for, in a sentence; null when it may text. */
export const waitingFor = (registration: CarrierRegistration, number: RegisteredNumber, now: DateTime.Utc): string | null => {
  const name = nameOf(registration)
  if (isRefused(number, now) && number.refusal !== null) {
    const { code, until } = number.refusal
    return `Waiting for ${name}: the carrier refused a text of this number${code === null ? "" : ` (${code})`}, which is left alone until ${DateTime.formatIso(until)}.`
  }
  switch (registration.state) {
    case "submitting":
      return `Waiting for ${name} to be submitted${because(registration.trouble)}`
    case "in_review":
      return `Waiting for ${name}, which is in review${because(registration.trouble)}`
    case "approved":
      return number.attachedAt === null ? `Waiting for the number to be added to ${name}${because(number.trouble)}` : null
    case "rejected":
    case "suspended":
      return `The ${name} was ${registration.state}${because(registration.trouble)}`
  }
}

const refusedAtMost = Duration.hours(24)

/** The carrier refused a text of the number. Further refusals while it is left alone say nothing new. */
export const refuse = (
  number: RegisteredNumber,
  verdict: { readonly registration: Registration; readonly code: string | null },
  times: RegistrationTimes,
  now: DateTime.Utc
): RegisteredNumber => {
  if (isRefused(number, now)) return number
  const before = number.refusal?.times ?? 0
  const wait = Duration.min(Duration.times(times.refusedFor, 2 ** Math.min(before, 20)), refusedAtMost)
  return { ...number, refusal: { ...verdict, at: now, until: DateTime.addDuration(now, wait), times: before + 1 } }
}
