/** The project that `parley dev` sets up: something to talk with, on a simulated carrier. */
import { decode } from "./ProjectFile.ts"

/** Anybody can read these, so a gateway that knows them listens on loopback only. */
export const credentials = {
  apiKey: "pk_demo",
  accountSid: "ACdeadbeefdeadbeefdeadbeefdeadbeef",
  authToken: "the-simulated-carriers-token"
} as const

export const numbers = { us: "+15005550006", gb: "+447700900006", sandboxUs: "+15005550016", sandboxGb: "+447700900016" } as const

const file = {
  account: "ws-demo",
  project: "demo",
  agent: { type: "scripted" },
  events: { delete_after: "1 day" },
  connectors: [
    { id: "conn_demo", environment: "live" },
    { id: "conn_demo_sandbox", environment: "sandbox" }
  ],
  numbers: [
    { number: numbers.us, environment: "live", type: "long_code", registration: "approved", segments_per_second: 10 },
    { number: numbers.gb, environment: "live", type: "long_code", segments_per_second: 10 },
    { number: numbers.sandboxUs, environment: "sandbox", type: "long_code", registration: "approved", segments_per_second: 10 },
    { number: numbers.sandboxGb, environment: "sandbox", type: "long_code", segments_per_second: 10 }
  ],
  api_keys: [{ name: "demo", secret_env: "DEMO_API_KEY" }]
}

export const project = decode(file)

