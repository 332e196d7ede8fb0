/** The simulated carrier for programs and tests that do not use Effect. */
import { makeCarrier, type InboundInput, type InboundResult } from "./Carrier.ts"
import { defaultAccount, type CarrierOptions, type NumberOptions } from "./CarrierOptions.ts"
import { openCarrierServer } from "./CarrierServer.ts"
import type { FaultRule, RuleState } from "./Faults.ts"
import type { Decision } from "./Registrations.ts"
import { toAccounted, type AccountedMessage, type HandsetMessage } from "./MessageResource.ts"
import type { WebhookAttempt } from "./Webhooks.ts"

export interface RunningCarrierSim {
  /** Like `http://127.0.0.1:8081`; what stands in for `https://api.twilio.com`. */
  readonly url: string
  /** The first account's. */
  readonly accountSid: string
  readonly authToken: string
  /** Texts a number from a handset; resolves when the application was told. Rejects with `InvalidControl`. */
  inbound(input: InboundInput): Promise<InboundResult>
  /** What a handset shows, oldest first. */
  handset(number: string): ReadonlyArray<HandsetMessage>
  /** Every message, oldest first. */
  messages(): ReadonlyArray<AccountedMessage>
  /** The log of webhook attempts, oldest first. */
  webhooks(): ReadonlyArray<WebhookAttempt>
  /** Replaces all fault rules. Throws `InvalidControl`. */
  faults(rules: ReadonlyArray<FaultRule>): void
  faultRules(): ReadonlyArray<RuleState>
  /** Adds a number or changes one. Throws `InvalidControl`. */
  number(options: NumberOptions): void
  /** Decides on a brand, a campaign or a toll-free verification, in place of its review. Throws `InvalidControl`. */
  decide(sid: string, decision: Decision): void
  /** Skips waiting: queues, delays, scheduled messages, reviews. Webhook time-outs stay real. */
  advance(millis: number): void
  /** Resolves when no message is on its way and no webhook is being sent. Scheduled messages do not count. */
  settled(): Promise<void>
  /** Forgets messages, faults, opt-outs, registrations and the log; breaks requests that are held. Numbers and Messaging Services stay. A webhook on the wire may still arrive: await `settled` first. */
  reset(): void
  /** Breaks connections, stops every timer, frees the port. */
  close(): Promise<void>
}

const pollMillis = 5

/** Starts a simulated carrier. Rejects when the port is taken or an option is wrong. */
export const startCarrierSim = async (options: CarrierOptions = {}): Promise<RunningCarrierSim> => {
  const carrier = makeCarrier(options)
  const server = await openCarrierServer(carrier, {
    port: options.port ?? 0,
    host: options.host ?? "127.0.0.1",
    concurrentRequests: options.concurrentRequests ?? Infinity
  })
  const account = carrier.senders.accounts[0] ?? defaultAccount
  return {
    url: server.url,
    accountSid: account.sid,
    authToken: account.authToken,
    inbound: carrier.inbound,
    handset: carrier.store.handset,
    messages: () => [...carrier.store.oldestFirst()].map(toAccounted),
    webhooks: carrier.webhooks.log,
    faults: (rules) => carrier.faults.set(rules),
    faultRules: carrier.faults.list,
    number: (each) => void carrier.putNumber(each),
    decide: (sid, decision) => void carrier.registrations.decide(sid, decision),
    advance: carrier.clock.advance,
    settled: async () => {
      while (!carrier.isSettled()) await new Promise((resolve) => setTimeout(resolve, pollMillis))
    },
    reset: server.reset,
    close: server.close
  }
}
