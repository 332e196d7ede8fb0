/** Whether a number may text a person, by what carriers and countries ask for. */
import { Array, Option, Schema } from "effect"
import type { CountryAvailability } from "@parley/schema/Availability"
import { Country } from "@parley/schema/Country"
import type { Environment } from "@parley/schema/Environment"
import { OfferedSender, Registration, SenderType } from "@parley/schema/Sender"
import { type AvailabilityTable, offerOf } from "./Availability.ts"

/** What happens to senders without an approved registration in `live`. */
export const RegistrationPolicy = Schema.Literals(["enforce", "warn"])
export type RegistrationPolicy = typeof RegistrationPolicy.Type

/** Why a number cannot text a person; `explain` puts it in words. */
export const Ineligibility = Schema.Union([
  /** Nobody there can answer, and Parley's texts are conversations. `oneWaySenders` are the types that would reach them all the same. */
  Schema.TaggedStruct("OneWayCountry", { userCountry: Country, oneWaySenders: Schema.Array(OfferedSender) }),
  /** The country has no senders of this type. `workingSenders` are the types that it has. */
  Schema.TaggedStruct("SenderNotOffered", { userCountry: Country, type: SenderType, workingSenders: Schema.Array(OfferedSender) }),
  /** The number's own list of countries lacks this one. */
  Schema.TaggedStruct("CountryNotReached", { userCountry: Schema.NullOr(Country) }),
  /** Short codes work only in their own country. */
  Schema.TaggedStruct("ShortCodeAbroad", { senderCountry: Country, userCountry: Schema.NullOr(Country) }),
  /** A long code whose 10DLC registration is not approved: carriers block all of its texts. `workingSenders` are the types that do without one. */
  Schema.TaggedStruct("RegistrationNotApproved", { senderCountry: Country, registration: Registration, workingSenders: Schema.Array(OfferedSender) }),
  /** A toll-free number whose verification is not approved: carriers block all of its texts, since 31 January 2024. */
  Schema.TaggedStruct("TollFreeNotVerified", { senderCountry: Country, registration: Registration }),
  /** Pictures and other files do not go this way. `lacking`: what stands against it. `workingSenders` are the types that would carry them to the person. */
  Schema.TaggedStruct("MediaNotCarried", {
    lacking: Schema.Literals(["number", "sender_country", "user_country"]),
    senderCountry: Country,
    userCountry: Schema.NullOr(Country),
    workingSenders: Schema.Array(OfferedSender)
  })
])
export type Ineligibility = typeof Ineligibility.Type

