/**
 * Files registrations and follows them to their verdict, a step at a time. Each step is safe to take again: that something is submitted is written before
 * it is, and what the carrier may have is looked up before it is submitted once more. One owner takes a registration's steps; who that is, is decided elsewhere.
 */
import { DateTime, Effect, Option, Result } from "effect"
import type { RegistrationId } from "@parley/schema/Ids"
import * as AuditLog from "./AuditLog.ts"
import type { CarrierRegistration, CarrierWord, RegisteredNumber } from "./CarrierRegistration.ts"
import { CurrentRegistrationTimes, dueBy, heard, nameOf, postpone, refused, submitted } from "./CarrierRegistration.ts"
import { CarrierRegistrations, type RegistrationFailure, type Submission } from "./ports/CarrierRegistrations.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import { Transactor } from "./ports/Store.ts"
import { settleNumbers } from "./RegisteredNumbers.ts"

/** Takes the step that is due, if one is. */
export const run = Effect.fn("RegistrationSteps.run")(function*(id: RegistrationId) {
  const store = yield* RegistrationStore
  const found = Option.getOrNull(yield* store.get(id))
  if (found === null || found.dueAt === null || DateTime.isGreaterThan(found.dueAt, yield* DateTime.now)) return
  yield* (found.state === "submitting" ? submit(found) : follow(found)).pipe(Effect.catchTag("RegistrationFailure", (failure) => wait(id, failure)))
})

/** The row is read again: a submission writes down that it was begun. */
const wait = Effect.fnUntraced(function*(id: RegistrationId, { code, detail, reason }: RegistrationFailure) {
  const times = yield* CurrentRegistrationTimes
  const now = yield* DateTime.now
  if (reason === "refused") yield* Effect.logError("The carrier refuses the gateway", detail)
  yield* change(id, (registration) => {
    // Why it has its verdict is worth more than what holds the next question up.
    const hasVerdict = registration.state === "rejected" || registration.state === "suspended"
    return postpone(registration, hasVerdict && registration.trouble !== null ? registration.trouble : { code, detail }, times, now)
  })
})

type Become = (registration: CarrierRegistration, numbers: ReadonlyArray<RegisteredNumber>) => CarrierRegistration

/**
 * One transaction: the row as it is now becomes what it is to be. Its numbers go along, and where a brand has another state or score, its campaigns.
 */
const change = Effect.fnUntraced(function*(id: RegistrationId, become: Become) {
  const { transact } = yield* Transactor
  return yield* transact(Effect.gen(function*() {
    const store = yield* RegistrationStore
    const before = Option.getOrNull(yield* store.get(id))
    if (before === null) return
    const after = become(before, yield* store.numbersOf(id))
    yield* store.update(after)
    yield* settleNumbers(after)
    if (after.state === before.state && after.trustScore === before.trustScore) return
    yield* AuditLog.append({ accountId: after.accountId, projectId: after.projectId, action: "registration.changed", subject: id, detail: difference(before, after) })
    if (after.filing.kind === "brand") yield* tellCampaigns(after)
  }))
})

/** `campaign QE1: in_review → rejected: No opt-in was found. (30909)` */
const difference = (before: CarrierRegistration, after: CarrierRegistration): string => {
  const state = after.state === before.state ? "" : ` ${before.state} → ${after.state}`
  const score = after.trustScore === before.trustScore ? "" : ` trust score ${before.trustScore ?? "none"} → ${after.trustScore ?? "none"}`
  const trouble = after.trouble === null ? "" : `: ${after.trouble.detail}${after.trouble.code === null ? "" : ` (${after.trouble.code})`}`
  return `${nameOf(after)}:${state}${score}${trouble}`
}

/** The brand's standing is theirs: what waited for its approval goes on, and its score sets their pace. */
const tellCampaigns = Effect.fnUntraced(function*(brand: CarrierRegistration) {
  const store = yield* RegistrationStore
  const now = yield* DateTime.now
  for (const campaign of yield* store.campaignsOf(brand.id)) {
    const due = dueBy(campaign, now)
    yield* store.update(due)
    yield* settleNumbers(due)
  }
})

