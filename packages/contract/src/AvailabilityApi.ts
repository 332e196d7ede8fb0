/** What can be texted with, country by country: the table that sending goes by. */
import { AvailabilityRows, CountryAvailability } from "@parley/schema/Availability"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { NotFound } from "./Problem.ts"

/** A row as programs see it. */
export type AvailabilityRow = typeof CountryAvailability.Type

/** A country as callers write it, in either case. */
const CountryCode = Schema.String.check(Schema.isPattern(/^[A-Za-z]{2}$/u, { message: "must be two letters, like GB" })).annotate({
  description: "ISO 3166-1 alpha-2.",
  examples: ["GB"]
})

const list = HttpApiEndpoint.get("list", "/", { success: AvailabilityRows }).annotateMerge(
  OpenApi.annotations({
    identifier: "listAvailability",
    summary: "List what countries offer",
    description:
      "For each country whether people can answer, which senders there are, how fast they send, how long they take to get and what registration they need, with the source of each statement. A send goes by the same table. An operator's AVAILABILITY_FILE has the shape of this answer."
  })
)

const retrieve = HttpApiEndpoint.get("retrieve", "/:country", { params: { country: CountryCode }, success: CountryAvailability, error: NotFound }).annotateMerge(
  OpenApi.annotations({
    identifier: "retrieveAvailability",
    summary: "Retrieve what a country offers",
    description: "Not found means that nothing is known of the country: a send there is tried."
  })
)

export class AvailabilityApi extends HttpApiGroup.make("availability")
  .add(list, retrieve)
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/availability")
  .annotateMerge(OpenApi.annotations({ title: "Availability", description: "What can be texted with, country by country." }))
{}