/** What is worth an operator's eye although the number may be used. */
export const ComplianceWarning = Schema.Union([
  /** What would be `RegistrationNotApproved` if policy enforced it. */
  Schema.TaggedStruct("RegistrationNotApproved", { senderCountry: Country, registration: Registration, workingSenders: Schema.Array(OfferedSender) }),
  /** What would be `TollFreeNotVerified` if policy enforced it. */
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
  /** Whether it carries pictures and other files, where the carrier has told; missing: its country's row decides. */
  readonly mms?: boolean | undefined
}

const refuse = (reason: Ineligibility): Eligibility => ({ eligible: false, reason })
const accept = (...warnings: ReadonlyArray<ComplianceWarning>): Eligibility => ({ eligible: true, warnings })

const typesOf = (table: AvailabilityTable, country: Country, isUsable: (offer: CountryAvailability["senders"][number]) => boolean = () => true): ReadonlyArray<OfferedSender> =>
  Array.dedupe((table.get(country)?.senders ?? []).filter(isUsable).map(({ type }) => type))

/**
 * Judges one number for one person, by what is known of their countries. A country without a row is allowed unless the number's own `sendsTo` says otherwise.
 * A number at home must be of a type that its country has; abroad the table tells nothing of it, and it may try.
 * The registration rule looks at the sender alone, wherever the text goes: carriers hold a number to its registration, and a project's numbers should not pass by accident.
 * `mobile` counts as a long code, since the plans of the US and Canada do not tell them apart. Outside `live` registration is not asked for.
 *
 * @param userCountry `undefined` when the person's number belongs to no country
 */
export const eligible = (
  number: SenderProfile,
  userCountry: Country | undefined,
  environment: Environment,
  policy: RegistrationPolicy,
  table: AvailabilityTable
): Eligibility => {
  const there = userCountry === undefined ? undefined : table.get(userCountry)
  if (there?.twoWay === false) return refuse({ _tag: "OneWayCountry", userCountry: there.country, oneWaySenders: typesOf(table, there.country) })
  if (number.type === "short_code" && number.country !== userCountry) {
    return refuse({ _tag: "ShortCodeAbroad", senderCountry: number.country, userCountry: userCountry ?? null })
  }
  const offer = offerOf(table, number.country, number.type)
  if (there !== undefined && there.country === number.country && Option.isNone(offer)) {
    const workingSenders = typesOf(table, there.country, ({ type }) => type !== "alphanumeric")
    return refuse({ _tag: "SenderNotOffered", userCountry: there.country, type: number.type, workingSenders })
  }
  if (number.sendsTo !== undefined && (userCountry === undefined || !number.sendsTo.includes(userCountry))) {
    return refuse({ _tag: "CountryNotReached", userCountry: userCountry ?? null })
  }
  const asks = Option.match(offer, { onNone: () => "none" as const, onSome: ({ registration }) => registration })
  if (environment !== "live" || asks === "none" || number.registration === "approved") return accept()
  const facts = { senderCountry: number.country, registration: number.registration }
  if (asks === "toll_free_verification") {
    const fact = { _tag: "TollFreeNotVerified" as const, ...facts }
    return policy === "enforce" ? refuse(fact) : accept(fact)
  }
  const workingSenders = typesOf(table, number.country, ({ registration, type }) => registration !== "10dlc" && type !== "alphanumeric")
  const fact = { _tag: "RegistrationNotApproved" as const, ...facts, workingSenders }
  return policy === "enforce" ? refuse(fact) : accept(fact)
}

/**
 * Why pictures and other files can't go from a number to a person; `undefined` when they can. Both countries' rows have to carry them for the
 * number's type, and the carrier must not have said that the number does not: unlike with texts, what nothing is known of is not tried, because
 * the carrier takes the call and fails later.
 *
 * @param userCountry `undefined` when the person's number belongs to no country
 */
export const mediaRefusal = (number: SenderProfile, userCountry: Country | undefined, table: AvailabilityTable): Ineligibility | undefined => {
  const carries = (country: Country | undefined) => country !== undefined && Option.exists(offerOf(table, country, number.type), ({ mms }) => mms)
  const lacking = !carries(userCountry) ? "user_country" : !carries(number.country) ? "sender_country" : number.mms === false ? "number" : undefined
  if (lacking === undefined) return undefined
  const workingSenders = userCountry === undefined ? [] : typesOf(table, userCountry, ({ mms }) => mms)
  return { _tag: "MediaNotCarried", lacking, senderCountry: number.country, userCountry: userCountry ?? null, workingSenders }
}

const plain: Readonly<Record<OfferedSender, string>> = {
  long_code: "a long code",
  mobile: "a mobile number",
  toll_free: "a toll-free number",
  short_code: "a short code",
  alphanumeric: "an alphanumeric sender"
}

/** The types in words, joined by "or". */
const anyOf = (types: ReadonlyArray<OfferedSender>): string => types.map((type) => plain[type]).join(" or ")

const explainMedia = ({ lacking, senderCountry, userCountry, workingSenders }: Extract<Ineligibility, { _tag: "MediaNotCarried" }>): string => {
  const people = userCountry === null ? "A number of no known country" : `People in ${userCountry}`
  if (workingSenders.length === 0) return `${people} cannot be sent media (MMS): put a link into the text instead.`
  const from = `send them from ${anyOf(workingSenders)} of ${userCountry ?? senderCountry} that has MMS, or put a link into the text`
  return lacking === "number" ? `The number does not carry media (MMS): ${from}.` :
    lacking === "sender_country" ? `Numbers of ${senderCountry} do not carry media (MMS) to ${userCountry ?? "there"}: ${from}.` :
    `${people} cannot be sent media (MMS) from a number of this type: ${from}.`
}

/** A sentence for people: what is the matter, and what to do. */
export const explain = (fact: Ineligibility | ComplianceWarning): string => {
  switch (fact._tag) {
    case "OneWayCountry":
      return fact.oneWaySenders.length === 0
        ? `People in ${fact.userCountry} cannot answer texts; no type of sender works there.`
        : `People in ${fact.userCountry} cannot answer texts; only one-way texts from ${anyOf(fact.oneWaySenders)} work there, which Parley does not send.`
    case "SenderNotOffered":
      return fact.workingSenders.length === 0
        ? `${fact.userCountry} has no senders that could be used; see /v1/availability/${fact.userCountry}.`
        : `${fact.userCountry} does not carry texts of ${plain[fact.type]}; use ${anyOf(fact.workingSenders)}.`
    case "CountryNotReached":
      return `The number cannot text ${fact.userCountry ?? "a number of no known country"}; add one that can.`
    case "ShortCodeAbroad":
      return `A short code of ${fact.senderCountry} cannot text ${fact.userCountry ?? "a number of no known country"}; use a long code.`
    case "RegistrationNotApproved":
      return `The A2P 10DLC registration of this ${fact.senderCountry} long code is not approved (${fact.registration}), so carriers block its texts; put it under an approved campaign (/v1/registrations)${fact.workingSenders.length === 0 ? "" : `, or use ${anyOf(fact.workingSenders)}`}.`
    case "MediaNotCarried":
      return explainMedia(fact)
    case "TollFreeNotVerified":
      return `The verification of this ${fact.senderCountry} toll-free number is not approved (${fact.registration}), so carriers block its texts; have it verified (POST /v1/registrations/toll-free).`
  }
}
