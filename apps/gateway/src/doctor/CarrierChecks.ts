/** Whether the carrier's accounts take our texts, and bring users' texts here. */
import { Effect, Result } from "effect"
import { CurrentAvailability } from "@parley/core/Availability"
import { Directory } from "@parley/core/ports/Directory"
import type { AgentNumber, Project } from "@parley/core/Project"
import { registeredUnder } from "@parley/core/RegisteredNumbers"
import type { AccountFor, TwilioAccount } from "@parley/twilio/TwilioAccount"
import { type InspectedAccount, type InspectedNumber, servicesSeen, type TwilioInspection } from "@parley/twilio/TwilioInspection"
import * as CountryChecks from "./CountryChecks.ts"
import { type Finding, ok, problem, repairable, warning } from "./Finding.ts"
import * as PoolChecks from "./PoolChecks.ts"
import * as RegistrationChecks from "./RegistrationChecks.ts"
import * as Repairs from "./Repairs.ts"
import { webhookRepeats } from "@parley/twilio/TwilioWebhook"

/** Beyond it, times of ours and of the carrier's are no longer comparable. Parley's own choice: clocks that are kept in step differ by less than a second. */
const skewMillis = 30_000

/** Where a number's texts must go. */
export const smsUrl = (publicUrl: string, number: Pick<AgentNumber, "projectId" | "environment">): string => `${publicUrl}/twilio/${number.projectId}/${number.environment}/sms`

const repeatsServerErrors = (url: URL): boolean => {
  const fragment = new URLSearchParams(url.hash.slice(1))
  const classes = (fragment.get("rp") ?? "").toLowerCase().split(",").map((name) => name.trim())
  // Twilio repeats once when only `rp` is given.
  return (classes.includes("5xx") || classes.includes("all")) && fragment.get("rc") !== "0"
}

