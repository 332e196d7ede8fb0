/** What the carrier sells. */
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { AvailableNumbers, AvailableNumbersQuery } from "./NumberOperation.ts"
import { CarrierRefused } from "./Problem.ts"

export class AvailableNumbersApi extends HttpApiGroup.make("availableNumbers")
  .add(
    HttpApiEndpoint.get("search", "/", { query: AvailableNumbersQuery, success: AvailableNumbers, error: CarrierRefused }).annotateMerge(
      OpenApi.annotations({
        identifier: "searchAvailableNumbers",
        summary: "Search numbers for sale",
        description: "Numbers that can text, which the project's carrier account could buy now. Needs the scope `operate`, for it calls the carrier."
      })
    )
  )
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/available-numbers")
  .annotateMerge(OpenApi.annotations({ title: "Available numbers", description: "What the carrier sells." }))
{}
