/** A carrier that does what a test tells it, and remembers every call. */
import { Clock, Context, DateTime, type Duration, Effect, Layer } from "effect"
import type { OutboundText } from "@parley/core/ports/Carrier"
import * as Carrier from "@parley/core/ports/Carrier"

export interface Call {
  readonly text: OutboundText
  readonly at: DateTime.Utc
}

export interface Held extends Call {
  readonly carrierId: string
  /** On the carrier's own clock, in milliseconds; nobody sets that one. */
  readonly heldMillis: number
}

type Send = (text: OutboundText, accept: Effect.Effect<Carrier.Accepted>) => Effect.Effect<Carrier.Accepted, Carrier.CarrierFailure>

export class FakeCarrier extends Context.Service<FakeCarrier, {
  /** Every call, whatever came of it. */
  readonly calls: Array<Call>
  /** What reached a handset, in order. */
  readonly held: Array<Held>
  /** How many times it was asked for a listing. */
  questions: number
  /** What a call waits for before it leaves; nothing until a test says otherwise. */
  before: (text: OutboundText) => Effect.Effect<void>
  /** What comes of the next calls; accepts everything until a test says otherwise. */
  send: Send
  /** Answers questions from `held` until a test says otherwise. */
  find: (text: OutboundText, since: DateTime.Utc) => Effect.Effect<ReadonlyArray<Carrier.CarrierText>, Carrier.CarrierFailure>
}>()("@parley/storage/test/FakeCarrier") {}

/** What comes of the next calls. */
export const setCarrier = (send: Send) => Effect.map(FakeCarrier, (fake) => {
  fake.send = send
})

const failure = (reason: Carrier.CarrierFailure["reason"]) => Effect.fail(new Carrier.CarrierFailure({ reason }))

export const accepts: Send = (_, accept) => accept
export const rejects: Send = () => failure(new Carrier.Rejected({ code: "21614", detail: "The number is a landline." }))
export const refuses: Send = () => failure(new Carrier.Refused({ code: "20003", detail: "The credentials are wrong." }))
export const optedOut: Send = () => failure(new Carrier.RecipientOptedOut({ code: "21610" }))
export const isDown: Send = () => failure(new Carrier.NotNow({ code: null, detail: "No connection.", retryAfter: null, nextDay: false }))
export const asksToWait = (retryAfter: Duration.Duration): Send => () =>
  failure(new Carrier.NotNow({ code: "20429", detail: "Too many requests.", retryAfter, nextDay: false }))
export const isFullForToday: Send = () => failure(new Carrier.NotNow({ code: "30023", detail: "The daily cap is reached.", retryAfter: null, nextDay: true }))

const noAnswer = failure(new Carrier.Ambiguous({ code: null, detail: "No answer came." }))
/** It has the text, and its answer is lost. */
export const losesAnswers: Send = (_, accept) => Effect.andThen(accept, noAnswer)
/** The call is lost on the way. */
export const losesCalls: Send = () => noAnswer
export const cannotBeAsked = () => failure(new Carrier.Ambiguous({ code: null, detail: "No listing came." }))

const ownMillis = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))

/** A text that the carrier got behind the test's back. */
export const hold = (text: OutboundText, carrierId: string) =>
  Effect.gen(function*() {
    ;(yield* FakeCarrier).held.push({ text, at: yield* DateTime.now, carrierId, heldMillis: yield* ownMillis })
  })

export const layer: Layer.Layer<FakeCarrier | Carrier.Carrier> = Layer.effectContext(Effect.sync(() => {
  const held: Array<Held> = []
  const calls: Array<Call> = []
  let accepted = 0
  const fake = FakeCarrier.of({
    calls,
    held,
    questions: 0,
    before: () => Effect.void,
    send: accepts,
    find: Effect.fnUntraced(function*(text, since) {
      const withinMillis = DateTime.toEpochMillis(yield* DateTime.now) - DateTime.toEpochMillis(since)
      const sinceMillis = (yield* ownMillis) - withinMillis
      return held
        .filter((one) => one.text.from === text.from && one.text.to === text.to && one.text.body === text.body && one.heldMillis >= sinceMillis)
        .map(({ at, carrierId }) => ({ carrierId, status: "sent" as const, createdAt: at, code: null, detail: null }))
    })
  })
  const carrier = Carrier.Carrier.of({
    send: (text, mayLeave) =>
      Effect.flatMap(Effect.andThen(fake.before(text), DateTime.now), (at) => {
        if (!mayLeave()) return failure(new Carrier.Withheld())
        calls.push({ text, at })
        const accept = Effect.map(ownMillis, (heldMillis) => {
          const carrierId = `SM${String(++accepted).padStart(32, "0")}`
          held.push({ text, at, carrierId, heldMillis })
          return { carrierId }
        })
        return fake.send(text, accept)
      }),
    find: (text, since) =>
      Effect.suspend(() => {
        fake.questions++
        return fake.find(text, since)
      })
  })
  return Context.make(FakeCarrier, fake).pipe(Context.add(Carrier.Carrier, carrier))
}))
