/** The purchase, import or release of a number, as the API shows it. */
import { Country } from "@parley/schema/Country"
import { Environment } from "@parley/schema/Environment"
import { OperationId, RegistrationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { MarketType, OperationKind, OperationStage, Price } from "@parley/schema/Provisioning"
import { Registration } from "@parley/schema/Sender"
import { Schema } from "effect"
import { pageQuery } from "./Page.ts"
import { Instant, wire } from "./Wire.ts"

const areaCode = Schema.String.check(Schema.isPattern(/^[2-9]\d{2}$/u, { message: "must be three digits, like 415" }))
const contains = Schema.String.check(Schema.isPattern(/^[0-9*]{2,16}$/u, { message: "must be 2 to 16 digits, or * for any digit" }))

const wish = {
  areaCode: Schema.optionalKey(areaCode.annotate({ description: "US and Canada only." })),
  contains: Schema.optionalKey(contains.annotate({ description: "Digits that the number holds; `*` stands for any one." })),
  type: Schema.optionalKey(MarketType.annotate({ description: "`local` when absent." }))
}

export const AvailableNumbersQuery = wire(
  "AvailableNumbersQuery",
  {
    country: Country,
    ...wish,
    limit: pageQuery.limit
  },
  "What a number should be like."
)

export const AvailableNumber = wire(
  "AvailableNumber",
  {
    number: PhoneNumber,
    country: Country,
    type: MarketType,
    locality: Schema.NullOr(Schema.String),
    region: Schema.NullOr(Schema.String),
    needsAddress: Schema.Boolean.annotate({ description: "The regulator wants an address or papers, which have to be filed with the carrier first." }),
    monthlyPrice: Schema.NullOr(Price).annotate({ description: "Null where the carrier does not tell." })
  },
  "A number for sale that can text."
)
export type AvailableNumber = typeof AvailableNumber.Type

export const AvailableNumbers = wire("AvailableNumbers", { data: Schema.Array(AvailableNumber) }, "Numbers for sale.")

export const ProvisionRequest = wire(
  "ProvisionRequest",
  {
    number: Schema.optionalKey(PhoneNumber.annotate({ description: "This very number. Without it the first for sale is taken that fits `country`, `area_code`, `contains` and `type`." })),
    country: Schema.optionalKey(Country),
    ...wish,
    environment: Schema.optionalKey(Environment.annotate({ description: "The connector's when absent." })),
    registration: Schema.optionalKey(Registration.annotate({ description: "What is known of the number's registration; `unregistered` in the US and Canada when absent." })),
    campaign: Schema.optionalKey(RegistrationId.annotate({ description: "The campaign, registered here, that it is to text under. It may text as soon as that is approved." })),
    import: Schema.optionalKey(Schema.Boolean.annotate({ description: "The carrier account has `number` already: nothing is bought." })),
    dryRun: Schema.optionalKey(Schema.Boolean.annotate({ description: "Only tell what would be done." }))
  },
  "A number to buy or import."
)
export type ProvisionRequest = typeof ProvisionRequest.Type

export const NumberOperation = wire(
  "NumberOperation",
  {
    id: OperationId,
    kind: OperationKind,
    number: PhoneNumber.annotate({ description: "May change while a purchase without a `number` is `intended`: somebody else was quicker." }),
    environment: Environment,
    stage: OperationStage.annotate({ description: "How far it is. `active`, `failed` and `released` are final." }),
    trouble: Schema.NullOr(Schema.Struct({ code: Schema.NullOr(Schema.String), detail: Schema.String })).annotate({
      description: "What holds it up, or why it failed: the carrier's code, and a sentence."
    }),
    createdAt: Instant,
    updatedAt: Instant
  },
  "The purchase, import or release of a number. Whatever stops it half-way, it goes on from there."
)
export type NumberOperation = typeof NumberOperation.Type

export const NumberPlan = wire(
  "NumberPlan",
  {
    number: PhoneNumber,
    steps: Schema.Array(Schema.String).annotate({ description: "What would be done, in order." }),
    monthlyPrice: Schema.NullOr(Price).annotate({ description: "Null where the carrier does not tell, or nothing is bought." })
  },
  "What a purchase or import would do."
)
export type NumberPlan = typeof NumberPlan.Type
