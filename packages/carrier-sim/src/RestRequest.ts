/** A request of the REST API once it is authenticated and read, and its answer. */
import type { AccountOptions } from "./CarrierOptions.ts"
import type { Form } from "./CreateMessage.ts"

export interface RestRequest {
  readonly method: string
  /** Path segments below `/2010-04-01/Accounts/{AC…}` or `/v1`, decoded, the last one without `.json`. */
  readonly segments: ReadonlyArray<string>
  /** The whole path, for error sentences and page links. */
  readonly path: string
  readonly query: URLSearchParams
  readonly form: Form
  readonly account: AccountOptions
}

export interface RestAnswer {
  readonly status: number
  /** Left out for a 204. */
  readonly body?: unknown
  /** Of a redirect. */
  readonly location?: string
}

/** Form fields by name, each with all its values in their order. */
export const parseForm = (body: string): Form => {
  const form = new Map<string, Array<string>>()
  for (const [name, value] of new URLSearchParams(body)) {
    const values = form.get(name)
    if (values === undefined) form.set(name, [value])
    else values.push(value)
  }
  return form
}
