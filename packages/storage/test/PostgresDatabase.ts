/** A PostgreSQL server for a file of tests, and what to say where there is none. */
import { afterAll, beforeAll } from "@effect/vitest"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import * as PostgresServer from "@parley/conformance/PostgresServer"
import * as PostgresStore from "../src/PostgresStore.ts"

export const isMissing = PostgresServer.missing !== null
if (isMissing) console.warn(`Tests on PostgreSQL are skipped: ${PostgresServer.missing}.`)

/** The developer's own server, which tests do not stop. */
export const isOwn = PostgresServer.ownServer !== undefined

/** The file's own server: started before its tests, stopped after them. */
export const serverOfThisFile = () => {
  const scope = Scope.makeUnsafe()
  let server: PostgresServer.PostgresServer | null = null
  beforeAll(async () => {
    if (!isMissing) server = await Effect.runPromise(Scope.provide(PostgresServer.make(), scope))
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return {
    get: () => {
      if (server === null) throw new Error("the server is not started")
      return server
    },
    /** Closed before the server stops. */
    scope,
    /** Stops as a crash does. */
    crash: Effect.suspend(() => server?.crash ?? Effect.void),
    /** Starts again with what was committed. */
    start: Effect.suspend(() => server?.start ?? Effect.void),
    /** The store in the server's first database, opened when it is built. */
    store: Layer.unwrap(Effect.sync(() => PostgresStore.layer({ url: Redacted.make(server?.url ?? "") })))
  }
}
