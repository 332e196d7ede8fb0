/** Whether a number may text a person, by what carriers and countries ask for. */
import { Array, Schema } from "effect"
import { Country } from "@parley/schema/Country"
import type { Environment } from "@parley/schema/Environment"
import { Registration, SenderType } from "@parley/schema/Sender"
import { availabilityOf } from "./Availability.ts"

/** What happens to senders without an approved registration in `live`. */
export const RegistrationPolicy = Schema.Literals(["enforce", "warn"])
export type RegistrationPolicy = typeof RegistrationPolicy.Type

/** Why a number cannot text a person; `explain` puts it in words. */
export const Ineligibility = Schema.Union([
  /** Nobody there can answer, and Parley's texts are conversations. `workingSenders` are the types that would do: none, so far. */
  Schema.TaggedStruct("OneWayCountry", { userCountry: Country, workingSenders: Schema.Array(SenderType) }),
  /** The number's own list of countries lacks this one. */
  Schema.TaggedStruct("CountryNotReached", { userCountry: Schema.NullOr(Country) }),
  /** Short codes work only in their own country. */
  Schema.TaggedStruct("ShortCodeAbroad", { senderCountry: Country, userCountry: Schema.NullOr(Country) }),
  /** A US or Canadian long code whose 10DLC registration is not approved: carriers block all of its texts. */
  Schema.TaggedStruct("RegistrationNotApproved", { senderCountry: Country, registration: Registration })
])
export type Ineligibility = typeof Ineligibility.Type

/** What is worth an operator's eye although the number may be used. */
export const ComplianceWarning = Schema.Union([
  /** What would be `RegistrationNotApproved` if policy enforced it. */
  Schema.TaggedStruct("RegistrationNotApproved", { senderCountry: Country, registration: Registration }),
  /** A toll-free number whose verification is not approved: carriers block many of its texts. */
  Schema.TaggedStruct("TollFreeNotVerified", { senderCountry: Country, registration: Registration })
])
export type ComplianceWarning = typeof ComplianceWarning.Type

export type Eligibility =
  | { readonly eligible: true; readonly warnings: ReadonlyArray<ComplianceWarning> }
  | { readonly eligible: false; readonly reason: Ineligibility }

/** What the rules look at in a number. */
export interface SenderProfile {
  readonly country: Country
  readonly type: SenderType
  readonly registration: Registration
  /** The countries that it can text, where that is known; missing: no limit is known. */
  readonly sendsTo?: ReadonlyArray<Country> | undefined
}

const refuse = (reason: Ineligibility): Eligibility => ({ eligible: false, reason })
const accept = (...warnings: ReadonlyArray<ComplianceWarning>): Eligibility => ({ eligible: true, warnings })

/**
 * Judges one number for one person. A country without a row in `Availability` is allowed unless the number's own `sendsTo` says otherwise.
 * The registration rule looks at the sender alone, wherever the text goes: carriers hold a number to its registration, and a project's numbers should not pass by accident.
 * `mobile` counts as a long code in the US and Canada, whose plan does not tell them apart. Outside `live` registration is not asked for.
 *
 * @param userCountry `undefined` when the person's number belongs to no country
 */
export const eligible = (number: SenderProfile, userCountry: Country | undefined, environment: Environment, policy: RegistrationPolicy): Eligibility => {
  const availability = userCountry === undefined ? undefined : availabilityOf(userCountry)
  if (availability?.twoWay === false) {
    return refuse({ _tag: "OneWayCountry", userCountry: availability.country, workingSenders: Array.dedupe(availability.senders.map(({ type }) => type)) })
  }
  if (number.type === "short_code" && number.country !== userCountry) {
    return refuse({ _tag: "ShortCodeAbroad", senderCountry: number.country, userCountry: userCountry ?? null })
  }
  if (number.sendsTo !== undefined && (userCountry === undefined || !number.sendsTo.includes(userCountry))) {
    return refuse({ _tag: "CountryNotReached", userCountry: userCountry ?? null })
  }
  const asksForRegistration = environment === "live" && (number.country === "US" || number.country === "CA") && number.registration !== "approved"
  if (!asksForRegistration || number.type === "short_code") return accept()
  const facts = { senderCountry: number.country, registration: number.registration }
  if (number.type === "toll_free") return accept({ _tag: "TollFreeNotVerified", ...facts })
  return policy === "enforce" ? refuse({ _tag: "RegistrationNotApproved", ...facts }) : accept({ _tag: "RegistrationNotApproved", ...facts })
}

/** A sentence for people: what is the matter, and what to do. */
export const explain = (fact: Ineligibility | ComplianceWarning): string => {
  switch (fact._tag) {
    case "OneWayCountry":
      return fact.workingSenders.length === 0
        ? `People in ${fact.userCountry} cannot answer texts; no type of sender works there.`
        : `People in ${fact.userCountry} cannot answer texts from it; use ${fact.workingSenders.join(" or ")}.`
    case "CountryNotReached":
      return `The number cannot text ${fact.userCountry ?? "a number of no known country"}; add one that can.`
    case "ShortCodeAbroad":
      return `A short code of ${fact.senderCountry} cannot text ${fact.userCountry ?? "a number of no known country"}; use a long code.`
    case "RegistrationNotApproved":
      return `The A2P 10DLC registration of this ${fact.senderCountry} long code is not approved (${fact.registration}), so carriers block its texts; complete the registration.`
    case "TollFreeNotVerified":
      return `The verification of this ${fact.senderCountry} toll-free number is not approved (${fact.registration}), so carriers may block its texts; complete the verification.`
  }
}
