/** What is wrong with a filing, told before anything is sent: all of it at once, a sentence for each mistake. */
import { Effect, Option } from "effect"
import type { RegistrationId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { scan } from "./campaign/Scan.ts"
import type { CampaignFiling, Filing, TollFreeFiling } from "./CarrierRegistration.ts"
import { CarrierRegistrations, type FilingMistake } from "./ports/CarrierRegistrations.ts"
import { Directory } from "./ports/Directory.ts"
import { RegistrationStore } from "./ports/RegistrationStore.ts"
import type { AgentNumber, Project } from "./Project.ts"

/** Rules of the form itself: no reviewer is asked about them. */
const formRules: ReadonlySet<string> = new Set(["campaign/length", "samples/count", "brand/missing"])

/** What the scan says carriers would reject. A caller may ignore a reviewer's likely judgement, and not the form's limits. */
const ofScan = (filing: CampaignFiling): ReadonlyArray<FilingMistake> =>
  scan(filing).findings
    .filter(({ rule, severity }) => severity === "blocker" && (filing.ignoreFindings !== true || formRules.has(rule)))
    .map(({ detail, place, rule, suggestion }) => ({
      path: place.sample === null ? place.field : `${place.field}.${place.sample}`,
      detail: `would be rejected: ${detail} ${suggestion} (${rule})`
    }))

/** Campaigns are for US and Canadian long codes. */
export const isForCampaigns = ({ country, type }: Pick<AgentNumber, "country" | "type">): boolean => (country === "US" || country === "CA") && (type === "long_code" || type === "mobile")

/** A number of the project that may text under a campaign, or why not. */
export const attachable = Effect.fnUntraced(function*(number: PhoneNumber, to: RegistrationId | null, projectId: Project["id"], path: string) {
  const directory = yield* Directory
  const store = yield* RegistrationStore
  const known = Option.getOrNull(yield* directory.number(number))
  const mistake = (detail: string): FilingMistake => ({ path, detail })
  if (known === null || known.projectId !== projectId) return mistake("is not a number of this project: buy or import it first")
  if (known.retiring === true) return mistake("is being released")
  if (!isForCampaigns(known)) return mistake("is no US or Canadian long code: campaigns are for those alone")
  const other = Option.getOrNull(yield* store.number(number))
  if (other !== null && other.registrationId !== to) return mistake(`is registered already, under ${other.registrationId}`)
  return null
})

const ofCampaign = Effect.fnUntraced(function*(filing: CampaignFiling, { accountId, id }: Pick<Project, "accountId" | "id">) {
  const store = yield* RegistrationStore
  const mistakes: Array<FilingMistake> = [...ofScan(filing)]
  const brand = Option.getOrNull(yield* store.get(filing.brand))
  if (brand === null || brand.filing.kind !== "brand" || brand.accountId !== accountId || brand.projectId !== id) {
    mistakes.push({ path: "brand", detail: "is not a brand of this project: register one first" })
  } else {
    if (brand.state === "rejected") mistakes.push({ path: "brand", detail: "was rejected: register another" })
    if ((brand.filing.type === "sole_proprietor") !== (filing.useCase === "SOLE_PROPRIETOR")) {
      mistakes.push({ path: "use_case", detail: "must be SOLE_PROPRIETOR for a sole proprietor's brand, and for no other" })
    }
  }
  const numbers = filing.numbers ?? []
  for (const [index, number] of numbers.entries()) {
    const path = `numbers.${index}`
    const wrong = numbers.indexOf(number) < index ? { path, detail: "stands here twice" } : yield* attachable(number, null, id, path)
    if (wrong !== null) mistakes.push(wrong)
  }
  return mistakes
})

const ofTollFree = Effect.fnUntraced(function*(filing: TollFreeFiling, { id }: Pick<Project, "id">) {
  const directory = yield* Directory
  const store = yield* RegistrationStore
  const mistakes: Array<FilingMistake> = []
  const known = Option.getOrNull(yield* directory.number(filing.number))
  if (known === null || known.projectId !== id) mistakes.push({ path: "number", detail: "is not a number of this project: buy or import it first" })
  else if (known.type !== "toll_free") mistakes.push({ path: "number", detail: "is not toll-free: register a campaign for long codes" })
  const link = Option.getOrNull(yield* store.number(filing.number))
  const before = link === null ? null : Option.getOrNull(yield* store.get(link.registrationId))
  // A rejected verification is followed by another filing of the same number.
  if (before !== null && before.state !== "rejected") mistakes.push({ path: "number", detail: `is registered already, under ${before.id} (${before.state})` })
  if (filing.businessType !== "SOLE_PROPRIETOR") {
    const required = [["business_registration_number", filing.businessRegistrationNumber], ["business_registration_authority", filing.businessRegistrationAuthority], ["business_registration_country", filing.businessRegistrationCountry]] as const
    for (const [path, value] of required) if (value === undefined) mistakes.push({ path, detail: "is required of every business but a sole proprietor's" })
  }
  return mistakes
})

/** None: it may be filed. Runs inside the transaction that files it. */
export const mistakesOf = Effect.fnUntraced(function*(filing: Filing, project: Pick<Project, "accountId" | "id">) {
  const carrier = yield* CarrierRegistrations
  const own = filing.kind === "campaign" ? yield* ofCampaign(filing, project) : filing.kind === "toll_free" ? yield* ofTollFree(filing, project) : []
  return [...own, ...carrier.mistakes(filing)]
})
