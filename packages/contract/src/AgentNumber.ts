/** The agent number as the API shows it. */
import { Country } from "@parley/schema/Country"
import { Environment } from "@parley/schema/Environment"
import { RegistrationId } from "@parley/schema/Ids"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Registration, SenderType } from "@parley/schema/Sender"
import { Schema } from "effect"
import { Count, wire } from "./Wire.ts"

export const AgentNumber = wire(
  "Number",
  {
    number: PhoneNumber,
    environment: Environment,
    type: SenderType,
    country: Country,
    registration: Registration,
    registrationId: Schema.NullOr(RegistrationId.annotate({ description: "The campaign or verification that it texts under, if that was filed here." })),
    waitingFor: Schema.NullOr(Schema.String.annotate({ description: "What it waits for before carriers take its texts, in a sentence; null when there is nothing." })),
    mms: Schema.Boolean.annotate({ description: "Whether it can send pictures and other files (`media_urls`), to users of countries that have MMS too: see `/v1/availability`." }),
    segmentsPerSecond: Schema.Finite.annotate({ description: "How fast the carrier takes segments from this number." }),
    queued: Count.annotate({ description: "Texts that wait to be sent from it." })
  },
  "A number that the project texts from."
)
export type AgentNumber = typeof AgentNumber.Type
