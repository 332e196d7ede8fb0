/** Which of a project's numbers texts a person, and why that one. */
import { Array, Result, Schema } from "effect"
import type { Country } from "@parley/schema/Country"
import { Environment } from "@parley/schema/Environment"
import { areaCodeOf, countryOf } from "@parley/schema/NumberPlan"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { AvailabilityTable } from "./Availability.ts"
import { type ComplianceWarning, eligible, explain, Ineligibility, mediaRefusal, type RegistrationPolicy, type SenderProfile } from "./Compliance.ts"
import { stableHash } from "./StableHash.ts"

/** A number of the environment, and how its line is doing. */
export interface Candidate extends SenderProfile {
  readonly number: PhoneNumber
  /** Sends and failures of late; they may be fractional where they fade. Missing: nothing is known, which counts as healthy. */
  readonly health?: { readonly recentSends: number; readonly recentFailures: number } | undefined
  /** Segments that wait on its line. */
  readonly queuedSegments: number
  readonly segmentsPerSecond: number
  /** False takes it out of the choice. Missing: true. */
  readonly enabled?: boolean | undefined
}

export interface NumberRequest {
  readonly candidates: ReadonlyArray<Candidate>
  readonly userNumber: PhoneNumber
  /** The number that this user last talked with, in this project and environment. */
  readonly lastTalkedWith?: PhoneNumber | null | undefined
  readonly environment: Environment
  readonly policy: RegistrationPolicy
  /** What is known of countries and their senders. */
  readonly availability: AvailabilityTable
  /** The text brings pictures or other files. Missing: it brings none. */
  readonly withMedia?: boolean | undefined
  /** The caller's own choice. */
  readonly agentNumber?: PhoneNumber | null | undefined
  /** The carrier's pool that chooses for a user who has no number yet. Missing: Parley chooses. */
  readonly pool?: string | null | undefined
}

/** What narrowed the choice, in the order in which it is asked. */
export const Criterion = Schema.Literals([
  "agent_number",
  "only_eligible",
  "last_talked_with",
  "carrier_chooses",
  "same_country",
  "same_area_code",
  "healthy",
  "shortest_queue",
  "stable_hash"
])
export type Criterion = typeof Criterion.Type

/** A criterion that narrowed the choice from `from` numbers to `to`. `carrier_chooses` leaves all of them, and comes last: a pool of the carrier's takes one. */
export const Reason = Schema.Struct({ criterion: Criterion, from: Schema.Int, to: Schema.Int })
export type Reason = typeof Reason.Type

export interface Selection {
  /** With a `pool` only the number that Parley would choose: the carrier's own choice mostly goes by the same criteria, and what waits needs a line. */
  readonly number: PhoneNumber
  /** The carrier's pool that chooses the number; null: the choice is made. */
  readonly pool: string | null
  /** Never empty; the last one left this number alone, unless the carrier chooses. */
  readonly reasons: ReadonlyArray<Reason>
  readonly warnings: ReadonlyArray<ComplianceWarning>
}

/** Why one number is out. */
export const Refusal = Schema.Struct({
  number: PhoneNumber,
  reason: Schema.Union([Schema.TaggedStruct("Disabled", {}), Ineligibility])
})
export type Refusal = typeof Refusal.Type

/** A sentence for people: which number, what is the matter, and what to do. */
export const explainRefusal = ({ number, reason }: Refusal): string =>
  `${number}: ${reason._tag === "Disabled" ? "The number is switched off; switch it on." : explain(reason)}`

/** The environment has no numbers at all. */
export class NoNumbers extends Schema.TaggedError<NoNumbers>()("NoNumbers", { environment: Environment }) {}

/** The `agent_number` asked for is not among the environment's numbers. */
export class NotProvisioned extends Schema.TaggedError<NotProvisioned>()("NotProvisioned", { agentNumber: PhoneNumber, environment: Environment }) {}

/** There are numbers, but none of those asked for may text this person. */
export class NoneEligible extends Schema.TaggedError<NoneEligible>()("NoneEligible", { environment: Environment, refusals: Schema.Array(Refusal) }) {}

/** A number is unhealthy when at least this many recent sends are known and this share of them failed. Parley's own choice: few enough to notice soon, many enough not to shun a number for one bad recipient. */
const unhealthy = { sends: 5, failedShare: 0.5 }

const isHealthy = ({ health }: Candidate): boolean =>
  health === undefined || health.recentSends < unhealthy.sends || health.recentFailures < unhealthy.failedShare * health.recentSends

const drainSeconds = ({ queuedSegments, segmentsPerSecond }: Candidate): number =>
  queuedSegments <= 0 ? 0 : segmentsPerSecond > 0 ? queuedSegments / segmentsPerSecond : Infinity

interface Judged {
  readonly candidate: Candidate
  readonly warnings: ReadonlyArray<ComplianceWarning>
}

const judge = (candidate: Candidate, userCountry: Country | undefined, request: NumberRequest): Result.Result<Judged, Refusal> => {
  if (candidate.enabled === false) return Result.fail({ number: candidate.number, reason: { _tag: "Disabled" } })
  const verdict = eligible(candidate, userCountry, request.environment, request.policy, request.availability)
  const media = request.withMedia === true && verdict.eligible ? mediaRefusal(candidate, userCountry, request.availability) : undefined
  if (media !== undefined) return Result.fail({ number: candidate.number, reason: media })
  return verdict.eligible ? Result.succeed({ candidate, warnings: verdict.warnings }) : Result.fail({ number: candidate.number, reason: verdict.reason })
}

