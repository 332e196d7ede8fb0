/** Whether carriers take the numbers' texts, and how fast: what is declared or registered here against what the carrier says. */
import { Option } from "effect"
import { type AvailabilityTable, offerOf } from "@parley/core/Availability"
import { type CarrierRegistration, type CarrierWord, nameOf, type RegisteredNumber } from "@parley/core/CarrierRegistration"
import type { AgentNumber } from "@parley/core/Project"
import { usualSegmentsPerSecond } from "@parley/core/Throughput"
import type { Registration, SenderType } from "@parley/schema/Sender"
import type { InspectedCampaign, InspectedNumber, InspectedService, InspectedVerification } from "@parley/twilio/TwilioInspection"
import { type Finding, ok, problem, warning } from "./Finding.ts"

/** What the account has. */
export interface There {
  readonly numbers: ReadonlyArray<InspectedNumber>
  readonly services: ReadonlyArray<InspectedService>
  /** There may be more services than were seen. */
  readonly hasOlderServices: boolean
  readonly campaigns: ReadonlyArray<InspectedCampaign>
  readonly verifications: ReadonlyArray<InspectedVerification>
}

/** Under what a number was registered here. */
export interface Under {
  readonly registration: CarrierRegistration
  readonly link: RegisteredNumber
}

/** What carriers ask of a number. */
export const asked = (number: AgentNumber, table: AvailabilityTable) => Option.match(offerOf(table, number.country, number.type), { onNone: () => "none" as const, onSome: ({ registration }) => registration })

const campaignOf = (number: AgentNumber, { campaigns, services }: There): InspectedCampaign | undefined =>
  campaigns.find(({ service }) => services.some(({ senders, sid }) => sid === service && senders.includes(number.number)))

const verificationOf = (number: AgentNumber, { numbers, verifications }: There): InspectedVerification | undefined => {
  const sid = numbers.find((each) => each.number === number.number)?.sid
  return verifications.find(({ numberSid }) => numberSid === sid)
}

const registrationSaid = ({ state }: CarrierWord): Registration => state === "in_review" ? "pending" : state

const detailOf = ({ trouble }: CarrierWord): string => trouble === null ? "" : ` (${trouble.detail.replace(/\.$/u, "")})`

interface Said {
  readonly registration: Registration
  /** "campaign QE… is suspended". */
  readonly sentence: string
  /** The carrier may know more than was seen. */
  readonly isDoubtful: boolean
}

const saidOfCampaign = (number: AgentNumber, there: There): Said => {
  const campaign = campaignOf(number, there)
  if (campaign !== undefined) return { registration: registrationSaid(campaign.word), sentence: `campaign ${campaign.sid} is ${campaign.word.state.replace("_", " ")}${detailOf(campaign.word)}`, isDoubtful: false }
  const service = there.services.find(({ senders }) => senders.includes(number.number))
  if (service !== undefined) return { registration: "unregistered", sentence: `its Messaging Service ${service.sid} has no campaign`, isDoubtful: false }
  const { hasOlderServices } = there
  return { registration: "unregistered", sentence: `${hasOlderServices ? "none of the account's newest Messaging Services" : "no Messaging Service of the account"} has it, and with that no campaign`, isDoubtful: hasOlderServices }
}

const saidOfTollFree = (number: AgentNumber, there: There): Said => {
  const verification = verificationOf(number, there)
  return verification === undefined
    ? { registration: "unregistered", sentence: "nobody has asked Twilio for its verification", isDoubtful: false }
    : { registration: registrationSaid(verification.word), sentence: `toll-free verification ${verification.sid} is ${verification.word.state.replace("_", " ")}${detailOf(verification.word)}`, isDoubtful: false }
}

/** The errors that texts end with. Source: Twilio's error dictionary. */
const errorOf = (asks: "10dlc" | "toll_free_verification", registration: Registration): string => asks === "toll_free_verification" ? "30032" : registration === "suspended" ? "30033" : "30034"

