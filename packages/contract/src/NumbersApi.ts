/** The connector's numbers. */
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { AgentNumber } from "./AgentNumber.ts"
import { page, pageQuery } from "./Page.ts"

export class NumbersApi extends HttpApiGroup.make("numbers")
  .add(
    HttpApiEndpoint.get("list", "/", { query: pageQuery, success: page("Numbers", AgentNumber) }).annotateMerge(
      OpenApi.annotations({
        identifier: "listNumbers",
        summary: "List numbers",
        description: "The numbers of the connector's project and environment, with their registration and how much waits to be sent."
      })
    )
  )
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/numbers")
  .annotateMerge(OpenApi.annotations({ title: "Numbers", description: "What the project texts from." }))
{}
