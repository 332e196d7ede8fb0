/** Whether the carrier's accounts take our texts, and bring users' texts here. */
import { Effect, Result } from "effect"
import { Directory } from "@parley/core/ports/Directory"
import type { AgentNumber, Project } from "@parley/core/Project"
import type { AccountFor, TwilioAccount } from "@parley/twilio/TwilioAccount"
import type { InspectedAccount, InspectedNumber, TwilioInspection } from "@parley/twilio/TwilioInspection"
import { type Finding, ok, problem, warning } from "./Finding.ts"
import { webhookRepeats } from "@parley/twilio/TwilioWebhook"

/** What to append to a number's URL: three repeats of whatever met no connection, no answer or a 5xx. */

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
  readonly numbers: Array<AgentNumber>
}

const checkHeld = Effect.fnUntraced(function*(inspection: TwilioInspection, { account, numbers }: Held, publicUrl: string | null) {
  const about = `carrier account ${account.accountSid}`
  const inspected = yield* Effect.result(inspection.account(account))
  if (Result.isFailure(inspected)) return [problem(about, `${inspected.failure.detail} Until then no text leaves or arrives.`)]
  const state = [...checkState(about, inspected.success), ...checkClock(inspected.success.aheadMillis)]
  const there = yield* Effect.result(inspection.numbers(account, numbers.map(({ number }) => number)))
  if (Result.isFailure(there)) return [...state, problem(about, `${there.failure.detail} Until then no text leaves.`)]
  const found = numbers.flatMap((number) => {
    const inspectedNumber = there.success.find((each) => each.number === number.number)
    return inspectedNumber === undefined
      ? [problem(`number ${number.number}`, `Account ${account.accountSid} does not have it, so nothing leaves from it and nothing arrives: buy it there, or correct the project's number or account.`)]
      : checkNumber(number, inspectedNumber, publicUrl)
  })
  const all = [...state, ...found]
  return all.length > 0 ? all : [ok(about, `The account is active, and its numbers (${numbers.length}) bring texts here.`)]
})

/** Every account once, however many projects it serves. */
export const check = Effect.fn("Doctor.carrier")(function*(projects: ReadonlyArray<Project>, accountFor: AccountFor, inspection: TwilioInspection, publicUrl: string | null) {
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
    if (known === undefined) held.set(key, { account: account.success, numbers: [...numbers] })
    else known.numbers.push(...numbers)
  }
  for (const each of held.values()) findings.push(...yield* checkHeld(inspection, each, publicUrl))
  return findings
})
