/** Throws requests at a real gateway beside a simulated carrier, and watches both the answers and the process. */
import fc from "fast-check"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import { type GatewayOptions, start } from "@parley/crash-matrix/GatewayProcess"
import { freePort } from "@parley/scripts/FreePort"
import { makeClient, type Outcome } from "./Client.ts"
import { judge } from "./Judge.ts"
import { rawRequests } from "./RawRequests.ts"
import { type Access, type FuzzRequest, type Known, type OpenApi, requests } from "./Requests.ts"
import { webhooks } from "./WebhookRequests.ts"

export interface FuzzOptions {
  readonly entry: string
  readonly requests: number
  readonly seed: number
  /** Told after each round: requests so far, and the process's memory. */
  readonly progress?: (sent: number, residentMegabytes: number) => void
}

export interface FuzzResult {
  readonly sent: number
  /** Status, or what came instead of one → how often. */
  readonly outcomes: ReadonlyMap<string, number>
  /** A sentence for each kind of thing that is wrong, with the first request that showed it. */
  readonly problems: ReadonlyArray<string>
  /** Of the process, in megabytes: once it is warm, and at the end. */
  readonly residentMegabytes: readonly [warm: number, end: number]
  readonly slowestMillis: number
}

const answeredWithinMillis = 15_000
const atOnce = 16
const batch = 500

/** Growth over the warm process that is no leak: caches fill, and the collector is in no hurry. */
const mayGrow = { factor: 1.8, megabytes: 120 } as const

const account = { sid: "AC00000000000000000000000000000001", authToken: "the-auth-token-of-the-fuzzer" }
const access: Access = { keyHeader: "X-PolyAi-Auth-Token", key: "pk_the-key-of-the-fuzzer-00000000000000000000000", connectorHeader: "X-TOKEN-ID", connector: "conn_main" }
const numbers = ["+15005550006", "+15005550009"]
const users = Array.from({ length: 200 }, (_, i) => `+1415556${String(1_000 + i)}`)

const project = {
  account: "ws-fuzz",
  project: "main",
  agent: { type: "scripted" },
  session: { coalesce: "50 millis", idle_after: "5 seconds", warning_grace: "2 seconds", unanswered_after: "10 seconds" },
  limits: { outbound_per_minute: 1_000_000, inbound_per_user_per_minute: 100, inbound_per_project_per_minute: 1_000_000, identical_texts: 50 },
  connectors: [{ id: access.connector, environment: "live" }],
  numbers: numbers.map((number) => ({ number, environment: "live", type: "long_code", registration: "approved", segments_per_second: 1_000 })),
  templates: [{ name: "bye", environment: "live", title: "Goodbye", body: "Bye ${name}." }, { name: "plain", environment: "live", title: "Plain", body: "Bye." }],
  api_keys: [{ name: "fuzzer", secret_env: "FUZZ_API_KEY" }]
}

const residentMegabytes = (pid: number): number => Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024

const say = ({ body, headers, method, path }: FuzzRequest): string =>
  `${method} ${JSON.stringify(path.slice(0, 300))} ${JSON.stringify(headers).slice(0, 400)} ${body === null ? "" : JSON.stringify(body.toString("utf8").slice(0, 400))}`

/** Equal problems are one: figures and ids aside. */
const kindOf = (problem: string): string => problem.replace(/[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f-]{36}|\d{4,}/gu, "…")