const submit = Effect.fnUntraced(function*(registration: CarrierRegistration) {
  const carrier = yield* CarrierRegistrations
  const times = yield* CurrentRegistrationTimes
  const { filing, id } = registration
  const brand = filing.kind === "campaign" ? Option.getOrNull(yield* (yield* RegistrationStore).get(filing.brand)) : null
  if (filing.kind === "campaign" && brand?.state !== "approved") return yield* waitForBrand(registration, brand)
  const submission: Submission = { registration, brandCarrierId: brand?.carrierId ?? null }
  const there = Option.getOrNull(yield* carrier.find(submission))
  const now = yield* DateTime.now
  if (there !== null) return yield* change(id, (row) => submitted(row, there, now))
  const isSettled = registration.attemptedAt === null || DateTime.isLessThanOrEqualTo(DateTime.addDuration(registration.attemptedAt, times.settledAfter), now)
  if (!isSettled) {
    const detail = "It was submitted, and whether the carrier has it is not known yet. It is not submitted again before that is sure."
    return yield* change(id, (row) => postpone(row, row.trouble ?? { code: null, detail }, times, now))
  }
  yield* change(id, (row) => ({ ...row, attemptedAt: now, updatedAt: now }))
  const outcome = yield* Effect.result(carrier.submit(submission))
  const after = yield* DateTime.now
  if (Result.isSuccess(outcome)) return yield* change(id, (row) => submitted(row, outcome.success, after))
  const { failure } = outcome
  if (failure.reason === "ambiguous") return yield* failure
  if (failure.reason === "rejected") return yield* change(id, (row) => refused(row, { code: failure.code, detail: failure.detail }, after))
  yield* change(id, (row) => ({ ...row, attemptedAt: null }))
  return yield* failure
})

const waitForBrand = Effect.fnUntraced(function*({ id }: CarrierRegistration, brand: CarrierRegistration | null) {
  const times = yield* CurrentRegistrationTimes
  const now = yield* DateTime.now
  if (brand === null || brand.state === "rejected") {
    const detail = brand === null ? "Its brand is not registered here any more." : `Its ${nameOf(brand)} was rejected: register another brand, and the campaign with it.`
    return yield* change(id, (row) => refused(row, { code: null, detail }, now))
  }
  // The brand wakes it; this is for a wake-up that was lost.
  const detail = `It is submitted once ${nameOf(brand)} is approved (${brand.state}).`
  yield* change(id, (row) => ({ ...row, trouble: { code: null, detail }, dueAt: DateTime.addDuration(now, times.askAtMost), updatedAt: now }))
})

const follow = Effect.fnUntraced(function*(registration: CarrierRegistration) {
  const carrier = yield* CarrierRegistrations
  const times = yield* CurrentRegistrationTimes
  const word = yield* carrier.look(registration)
  yield* attachNumbers(registration, word)
  const now = yield* DateTime.now
  yield* change(registration.id, (row, numbers) => soonest(heard(row, word, times, now), numbers, now))
})

/** A number that came meanwhile has not been told to the carrier, and one that was left alone is to text again. */
const soonest = (registration: CarrierRegistration, numbers: ReadonlyArray<RegisteredNumber>, now: DateTime.Utc): CarrierRegistration => {
  const isOpen = registration.state !== "rejected"
  return numbers.reduce((soonest, { attachedAt, refusal, trouble }) => {
    const toAttach = isOpen && attachedAt === null && trouble === null ? dueBy(soonest, now) : soonest
    return refusal !== null && DateTime.isGreaterThan(refusal.until, now) ? dueBy(toAttach, refusal.until) : toAttach
  }, registration)
}

/** Tells the carrier of each number that it does not have yet. One that it does not take holds up no other. */
const attachNumbers = Effect.fnUntraced(function*(registration: CarrierRegistration, word: CarrierWord) {
  const store = yield* RegistrationStore
  if (word.state === "rejected") return
  for (const link of yield* store.numbersOf(registration.id)) {
    if (link.attachedAt !== null) continue
    const taken = registration.filing.kind === "campaign" ? yield* attachOne(registration, link) : null
    yield* keep(link, taken)
  }
})

const attachOne = Effect.fnUntraced(function*(campaign: CarrierRegistration, { number }: RegisteredNumber) {
  const carrier = yield* CarrierRegistrations
  const outcome = yield* Effect.result(carrier.attach(campaign, number))
  if (Result.isSuccess(outcome)) return null
  if (outcome.failure.reason !== "rejected") return yield* outcome.failure
  return { code: outcome.failure.code, detail: outcome.failure.detail }
})

/** One transaction. The number may have left, or have been put under another registration meanwhile. */
const keep = Effect.fnUntraced(function*(link: RegisteredNumber, trouble: RegisteredNumber["trouble"]) {
  const { transact } = yield* Transactor
  const now = yield* DateTime.now
  yield* transact(Effect.gen(function*() {
    const store = yield* RegistrationStore
    const current = Option.getOrNull(yield* store.number(link.number))
    if (current === null || current.registrationId !== link.registrationId) return
    yield* store.putNumber({ ...current, attachedAt: trouble === null ? now : null, trouble })
  }))
})

/** Registrations whose time has come, each one step; tells how many there were. */
export const runDue = Effect.fn("RegistrationSteps.runDue")(function*(limit: number, atOnce: number) {
  const store = yield* RegistrationStore
  const due = yield* store.due(yield* DateTime.now, limit)
  yield* Effect.forEach(due, (id) =>
    run(id).pipe(Effect.provideService(AuditLog.CurrentActor, "carrier"), Effect.catchCause((cause) => Effect.logError("A registration could not go on", cause))), { concurrency: atOnce, discard: true })
  return due.length
})
