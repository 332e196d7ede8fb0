/** Users who must not be texted. */
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { OptOut } from "./OptOut.ts"
import { page, pageQuery } from "./Page.ts"
import { wire } from "./Wire.ts"

export const OptOutsQuery = wire("OptOutsQuery", { userNumber: Schema.optionalKey(PhoneNumber), ...pageQuery }, "Filters of the list of opt-outs.")

export class OptOutsApi extends HttpApiGroup.make("optOuts")
  .add(
    HttpApiEndpoint.get("list", "/", { query: OptOutsQuery, success: page("OptOuts", OptOut) }).annotateMerge(
      OpenApi.annotations({
        identifier: "listOptOuts",
        summary: "List opt-outs",
        description: "Users who have opted out, for each number that they opted out of, newest first."
      })
    )
  )
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/opt-outs")
  .annotateMerge(OpenApi.annotations({ title: "Opt-outs", description: "Who must not be texted." }))
{}
