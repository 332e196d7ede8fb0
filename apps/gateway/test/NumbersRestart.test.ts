/** Purchases and releases whose gateway is killed while the carrier works on them: the next one finishes them, and buys once. */
import { describe, expect, it } from "vitest"
import { type ChildGateway, childGateway } from "./harness/Child.ts"
import { ownedNumbers } from "./harness/OwnedNumbers.ts"
import { number, projectFile } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

const atMostMillis = 90_000

interface OperationBody {
  readonly id: string
  readonly number: string
  readonly stage: string
}

/** Where a gateway is killed: the carrier has done what it was asked, or has not, and does not answer. */
const cuts = [
  { name: "after the number was sold", method: "POST", path: "IncomingPhoneNumbers\\.json", type: "hold-after" },
  { name: "before the number was sold", method: "POST", path: "IncomingPhoneNumbers\\.json", type: "latency" },
  { name: "after the number was set up", method: "POST", path: "IncomingPhoneNumbers/PN", type: "hold-after" },
  { name: "before the number was set up", method: "POST", path: "IncomingPhoneNumbers/PN", type: "latency" },
  { name: "after the number was given back", method: "DELETE", path: "IncomingPhoneNumbers/PN", type: "hold-after" },
  { name: "before the number was given back", method: "DELETE", path: "IncomingPhoneNumbers/PN", type: "latency" }
] as const

const struck = (gateway: ChildGateway) => gateway.carrier.sim.faultRules().some(({ struck }) => struck > 0)

describe("a gateway that is killed", () => {
  it.each(cuts)("$name finishes what it was asked, and buys once", { timeout: atMostMillis }, async ({ method, path, type }) => {
    const gateway = await childGateway()
    const { carrier } = gateway
    try {
      await gateway.apply(projectFile({ numbers: [number("+14155550061")] }))
      await gateway.start()
      const api = gateway.apiFor({})
      const operation = (id: string) => api.read<OperationBody>(`/v1/numbers/operations/${id}`)
      const final = (id: string) =>
        until(`operation ${id}`, async () => {
          const found = await operation(id)
          return ["active", "released", "failed"].includes(found.stage) && found
        }, () => operation(id))
      const asked = async () => {
        if (method === "POST") return await (await api.post("/v1/numbers", { country: "US", area_code: "650" })).json() as OperationBody
        return await (await fetch(`${gateway.url}/v1/numbers/${encodeURIComponent(bought)}`, { method: "DELETE", headers: api.headers })).json() as OperationBody
      }
      const bought = method === "POST" ? "" : (await final((await (await api.post("/v1/numbers", { country: "US", area_code: "650" })).json() as OperationBody).id)).number

      // Longer than this test: only a later gateway goes on.
      carrier.fault({ match: { method, path }, count: 1, effect: type === "latency" ? { type, ms: 3_600_000 } : { type } })
      const { id } = await asked()
      await until("the carrier to be at it", () => struck(gateway))
      await gateway.stop("SIGKILL")
      await gateway.start()
      const done = await final(id)
      expect(done.stage).toBe(method === "POST" ? "active" : "released")
      const numbers = (await ownedNumbers(carrier)).map(({ phone_number }) => phone_number).filter((each) => each !== "+14155550061")
      expect(numbers).toEqual(method === "POST" ? [done.number] : [])
    } finally {
      await gateway.close()
    }
  })
})