interface Preference {
  readonly criterion: Criterion
  /** Those of `left` that it prefers; none: it has nothing to say. */
  readonly prefer: (left: Array.NonEmptyReadonlyArray<Judged>) => ReadonlyArray<Judged>
}

const least = (left: ReadonlyArray<Judged>, measure: (candidate: Candidate) => number): ReadonlyArray<Judged> => {
  const lowest = left.reduce((lowest, { candidate }) => Math.min(lowest, measure(candidate)), Infinity)
  return left.filter(({ candidate }) => measure(candidate) === lowest)
}

/** Highest random weight: each user spreads over the numbers alone, and a number that comes or goes moves only its own users. */
const weight = (userNumber: PhoneNumber, { number }: Candidate): string => stableHash(`${userNumber} ${number}`) + number

const preferences = (request: NumberRequest, userCountry: Country | undefined): ReadonlyArray<Preference> => {
  const areaCode = areaCodeOf(request.userNumber)
  return [
    { criterion: "last_talked_with", prefer: (left) => left.filter(({ candidate }) => candidate.number === request.lastTalkedWith) },
    { criterion: "same_country", prefer: (left) => left.filter(({ candidate }) => candidate.country === userCountry) },
    { criterion: "same_area_code", prefer: (left) => areaCode === undefined ? [] : left.filter(({ candidate }) => candidate.number.startsWith(`+1${areaCode}`)) },
    { criterion: "healthy", prefer: (left) => left.filter(({ candidate }) => isHealthy(candidate)) },
    { criterion: "shortest_queue", prefer: (left) => least(left, drainSeconds) },
    {
      criterion: "stable_hash",
      prefer: (left) => [left.reduce((best, one) => weight(request.userNumber, one.candidate) > weight(request.userNumber, best.candidate) ? one : best)]
    }
  ]
}

const narrow = (left: Array.NonEmptyReadonlyArray<Judged>, request: NumberRequest, userCountry: Country | undefined): Selection => {
  let remaining = left
  const reasons: Array<Reason> = left.length === 1 ? [{ criterion: "only_eligible", from: 1, to: 1 }] : []
  for (const { criterion, prefer } of preferences(request, userCountry)) {
    const preferred = prefer(remaining)
    if (!Array.isReadonlyArrayNonEmpty(preferred) || preferred.length === remaining.length) continue
    reasons.push({ criterion, from: remaining.length, to: preferred.length })
    remaining = preferred
  }
  const { candidate: { number }, warnings } = remaining[0]
  const { lastTalkedWith, pool = null } = request
  // Whoever has a number keeps it: the carrier would choose the same one, if it remembers.
  return pool === null || number === lastTalkedWith
    ? { number, pool: null, reasons, warnings }
    : { number, pool, reasons: [{ criterion: "carrier_chooses", from: left.length, to: left.length }], warnings }
}

/** Whether another history with the user could bring another choice: not where there was nothing to choose from. */
export const hangsOnHistory = ({ pool, reasons }: Selection): boolean =>
  pool !== null || reasons.some(({ criterion }) => criterion !== "only_eligible" && criterion !== "agent_number")

/** Whether other lines, sicker or longer, could bring another choice: not where what comes before them has left one number. */
export const hangsOnLines = ({ reasons }: Selection): boolean =>
  reasons.some(({ criterion, from }) => from > 1 && (criterion === "healthy" || criterion === "shortest_queue" || criterion === "stable_hash" || criterion === "carrier_chooses"))

/**
 * Chooses a number. The same request always gives the same number, whatever the order of its candidates.
 *
 * Of the numbers that may text this person the choice is narrowed by, in this order: the number last talked with, the same country, the same area code
 * (US and Canada), numbers whose sends do not fail, the queue that is empty soonest, a stable hash. A criterion that would leave none says nothing.
 * An `agentNumber` replaces the choice, but must itself be provisioned and eligible. A `pool` chooses in Parley's place, but for a user who has a number already.
 */
export const select = (request: NumberRequest): Result.Result<Selection, NoNumbers | NotProvisioned | NoneEligible> => {
  const { agentNumber, candidates, environment } = request
  if (candidates.length === 0) return Result.fail(new NoNumbers({ environment }))
  const userCountry = countryOf(request.userNumber)
  const asked = agentNumber ? candidates.filter(({ number }) => number === agentNumber) : candidates
  if (agentNumber && asked.length === 0) return Result.fail(new NotProvisioned({ agentNumber, environment }))
  const [usable, refusals] = Array.partition(asked, (candidate) => judge(candidate, userCountry, request))
  if (!Array.isReadonlyArrayNonEmpty(usable)) return Result.fail(new NoneEligible({ environment, refusals }))
  if (!agentNumber) return Result.succeed(narrow(usable, request, userCountry))
  return Result.succeed({
    number: agentNumber,
    pool: null,
    reasons: [{ criterion: "agent_number", from: candidates.length, to: 1 }],
    warnings: usable[0].warnings
  })
}
