/** Two gateway processes on one PostgreSQL database, the real ones, each with an address of its own. */
import { Clock, Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Clocks from "@parley/cluster/Clocks"
import * as PostgresServer from "@parley/conformance/PostgresServer"
import * as PostgresClient from "@parley/storage/PostgresClient"
import { type Api, makeApi } from "./harness/Api.ts"
import { type ChildGateway, childGateway } from "./harness/Child.ts"
import { type EventBody, follow } from "./harness/EventStream.ts"
import { parley, running } from "./harness/Command.ts"
import { freePort } from "@parley/scripts/FreePort"
import { accountSid, authToken, number, projectFile, us } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

if (PostgresServer.missing !== null) console.warn(`Several gateways on PostgreSQL are not tested: ${PostgresServer.missing}.`)

const gb = "+447700900123"
const limited = "+14155550002"
const limitedGb = "+447700900124"

interface Ready {
  readonly status: string
  readonly ownership?: { readonly shards: number; readonly of: number; readonly processes: number }
}

describe.skipIf(PostgresServer.missing !== null)("two gateways on one PostgreSQL database", () => {
  const scope = Scope.makeUnsafe()
  let server: PostgresServer.PostgresServer
  let first: ChildGateway
  let second: Awaited<ReturnType<typeof running>>
  let apis: readonly [Api, Api]
  let member: Readonly<Record<string, string>>

  const ready = async (url: string) => await (await fetch(`${url}/readyz`)).json() as Ready

  beforeAll(async () => {
    server = await Effect.runPromise(Scope.provide(PostgresServer.make(), scope))
    const cluster = async () => ({ DATABASE_URL: server.url, CLUSTER_HOST: "127.0.0.1", CLUSTER_PORT: String(await freePort()) })
    first = await childGateway(await cluster())
    member = await cluster()
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const projects = [
      projectFile({ numbers: [number(us), number(gb)], events: {} }),
      projectFile({
        project: "limited",
        numbers: [number(limited), number(limitedGb)],
        limits: { outbound_per_minute: 20, inbound_per_user_per_minute: 4 },
        api_keys: []
      })
    ]
    for (const project of projects) await first.apply(project)
    // The carrier brings the texts of two numbers to the second process.
    for (const [project, phoneNumber] of [["main", gb], ["limited", limitedGb]] as const) {
      first.carrier.sim.number({ phoneNumber, smsUrl: `${url}/twilio/${project}/live/sms#rc=5&rp=all`, segmentsPerSecond: 1_000, registered: true })
    }
    const environment = {
      ...member,
      PORT: String(port),
      PUBLIC_URL: url,
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_BASE_URL: first.carrier.sim.url,
      LOG_LEVEL: "warn"
    }
    const [, other] = await Promise.all([first.start(), running(["serve"], environment, url)])
    second = other
    apis = [first.apiFor({}), makeApi(url)]
  }, 90_000)
  afterAll(async () => {
    await second?.stop("SIGKILL")
    await first?.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  it("share all work between them, and say so", { timeout: 40_000 }, async () => {
    const shares = await until("every shard to have an owner", async () => {
      const both = await Promise.all(apis.map(({ url }) => ready(url)))
      return both.every(({ ownership }) => ownership?.processes === 2 && ownership.shards > 10) && both.reduce((sum, { ownership }) => sum + (ownership?.shards ?? 0), 0) === 64 && both
    })
    for (const { ownership, status } of shares) {
      assert.strictEqual(status, "ready")
      assert.strictEqual(ownership?.of, 64)
    }
    const metrics = await (await fetch(`${apis[1].url}/metrics`)).text()
    assert.match(metrics, /^parley_shards_owned \d+$/mu)
    assert.match(metrics, /^parley_processes 2$/mu)
    assert.match(metrics, /^parley_turns_late_seconds 0/mu)
    assert.notInclude(metrics, member["CLUSTER_PORT"] ?? "nothing")
  })

  it("take any request and any webhook, whoever owns the line and the conversation", { timeout: 40_000 }, async () => {
    const { carrier } = first
    // So many users that both own some of their conversations.
    const users = Array.from({ length: 12 }, (_, index) => `+1415556${String(index).padStart(4, "0")}`)
    const ids = await Promise.all(users.map((user, index) => (index % 2 === 0 ? apis[0] : apis[1]).send(user, "Your appointment is tomorrow at 10:00.", { agent_number: us })))
    await Promise.all(users.map((user) => carrier.waitFor(user, 1)))
    await Promise.all(users.map((user, index) => carrier.text(user, index % 3 === 0 ? gb : us, "hello")))
    await Promise.all(users.map((user) => carrier.waitFor(user, 2)))
    for (const [index, id] of ids.entries()) {
      const other = index % 2 === 0 ? apis[1] : apis[0]
      const history = await other.waitForHistory(id, "a question and its answer", (messages) => messages.length === 3 && messages.every(({ direction, status }) => direction === "inbound" || status === "delivered"))
      assert.deepStrictEqual(history.map(({ author }) => author), ["api", "user", "agent"])
    }
    for (const user of users) assert.strictEqual(carrier.created(user).length, 2)
  })

  it("tell each other's events, in one order, to whoever follows either of them", { timeout: 40_000 }, async () => {
    const streams = await Promise.all(apis.map((api) => follow(api)))
    const users = Array.from({ length: 10 }, (_, index) => `+1415558${String(index).padStart(4, "0")}`)
    await Promise.all(users.map((user, index) => (index % 2 === 0 ? apis[0] : apis[1]).send(user, "Hello", { agent_number: us })))
    const isOfThem = ({ data }: EventBody) => users.includes(String(data["user_number"]))
    const [one, two] = await Promise.all(streams.map((stream) => stream.waitFor(3 * users.length, isOfThem)))
    assert.deepStrictEqual(one, two)
    for (const user of users) {
      assert.deepStrictEqual(one?.filter(({ data }) => data["user_number"] === user).map(({ type }) => type), ["session.started", "message.sent", "message.delivered"])
    }
    for (const stream of streams) stream.close()
  })

  it("keep one limit between them: what one has let through, the other counts", { timeout: 40_000 }, async () => {
    const { carrier } = first
    const began = performance.now()
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => {
      const { headers, url } = index % 2 === 0 ? apis[0] : apis[1]
      return fetch(`${url}/v1/outbound-sms`, {
        method: "POST",
        headers: { ...headers, "X-TOKEN-ID": "conn_limited", "Content-Type": "application/json" },
        body: JSON.stringify({ user_number: `+1415557${String(index).padStart(4, "0")}`, message: "Hi" })
      }).then(({ status }) => status)
    }))
    const refilled = Math.ceil((performance.now() - began) / 3_000)
    const accepted = answers.filter((status) => status === 202).length
    assert.isAtLeast(accepted, 20)
    assert.isAtMost(accepted, 20 + refilled)
    assert.strictEqual(answers.filter((status) => status === 429).length, 60 - accepted)

    const user = "+14155580001"
    await Promise.all(Array.from({ length: 12 }, (_, index) => carrier.text(user, index % 2 === 0 ? limited : limitedGb, `Number ${index}`)))
    const limitedApi = makeApi(apis[0].url, { connector: "conn_limited" })
    const [session] = await until("the session", async () => {
      const found = await limitedApi.sessionsOf(user)
      return found.length > 0 && found
    })
    const history = await limitedApi.history(session?.id ?? "")
    assert.strictEqual(history.filter(({ direction, purpose, status }) => direction === "inbound" && purpose === "text" && status === "received").length, 4)
  })

  it("keep a machine off whose clock is not theirs", { timeout: 20_000 }, async () => {
    const checkAt = (aheadMillis: number) =>
      Effect.gen(function*() {
        const clock = yield* Clock.Clock
        const shifted = Object.create(clock, { currentTimeMillis: { value: Effect.map(clock.currentTimeMillis, (millis) => millis + aheadMillis) } }) as Clock.Clock
        return yield* Clocks.check.pipe(Effect.provideService(Clock.Clock, shifted), Effect.as("agreed"), Effect.catchTag("ClocksApart", ({ message }) => Effect.succeed(message)))
      }).pipe(Effect.provide(PostgresClient.layer({ url: Redacted.make(server.url), maxConnections: 1 })))
    assert.strictEqual(await Effect.runPromise(checkAt(0)), "agreed")
    assert.match(await Effect.runPromise(checkAt(37_000)), /^This machine's clock is 3[67]\.\d s ahead of the database's\./u)
    assert.match(await Effect.runPromise(checkAt(-3_000)), /is [23]\.\d s behind the database's\. .* within 1 s: have both machines keep their clocks by NTP\.$/u)
  })

  it("keep a gateway off that would serve alone, and tell what to do", { timeout: 60_000 }, async () => {
    const alone = await parley(["serve"], { DATABASE_URL: server.url, PORT: String(await freePort()) })
    assert.strictEqual(alone.code, 1)
    assert.match(alone.stderr, /^parley: The database "\w+" on [\w.:]+ is in use by gateway processes that serve it together\. Set CLUSTER_HOST so that this one joins them, or stop them, or set DATABASE_URL to another database\.\n$/mu)
    assert.strictEqual(second.written(), "")
  })
})
