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

/**
 * Texts by name: `parley.templates`.
 * @example
 * ```ts
 * import type { Templates } from "@parley/sdk"
 *
 * const names = async (templates: Templates) => (await templates.list()).data.map(({ name }) => name)
 * console.log(await names(parley.templates))
 * ```
 */
export class Templates extends Resource {
  /**
   * The templates of the connector's project and environment, by name.
   * @example
   * ```ts
   * import type { Template } from "@parley/sdk"
   *
   * const templates: ReadonlyArray<Template> = (await parley.templates.list()).data
   * console.log(templates.map(({ body, variables }) => [body, variables]))
   * ```
   */
  list(params: PageParams = {}, options?: RequestOptions): PageCall<Template> {
    return list(this.transport, "/v1/templates", params, options)
  }
}
