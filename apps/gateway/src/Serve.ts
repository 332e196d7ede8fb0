/** `parley serve`: the gateway, until it is told to stop. */
import { Effect } from "effect"
import { HttpServer } from "effect/http"
import { StoreLost } from "@parley/storage/StoreLost"
import { refuseExposedDemo } from "./Exposure.ts"
import * as Gateway from "./Gateway.ts"
import * as Logging from "./Logging.ts"
import { environmentLookup } from "./Secrets.ts"
import * as SettingsReader from "./Settings.ts"

/** What happens around the start. */
export interface Hooks<E, R, R2> {
  /** Once the store is open, before anything else. */
  readonly setUp: Effect.Effect<void, E, R>
  /** Once requests are taken. */
  readonly whenReady: (url: string) => Effect.Effect<void, never, R2>
}

/** Builds the gateway, says that it is ready, and keeps it until the fiber is interrupted. */
export const run = <E, R, R2>(options: Gateway.GatewayOptions, hooks: Hooks<E, R, R2>) =>
  Effect.gen(function*() {
    yield* hooks.setUp
    yield* refuseExposedDemo(options.settings)
    return yield* Effect.gen(function*() {
      const url = Gateway.address(yield* HttpServer.HttpServer)
      yield* Effect.logInfo(`Ready on ${url}`)
      if (options.settings.publicUrl === null) {
        yield* Effect.logWarning("PUBLIC_URL is not set: the carrier can't report what becomes of a text")
      }
      yield* hooks.whenReady(url)
      // Where another gateway has taken the store, there is nothing to serve any more.
      return yield* yield* StoreLost
    }).pipe(Effect.provide(Gateway.layer(options)))
  }).pipe(
    Effect.provide(Gateway.store(options.settings)),
    Effect.onInterrupt(() => Effect.logInfo("Stopped"))
  )

export const serve = Effect.gen(function*() {
  const settings = yield* SettingsReader.read(process.env)
  const options: Gateway.GatewayOptions = { settings, lookup: environmentLookup, allowLoopbackAgents: false }
  return yield* run(options, { setUp: Effect.void, whenReady: () => Effect.void }).pipe(Effect.provide(Logging.layer(settings)))
})
