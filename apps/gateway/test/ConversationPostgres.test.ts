/** The whole gateway, as its own process, with its store in PostgreSQL. */
import { Effect, Exit, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as PostgresServer from "@parley/conformance/PostgresServer"
import { type ChildGateway, childGateway } from "./harness/Child.ts"
import { parley } from "./harness/Command.ts"
import { freePort } from "@parley/scripts/FreePort"
import { projectFile, us } from "./harness/Projects.ts"

const user = "+14155560001"
if (PostgresServer.missing !== null) console.warn(`The gateway on PostgreSQL is not tested: ${PostgresServer.missing}.`)

describe.skipIf(PostgresServer.missing !== null)("a gateway on PostgreSQL", () => {
  const scope = Scope.makeUnsafe()
  let server: PostgresServer.PostgresServer
  let gateway: ChildGateway
  beforeAll(async () => {
    server = await Effect.runPromise(Scope.provide(PostgresServer.make(), scope))
    gateway = await childGateway({ DATABASE_URL: server.url })
    await gateway.apply(projectFile())
    await gateway.start()
  }, 60_000)
  afterAll(async () => {
    await gateway.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  it("converses, keeps a second gateway off, is killed, outlives a crash of its server, and loses and doubles nothing", { timeout: 90_000 }, async () => {
    const { carrier } = gateway
    const api = gateway.apiFor({})
    const id = await api.send(user, "Your appointment is tomorrow at 10:00.")
    await carrier.waitFor(user, 1)
    await carrier.text(user, us, "hello")
    await carrier.waitFor(user, 2)

    const second = await parley(["serve"], { DATABASE_URL: server.url, PORT: String(await freePort()) })
    assert.strictEqual(second.code, 1)
    assert.match(second.stderr, /^parley: The database "\w+" on [\w.:]+ is in use by another gateway process\. Stop that one, or set DATABASE_URL to another database\.\n$/mu)
    const listed = await parley(["keys", "list"], { DATABASE_URL: server.url })
    assert.match(listed.stdout, /ws-main\ttests/u)
    const looked = await parley(["doctor"], { DATABASE_URL: server.url })
    assert.match(looked.stdout, /ok +store: The database .* answers \(PostgreSQL \d+[^)]*\), and has tables of version \d+\.\nok +store: A gateway serves it now\./u)

    await gateway.stop("SIGKILL")
    await gateway.start()
    await carrier.text(user, us, "still there?")
    await carrier.waitFor(user, 3)

    await Effect.runPromise(Effect.andThen(server.crash, server.start))
    await carrier.text(user, us, "and now?")
    await carrier.waitFor(user, 4)
    const history = await api.waitForHistory(id, "all of it", (messages) => messages.length === 7)
    assert.deepStrictEqual(history.map(({ direction }) => direction).filter((direction) => direction === "inbound").length, 3)
    assert.strictEqual(carrier.created(user).length, 4)

    assert.deepStrictEqual(await gateway.stop("SIGTERM"), { code: 0, signal: null })
  })
})