export const fuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-fuzz-"))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const sim = await startCarrierSim({
    accounts: [account],
    numbers: numbers.map((phoneNumber) => ({ phoneNumber, segmentsPerSecond: 1_000, registered: true })),
    delays: { queuedMillis: 1, sentMillis: 5, deliveredMillis: 10 },
    keptMessages: 2_000,
    keptWebhooks: 100
  })
  const gateway: GatewayOptions = {
    entry: options.entry,
    env: {
      PORT: String(port),
      PUBLIC_URL: url,
      DATABASE_URL: `file:${join(folder, "store.db")}`,
      TWILIO_ACCOUNT_SID: account.sid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_BASE_URL: sim.url,
      FUZZ_API_KEY: access.key,
      LOG_LEVEL: "error"
    }
  }
  const projectPath = join(folder, "project.json")
  writeFileSync(projectPath, JSON.stringify(project))
  const applied = await start(gateway, ["apply", "--file", projectPath]).died
  if (applied.code !== 0) throw new Error(`The project could not be applied:\n${applied.said}`)

  const child = start(gateway, ["serve"])
  const client = makeClient(new URL(url), answeredWithinMillis)
  const outcomes = new Map<string, number>()
  const problems = new Map<string, string>()
  const ids: Array<string> = []
  let slowestMillis = 0

  const note = (problem: string | null, request: () => string) => {
    if (problem === null) return
    const kind = kindOf(problem)
    if (!problems.has(kind)) problems.set(kind, `${problem}\n    ${request()}`)
  }
  const count = (outcome: Outcome) => {
    const name = outcome._tag === "Answered" ? String(outcome.status) : outcome._tag
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
    if (outcome._tag === "Answered") slowestMillis = Math.max(slowestMillis, outcome.millis)
  }
  /** Sends a batch, some at once. */
  const throwAll = async <A>(all: ReadonlyArray<A>, each: (one: A) => Promise<void>) => {
    const queue = [...all]
    await Promise.all(Array.from({ length: atOnce }, async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) await each(next)
    }))
  }

  try {
    await child.ready(url)
    const document = await (await fetch(`${url}/openapi.json`)).json() as OpenApi
    const headers = { [access.keyHeader]: access.key, [access.connectorHeader]: access.connector, "Content-Type": "application/json" }
    const learn = async () => {
      const send = (more: object) => fetch(`${url}/v1/outbound-sms`, { method: "POST", headers, body: JSON.stringify({ user_number: users[ids.length % users.length], message: "Hello", ...more }) })
      const idOf = (response: Response) => (response.headers.get("location") ?? "").split("/").at(-1) ?? ""
      const id = idOf(await send({}))
      ids.push(idOf(await send({ send_at: new Date(Date.now() + 3_600_000).toISOString() })))
      const texts = await (await fetch(`${url}/v1/sessions/${id}/messages`, { headers })).json() as { readonly data?: ReadonlyArray<{ readonly id: string }> }
      ids.push(id, ...texts.data?.map((text) => text.id) ?? [])
      if (ids.length > 60) ids.splice(0, 20)
    }

    let warm = 0
    let sent = 0
    for (let round = 0; sent < options.requests; round++) {
      await learn()
      const known: Known = { ids, numbers, users, templates: ["plain"] }
      const seed = options.seed * 1_000_003 + round
      const size = Math.min(batch, options.requests - sent)
      const api = fc.sample(requests(document, access, known), { seed, numRuns: Math.ceil(size * 0.68) })
      const hooks = fc.sample(webhooks({ accountSid: account.sid, authToken: account.authToken, url, project: "main", numbers, users }), { seed, numRuns: Math.floor(size * 0.28) })
      const raws = fc.sample(rawRequests(access), { seed, numRuns: Math.max(size - api.length - hooks.length, 0) || 1 })
      await throwAll([...api, ...hooks], async (request) => {
        const outcome = await client.send(request)
        count(outcome)
        note(judge(outcome, request.method), () => say(request))
      })
      await throwAll(raws, async (bytes) => {
        const outcome = await client.raw(bytes)
        count(outcome)
        note(judge(outcome, "", true), () => JSON.stringify(bytes.toString("latin1").slice(0, 600)))
      })
      sent += api.length + hooks.length + raws.length
      if (warm === 0 && sent >= Math.min(options.requests * 0.2, 20_000)) warm = residentMegabytes(child.pid)
      options.progress?.(sent, residentMegabytes(child.pid))
    }

    const end = residentMegabytes(child.pid)
    const isAlive = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then((response) => response.ok, () => false)
    if (!isAlive) problems.set("alive", "the gateway is not ready any more")
    if (end > Math.max(warm * mayGrow.factor, warm + mayGrow.megabytes)) problems.set("memory", `the process grew from ${warm.toFixed(0)} MB to ${end.toFixed(0)} MB`)
    child.kill("SIGTERM")
    const death = await child.died
    if (death.code !== 0) problems.set("stop", `told to stop, the gateway ended with ${death.code ?? death.signal}:\n${death.said.slice(-1_000)}`)
    for (const line of death.said.split("\n")) if (/ERROR|FATAL/u.test(line)) note(`the gateway calls it an error: ${line.slice(0, 500)}`, () => "")
    return { sent, outcomes, problems: [...problems.values()], residentMegabytes: [warm, end], slowestMillis }
  } finally {
    child.kill("SIGKILL")
    client.close()
    await sim.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