/** @param under null: it was not registered here, and is what the project's file declares */
export const checkRegistration = (number: AgentNumber, under: Under | null, there: There, table: AvailabilityTable): ReadonlyArray<Finding> => {
  const asks = asked(number, table)
  if (asks === "none" || !there.numbers.some((each) => each.number === number.number)) return []
  const { isDoubtful, registration, sentence } = asks === "10dlc" ? saidOfCampaign(number, there) : saidOfTollFree(number, there)
  const about = `number ${number.number}`
  const here = under === null ? `It is declared ${number.registration.replace("_", " ")}` : `It is ${number.registration} here under ${nameOf(under.registration)}`
  const correct = under === null ? `set its "registration" to "${registration}" in the project's file` : `"parley registration ${under.registration.filing.kind === "toll_free" ? "toll-free" : under.registration.filing.kind} status ${under.registration.id}" tells how it stands`
  const isTaken = number.registration === "approved" || number.registration === "not_required"
  if (registration === "approved") {
    // What was registered here follows the carrier by itself, and knows why it does not yet.
    return isTaken || under !== null ? [] : [warning(about, `${here}, but ${sentence}, so the gateway leaves out a number that may text: ${correct}.`)]
  }
  if (isTaken) {
    const finding = isDoubtful ? warning : problem
    return [finding(about, `${here}, but ${sentence}: ${isDoubtful ? "if it is under none, its texts" : "its texts"} to the US and Canada fail with ${errorOf(asks, registration)}. Settle it with the carrier, and ${correct}.`)]
  }
  if (registration === number.registration || registration === "unregistered" || under !== null) return []
  return [warning(about, `${here}, but ${sentence}: ${correct}, so that sessions say what they wait for.`)]
}

/** Below this share of what is allowed a pace is worth a word. Parley's own choice. */
const farBelow = 1 / 4
/** What dividing a campaign's pace among its numbers may leave. */
const roundingError = 1e-6

const shown = (segmentsPerSecond: number): string => String(Math.round(segmentsPerSecond * 100) / 100)
const segments = (perSecond: number): string => `${shown(perSecond)} ${perSecond === 1 ? "segment" : "segments"} a second`

const plain: Readonly<Record<SenderType, string>> = { long_code: "long code", mobile: "mobile number", toll_free: "toll-free number", short_code: "short code" }

/** The carrier counts a campaign's pace over all of its numbers. */
const checkCampaign = (campaign: InspectedCampaign, numbers: ReadonlyArray<AgentNumber>): ReadonlyArray<Finding> => {
  const allowed = campaign.segmentsPerSecond
  const about = `campaign ${campaign.sid}`
  if (allowed === null || campaign.word.state !== "approved") return []
  const sum = numbers.reduce((total, { segmentsPerSecond }) => total + segmentsPerSecond, 0)
  const whose = numbers.map(({ number }) => number).join(", ")
  if (sum > allowed + roundingError) {
    return [warning(about, `${whose} may send ${segments(sum)} ${numbers.length > 1 ? "together " : ""}here, and its brand's type and trust score allow ${shown(allowed)}: texts beyond it wait at the carrier or fail (30022). Lower "segments_per_second" to ${numbers.length > 1 ? `${shown(allowed)} together` : shown(allowed)}.`)]
  }
  return sum < allowed * farBelow
    ? [ok(about, `${whose} may send ${segments(sum)} here of the ${shown(allowed)} that its brand's type and trust score allow: if texts wait here, raise "segments_per_second".`)]
    : []
}

const checkOwnPace = (number: AgentNumber, table: AvailabilityTable): ReadonlyArray<Finding> => {
  const about = `number ${number.number}`
  const usual = usualSegmentsPerSecond(table, number.country, number.type, number.registration)
  if (number.segmentsPerSecond > usual + roundingError) {
    return [warning(about, `It may send ${segments(number.segmentsPerSecond)} here, and a ${plain[number.type]} of ${number.country} has ${shown(usual)} unless the carrier agreed to more: texts beyond it wait at the carrier, and fail when its queue is full (30001). Lower "segments_per_second", if it did not.`)]
  }
  return number.segmentsPerSecond < usual * farBelow
    ? [ok(about, `It may send ${segments(number.segmentsPerSecond)} here of the ${shown(usual)} that a ${plain[number.type]} of ${number.country} has: if texts wait here, raise "segments_per_second".`)]
    : []
}

/** Of numbers on one account: each campaign once, and each number whose pace is its own. A long code without an approved campaign has none to speak of. */
export const checkPace = (numbers: ReadonlyArray<AgentNumber>, there: There, table: AvailabilityTable): ReadonlyArray<Finding> => {
  const held = numbers.filter(({ number }) => there.numbers.some((each) => each.number === number))
  const shared = there.campaigns.map((campaign) => [campaign, held.filter((number) => asked(number, table) === "10dlc" && campaignOf(number, there) === campaign)] as const)
  return [
    ...shared.flatMap(([campaign, under]) => under.length === 0 ? [] : checkCampaign(campaign, under)),
    ...held.filter((number) => asked(number, table) !== "10dlc").flatMap((number) => checkOwnPace(number, table))
  ]
}
