/** `parley doctor`: looks at everything that has to be right before a text can come and go. Changes nothing, unless it is asked to. */
import type { Redacted } from "effect"
import { Console, Effect, Result, Schema } from "effect"
import { Directory } from "@parley/core/ports/Directory"
import * as TwilioInspection from "@parley/twilio/TwilioInspection"
import * as TwilioNumbers from "@parley/twilio/TwilioNumbers"
import * as Accounts from "../Accounts.ts"
import * as AddressChecks from "../doctor/AddressChecks.ts"
import * as CarrierChecks from "../doctor/CarrierChecks.ts"
import { count, type Finding, ok, problem, summary, warning } from "../doctor/Finding.ts"
import * as ProjectChecks from "../doctor/ProjectChecks.ts"
import * as Repairs from "../doctor/Repairs.ts"
import * as StoreChecks from "../doctor/StoreChecks.ts"
import { environmentLookup } from "../Secrets.ts"
import * as Settings from "../Settings.ts"

/** At least one problem; the findings are told already. */
export class Unwell extends Schema.TaggedError<Unwell>()("Unwell", { summary: Schema.String }) {
  override get message(): string {
    return this.summary
  }
}

/** What was asked, and what is known of the way here. */
interface Visit {
  readonly settings: Settings.Settings
  readonly isServed: boolean
  /** A gateway answers at the public address. */
  readonly isReached: boolean
  readonly fix: boolean
}

const inStore = Effect.fnUntraced(function*<E, R>({ fix, isReached, isServed, settings }: Visit, check: Effect.Effect<Result.Result<Finding, Finding>, E, R>) {
  const store = yield* check
  if (Result.isFailure(store)) return [store.failure]
  const directory = yield* Directory
  const projects = yield* directory.projects(null)
  const findings: Array<Finding> = [
    store.success,
    ok("store", isServed ? "A gateway serves it now." : "No gateway serves it now."),
    ...yield* AddressChecks.demoKey(settings)
  ]
  if (projects.length === 0) findings.push(warning("store", "It holds no project, so nobody can call the API: parley apply -f project.json"))
  for (const project of projects) findings.push(...yield* ProjectChecks.check(project, settings, environmentLookup))
  const inspection = yield* TwilioInspection.make({ baseUrl: settings.twilioBaseUrl === null ? null : new URL(settings.twilioBaseUrl) })
  const accountFor = yield* Accounts.make(settings, environmentLookup)
  const { publicUrl } = settings
  const carrier = yield* CarrierChecks.check(projects, accountFor, inspection, { publicUrl, isOurs: isReached })
  if (!fix) return [...findings, ...carrier]
  const market = TwilioNumbers.layer({
    accountFor,
    publicUrl: publicUrl === null ? null : new URL(publicUrl),
    fallbackUrl: settings.fallbackUrl === null ? null : new URL(settings.fallbackUrl),
    baseUrl: settings.twilioBaseUrl === null ? null : new URL(settings.twilioBaseUrl)
  })
  return [...findings, ...yield* Effect.provide(Repairs.apply(carrier), market)]
}, Effect.scoped)

const checkAll = Effect.fnUntraced(function*(settings: Settings.Settings, fix: boolean) {
  const valid = ok("settings", "They are valid.")
  if (settings.store._tag === "Postgres") return [valid, ...yield* inPostgres(settings, settings.store.url, fix)]
  const { filename } = settings.store
  const isServed = yield* StoreChecks.isServed(filename)
  const address = yield* AddressChecks.publicUrl(settings, isServed)
  const findings: Array<Finding> = [valid, ...address]
  if (!StoreChecks.isThere(filename)) return [...findings, StoreChecks.missing(filename)]
  const stored = yield* inStore({ settings, isServed, isReached: isReached(address), fix }, StoreChecks.check(filename)).pipe(
    Effect.provide(StoreChecks.layer(filename)),
    Effect.catchTag(["SqlError", "StoreFailure"], (failure) => Effect.succeed([StoreChecks.unreadable(filename, failure)]))
  )
  return [...findings, ...stored]
})

const isReached = (address: ReadonlyArray<Finding>) => address.some(({ level }) => level === "ok")

const inPostgres = Effect.fnUntraced(function*(settings: Settings.Settings, url: Redacted.Redacted<string>, fix: boolean) {
  const PostgresChecks = yield* Effect.promise(() => import("../doctor/PostgresChecks.ts"))
  return yield* Effect.gen(function*() {
    const isServed = yield* PostgresChecks.isServed
    const address = yield* AddressChecks.publicUrl(settings, isServed)
    return [...address, ...yield* inStore({ settings, isServed, isReached: isReached(address), fix }, PostgresChecks.check(url))]
  }).pipe(
    Effect.provide(PostgresChecks.layer(url)),
    Effect.catchTag(["SqlError", "StoreFailure"], (failure) => Effect.succeed([PostgresChecks.unreadable(url, failure)]))
  )
})

const invalid = ({ problems }: Settings.InvalidSettings): ReadonlyArray<Finding> => [
  ...problems.map((sentence) => problem("settings", `${sentence}.`)),
  warning("settings", "With settings like these the gateway does not start, and the rest was not looked at: correct them, then look again.")
]

const shown = ({ about, level, message, repair }: Finding) => ({ level, about, message, fixable: repair !== undefined })

const line = ({ about, level, message }: Finding) => `${level.padEnd(8)} ${about}: ${message}`

/** @param fix repairs what it safely can, and tells what it did; a problem that is repaired is none any more */
export const doctor = Effect.fnUntraced(function*({ fix, json }: { readonly fix: boolean; readonly json: boolean }) {
  const findings = yield* Settings.read(process.env).pipe(
    Effect.flatMap((settings) => checkAll(settings, fix)),
    Effect.catchTag("InvalidSettings", (settings) => Effect.succeed(invalid(settings)))
  )
  const problems = count(findings, "problem")
  if (json) yield* Console.log(JSON.stringify({ ok: problems === 0, problems, warnings: count(findings, "warning"), fixed: count(findings, "fixed"), findings: findings.map(shown) }, null, 2))
  else for (const finding of findings) yield* Console.log(line(finding))
  const fixable = findings.filter(({ repair }) => repair !== undefined).length
  const told = `${summary(findings)}${fixable === 0 ? "" : `; "parley doctor --fix" repairs ${fixable} of them`}`
  if (problems > 0) return yield* new Unwell({ summary: told })
  if (!json) yield* Console.log(told)
})
