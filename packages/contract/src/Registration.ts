/** Brands, campaigns and toll-free verifications as the API takes and shows them. */
import { brandFields, campaignSubmissionFields, RegistrationKind, RegistrationState, tollFreeFields } from "@parley/schema/CarrierRegistration"
import { RegistrationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Registration as NumberRegistration } from "@parley/schema/Sender"
import { Schema } from "effect"
import { Instant, wire } from "./Wire.ts"

export const BrandSubmission = wire("BrandSubmission", brandFields, "A brand to register. Who is behind it is filed with the carrier, whose two references are given here.")
export type BrandSubmission = typeof BrandSubmission.Type

export const CampaignSubmission = wire("CampaignSubmission", campaignSubmissionFields, "A campaign to register: what is scanned, its brand, and the numbers that are to text under it.")
export type CampaignSubmission = typeof CampaignSubmission.Type

export const TollFreeSubmission = wire("TollFreeSubmission", tollFreeFields, "A toll-free number to have verified.")
export type TollFreeSubmission = typeof TollFreeSubmission.Type

export const NumberToAttach = wire("NumberToAttach", { number: PhoneNumber }, "A long code of the project that is to text under a campaign.")

export const RegisteredNumber = wire(
  "RegisteredNumber",
  {
    number: PhoneNumber,
    registration: NumberRegistration,
    waitingFor: Schema.NullOr(Schema.String.annotate({ description: "What it waits for before carriers take its texts, in a sentence." }))
  },
  "A number, as its registration leaves it."
)

export const CarrierRegistration = wire(
  "CarrierRegistration",
  {
    id: RegistrationId,
    kind: RegistrationKind,
    name: Schema.String.annotate({ description: "The brand's name; of a toll-free number, the business's." }),
    state: RegistrationState.annotate({
      description: "`submitting`: on its way to the carrier. `in_review`: the carrier has it. `approved`, `rejected`, `suspended`: the verdict, which carriers may change."
    }),
    brand: Schema.NullOr(RegistrationId.annotate({ description: "A campaign's brand." })),
    carrierId: Schema.NullOr(Schema.String.annotate({ description: "The carrier's own id of it (Twilio: BN…, QE…, HH…)." })),
    trustScore: Schema.NullOr(Schema.Finite.annotate({ description: "A brand's, 0 to 100." })),
    segmentsPerSecond: Schema.NullOr(Schema.Finite.annotate({ description: "What a campaign's numbers send together." })),
    dailySegments: Schema.NullOr(Schema.Int.annotate({ description: "What a brand's campaigns send together to US numbers in one Pacific day." })),
    numbers: Schema.Array(RegisteredNumber),
    trouble: Schema.NullOr(Schema.Struct({ code: Schema.NullOr(Schema.String), detail: Schema.String })).annotate({
      description: "What holds it up, or why it was rejected or suspended: the carrier's code, and a sentence."
    }),
    nextCheckAt: Schema.NullOr(Instant.annotate({ description: "When the carrier is asked next; null when it is not any more." })),
    changedAt: Instant.annotate({ description: "When the state last changed." }),
    createdAt: Instant,
    updatedAt: Instant
  },
  "A brand, a campaign or a toll-free verification. It is submitted once, whatever stops half-way, and followed to its verdict."
)
export type CarrierRegistration = typeof CarrierRegistration.Type
