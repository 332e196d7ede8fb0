/** The composed gateway in the test's own process, on a port of its own, with a simulated carrier. */
import { Duration, Effect, Layer, Logger, ManagedRuntime, Option, References } from "effect"
import { Ids } from "@parley/core/Ids"
import { CurrentRegistrationTimes, type RegistrationTimes } from "@parley/core/CarrierRegistration"
import { CurrentLineTimes, defaultLineTimes, type LineTimes } from "@parley/core/LineTimes"
import type { SqliteStore } from "@parley/storage/SqliteStore"
import * as Apply from "../../src/Apply.ts"
import * as GatewayLive from "../../src/Gateway.ts"
import { decode } from "../../src/ProjectFile.ts"
import * as Settings from "../../src/Settings.ts"
import { type Api, type ApiOptions, makeApi } from "./Api.ts"
import { type Carrier, startCarrier } from "./Carrier.ts"
import { freePort } from "@parley/scripts/FreePort"
import { accountSid, authToken, secrets, type TestProject } from "./Projects.ts"

/** Quick enough to see what a line does about trouble. */
const quickLineTimes: LineTimes = {
  ...defaultLineTimes,
  backOff: Duration.millis(20),
  backOffAtMost: Duration.millis(200),
  askAfter: Duration.millis(100),
  absentAfter: Duration.millis(400)
}

/** Verdicts are learned at once, and a number whose text was refused is tried again soon. */
const quickRegistrationTimes: RegistrationTimes = {
  lookEvery: Duration.millis(20),
  retry: Duration.millis(20),
  retryAtMost: Duration.millis(100),
  settledAfter: Duration.millis(500),
  askAtLeast: Duration.millis(20),
  askAtMost: Duration.millis(50),
  askAfterVerdict: Duration.millis(50),
  refusedFor: Duration.millis(600)
}

const lookup: Apply.Lookup = (name) => Option.fromNullishOr(secrets[name])

/** Brings a project to what its file says, in whichever store is at hand. */
export const applyFile = (file: object) =>
  Effect.gen(function*() {
    yield* Apply.apply(yield* Apply.plan(yield* decode(file), lookup))
  }).pipe(Effect.provide(Ids.layer))

export interface TestGateway {
  readonly url: string
  readonly carrier: Carrier
  readonly api: Api
  /** The API for another key or connector. */
  apiFor(options: ApiOptions): Api
  /** Applies a project file; its numbers are the carrier's too. */
  apply(file: TestProject): Promise<void>
  /** Runs on the gateway's own store. */
  run<A, E>(effect: Effect.Effect<A, E, SqliteStore>): Promise<A>
  close(): Promise<void>
}

interface GatewayOptions {
  readonly projects: ReadonlyArray<TestProject>
  /** More of the environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** In place of a store in memory. */
  readonly databaseUrl?: string
  /** Wraps the store, to break it. */
  readonly store?: (store: Layer.Layer<SqliteStore>) => Layer.Layer<SqliteStore>
}

export const startGateway = async (options: GatewayOptions): Promise<TestGateway> => {
  const port = await freePort()
  const carrier = await startCarrier()
  const url = `http://127.0.0.1:${port}`
  const settings = await Effect.runPromise(Settings.read({
    PORT: String(port),
    PUBLIC_URL: url,
    DATABASE_URL: options.databaseUrl ?? "file::memory:",
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_BASE_URL: carrier.sim.url,
    ...options.environment
  }))
  const opened = GatewayLive.store(settings).pipe(Layer.orDie)
  const store = options.store === undefined ? opened : options.store(opened)
  const gateway = GatewayLive.layer({ settings, lookup, allowLoopbackAgents: true }).pipe(
    Layer.provideMerge(store),
    Layer.provide([Layer.succeed(CurrentLineTimes, quickLineTimes), Layer.succeed(CurrentRegistrationTimes, quickRegistrationTimes)]),
    Layer.provide(Layer.mergeAll(Layer.succeed(References.MinimumLogLevel, "None"), Logger.layer([])))
  )
  const runtime = ManagedRuntime.make(gateway)
  await runtime.context()
  const apply = async (file: TestProject) => {
    carrier.serve(file, url)
    await runtime.runPromise(applyFile(file))
  }
  for (const project of options.projects) await apply(project)
  return {
    url,
    carrier,
    api: makeApi(url),
    apiFor: (of) => makeApi(url, of),
    apply,
    run: (effect) => runtime.runPromise(effect),
    close: async () => {
      await runtime.dispose()
      await carrier.close()
    }
  }
}
