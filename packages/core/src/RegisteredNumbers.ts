/** What registrations make of the project's numbers: whether they may text, and how fast. Runs inside a caller's transaction. */
import { DateTime, Effect, Option } from "effect"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import * as AuditLog from "./AuditLog.ts"
import { CurrentAvailability } from "./Availability.ts"
import { type CarrierRegistration, dueBy, nameOf, registers, registrationOf, waitingFor } from "./CarrierRegistration.ts"
import { Directory } from "./ports/Directory.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import type { AgentNumber } from "./Project.ts"
import { usualSegmentsPerSecond } from "./Throughput.ts"
import { campaignSegmentsPerSecond } from "./TrustScore.ts"

/** What a campaign's brand lets all of its numbers send together, in segments a second; null for a toll-free number, whose pace is its own. */
export const sharedPace = Effect.fnUntraced(function*({ filing }: CarrierRegistration) {
  if (filing.kind !== "campaign") return null
  const brand = Option.getOrNull(yield* (yield* RegistrationStore).get(filing.brand))
  if (brand === null || brand.filing.kind !== "brand") return null
  return campaignSegmentsPerSecond({ type: brand.filing.type, trustScore: brand.trustScore }, filing.useCase)
})

/**
 * Brings every number of a registration to what the registration says of it. The carrier counts a campaign's pace over all of its numbers, so each has
 * its equal share: their lines know nothing of each other.
 */
export const settleNumbers = Effect.fnUntraced(function*(registration: CarrierRegistration) {
  const store = yield* RegistrationStore
  const directory = yield* Directory
  const table = yield* CurrentAvailability
  const now = yield* DateTime.now
  const links = yield* store.numbersOf(registration.id)
  const shared = yield* sharedPace(registration)
  for (const link of links) {
    const known = Option.getOrNull(yield* directory.number(link.number))
    if (known === null) continue
    const state = registrationOf(registration, link, now)
    const usual = usualSegmentsPerSecond(table, known.country, known.type, state)
    const segmentsPerSecond = shared === null || state !== "approved" ? usual : shared / links.length
    if (known.registration === state && known.segmentsPerSecond === segmentsPerSecond) continue
    yield* directory.putNumber({ ...known, registration: state, segmentsPerSecond })
    if (known.registration === state) continue
    const detail = `${nameOf(registration)}: registration ${known.registration} → ${state}, ${segmentsPerSecond} segments a second.`
    yield* AuditLog.append({ accountId: registration.accountId, projectId: registration.projectId, action: "number.changed", subject: link.number, detail })
  }
})

/** Puts a number under a campaign, or leaves it there; what it was under before it leaves. The carrier is told with the campaign's next step, which is due now. */
export const attachTo = Effect.fnUntraced(function*(campaign: CarrierRegistration, number: PhoneNumber) {
  const store = yield* RegistrationStore
  const link = Option.getOrNull(yield* store.number(number))
  if (link?.registrationId === campaign.id) return campaign
  const due = dueBy(campaign, yield* DateTime.now)
  yield* store.putNumber(registers(number, campaign.id))
  yield* store.update(due)
  yield* settleNumbers(due)
  return due
})

/** Under which registration a number texts. */
export const registeredUnder = Effect.fnUntraced(function*(number: PhoneNumber) {
  const store = yield* RegistrationStore
  const link = Option.getOrNull(yield* store.number(number))
  const registration = link === null ? null : Option.getOrNull(yield* store.get(link.registrationId))
  return link === null || registration === null ? null : { link, registration }
})

const isUnapproved = ({ registration }: AgentNumber) => registration !== "approved" && registration !== "not_required"

const nobodyAsked = ({ registration, type }: AgentNumber) =>
  registration !== "unregistered"
    ? `The registration of this number is ${registration}; it was not filed here.`
    : type === "toll_free"
    ? "Nobody has asked for the verification of this toll-free number here."
    : "The number is under no campaign."

/** What a number waits for before carriers take its texts, in a sentence; null where there is nothing to wait for. */
export const waiting = Effect.fnUntraced(function*(number: AgentNumber) {
  if (!isUnapproved(number)) return null
  const under = yield* registeredUnder(number.number)
  const sentence = under === null ? null : waitingFor(under.registration, under.link, yield* DateTime.now)
  return sentence ?? nobodyAsked(number)
})
