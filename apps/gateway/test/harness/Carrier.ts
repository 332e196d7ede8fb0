/** The simulated carrier as the tests use it: handsets to text from and to look at, and faults that add up. */
import type { FaultRule } from "@parley/carrier-sim/Faults"
import type { MessageResource } from "@parley/carrier-sim/MessageResource"
import { type RunningCarrierSim, startCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import type { InboundInput, InboundResult } from "@parley/carrier-sim/Carrier"
import { accountSid, authToken, type TestProject } from "./Projects.ts"
import { until } from "./Waiting.ts"

const towardsHandset = (message: MessageResource) => message.direction !== "inbound"

export interface Carrier {
  readonly sim: RunningCarrierSim
  /** Tells the carrier of a project's numbers: each calls the gateway, and tries again whatever fails. */
  serve(project: TestProject, gatewayUrl: string): void
  /** Texts from a handset; resolves when the gateway was told. */
  text(from: string, to: string, body: string, more?: Partial<InboundInput>): Promise<InboundResult>
  /** The texts that a handset got, oldest first. */
  got(handset: string): ReadonlyArray<string>
  /** Waits until a handset has got at least so many. */
  waitFor(handset: string, count: number): Promise<ReadonlyArray<string>>
  /** Waits until a handset has got a text that fits. */
  waitForText(handset: string, like: RegExp): Promise<ReadonlyArray<string>>
  /** What the gateway has asked the carrier to send to a handset, whatever became of it. */
  created(handset: string): ReadonlyArray<MessageResource>
  /** Adds a fault to those of other tests. */
  fault(rule: FaultRule): void
  close(): Promise<void>
}

export const startCarrier = async (): Promise<Carrier> => {
  const sim = await startCarrierSim({
    accounts: [{ sid: accountSid, authToken }],
    numbers: [],
    // Reviews end when a test says so.
    delays: { queuedMillis: 1, sentMillis: 5, deliveredMillis: 15, reviewMillis: 3_600_000, configuringMillis: 0 }
  })
  const got = (handset: string) => sim.handset(handset).filter(towardsHandset).map(({ body }) => body ?? "")
  const created = (handset: string) => sim.messages().filter((message) => message.to === handset && towardsHandset(message))
  return {
    sim,
    got,
    created,
    serve: (project, gatewayUrl) => {
      for (const { environment, number } of project.numbers) {
        sim.number({ phoneNumber: number, smsUrl: `${gatewayUrl}/twilio/${project.project}/${environment}/sms#rc=5&rp=all`, segmentsPerSecond: 1_000, registered: true })
      }
    },
    text: (from, to, body, more = {}) => sim.inbound({ from, to, body, ...more }),
    waitFor: (handset, count) =>
      until(`${count} texts on ${handset}`, () => got(handset).length >= count && got(handset), () => ({ got: got(handset), created: created(handset) })),
    waitForText: (handset, like) =>
      until(`a text like ${like} on ${handset}`, () => got(handset).some((text) => like.test(text)) && got(handset), () => got(handset)),
    fault: (rule) => {
      // What has struck stays spent: replacing the rules would begin to count anew.
      const left = sim.faultRules().map(({ struck, ...each }) => each.count === undefined ? each : { ...each, count: each.count - struck })
      sim.faults([...left, rule])
    },
    close: () => sim.close()
  }
}
