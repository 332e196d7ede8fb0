/** The connector's templates. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Access, RequestErrors } from "./Access.ts"
import { page, pageQuery } from "./Page.ts"
import { wire } from "./Wire.ts"

export const Template = wire(
  "Template",
  {
    name: Schema.String,
    title: Schema.String.annotate({ description: "What it is for, for people." }),
    body: Schema.String.annotate({ description: "The text, with `${name}` where a variable stands." }),
    variables: Schema.Array(Schema.String).annotate({ description: "The names that a send has to give." })
  },
  "A text by name, with places for what is different each time."
)
export type Template = typeof Template.Type

export class TemplatesApi extends HttpApiGroup.make("templates")
  .add(
    HttpApiEndpoint.get("list", "/", { query: pageQuery, success: page("Templates", Template) }).annotateMerge(
      OpenApi.annotations({
        identifier: "listTemplates",
        summary: "List templates",
        description: "The templates of the connector's project and environment, by name. They are part of the project file."
      })
    )
  )
  .middleware(RequestErrors)
  .middleware(Access)
  .prefix("/v1/templates")
  .annotateMerge(OpenApi.annotations({ title: "Templates", description: "Texts by name." }))
{}
