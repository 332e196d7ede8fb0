/**
 * Brings a project to what its file says: declarative and idempotent. The plan is the difference, in sentences; applying it is
 * one transaction.
 */
import { DateTime, Duration, Effect, Option, Schema } from "effect"
import type { AuditAction } from "@parley/schema/Audit"
import { countryOf } from "@parley/schema/NumberPlan"
import type { RegistrationId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { mask } from "@parley/schema/PhoneNumber"
import * as AuditLog from "@parley/core/AuditLog"
import { CurrentAvailability } from "@parley/core/Availability"
import * as EventWebhooks from "@parley/core/EventWebhooks"
import { isForCampaigns } from "@parley/core/FilingChecks"
import type { Ids } from "@parley/core/Ids"
import type { AuditStore } from "@parley/core/ports/AuditStore"
import { Directory } from "@parley/core/ports/Directory"
import type { EventStore } from "@parley/core/ports/EventStore"
import type { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"
import { OperationStore } from "@parley/core/ports/OperationStore"
import { RegistrationStore } from "@parley/core/ports/RegistrationStore"
import type { StoreFailure } from "@parley/core/ports/Store"
import { Transactor } from "@parley/core/ports/Store"
import type { AgentNumber, ApiKey, Connector, Project } from "@parley/core/Project"
import { ProjectConfig } from "@parley/core/Project"
import { attachTo } from "@parley/core/RegisteredNumbers"
import { initialRegistration, usualSegmentsPerSecond } from "@parley/core/Throughput"
import * as ApiKeys from "./ApiKeys.ts"
import type { ProjectFile } from "./ProjectFile.ts"

/** One difference, and what removes it. */
export interface Change {
  readonly kind: "add" | "change" | "remove"
  /** What changes, for people: `number +15*******06: registration pending → approved`. */
  readonly about: string
  readonly apply: Effect.Effect<void, StoreFailure, Directory | RegistrationStore | AuditStore | EventStore | EventWebhookStore | Ids>
  /** How the audit log tells it. */
  readonly deed: Omit<AuditLog.Deed, "detail">
}

/** What the file asks for can't be had, a sentence each. */
export class CannotApply extends Schema.TaggedError<CannotApply>()("CannotApply", { problems: Schema.Array(Schema.String) }) {
  override get message(): string {
    return `The file can't be applied, and nothing was changed:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}`
  }
}

/** The value of an environment variable of the gateway, by name. */
export type Lookup = (name: string) => Option.Option<string>

/** The differences between the store and the file; none when it is applied already. */
export const plan = Effect.fn("Apply.plan")(function*(file: ProjectFile, lookup: Lookup) {
  const problems: Array<string> = []
  const now = yield* DateTime.now
  const changes: Array<Change> = [
    ...yield* planProject(file, problems),
    ...yield* planConnectors(file, problems),
    ...yield* planNumbers(file, problems),
    ...yield* planKeys(file, lookup, problems, now)
  ]
  if (problems.length > 0) return yield* new CannotApply({ problems })
  return changes
})

/** Carries the changes out, all of them or none, and tells the audit log of each. */
export const apply = Effect.fn("Apply.apply")(function*(changes: ReadonlyArray<Change>) {
  const { transact } = yield* Transactor
  const told = Effect.forEach(changes, ({ about, apply, deed }) => Effect.andThen(apply, AuditLog.append({ ...deed, detail: about })), { discard: true })
  yield* transact(told).pipe(byHand)
})

/** What is done at the command line, beside a gateway or without one. */
export const byHand = <A, E, R>(deed: Effect.Effect<A, E, R>) => Effect.provideService(deed, AuditLog.CurrentActor, "cli")

const deedOf = ({ account, project }: ProjectFile, action: AuditAction, subject: string): Change["deed"] =>
  ({ accountId: account, projectId: project, action, subject })

const millis = /^(\d+) millis$/u

/** A value as people write it: `1d 12h`, `"webhook"`, `nothing`. */
const shown = (value: unknown): string => {
  if (value === undefined || value === null) return "nothing"
  const duration = typeof value === "string" ? millis.exec(value)?.[1] : undefined
  return duration === undefined ? JSON.stringify(value) : Duration.format(Duration.millis(Number(duration)))
}

const differences = (before: object, after: object): string => {
  const old = new Map(Object.entries(before))
  return Object.entries(after)
    .filter(([key, value]) => JSON.stringify(old.get(key) ?? null) !== JSON.stringify(value))
    .map(([key, value]) => `${key} ${shown(old.get(key))} → ${shown(value)}`)
    .join(", ")
}

const encodeConfig = Schema.encodeSync(Schema.toCodecJson(ProjectConfig))

const planProject = Effect.fnUntraced(function*(file: ProjectFile, problems: Array<string>) {
  const directory = yield* Directory
  const { agent, events, limits, quiet_hours: quietHours, registration, retention, sender_pools: senderPools, session, templates, twilio } = file
  const config: ProjectConfig = { agent, carrier: twilio, senderPools, limits, session, registration, quietHours, retention, events, templates }
  const project: Project = { id: file.project, accountId: file.account, config }
  const before = yield* directory.project(file.project)
  const put = Effect.andThen(directory.putProject(project), EventWebhooks.settle(project))
  if (Option.isNone(before)) return [{ kind: "add" as const, about: `project ${file.project}`, apply: put, deed: deedOf(file, "project.created", file.project) }]
  if (before.value.accountId !== file.account) {
    problems.push(`Project ${file.project} belongs to account ${before.value.accountId}, not to ${file.account}. Choose another project id.`)
    return []
  }
  const parts = Object.entries(encodeConfig(project.config) as object).flatMap(([section, after]) => {
    const was = (encodeConfig(before.value.config) as Readonly<Record<string, unknown>>)[section]
    if (JSON.stringify(was) === JSON.stringify(after)) return []
    const isObject = (value: unknown): value is object => typeof value === "object" && value !== null
    return [isObject(was) && isObject(after) ? `${section}: ${differences(was, after)}` : `${section} ${shown(was)} → ${shown(after)}`]
  })
  return parts.length === 0 ? [] : [{ kind: "change" as const, about: `project ${file.project}: ${parts.join("; ")}`, apply: put, deed: deedOf(file, "project.changed", file.project) }]
})

const planConnectors = Effect.fnUntraced(function*(file: ProjectFile, problems: Array<string>) {
  const directory = yield* Directory
  const changes: Array<Change> = []
  for (const wanted of file.connectors) {
    const connector: Connector = { ...wanted, projectId: file.project, accountId: file.account }
    const before = yield* directory.connector(wanted.id)
    const put = Effect.flatMap(Directory, (directory) => directory.putConnector(connector))
    if (Option.isNone(before)) changes.push({ kind: "add", about: `connector ${wanted.id} (${wanted.environment})`, apply: put, deed: deedOf(file, "connector.created", wanted.id) })
    else if (before.value.projectId !== file.project) {
      problems.push(`Connector ${wanted.id} belongs to another project. Choose another connector id.`)
    } else if (before.value.environment !== wanted.environment) {
      changes.push({ kind: "change", about: `connector ${wanted.id}: ${before.value.environment} → ${wanted.environment}`, apply: put, deed: deedOf(file, "connector.changed", wanted.id) })
    }
  }
  for (const existing of yield* directory.connectors(file.project)) {
    if (file.connectors.some((wanted) => wanted.id === existing.id)) continue
    const remove = Effect.flatMap(Directory, (directory) => directory.removeConnector(existing.id))
    changes.push({ kind: "remove", about: `connector ${existing.id}`, apply: remove, deed: deedOf(file, "connector.removed", existing.id) })
  }
  return changes
})

/** What the file leaves open is as the number is registered here, and else as for any number of its kind. */
const complete = Effect.fnUntraced(function*(file: ProjectFile, wanted: ProjectFile["numbers"][number], before: AgentNumber | null, problems: Array<string>) {
  const country = wanted.country ?? countryOf(wanted.number)
  if (country === undefined) {
    problems.push(`The country of ${wanted.number} can't be read off it. Give the number a "country".`)
    return null
  }
  const isRegistered = wanted.registration === null && before !== null && Option.isSome(yield* (yield* RegistrationStore).number(wanted.number))
  const registration = wanted.registration ?? (isRegistered ? before.registration : initialRegistration(country))
  const usual = isRegistered ? before.segmentsPerSecond : usualSegmentsPerSecond(yield* CurrentAvailability, country, wanted.type, registration)
  // What the carrier told when the number was imported stays, unless the file knows better.
  const mms = wanted.mms ?? before?.mms
  const number: AgentNumber = {
    number: wanted.number,
    projectId: file.project,
    environment: wanted.environment,
    type: wanted.type,
    country,
    registration,
    segmentsPerSecond: wanted.segments_per_second ?? usual,
    ...(mms === undefined ? {} : { mms })
  }
  return number
})

const planNumbers = Effect.fnUntraced(function*(file: ProjectFile, problems: Array<string>) {
  const directory = yield* Directory
  const changes: Array<Change> = []
  const seen = new Set<PhoneNumber>()
  for (const wanted of file.numbers) {
    if (seen.has(wanted.number)) {
      problems.push(`${wanted.number} stands twice in the file. A number serves one environment.`)
      continue
    }
    seen.add(wanted.number)
    const before = yield* directory.number(wanted.number)
    const number = yield* complete(file, wanted, Option.getOrNull(before), problems)
    if (number === null) continue
    const put = Effect.flatMap(Directory, (directory) => directory.putNumber(number))
    const name = `number ${mask(number.number)}`
    if (Option.isNone(before)) changes.push({ kind: "add", about: `${name} (${number.environment}, ${number.type}, ${number.country})`, apply: put, deed: deedOf(file, "number.added", number.number) })
    else if (before.value.projectId !== file.project) problems.push(`${wanted.number} belongs to another project. Remove it there first.`)
    else if (before.value.retiring === true) problems.push(`${wanted.number} is being released. Take it out of the file.`)
    else {
      const difference = differences(before.value, number)
      if (difference !== "") changes.push({ kind: "change", about: `${name}: ${difference}`, apply: put, deed: deedOf(file, "number.changed", number.number) })
    }
    if (wanted.campaign !== null) changes.push(...yield* planCampaign(file, number, wanted.campaign, wanted.registration !== null, problems))
  }
  for (const existing of yield* directory.numbersOfProject(file.project)) {
    if (seen.has(existing.number) || (yield* isProvisioned(existing.number))) continue
    const remove = Effect.flatMap(Directory, (directory) => directory.removeNumber(existing.number))
    changes.push({ kind: "remove", about: `number ${mask(existing.number)}`, apply: remove, deed: deedOf(file, "number.removed", existing.number) })
  }
  return changes
})

/** The campaign that a number is to text under; its registration and pace follow from it. */
const planCampaign = Effect.fnUntraced(function*(file: ProjectFile, number: AgentNumber, id: RegistrationId, isToldTwice: boolean, problems: Array<string>) {
  const store = yield* RegistrationStore
  const campaign = Option.getOrNull(yield* store.get(id))
  const nothing: ReadonlyArray<Change> = []
  if (campaign === null || campaign.filing.kind !== "campaign" || campaign.projectId !== file.project) {
    problems.push(`${number.number} names the campaign ${id}, which is none of this project. List them: parley registration campaign list`)
    return nothing
  }
  if (isToldTwice) {
    problems.push(`${number.number} has a "campaign" and a "registration". Leave the registration out: it follows the campaign.`)
    return nothing
  }
  if (!isForCampaigns(number)) {
    problems.push(`${number.number} is no US or Canadian long code, and campaigns are for those alone.`)
    return nothing
  }
  const link = Option.getOrNull(yield* store.number(number.number))
  if (link?.registrationId === id) return nothing
  const change: Change = {
    kind: "change",
    about: `number ${mask(number.number)}: campaign ${link?.registrationId ?? "nothing"} → ${id}`,
    apply: Effect.asVoid(attachTo(campaign, number.number)),
    deed: deedOf(file, "number.changed", number.number)
  }
  return [change]
})

/** Bought or imported with `parley numbers`, or being released with it: the file need not know of it, and does not take it away. */
const isProvisioned = Effect.fnUntraced(function*(number: PhoneNumber) {
  const operations = yield* OperationStore
  return Option.exists(yield* operations.latest(number), ({ kind, stage }) => kind === "release" ? stage !== "released" : stage === "active")
})

const planKeys = Effect.fnUntraced(function*(file: ProjectFile, lookup: Lookup, problems: Array<string>, now: DateTime.Utc) {
  const directory = yield* Directory
  const changes: Array<Change> = []
  for (const wanted of file.api_keys) {
    const secret = lookup(wanted.secret_env)
    if (Option.isNone(secret)) {
      problems.push(`API key "${wanted.name}" names the environment variable ${wanted.secret_env}, which is not set.`)
      continue
    }
    const about = { accountId: file.account, name: wanted.name, scopes: wanted.scopes, expiresAt: wanted.expires_at }
    const key = ApiKeys.record(secret.value, about, now)
    const before = yield* directory.keyByHash(key.hash)
    if (Option.isSome(before) && before.value.accountId !== file.account) {
      problems.push(`API key "${wanted.name}" is in use by another account. Make another with: parley keys create`)
      continue
    }
    const put = (key: ApiKey) => Effect.flatMap(Directory, (directory) => directory.putKey(key))
    if (Option.isNone(before)) changes.push({ kind: "add", about: `API key "${wanted.name}" (${key.hint})`, apply: put(key), deed: { ...deedOf(file, "key.created", key.id), projectId: null } })
    else {
      const changeable = (key: ApiKey) => ({ name: key.name, scopes: key.scopes, expires_at: key.expiresAt === null ? null : DateTime.formatIso(key.expiresAt) })
      const difference = differences(changeable(before.value), changeable(key))
      if (difference !== "") {
        const after: ApiKey = { ...key, createdAt: before.value.createdAt, revokedAt: before.value.revokedAt }
        changes.push({ kind: "change", about: `API key "${wanted.name}": ${difference}`, apply: put(after), deed: { ...deedOf(file, "key.changed", key.id), projectId: null } })
      }
    }
  }
  return changes
})
