/** The path of one resource, where it is shown, changed and removed. */
import { restFailure } from "./CarrierErrors.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"

export interface SingleResource {
  /** As it is then: after a change, as it was changed. */
  readonly show: () => unknown
  readonly change: () => void
  readonly remove: () => void
}

export const singleResource = (request: RestRequest, { change, remove, show }: SingleResource): RestAnswer => {
  switch (request.method) {
    case "GET":
      return { status: 200, body: show() }
    case "POST":
      change()
      return { status: 200, body: show() }
    case "DELETE":
      remove()
      return { status: 204 }
    default:
      throw restFailure(20004)
  }
}
