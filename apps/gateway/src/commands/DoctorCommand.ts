/** `parley doctor`: looks at everything that has to be right before a text can come and go, and changes nothing. */
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

const inStore = Effect.fnUntraced(function*(settings: Settings.Settings, isServed: boolean) {
  const store = yield* StoreChecks.check(settings.databaseFile)
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
  const { databaseFile } = settings
  const isServed = yield* StoreChecks.isServed(databaseFile)
  const findings: Array<Finding> = [ok("settings", "They are valid."), ...yield* AddressChecks.publicUrl(settings, isServed)]
  if (!StoreChecks.isThere(databaseFile)) return [...findings, StoreChecks.missing(databaseFile)]
  const stored = yield* inStore(settings, isServed).pipe(
    Effect.provide(StoreChecks.layer(databaseFile)),
    Effect.catchTag(["SqlError", "StoreFailure"], (failure) => Effect.succeed([StoreChecks.unreadable(databaseFile, failure)]))
  )
  return [...findings, ...stored]
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
