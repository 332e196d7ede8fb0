#!/usr/bin/env node
/** The simulated carrier as a program: `node --conditions=source packages/carrier-sim/src/main.ts`. */
import { env, stderr, stdout } from "node:process"
import { defaultAccount } from "./CarrierOptions.ts"
import { startCarrierSim } from "./startCarrierSim.ts"

const port = Number(env["CARRIER_PORT"] ?? 8081)

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  stderr.write(`CARRIER_PORT must be a port number, 0 to 65535, not ${env["CARRIER_PORT"]}.\n`)
  process.exitCode = 2
} else {
  const account = { sid: env["TWILIO_ACCOUNT_SID"] ?? defaultAccount.sid, authToken: env["TWILIO_AUTH_TOKEN"] ?? defaultAccount.authToken }
  startCarrierSim({ port, accounts: [account] }).then(
    (sim) => {
      stdout.write(`simulated carrier at ${sim.url}, account ${sim.accountSid}\n`)
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void sim.close())
    },
    (failure: unknown) => {
      stderr.write(`The simulated carrier did not start: ${String(failure)}\n`)
      process.exitCode = 1
    }
  )
}
