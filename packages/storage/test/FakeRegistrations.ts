/** A carrier that registers what a test tells it, and remembers what it was asked. */
import { Context, Effect, Layer, Option } from "effect"
import type { CarrierWord } from "@parley/core/CarrierRegistration"
import { CarrierRegistrations, type Filed, type FilingMistake, RegistrationFailure, type Submission } from "@parley/core/ports/CarrierRegistrations"
import { type Fault, faulty } from "./CarrierFaults.ts"

type Kind = "find" | "submit" | "look" | "attach"

export class FakeRegistrations extends Context.Service<FakeRegistrations, {
  /** Every call, in order: `submit brand`. */
  readonly calls: Array<string>
  /** What it has: the filing's row to its own id. */
  readonly filed: Map<string, Filed>
  /** Numbers by the campaign's row. */
  readonly attached: Map<string, Array<string>>
  /** How many submissions came true. */
  submissions: number
  /** What it says, by its own id; `in_review` until a test says otherwise. */
  readonly words: Map<string, Partial<CarrierWord>>
  mistakes: ReadonlyArray<FilingMistake>
  /** What becomes of the next calls of a kind, in order; then all is well. */
  readonly faults: Map<Kind, Array<Fault>>
}>()("@parley/storage/test/FakeRegistrations") {}

const failure = (reason: RegistrationFailure["reason"]) => new RegistrationFailure({ reason, code: reason === "rejected" ? "20001" : null, detail: `The carrier says ${reason}.` })
const prefixes = { brand: "BN", campaign: "QE", toll_free: "HH" } as const

export const layer: Layer.Layer<FakeRegistrations | CarrierRegistrations> = Layer.effectContext(Effect.sync(() => {
  const fake = FakeRegistrations.of({ calls: [], filed: new Map(), attached: new Map(), submissions: 0, words: new Map(), mistakes: [], faults: new Map() })
  const call = faulty<Kind, RegistrationFailure>(fake, failure, {})
  const submitted = ({ registration: { filing, id } }: Submission) =>
    Effect.sync(() => {
      const carrierId = `${prefixes[filing.kind]}${++fake.submissions}`
      const filed: Filed = { carrierId, poolId: filing.kind === "campaign" ? `MG${fake.submissions}` : null }
      fake.filed.set(id, filed)
      return filed
    })
  const carrier = CarrierRegistrations.of({
    mistakes: () => fake.mistakes,
    find: ({ registration: { filing, id } }) => call("find", filing.kind, Effect.sync(() => Option.fromNullishOr(fake.filed.get(id)))),
    submit: (submission) => call("submit", submission.registration.filing.kind, submitted(submission)),
    look: ({ carrierId, filing }) =>
      call("look", filing.kind, Effect.sync((): CarrierWord => ({ state: "in_review", trustScore: null, trouble: null, ...fake.words.get(carrierId ?? "") }))),
    attach: ({ id }, number) =>
      call("attach", number, Effect.sync(() => void fake.attached.set(id, [...new Set([...fake.attached.get(id) ?? [], number])])))
  })
  return Context.make(FakeRegistrations, fake).pipe(Context.add(CarrierRegistrations, carrier))
}))
