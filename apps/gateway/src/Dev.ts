/** `parley dev`: the gateway with a simulated carrier and a demo project, for this machine only. */
import { Cause, Console, Effect, Layer, Option, Schema } from "effect"
import { CarrierSim } from "@parley/carrier-sim/CarrierSim"
import { Ids } from "@parley/core/Ids"
import { Directory } from "@parley/core/ports/Directory"
import { webhookRepeats } from "@parley/twilio/TwilioWebhook"
import * as Apply from "./Apply.ts"
import * as Demo from "./Demo.ts"
import type * as Gateway from "./Gateway.ts"
import * as Logging from "./Logging.ts"
import { isLoopback } from "./Exposure.ts"
import { cannotListen } from "./Listening.ts"
import { environmentLookup } from "./Secrets.ts"
import { run } from "./Serve.ts"
import type { Settings } from "./Settings.ts"
import * as SettingsReader from "./Settings.ts"
import * as StoreLocation from "./StoreLocation.ts"

/** The demo's credentials are known to everybody. */
export class LoopbackOnly extends Schema.TaggedError<LoopbackOnly>()("LoopbackOnly", { host: Schema.String }) {
  override get message(): string {
    return `"parley dev" listens on this machine only, since everybody knows its API key; HOST=${this.host} would let others in. Unset HOST, or use "parley serve" with a project of your own.`
  }
}

const carrierPort = 8081

/** The simulated carrier can't listen there. */
export class BadCarrierPort extends Schema.TaggedError<BadCarrierPort>()("BadCarrierPort", { port: Schema.String }) {
  override get message(): string {
    return `CARRIER_PORT=${JSON.stringify(this.port)} must be a port, 0 to 65535.`
  }
}

const Port = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 65_535 }))

/** What the demo does not leave to the environment: the carrier is the simulated one. */
const settingsFor = (carrierUrl: string) =>
  SettingsReader.read({
    LOG_LEVEL: "warn",
    LOG_FORMAT: "pretty",
    DATABASE_URL: "file:./data/dev.db",
    // A port that is none is told once, as the port.
    PUBLIC_URL: `http://127.0.0.1:${Option.getOrElse(Schema.decodeUnknownOption(Port)(process.env["PORT"] || "8080"), () => 8080)}`,
    ...process.env,
    TWILIO_ACCOUNT_SID: Demo.credentials.accountSid,
    TWILIO_AUTH_TOKEN: Demo.credentials.authToken,
    TWILIO_API_KEY_SID: undefined,
    TWILIO_API_KEY_SECRET: undefined,
    TWILIO_BASE_URL: carrierUrl
  })

const lookup: Apply.Lookup = (name) => name === "DEMO_API_KEY" ? Option.some(Demo.credentials.apiKey) : environmentLookup(name)

/** The simulated carrier, whose numbers call this gateway. */
const carrier = (port: number, publicUrl: string) => {
  // Repeats whatever fails, and falls back, as a number of a real account should be set up to do.
  const own = (phoneNumber: string, environment: string) => {
    const webhook = `${publicUrl}/twilio/demo/${environment}/sms`
    return { phoneNumber, smsUrl: webhook + webhookRepeats, smsFallbackUrl: webhook, segmentsPerSecond: 10 }
  }
  return CarrierSim.layer({
    port,
    accounts: [{ sid: Demo.credentials.accountSid, authToken: Demo.credentials.authToken, friendlyName: "Parley demo" }],
    numbers: [
      own(Demo.numbers.us, "live"),
      own(Demo.numbers.gb, "live"),
      own(Demo.numbers.sandboxUs, "sandbox"),
      own(Demo.numbers.sandboxGb, "sandbox")
    ]
  }).pipe(Layer.catchCause((cause) => {
    const taken = cannotListen(Cause.squash(cause), { host: "127.0.0.1", port, variable: "CARRIER_PORT" })
    return Layer.effectContext(Option.isSome(taken) ? Effect.fail(taken.value) : Effect.failCause(cause))
  }))
}

/** A demo project that is there already stays: whoever shortened its time-outs wants them short after a restart too. */
const setUp = Effect.gen(function*() {
  const directory = yield* Directory
  const file = yield* Demo.project
  if (Option.isSome(yield* directory.project(file.project))) return
  yield* Apply.apply(yield* Apply.plan(file, lookup))
}).pipe(Effect.provide(Ids.layer))

const handset = "+15551230001"

const banner = (url: string, carrierUrl: string, settings: Settings) => {
  const credentials = `-H 'X-PolyAi-Auth-Token: ${Demo.credentials.apiKey}' -H 'X-TOKEN-ID: conn_demo'`
  const command = `${settings.port === 8080 ? "" : `PORT=${settings.port} `}npm run -s parley --`
  return `
  Parley is ready on ${url}  (docs: ${url}/docs)
  The simulated carrier is ready on ${carrierUrl}; no text leaves this machine.
  ${StoreLocation.describe(settings.store)} keeps it all; it stays when this stops.

  In another terminal:

  1. Open a conversation by text:

     curl -i ${url}/v1/outbound-sms ${credentials} \\
       -H 'Content-Type: application/json' \\
       -d '{"user_number":"${handset}","message":"Your appointment is tomorrow at 10:00. Reply YES to confirm."}'

  2. See it on the handset:

     curl -s ${carrierUrl}/_sim/handsets/${handset}/messages

  3. Answer from the handset. The demo agent replies two seconds later; see it with step 2:

     curl -s ${carrierUrl}/_sim/inbound -H 'Content-Type: application/json' \\
       -d '{"from":"${handset}","to":"${Demo.numbers.us}","body":"Can we make it Friday at 3pm?"}'

  4. Read the conversation, as your back end would and as a person would:

     curl -s "${url}/v1/sessions?user_number=%2B${handset.slice(1)}" ${credentials}
     ${command} sessions        # all of them; with an id, its texts

  Try STOP and START from the handset too. The README goes on from here.
  Stop with Ctrl+C.
`
}

export const dev = Effect.gen(function*() {
  const host = process.env["HOST"] ?? "127.0.0.1"
  if (!isLoopback(host)) return yield* new LoopbackOnly({ host })
  const port = yield* Schema.decodeUnknownEffect(Port)(process.env["CARRIER_PORT"] || String(carrierPort)).pipe(
    Effect.mapError(() => new BadCarrierPort({ port: process.env["CARRIER_PORT"] ?? "" }))
  )
  const publicUrl = (yield* settingsFor(`http://127.0.0.1:${port}`)).publicUrl ?? ""
  return yield* Effect.gen(function*() {
    const sim = yield* CarrierSim
    const settings = yield* settingsFor(sim.url)
    const options: Gateway.GatewayOptions = { settings, lookup, allowLoopbackAgents: true }
    return yield* run(options, { setUp, whenReady: (url) => Console.log(banner(url, sim.url, settings)) }).pipe(
      Effect.provide(Logging.layer(settings))
    )
  }).pipe(Effect.provide(carrier(port, publicUrl)))
})
