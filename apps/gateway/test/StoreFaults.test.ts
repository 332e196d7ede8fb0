/** A store that cannot do its work: full, locked, damaged. What was answered is kept, what was refused is not, and nobody is left in the dark. */
import { Effect, Exit, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, type TestContext } from "vitest"
import * as PostgresServer from "@parley/conformance/PostgresServer"
import * as PostgresClient from "@parley/storage/PostgresClient"
import { expectProblem } from "./harness/Api.ts"
import { childGateway } from "./harness/Child.ts"
import { parley } from "./harness/Command.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { accountSid, authToken, projectFile, us } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"
import { until } from "./harness/Waiting.ts"

const atMostMillis = 60_000

const newFolder = (test: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), "parley-faults-"))
  test.onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const start = async (test: TestContext, databaseUrl?: string): Promise<TestGateway> => {
  const gateway = await startGateway({ projects: [projectFile()], ...(databaseUrl === undefined ? {} : { databaseUrl }) })
  test.onTestFinished(() => gateway.close())
  return gateway
}

describe("a full disk", () => {
  it("refuses what cannot be kept, keeps what was answered, and goes on by itself once there is room", { timeout: atMostMillis }, async (test) => {
    const gateway = await start(test)
    const { api, carrier } = gateway
    /** What SQLite may use, in pages beyond those that it has. */
    const leave = (pages: number) =>
      gateway.run(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const [used] = yield* sql.unsafe<{ page_count: number }>("PRAGMA page_count")
        yield* sql.unsafe(`PRAGMA max_page_count = ${(used?.page_count ?? 0) + pages}`)
      }))
    await leave(12)
    const accepted = new Map<string, string>()
    const refused: Array<string> = []
    const send = async () => {
      const user = newUser()
      const text = `${user} ${"x".repeat(1_000)}`
      const response = await api.post("/v1/outbound-sms", { user_number: user, message: text })
      if (response.status === 202) return void accepted.set(user, text)
      refused.push(user)
      const problem = await expectProblem(response, 503, "service-unavailable")
      expect(problem.detail).toBe("The service can't store anything, and nothing of this request was kept. Its operator has to act; try again later.")
      expect(problem.retry_after).toBe(30)
    }
    while (refused.length < 3) await send()
    expect(accepted.size).toBeGreaterThan(0)
    // A text of a user is told again until it is kept. The process itself is well, and what needs no room is answered.
    const speaker = newUser()
    const told = carrier.text(speaker, us, `hello ${"y".repeat(1_500)}`)
    await until("a refusal of the text", () => carrier.sim.webhooks().some((attempt) => attempt.params["From"] === speaker && attempt.http_status === 503))
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
    await api.sessionsOf(speaker)

    await leave(100_000)
    expect((await told).webhook.result).toBe("ok")
    expect(await carrier.waitFor(speaker, 1)).toHaveLength(1)
    for (const [user, text] of accepted) expect(await carrier.waitFor(user, 1)).toEqual([text])
    await carrier.sim.settled()
    for (const user of accepted.keys()) expect(carrier.created(user)).toHaveLength(1)
    for (const user of refused) {
      expect(carrier.created(user)).toEqual([])
      expect(await api.sessionsOf(user)).toEqual([])
    }
    await send()
    expect(refused).toHaveLength(3)
  })
})

describe("a store that another program has locked", () => {
  it("is waited for, while what writes nothing is answered; then everything is accepted", { timeout: atMostMillis }, async (test) => {
    const file = join(newFolder(test), "parley.db")
    const gateway = await start(test, `file:${file}`)
    const other = new DatabaseSync(file)
    test.onTestFinished(() => other.close())
    const [user, speaker] = [newUser(), newUser()]
    other.exec("BEGIN IMMEDIATE")
    let isAccepted = false
    const sent = gateway.api.send(user, "Behind a lock").then((id) => {
      isAccepted = true
      return id
    })
    const told = gateway.carrier.text(speaker, us, "hello")
    for (let looks = 0; looks < 5; looks++) {
      expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200)
      expect(await gateway.api.sessionsOf(user)).toEqual([])
    }
    expect(isAccepted).toBe(false)
    other.exec("COMMIT")
    await sent
    expect((await told).webhook.result).toBe("ok")
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["Behind a lock"])
    await gateway.carrier.waitFor(speaker, 1)
  })
})

