/** What the groups of calls share: how an endpoint becomes a call. */
import { ApiCall } from "./ApiCall.ts"
import { ParleyError } from "./Errors.ts"
import type { RequestOptions } from "./Options.ts"
import type { Answer, Transport } from "./Transport.ts"
import { toWire } from "./Wire.ts"

/** A group of calls, like `parley.sessions`. */
export abstract class Resource {
  protected readonly transport: Transport

  constructor(transport: Transport) {
    this.transport = transport
  }
}

/** The fields of an answer are the contract's, which tests compare with the types here. */
export const bodyOf = <A>({ body }: Answer) => body as A

export const get = <A>(transport: Transport, path: string, options: RequestOptions | undefined): ApiCall<A> =>
  new ApiCall(transport.run({ method: "GET", path }, options), bodyOf<A>)

/** A list that has no pages. */
export const getAll = <A>(transport: Transport, path: string, options: RequestOptions | undefined): ApiCall<ReadonlyArray<A>> =>
  new ApiCall(transport.run({ method: "GET", path }, options), (answer) => bodyOf<{ readonly data: ReadonlyArray<A> }>(answer).data)

export const post = <A>(transport: Transport, path: string, params: object, options: RequestOptions | undefined): ApiCall<A> =>
  new ApiCall(transport.run({ method: "POST", path, body: toWire(params) }, options), bodyOf<A>)

export const remove = <A>(transport: Transport, path: string, options: RequestOptions | undefined): ApiCall<A> =>
  new ApiCall(transport.run({ method: "DELETE", path }, options), bodyOf<A>)

/** An id as a part of a path. An empty one would ask for the list instead. */
export const segment = (id: string): string => {
  if (id === "") throw new ParleyError("The id is empty.")
  return encodeURIComponent(id)
}
