/** Three processes under load: one is killed, one is frozen until its work has gone to another and thawed, and all are reached through one address. */
import { Effect, Exit, Scope } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as PostgresServer from "@parley/conformance/PostgresServer"
import { pause } from "@parley/crash-matrix/GatewayProcess"
import { entry } from "@parley/scripts/BuiltGateway"
import { shared } from "../src/Scenario.ts"
import { play } from "../src/World.ts"

if (PostgresServer.missing !== null) console.warn(`Failover is not tested: ${PostgresServer.missing}.`)

describe.skipIf(PostgresServer.missing !== null)("three gateways that serve one database together", () => {
  const scope = Scope.makeUnsafe()
  let server: PostgresServer.PostgresServer
  beforeAll(async () => {
    server = await Effect.runPromise(Scope.provide(PostgresServer.make(), scope))
  }, 60_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  it("lose no text and double none when one is frozen, another killed, and the frozen one thaws after both shares have gone to the third", { timeout: 180_000 }, async () => {
    const world = await play({
      entry,
      seed: 42,
      databaseUrl: server.url,
      processes: 3,
      everyMillis: 300,
      play: async (members) => {
        const [first, second, third] = members
        if (first === undefined || second === undefined || third === undefined) throw new Error("there are not three")
        await second.signal("SIGSTOP")
        await pause(500)
        await third.signal("SIGKILL")
        // The one that is left has everything: nobody else is heard of.
        await shared([first])
        await second.signal("SIGCONT")
        await shared([first, second])
      }
    })
    expect(world.problems).toEqual([])
    expect(world).toMatchObject({ lost: 0, duplicated: 0, unknown: 0 })
    expect(world.delivered).toBeGreaterThan(20)
  })
})
