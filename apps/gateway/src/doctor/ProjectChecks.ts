/** Whether a project can hold conversations: its agent, secrets, connectors, numbers and keys. */
import { DateTime, Duration, Effect, Option } from "effect"
import { lookup as resolveHost } from "node:dns/promises"
import { isIP } from "node:net"
import { guard, reachOf } from "@parley/agents/AddressGuard"
import { defaultBaseUrl } from "@parley/agents/OpenAiAgent"
import { type AvailabilityTable, CurrentAvailability } from "@parley/core/Availability"
import * as Compliance from "@parley/core/Compliance"
import type { EventWebhook, WebhookProgress } from "@parley/core/EventWebhook"
import { Directory } from "@parley/core/ports/Directory"
import { EventWebhookStore } from "@parley/core/ports/EventWebhookStore"
import type { ModelAgent } from "@parley/core/ModelAgent"
import type { AgentConfig, AgentNumber, ApiKey, Connector, Project } from "@parley/core/Project"
import type { Lookup } from "../Apply.ts"
import type { Settings } from "../Settings.ts"
import { type Finding, ok, problem, warning } from "./Finding.ts"

const resolveWithin = Duration.seconds(5)

/** The addresses of a host, of which an IP address is its own; none when it has none. */
const addressesOf = (host: string): Effect.Effect<ReadonlyArray<string>> =>
  isIP(host) !== 0
    ? Effect.succeed([host])
    : Effect.tryPromise(() => resolveHost(host, { all: true })).pipe(
      Effect.map((found) => found.map(({ address }) => address)),
      Effect.timeout(resolveWithin),
      Effect.orElseSucceed(() => [])
    )

/** Whose URL it is, and what does not happen while it can't be called. */
interface Called {
  readonly whose: string
  readonly field: "url" | "base_url"
  readonly so: string
}

const agentCalled = (field: Called["field"]): Called => ({ whose: "agent", field, so: "no turn is answered" })

/** By the same rules as the call itself, which looks again each time. */
const checkUrl = Effect.fnUntraced(function*(about: string, { field, so, whose }: Called, url: string, settings: Pick<Settings, "agentAllowPrivate">) {
  if (!URL.canParse(url)) return problem(about, `The ${whose}'s URL ${url} can't be read, so ${so}: correct its "${field}".`)
  const { hostname, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/gu, "")
  const addresses = yield* addressesOf(host)
  if (addresses.length === 0) return problem(about, `The ${whose}'s host ${host} has no address here, so ${so}: correct the URL, or this machine's name service.`)
  const forbidden = addresses.find(guard({ allowLoopback: false, allowPrivate: settings.agentAllowPrivate }))
  if (forbidden !== undefined) {
    const reach = reachOf(forbidden)
    const remedy = reach === "private"
      ? "name its network in AGENT_ALLOW_PRIVATE"
      : reach === "loopback"
      ? `give the ${whose} an address of its own; only "parley dev" calls this machine`
      : "use another address"
    return problem(about, `The ${whose}'s host ${host} is at ${forbidden}, a ${reach} address that the gateway does not call, so ${so}: ${remedy}.`)
  }
  if (protocol === "http:" && addresses.some((address) => reachOf(address) === "public")) {
    return problem(about, `The ${whose}'s URL ${url} is not https although its host is on the public Internet, so the gateway does not call it and ${so}: use https.`)
  }
  return null
})

/** Asks the model nothing, so that looking costs nothing: whether the key is a right one shows with the first turn. */
const checkModel = Effect.fnUntraced(function*(about: string, agent: ModelAgent, settings: Settings, lookup: Lookup) {
  const unset = agent.apiKeyEnv !== null && Option.isNone(lookup(agent.apiKeyEnv))
    ? [problem(about, `The key of the agent's model is in ${agent.apiKeyEnv}, which is not set here, so no turn is answered: set it in the gateway's environment.`)]
    : []
  const url = yield* checkUrl(about, agentCalled("base_url"), agent.baseUrl ?? defaultBaseUrl, settings)
  return url === null ? unset : [...unset, url]
})

const checkAgent = Effect.fnUntraced(function*(about: string, agent: AgentConfig, settings: Settings, lookup: Lookup) {
  if (agent.type === "scripted") return []
  if (agent.type === "openai") return yield* checkModel(about, agent, settings, lookup)
  const findings: Array<Finding> = []
  if (agent.secretEnv === null) {
    findings.push(warning(about, `Calls of the agent are not signed, so it can't tell the gateway from others: name a secret with "secret_env" of the agent.`))
  } else if (Option.isNone(lookup(agent.secretEnv))) {
    findings.push(problem(about, `The agent's secret is in ${agent.secretEnv}, which is not set here, so no turn is answered: set it in the gateway's environment.`))
  }
  const url = yield* checkUrl(about, agentCalled("url"), agent.url, settings)
  return url === null ? findings : [...findings, url]
})

