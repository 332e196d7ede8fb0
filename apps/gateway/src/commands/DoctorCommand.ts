/** `parley doctor`: looks at everything that has to be right before a text can come and go, and changes nothing. */
import type { Redacted } from "effect"
import { Console, Effect, Result, Schema } from "effect"
import { Directory } from "@parley/core/ports/Directory"
import * as TwilioInspection from "@parley/twilio/TwilioInspection"
import * as Accounts from "../Accounts.ts"
import * as AddressChecks from "../doctor/AddressChecks.ts"
import * as CarrierChecks from "../doctor/CarrierChecks.ts"
import { count, type Finding, ok, problem, summary, warning } from "../doctor/Finding.ts"
import * as ProjectChecks from "../doctor/ProjectChecks.ts"
import * as StoreChecks from "../doctor/StoreChecks.ts"
import { environmentLookup } from "../Secrets.ts"
import * as Settings from "../Settings.ts"

/** At least one problem; the findings are told already. */
export class Unwell extends Schema.TaggedError<Unwell>()("Unwell", { summary: Schema.String }) {
  override get message(): string {
    return this.summary
  }
}

const inStore = Effect.fnUntraced(function*<E, R>(settings: Settings.Settings, isServed: boolean, check: Effect.Effect<Result.Result<Finding, Finding>, E, R>) {
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
  return [...findings, ...yield* CarrierChecks.check(projects, accountFor, inspection, settings.publicUrl)]
}, Effect.scoped)

const checkAll = Effect.fnUntraced(function*(settings: Settings.Settings) {
  const valid = ok("settings", "They are valid.")
  if (settings.store._tag === "Postgres") return [valid, ...yield* inPostgres(settings, settings.store.url)]
  const { filename } = settings.store
  const isServed = yield* StoreChecks.isServed(filename)
  const findings: Array<Finding> = [valid, ...yield* AddressChecks.publicUrl(settings, isServed)]
  if (!StoreChecks.isThere(filename)) return [...findings, StoreChecks.missing(filename)]
  const stored = yield* inStore(settings, isServed, StoreChecks.check(filename)).pipe(
    Effect.provide(StoreChecks.layer(filename)),
    Effect.catchTag(["SqlError", "StoreFailure"], (failure) => Effect.succeed([StoreChecks.unreadable(filename, failure)]))
  )
  return [...findings, ...stored]
})

const inPostgres = Effect.fnUntraced(function*(settings: Settings.Settings, url: Redacted.Redacted<string>) {
  const PostgresChecks = yield* Effect.promise(() => import("../doctor/PostgresChecks.ts"))
  return yield* Effect.gen(function*() {
    const isServed = yield* PostgresChecks.isServed
    return [...yield* AddressChecks.publicUrl(settings, isServed), ...yield* inStore(settings, isServed, PostgresChecks.check(url))]
  }).pipe(
    Effect.provide(PostgresChecks.layer(url)),
    Effect.catchTag(["SqlError", "StoreFailure"], (failure) => Effect.succeed([PostgresChecks.unreadable(url, failure)]))
  )
})

const invalid = ({ problems }: Settings.InvalidSettings): ReadonlyArray<Finding> => [
  ...problems.map((sentence) => problem("settings", `${sentence}.`)),
  warning("settings", "With settings like these the gateway does not start, and the rest was not looked at: correct them, then look again.")
]

const line = ({ about, level, message }: Finding) => `${level.padEnd(8)} ${about}: ${message}`

export const doctor = Effect.fnUntraced(function*(json: boolean) {
  const findings = yield* Settings.read(process.env).pipe(
    Effect.flatMap(checkAll),
    Effect.catchTag("InvalidSettings", (settings) => Effect.succeed(invalid(settings)))
  )
  const problems = count(findings, "problem")
  if (json) yield* Console.log(JSON.stringify({ ok: problems === 0, problems, warnings: count(findings, "warning"), findings }, null, 2))
  else for (const finding of findings) yield* Console.log(line(finding))
  if (problems > 0) return yield* new Unwell({ summary: summary(findings) })
  if (!json) yield* Console.log(summary(findings))
})
