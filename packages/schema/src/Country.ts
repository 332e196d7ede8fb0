/** ISO 3166-1 alpha-2 country codes, upper case. */
import { Schema } from "effect"

export const Country = Schema.String.check(Schema.isPattern(/^[A-Z]{2}$/u, { message: "must be two capital letters, like US" })).pipe(
  Schema.brand("Country")
)
export type Country = typeof Country.Type
