/** Texts by name. */
import type { RequestOptions } from "./Options.ts"
import { list, type PageCall, type PageParams } from "./Page.ts"
import { Resource } from "./Resource.ts"

/** A text by name, with places for what is different each time. */
export interface Template {
  readonly name: string
  /** What it is for, for people. */
  readonly title: string
  /** The text, with `${name}` where a variable stands. */
  readonly body: string
  /** The names that a send has to give. */
  readonly variables: ReadonlyArray<string>
}

export class Templates extends Resource {
  /** The templates of the connector's project and environment, by name. */
  list(params: PageParams = {}, options?: RequestOptions): PageCall<Template> {
    return list(this.transport, "/v1/templates", params, options)
  }
}
