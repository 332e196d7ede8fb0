/** A call that is under way: a promise of its result, with the raw response at hand. */
import type { Answer } from "./Transport.ts"

/** A result with the HTTP response that brought it. The response's body has been read. */
export interface WithResponse<A> {
  readonly data: A
  readonly response: Response
  readonly correlationId: string | null
}

/** The id that names a call in the service's logs. */
export const correlationIdOf = (response: Response): string | null => response.headers.get("x-polyai-correlation-id")

/**
 * A call that is under way: a promise of its result, with the raw response at hand.
 * @example
 * ```ts
 * import type { ApiCall, Session, WithResponse } from "@parley/sdk"
 *
 * const { sessionId } = await parley.outboundSms.send({ message: "Hello", userNumber: "+15005550123" })
 * const call: ApiCall<Session> = parley.sessions.retrieve(sessionId)
 * const { data, response, correlationId }: WithResponse<Session> = await call.withResponse()
 * console.log(data.state, response.status, correlationId)
 * ```
 */
export class ApiCall<A> implements Promise<A> {
  readonly [Symbol.toStringTag] = "ApiCall"
  readonly #result: Promise<WithResponse<A>>

  constructor(answer: Promise<Answer>, read: (answer: Answer) => A) {
    this.#result = answer.then((each) => ({ data: read(each), response: each.response, correlationId: correlationIdOf(each.response) }))
  }

  /** The result together with status, headers and correlation id. */
  withResponse(): Promise<WithResponse<A>> {
    return this.#result
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise; a subclass would reject twice when only withResponse is awaited
  then<B = A, C = never>(
    onFulfilled?: ((value: A) => B | PromiseLike<B>) | null,
    onRejected?: ((reason: unknown) => C | PromiseLike<C>) | null
  ): Promise<B | C> {
    return this.#result.then(({ data }) => data).then(onFulfilled, onRejected)
  }

  catch<C = never>(onRejected?: ((reason: unknown) => C | PromiseLike<C>) | null): Promise<A | C> {
    return this.then(undefined, onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<A> {
    return this.then().finally(onFinally)
  }
}