/** Makes nonsense of one page. */
const overwrite = (file: string, size: number, page: number) => {
  const bytes = openSync(file, "r+")
  writeSync(bytes, Buffer.alloc(size, 0xff), 0, size, page * size)
  closeSync(bytes)
}

/** By an answer, or because the gateway met the damage before the request did and has stopped already. */
const expectRefused = async (send: () => Promise<Response>) => {
  const response = await send().catch((failure: unknown) => {
    if (failure instanceof TypeError) return null
    throw failure
  })
  if (response !== null) await expectProblem(response, 503, "service-unavailable")
}

describe.concurrent("a damaged store", () => {
  it("is refused at the start, with what to do", { timeout: atMostMillis }, async (test) => {
    const file = join(newFolder(test), "parley.db")
    writeFileSync(file, "This is no database. ".repeat(1_000))
    const { code, stderr } = await parley(["serve"], { DATABASE_URL: `file:${file}`, PORT: "0", TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken })
    expect(code).toBe(1)
    expect(stderr.trim()).toBe(
      `parley: The store ${file} can't be opened: file is not a database. It is damaged, or no store of Parley's: restore a backup, or move it away to begin anew; "parley doctor" looks closer.`
    )
  })

  it("that is noticed while the gateway runs stops it, with what to do", { timeout: atMostMillis }, async (test) => {
    const file = join(newFolder(test), "parley.db")
    const gateway = await childGateway({ DATABASE_URL: `file:${file}` })
    test.onTestFinished(() => gateway.close())
    await gateway.apply(projectFile())
    const db = new DatabaseSync(file)
    const [table] = db.prepare("SELECT rootpage, (SELECT page_size FROM pragma_page_size) AS size FROM sqlite_master WHERE name = 'idempotency'").all()
    db.close()
    const [page, size] = [Number(table?.["rootpage"]), Number(table?.["size"])]
    overwrite(file, size, page - 1)

    await gateway.start()
    const api = gateway.apiFor({})
    const user = newUser()
    await expectRefused(() => api.post("/v1/outbound-sms", { user_number: user, message: "Hello" }, { "Idempotency-Key": "damaged" }))
    expect(await gateway.ended()).toEqual({ code: 1, signal: null })
    expect(gateway.logs()).toContain(`${file} is damaged (database disk image is malformed), so nothing more is written to it.`)
    expect(gateway.carrier.created(user)).toEqual([])
  })

  it.skipIf(PostgresServer.missing !== null || PostgresServer.ownServer !== undefined)("on PostgreSQL stops the gateway just so", { timeout: atMostMillis }, async (test) => {
    const scope = Scope.makeUnsafe()
    const server = await Effect.runPromise(Scope.provide(PostgresServer.make(), scope))
    test.onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    const gateway = await childGateway({ DATABASE_URL: server.url })
    test.onTestFinished(() => gateway.close())
    await gateway.apply(projectFile())
    const files = await Effect.runPromise(Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CHECKPOINT`
      return yield* sql<{ path: string }>`SELECT pg_relation_filepath(indexrelid) AS path FROM pg_index WHERE indrelid = 'idempotency'::regclass`
    }).pipe(Effect.provide(PostgresClient.layer({ url: Redacted.make(server.url) }))))
    // While the server is down, so that nothing of it is in its memory.
    await Effect.runPromise(server.crash)
    expect(files.length).toBeGreaterThan(0)
    for (const { path } of files) overwrite(join(server.folder ?? "", path), 8_192, 0)
    await Effect.runPromise(server.start)

    await gateway.start()
    const user = newUser()
    await expectRefused(() => gateway.apiFor({}).post("/v1/outbound-sms", { user_number: user, message: "Hello" }, { "Idempotency-Key": "damaged" }))
    expect(await gateway.ended()).toEqual({ code: 1, signal: null })
    expect(gateway.logs()).toMatch(/The database \S+postgres\S+ on 127\.0\.0\.1:\d+ is damaged \(invalid page in block 0 .*\), so nothing more is written to it\. Look at the server's log/u)
    expect(gateway.carrier.created(user)).toEqual([])
  })
})
