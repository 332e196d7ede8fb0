/**
 * The use cases' own tests, over again on PostgreSQL: what they say must not depend on the database. Those of the lines' pace are
 * left out, since they count virtual milliseconds while a call is out.
 */
import { beforeAll, describe } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlStore } from "../src/SqlStores.ts"
import { isMissing, serverOfThisFile } from "./PostgresDatabase.ts"
import { beneath } from "./World.ts"

let underWay = 0

/** The same service, counting the calls of it that are not answered yet. */
const counted = <S extends object>(service: S): S =>
  new Proxy(service, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== "function") return member
      return (...args: ReadonlyArray<unknown>) => {
        const call: unknown = Reflect.apply(member, target, args)
        if (!Effect.isEffect(call)) return call
        return Effect.suspend(() => {
          underWay++
          return Effect.ensuring(call, Effect.sync(() => {
            underWay--
          }))
        })
      }
    }
  })

const countedAll = <Services>(services: Context.Context<Services>): Context.Context<Services> =>
  Context.makeUnsafe(new Map([...services.mapUnsafe].map(([key, service]) => [key, key === SqlClient.SqlClient.key ? service : counted(service as object)])))

const nextRound = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

// In one statement, at whose end the references are checked. TRUNCATE would make forty new files for each test.
const emptied = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`SELECT quote_ident(tablename) AS name FROM pg_tables
    WHERE schemaname = current_schema() AND tablename NOT IN ('parley_migrations', 'store_keys')`
  yield* sql.unsafe(`WITH ${tables.map(({ name }, index) => `emptied_${index} AS (DELETE FROM ${name})`).join(", ")} SELECT 1`)
})

describe.skipIf(isMissing)("On PostgreSQL", async () => {
  const server = serverOfThisFile()
  // Opened once, in real time: a connection pool's own time does not go by years, as a test's does.
  let opened: Context.Context<SqlStore> | null = null
  beforeAll(async () => {
    opened = countedAll(await Effect.runPromise(Layer.buildWithScope(server.store, server.scope)))
  })
  beneath.store = Layer.effectContext(Effect.suspend(() => {
    if (opened === null) throw new Error("the store is not open")
    return Effect.as(Effect.provideContext(emptied, opened), opened)
  }))
  // Virtual time stands still while the database works.
  beneath.settle = Effect.gen(function*() {
    for (let rounds = 0; rounds < 3; rounds = underWay === 0 ? rounds + 1 : 0) yield* nextRound
  })
  await import("./Inbound.test.ts")
  await import("./Outbound.test.ts")
  await import("./Turns.test.ts")
  await import("./Takeovers.test.ts")
  await import("./ScheduledSends.test.ts")
  await import("./Erasures.test.ts")
  await import("./Events.test.ts")
})
