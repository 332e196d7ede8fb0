/** The carrier of a world. */
import { type RunningCarrierSim, startCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import { account as carrierAccount, numbers, segmentsPerSecond } from "./Project.ts"

/** A small part of everything goes wrong at the carrier too, so that kills meet retries, unknown outcomes and repeats. */
const faults: Parameters<RunningCarrierSim["faults"]>[0] = [
  { match: { method: "POST", path: "Messages\\.json" }, probability: 0.02, effect: { type: "lost-after" } },
  { match: { method: "POST", path: "Messages\\.json" }, probability: 0.02, effect: { type: "error-after" } },
  { match: { method: "POST", path: "Messages\\.json" }, probability: 0.01, effect: { type: "lost-before" } },
  { match: { method: "POST", path: "Messages\\.json" }, probability: 0.01, effect: { type: "error-before" } },
  { match: { method: "POST", path: "Messages\\.json" }, probability: 0.02, effect: { type: "too-many-requests" } },
  { match: { method: "POST", path: "Messages\\.json" }, probability: 0.1, effect: { type: "latency", ms: 150 } },
  { match: { method: "POST", path: "Messages\\.json" }, probability: 0.02, effect: { type: "callback-first" } },
  { match: { webhook: "inbound" }, probability: 0.05, effect: { type: "duplicate", copies: 2, concurrent: true } },
  { match: { webhook: "status" }, probability: 0.05, effect: { type: "duplicate", copies: 2 } },
  { probability: 0.05, effect: { type: "reorder" } },
  { probability: 0.02, effect: { type: "fail", code: 30003 } }
]

/** A carrier that has the projects' numbers, and brings their texts to `url`. */
export const startSim = async (url: string, seed: number) => {
  const sim = await startCarrierSim({
    accounts: [carrierAccount],
    numbers: Object.entries(numbers).flatMap(([project, all]) =>
      all.map((phoneNumber) => ({ phoneNumber, smsUrl: `${url}/twilio/${project}/live/sms#rc=1&rp=all`, segmentsPerSecond, registered: true }))
    ),
    delays: { queuedMillis: 1, sentMillis: 10, deliveredMillis: 40 },
    keptWebhooks: 1_000,
    seed
  })
  sim.faults(faults)
  return sim
}
