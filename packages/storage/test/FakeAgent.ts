/** An agent that says what a test tells it, and remembers every call. */
import { Context, Effect, Layer } from "effect"
import type { TurnAnswer, TurnRequest, Utterance } from "@parley/core/ports/Agent"
import { Agent, AgentFailure } from "@parley/core/ports/Agent"

type Call = (request: TurnRequest) => Effect.Effect<TurnAnswer, AgentFailure>

export class FakeAgent extends Context.Service<FakeAgent, {
  readonly requests: Array<TurnRequest>
  /** What comes of the next calls; answers `re: <texts>` until a test says otherwise. */
  call: Call
}>()("@parley/storage/test/FakeAgent") {}

/** What comes of the next calls. */
export const setAgent = (call: Call) => Effect.map(FakeAgent, (fake) => {
  fake.call = call
})

export const answer = (of: Partial<TurnAnswer>): TurnAnswer => ({ messages: [], end: null, handoff: null, ...of })

export const says = (...messages: ReadonlyArray<Utterance>): Call => () => Effect.succeed(answer({ messages }))

/** Answers replies, and has nothing to say to a start or an end. */
export const echoes: Call = ({ kind, texts }) => Effect.succeed(answer(kind === "reply" ? { messages: [`re: ${texts.map(({ text }) => text).join(" | ")}`] } : {}))

export const isAway: Call = () => Effect.fail(new AgentFailure({ reason: "unreachable", detail: "Nobody listens there." }))

export const layer: Layer.Layer<FakeAgent | Agent> = Layer.effectContext(Effect.sync(() => {
  const fake = FakeAgent.of({ requests: [], call: echoes })
  const agent = Agent.of({
    call: (_, request) =>
      Effect.suspend(() => {
        fake.requests.push(request)
        return fake.call(request)
      })
  })
  return Context.make(FakeAgent, fake).pipe(Context.add(Agent, agent))
}))