const withoutFragment = (url: string): string => URL.canParse(url) ? new URL(url).href.replace(/#.*$/su, "") : url

/** What is wrong with a number that the account has. */
export const checkNumber = (number: AgentNumber, inspected: InspectedNumber, publicUrl: string | null): ReadonlyArray<Finding> => {
  const about = `number ${number.number}`
  const findings: Array<Finding> = []
  if (!inspected.canText) findings.push(problem(about, "It can't text at Twilio, so nothing leaves from it and nothing arrives: use a number with the SMS capability."))
  if (publicUrl === null) return findings
  const wanted = smsUrl(publicUrl, number)
  const set = `set its messaging webhook to ${wanted}${webhookRepeats}`
  if (inspected.smsApplicationSid !== "") {
    findings.push(problem(about, `Its texts go to the TwiML application ${inspected.smsApplicationSid}, so they don't arrive here: take that away and ${set}.`))
  } else if (inspected.smsUrl === "") {
    findings.push(problem(about, `It calls nothing at Twilio, so users' texts don't arrive: ${set}.`))
  } else if (withoutFragment(inspected.smsUrl) !== withoutFragment(wanted)) {
    findings.push(problem(about, `Its texts go to ${withoutFragment(inspected.smsUrl)}, so they don't arrive here: ${set}.`))
  } else {
    if (inspected.smsMethod.toUpperCase() !== "POST") findings.push(problem(about, `Its webhook is called with ${inspected.smsMethod}, which the gateway does not take, so users' texts don't arrive: set the method to POST.`))
    if (!repeatsServerErrors(new URL(inspected.smsUrl))) {
      findings.push(warning(about, `Twilio does not repeat a webhook that met a 5xx, so a text that arrives while the store is away is lost: append ${webhookRepeats} to its messaging webhook.`))
    }
    if (inspected.smsFallbackUrl === "") {
      findings.push(warning(about, `It has no fallback URL, so a text whose webhook failed to the last is lost: set it to ${wanted} too, which is one more attempt, or to a second way to this gateway.`))
    }
  }
  return findings
}

const checkClock = (aheadMillis: number | null): ReadonlyArray<Finding> => {
  if (aheadMillis === null || Math.abs(aheadMillis) <= skewMillis) return []
  const seconds = Math.round(Math.abs(aheadMillis) / 1000)
  return [problem("clock", `This machine's clock is ${seconds} s ${aheadMillis > 0 ? "ahead of" : "behind"} Twilio's, so texts of unknown fate may not be found again, and agents may refuse signatures: keep it in step with NTP.`)]
}

const checkState = (about: string, { isTrial, status }: InspectedAccount): ReadonlyArray<Finding> => [
  ...(status === "active" ? [] : [problem(about, `The account is ${status}, so no text leaves: settle it with Twilio.`)]),
  ...(isTrial ? [warning(about, "It is a trial account, so only verified recipients get texts, with Twilio's own words before them: upgrade it before going live.")] : [])
]

/** An account, and our numbers that must be on it. */
interface Held {
  readonly account: TwilioAccount
  readonly projects: Array<Project>
  readonly numbers: Array<AgentNumber>
}

/** Where the carrier reaches this gateway, and whether a gateway answers there. */
export interface Reach {
  readonly publicUrl: string | null
  readonly isOurs: boolean
}

/** Under what numbers were registered here. */
const registeredHere = Effect.fnUntraced(function*(numbers: ReadonlyArray<AgentNumber>) {
  const under = new Map<AgentNumber, RegistrationChecks.Under>()
  for (const number of numbers) {
    const found = yield* registeredUnder(number.number)
    if (found !== null) under.set(number, found)
  }
  return under
})

/** Registration and pace of numbers that the account has. */
const checkRegistrations = Effect.fnUntraced(function*(inspection: TwilioInspection, account: TwilioAccount, ours: ReadonlyArray<AgentNumber>, around: PoolChecks.There, under: ReadonlyMap<AgentNumber, RegistrationChecks.Under>) {
  const table = yield* CurrentAvailability
  const asking = (what: string) => ours.filter((number) => RegistrationChecks.asked(number, table) === what)
  const services = around.services.filter(({ senders }) => asking("10dlc").some(({ number }) => senders.includes(number)))
  const tollFree = asking("toll_free_verification").flatMap(({ number }) => around.numbers.filter((each) => each.number === number))
  const said = yield* Effect.result(Effect.all({
    campaigns: inspection.campaigns(account, services.map(({ sid }) => sid)),
    verifications: inspection.verifications(account, tollFree.map(({ sid }) => sid))
  }))
  if (Result.isFailure(said)) return [warning(`carrier account ${account.accountSid}`, `${said.failure.detail} How its numbers are registered with carriers is not known.`)]
  const there = { ...around, ...said.success, hasOlderServices: around.services.length >= servicesSeen }
  return [
    ...ours.flatMap((number) => RegistrationChecks.checkRegistration(number, under.get(number) ?? null, there, table)),
    ...RegistrationChecks.checkPace(ours, there, table)
  ]
})

const checkCountries = Effect.fnUntraced(function*(inspection: TwilioInspection, account: TwilioAccount, ours: ReadonlyArray<AgentNumber>) {
  const about = `carrier account ${account.accountSid}`
  const countries = CountryChecks.countriesOf(ours)
  const permitted = yield* Effect.result(inspection.countries(account, countries))
  return Result.isFailure(permitted) ? [CountryChecks.unseen(about, permitted.failure.detail, countries)] : CountryChecks.check(about, ours, permitted.success)
})

const checkHeld = Effect.fnUntraced(function*(inspection: TwilioInspection, { account, numbers, projects }: Held, { isOurs, publicUrl }: Reach) {
  const about = `carrier account ${account.accountSid}`
  const inspected = yield* Effect.result(inspection.account(account))
  if (Result.isFailure(inspected)) return [problem(about, `${inspected.failure.detail} Until then no text leaves or arrives.`)]
  const state = [...checkState(about, inspected.success), ...checkClock(inspected.success.aheadMillis)]
  const there = yield* Effect.result(inspection.numbers(account, numbers.map(({ number }) => number)))
  if (Result.isFailure(there)) return [...state, problem(about, `${there.failure.detail} Until then no text leaves.`)]
  const pools = projects.flatMap((project) => project.config.senderPools.map((pool) => ({ project, pool })))
  const under = yield* registeredHere(numbers)
  const ofCampaigns = [...under.values()].map(({ registration }) => registration.poolId).filter((id) => id !== null)
  const services = yield* Effect.result(inspection.services(account, [...new Set([...pools.map(({ pool }) => pool.id), ...ofCampaigns])]))
  const unseen = Result.isFailure(services) ? [warning(about, `${services.failure.detail} Whether Messaging Services keep texts from their numbers, and how those are registered with carriers, is not known.`)] : []
  const around: PoolChecks.There = { numbers: there.success, services: Result.getOrElse(services, () => []), publicUrl }
  const found = numbers.flatMap((number) => {
    const inspectedNumber = there.success.find((each) => each.number === number.number)
    return inspectedNumber === undefined
      ? [problem(`number ${number.number}`, `Account ${account.accountSid} does not have it, so nothing leaves from it and nothing arrives: buy it there, or correct the project's number or account.`)]
      : [...repaired(number, inspectedNumber, checkNumber(number, inspectedNumber, publicUrl), { isOurs, publicUrl }), ...PoolChecks.checkMembership(number, projects.find(({ id }) => id === number.projectId), around)]
  })
  const pooled = Result.isFailure(services) ? [] : pools.flatMap(({ pool, project }) => PoolChecks.checkPool(project, pool, numbers, around))
  const ours = numbers.filter(({ number }) => there.success.some((each) => each.number === number))
  const registered = Result.isFailure(services) ? [] : yield* checkRegistrations(inspection, account, ours, around, under)
  const all = [...state, ...unseen, ...found, ...pooled, ...registered, ...yield* checkCountries(inspection, account, ours)]
  return all.some(({ level }) => level !== "ok") ? all : [...all, ok(about, `The account is active, and its numbers (${numbers.length}) bring texts here.`)]
})

/** Numbers are led to where a gateway answers, and nowhere else. What a number can't do is not repaired by its webhook. */
const repaired = (number: AgentNumber, inspected: InspectedNumber, findings: ReadonlyArray<Finding>, { isOurs, publicUrl }: Reach): ReadonlyArray<Finding> => {
  if (publicUrl === null || !isOurs) return findings
  const repair = Repairs.configure(inspected.sid, { projectId: number.projectId, environment: number.environment }, publicUrl)
  const [able, unable] = inspected.canText ? [findings, []] : [findings.slice(1), findings.slice(0, 1)]
  return [...unable, ...repairable(able, repair)]
}

/** Every account once, however many projects it serves. */
export const check = Effect.fn("Doctor.carrier")(function*(projects: ReadonlyArray<Project>, accountFor: AccountFor, inspection: TwilioInspection, reach: Reach) {
  const directory = yield* Directory
  const findings: Array<Finding> = []
  const held = new Map<string, Held>()
  for (const project of projects) {
    const account = yield* Effect.result(Effect.catchTag(accountFor(project.id), "NoTwilioAccount", ({ detail }) => Effect.fail(detail)))
    if (Result.isFailure(account)) {
      if (typeof account.failure !== "string") return yield* account.failure
      findings.push(problem(`project ${project.id}`, `${account.failure} Until then none of its texts leaves or arrives.`))
      continue
    }
    const numbers = yield* directory.numbersOfProject(project.id)
    // Two projects may name one account with two variables, of which one may be wrong.
    const key = `${account.success.accountSid} ${project.config.carrier?.authTokenEnv ?? ""}`
    const known = held.get(key)
    if (known === undefined) held.set(key, { account: account.success, projects: [project], numbers: [...numbers] })
    else {
      known.projects.push(project)
      known.numbers.push(...numbers)
    }
  }
  for (const each of held.values()) findings.push(...yield* checkHeld(inspection, each, reach))
  return findings
})
