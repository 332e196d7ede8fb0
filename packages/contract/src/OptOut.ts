/** The opt-out as the API shows it. */
import { Environment } from "@parley/schema/Environment"
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { Instant, wire } from "./Wire.ts"

export const OptOut = wire(
  "OptOut",
  {
    userNumber: PhoneNumber,
    agentNumber: PhoneNumber,
    environment: Environment,
    source: Schema.Literals(["keyword", "carrier_keyword", "carrier_refusal"]).annotate({
      description: "How it became known. `keyword`: the user texted STOP or the like. `carrier_keyword`: the carrier handled the keyword itself. `carrier_refusal`: the carrier refused a text."
    }),
    optedOutAt: Instant
  },
  "A user who must not be texted from a number."
)
export type OptOut = typeof OptOut.Type
