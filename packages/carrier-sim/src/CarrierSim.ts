/** The simulated carrier as a service of Effect. */
import { Context, Effect, Layer } from "effect"
import type { InboundInput, InboundResult } from "./Carrier.ts"
import type { CarrierOptions, NumberOptions } from "./CarrierOptions.ts"
import type { FaultRule, RuleState } from "./Faults.ts"
import { InvalidControl } from "./InvalidControl.ts"
import type { AccountedMessage, HandsetMessage } from "./MessageResource.ts"
import type { Decision } from "./Registrations.ts"
import { startCarrierSim } from "./startCarrierSim.ts"
import type { WebhookAttempt } from "./Webhooks.ts"

const control = <A>(call: () => A): Effect.Effect<A, InvalidControl> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(call())
    } catch (failure) {
      return failure instanceof InvalidControl ? Effect.fail(failure) : Effect.die(failure)
    }
  })

/** A carrier that runs as long as its layer; see `RunningCarrierSim` for what each call does. */
export class CarrierSim extends Context.Service<
  CarrierSim,
  {
    readonly url: string
    readonly accountSid: string
    readonly authToken: string
    inbound(input: InboundInput): Effect.Effect<InboundResult, InvalidControl>
    handset(number: string): Effect.Effect<ReadonlyArray<HandsetMessage>>
    readonly messages: Effect.Effect<ReadonlyArray<AccountedMessage>>
    readonly webhooks: Effect.Effect<ReadonlyArray<WebhookAttempt>>
    faults(rules: ReadonlyArray<FaultRule>): Effect.Effect<void, InvalidControl>
    readonly faultRules: Effect.Effect<ReadonlyArray<RuleState>>
    number(options: NumberOptions): Effect.Effect<void, InvalidControl>
    decide(sid: string, decision: Decision): Effect.Effect<void, InvalidControl>
    advance(millis: number): Effect.Effect<void>
    readonly settled: Effect.Effect<void>
    readonly reset: Effect.Effect<void>
  }
>()("@parley/carrier-sim/CarrierSim") {
  /** Starts a carrier and closes it with the scope. A taken port or a wrong option is a defect. */
  static readonly layer = (options: CarrierOptions = {}): Layer.Layer<CarrierSim> =>
    Layer.effect(
      CarrierSim,
      Effect.gen(function*() {
        const sim = yield* Effect.acquireRelease(
          Effect.promise(() => startCarrierSim(options)),
          (running) => Effect.promise(() => running.close())
        )
        return CarrierSim.of({
          url: sim.url,
          accountSid: sim.accountSid,
          authToken: sim.authToken,
          inbound: (input) =>
            Effect.tryPromise({ try: () => sim.inbound(input), catch: (failure) => failure }).pipe(
              Effect.catch((failure) => (failure instanceof InvalidControl ? Effect.fail(failure) : Effect.die(failure)))
            ),
          handset: (number) => Effect.sync(() => sim.handset(number)),
          messages: Effect.sync(() => sim.messages()),
          webhooks: Effect.sync(() => sim.webhooks()),
          faults: (rules) => control(() => sim.faults(rules)),
          faultRules: Effect.sync(() => sim.faultRules()),
          number: (each) => control(() => sim.number(each)),
          decide: (sid, decision) => control(() => sim.decide(sid, decision)),
          advance: (millis) => Effect.sync(() => sim.advance(millis)),
          settled: Effect.promise(() => sim.settled()),
          reset: Effect.sync(() => sim.reset())
        })
      })
    )
}
