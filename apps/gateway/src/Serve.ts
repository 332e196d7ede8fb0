/** `parley serve`: the gateway, until it is told to stop. */
import { Effect, Option, Schema } from "effect"
import { HttpServer } from "effect/http"
import { Directory } from "@parley/core/ports/Directory"
import * as ApiKeys from "./ApiKeys.ts"
import type { Lookup } from "./Apply.ts"
import * as Demo from "./Demo.ts"
import * as Gateway from "./Gateway.ts"
import * as Logging from "./Logging.ts"
import type { Settings } from "./Settings.ts"
import * as SettingsReader from "./Settings.ts"

/** The demo's credentials are public: nobody but this machine may reach a gateway that takes them. */
export class DemoExposed extends Schema.TaggedError<DemoExposed>()("DemoExposed", { host: Schema.String }) {
  override get message(): string {
    return `HOST=${this.host} is reachable from other machines, and this store knows the demo's API key. Listen on 127.0.0.1, or use another store, or revoke the key: parley keys revoke`
  }
}

export const isLoopback = (host: string) => host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/u.test(host)

export const refuseExposedDemo = Effect.fnUntraced(function*(settings: Pick<Settings, "host">) {
  if (isLoopback(settings.host)) return
  const directory = yield* Directory
  const key = yield* directory.keyByHash(ApiKeys.hash(Demo.credentials.apiKey))
  if (Option.isSome(key) && key.value.revokedAt === null) return yield* new DemoExposed({ host: settings.host })
})

/** Secrets come from the environment by name; an empty variable counts as unset. */
export const environmentLookup: Lookup = (name) => Option.filter(Option.fromNullishOr(process.env[name]), (value) => value !== "")

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
      return yield* Effect.never
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
