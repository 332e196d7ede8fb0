/** The port of where registrations are filed. An adapter's own vocabulary ends behind it. */
import { Context, type Effect, type Option, Schema } from "effect"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { CarrierRegistration, CarrierWord, Filing } from "../CarrierRegistration.ts"

/** A value that the carrier would not take, by its name on the wire. `detail` goes on from the field's name: "must be …". */
export interface FilingMistake {
  readonly path: string
  readonly detail: string
}

/** What the carrier has, by its own ids. */
export interface Filed {
  readonly carrierId: string
  /** A campaign: where its numbers are put. */
  readonly poolId: string | null
}

/** A registration, and the carrier's id of the brand that a campaign is of. */
export interface Submission {
  readonly registration: CarrierRegistration
  readonly brandCarrierId: string | null
}

/**
 * `rejected`: certainly not done, and the same again brings the same. `refused`: the carrier does not accept the gateway itself; an operator has to act.
 * `not_now`: certainly not done, and may be done later. `ambiguous`: it may have been done. `code` is the carrier's, `detail` a sentence for people.
 */
export class RegistrationFailure extends Schema.TaggedError<RegistrationFailure>()("RegistrationFailure", {
  reason: Schema.Literals(["rejected", "refused", "not_now", "ambiguous"]),
  code: Schema.NullOr(Schema.String),
  detail: Schema.String
}) {}

export class CarrierRegistrations extends Context.Service<CarrierRegistrations, {
  /** What this carrier would not take for its form. */
  mistakes(filing: Filing): ReadonlyArray<FilingMistake>
  /** What the carrier has of it already: an earlier call of this submission came true, or somebody filed the same elsewhere. */
  find(submission: Submission): Effect.Effect<Option.Option<Filed>, RegistrationFailure>
  /** Files it. One submission of the carrier, never retried inside. */
  submit(submission: Submission): Effect.Effect<Filed, RegistrationFailure>
  /** How something stands that the carrier has. */
  look(registration: CarrierRegistration): Effect.Effect<CarrierWord, RegistrationFailure>
  /** Puts a number under a campaign; again: nothing more. */
  attach(campaign: CarrierRegistration, number: PhoneNumber): Effect.Effect<void, RegistrationFailure>
}>()("@parley/core/CarrierRegistrations") {}