const checkWebhook = Effect.fnUntraced(function*(about: string, { name, secretEnv, url }: EventWebhook, progress: WebhookProgress | undefined, settings: Settings, lookup: Lookup) {
  const whose = `webhook ${name}`
  const so = "no event is posted to it"
  const unset = Option.isNone(lookup(secretEnv))
    ? [problem(about, `The ${whose}'s secret is in ${secretEnv}, which is not set here, so ${so}: set it in the gateway's environment.`)]
    : []
  const unreachable = yield* checkUrl(about, { whose, field: "url", so }, url, settings)
  const since = progress?.failingSince ?? null
  const failing = since === null || unset.length > 0 || unreachable !== null
    ? []
    : [problem(about, `The ${whose} has not taken events since ${DateTime.formatIso(since)} (${progress?.failures ?? 0} attempts): ${progress?.trouble ?? ""} They are tried again until they are removed by age ("delete_after" of the events).`)]
  return [...unset, ...unreachable === null ? [] : [unreachable], ...failing]
})

const checkWebhooks = Effect.fnUntraced(function*(about: string, { config: { events }, id }: Project, settings: Settings, lookup: Lookup) {
  if (events === null || events.webhooks.length === 0) return []
  const progress = yield* (yield* EventWebhookStore).list(id)
  return (yield* Effect.forEach(events.webhooks, (webhook) => checkWebhook(about, webhook, progress.find(({ name }) => name === webhook.name), settings, lookup))).flat()
})

const isProvidedFor = (connector: Connector) => (number: AgentNumber) => number.environment === connector.environment

const checkConnectors = (about: string, connectors: ReadonlyArray<Connector>, numbers: ReadonlyArray<AgentNumber>): ReadonlyArray<Finding> => {
  if (connectors.length === 0) return [problem(about, `It has no connector, so nobody can send through it: add one to "connectors" and apply the file.`)]
  const bare = connectors.filter((connector) => !numbers.some(isProvidedFor(connector)))
  const lone = new Set(numbers.map(({ environment }) => environment).filter((environment) => !connectors.some((connector) => connector.environment === environment)))
  return [
    ...bare.map(({ environment, id }) => problem(about, `Connector ${id} has no number in ${environment}, so its sends are answered 404: add one to "numbers" and apply the file.`)),
    ...[...lone].map((environment) => warning(about, `Its numbers in ${environment} have no connector, so they only receive: add a connector for ${environment}.`))
  ]
}

const checkRegistration = (project: Project, number: AgentNumber, table: AvailabilityTable): ReadonlyArray<Finding> => {
  const about = `number ${number.number}`
  const judged = Compliance.eligible(number, number.country, number.environment, project.config.registration, table)
  if (judged.eligible) return judged.warnings.map((fact) => warning(about, Compliance.explain(fact)))
  return judged.reason._tag === "RegistrationNotApproved"
    ? [problem(about, `${Compliance.explain(judged.reason)} Until then the gateway does not send from it ("registration" of the project is "enforce").`)]
    : [warning(about, Compliance.explain(judged.reason))]
}

const soon = Duration.days(14)

const checkKeys = (about: string, account: string, keys: ReadonlyArray<ApiKey>, now: DateTime.Utc): ReadonlyArray<Finding> => {
  const active = keys.filter((key) => key.revokedAt === null && (key.expiresAt === null || DateTime.isGreaterThan(key.expiresAt, now)))
  if (active.length === 0) return [problem(about, `Account ${account} has no active API key, so every call is answered 401: parley keys create --account ${account} --name …`)]
  const last = active.every((key) => key.expiresAt !== null && DateTime.isLessThan(key.expiresAt, DateTime.addDuration(now, soon)))
  return last ? [warning(about, `Every API key of account ${account} expires within ${Duration.toDays(soon)} days, after which calls are answered 401: parley keys create --account ${account} --name …`)] : []
}

/** One `ok` when nothing is the matter. */
export const check = Effect.fn("Doctor.project")(function*(project: Project, settings: Settings, lookup: Lookup) {
  const directory = yield* Directory
  const about = `project ${project.id}`
  const connectors = yield* directory.connectors(project.id)
  const numbers = yield* directory.numbersOfProject(project.id)
  const table = yield* CurrentAvailability
  const found: ReadonlyArray<Finding> = [
    ...yield* checkAgent(about, project.config.agent, settings, lookup),
    ...yield* checkWebhooks(about, project, settings, lookup),
    ...checkConnectors(about, connectors, numbers),
    ...numbers.flatMap((number) => checkRegistration(project, number, table)),
    ...checkKeys(about, project.accountId, yield* directory.keys(project.accountId), yield* DateTime.now)
  ]
  return found.length > 0 ? found : [ok(about, `Agent, connectors (${connectors.length}), numbers (${numbers.length}) and API keys are in order.`)]
})
