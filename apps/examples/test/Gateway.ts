/** A real gateway in the test's process, on a port of its own, with a simulated carrier. */
import { startCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import * as Apply from "@parley/gateway/Apply"
import * as GatewayLive from "@parley/gateway/Gateway"
import { decode } from "@parley/gateway/ProjectFile"
import * as Settings from "@parley/gateway/Settings"
import { freePort } from "@parley/scripts/FreePort"
import { Effect, Layer, Logger, ManagedRuntime, Option, References } from "effect"

export const secrets: Readonly<Record<string, string>> = { EXAMPLES_API_KEY: "pk_the-key-of-the-examples-000000000000000000", AGENT_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }

/** A project with one number and a quick agent. Its connector is `conn_` and its name. */
export const projectFile = (project: string, number: string, agent: object, events: object = {}) => ({
  account: "ws-examples",
  project,
  agent,
  events,
  session: { coalesce: "20 millis" },
  connectors: [{ id: `conn_${project}`, environment: "live" }],
  numbers: [{ number, environment: "live", type: "long_code", registration: "approved", segments_per_second: 1_000 }],
  api_keys: [{ name: "examples", secret_env: "EXAMPLES_API_KEY" }]
})

export const startGateway = async (projects: ReadonlyArray<ReturnType<typeof projectFile>>) => {
  const sim = await startCarrierSim({ delays: { queuedMillis: 1, sentMillis: 2, deliveredMillis: 4 } })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = await Effect.runPromise(Settings.read({
    PORT: String(port),
    PUBLIC_URL: url,
    DATABASE_URL: "file::memory:",
    TWILIO_ACCOUNT_SID: sim.accountSid,
    TWILIO_AUTH_TOKEN: sim.authToken,
    TWILIO_BASE_URL: sim.url
  }))
  const lookup: Apply.Lookup = (name) => Option.fromNullishOr(secrets[name])
  const runtime = ManagedRuntime.make(GatewayLive.layer({ settings, lookup, allowLoopbackAgents: true }).pipe(
    Layer.provideMerge(GatewayLive.store(settings).pipe(Layer.orDie)),
    Layer.provide(Layer.mergeAll(Layer.succeed(References.MinimumLogLevel, "None"), Logger.layer([])))
  ))
  for (const project of projects) {
    for (const { number } of project.numbers) sim.number({ phoneNumber: number, smsUrl: `${url}/twilio/${project.project}/live/sms`, segmentsPerSecond: 1_000, registered: true })
    await runtime.runPromise(Effect.flatMap(Effect.flatMap(decode(project), (file) => Apply.plan(file, lookup)), Apply.apply))
  }
  return {
    url,
    /** Texts from a handset. */
    text: (from: string, to: string, body: string) => sim.inbound({ from, to, body }),
    /** What a handset has got, oldest first. */
    got: (handset: string) => sim.handset(handset).filter(({ direction }) => direction !== "inbound").map(({ body }) => body),
    close: async () => {
      await runtime.dispose()
      await sim.close()
    }
  }
}
