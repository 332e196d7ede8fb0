/** Lists: a page at a time, or every item. */
import { ApiCall } from "./ApiCall.ts"
import type { RequestOptions } from "./Options.ts"
import type { Answer, Transport } from "./Transport.ts"
import { toQuery } from "./Wire.ts"

/** Which page of a list, and how long it is. */
export interface PageParams {
  /** Items of one page, 1 to 100; 20 when absent. */
  readonly limit?: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string
}

/**
 * A page of a list, newest first. Iterating goes on to the pages after it.
 * @example
 * ```ts
 * import type { Page, Session } from "@parley/sdk"
 *
 * const page: Page<Session> = await parley.sessions.list({ limit: 2 })
 * console.log(page.data.length, page.nextCursor, (await page.nextPage())?.data.length)
 * ```
 */
export class Page<A> implements AsyncIterable<A> {
  readonly data: ReadonlyArray<A>
  /** Pass it as `cursor` for the next page; null on the last. */
  readonly nextCursor: string | null
  readonly #next: (cursor: string) => PageCall<A>

  constructor(body: { readonly data: ReadonlyArray<A>; readonly nextCursor: string | null }, next: (cursor: string) => PageCall<A>) {
    this.data = body.data
    this.nextCursor = body.nextCursor
    this.#next = next
  }

  /** The page after this one; null when this is the last. */
  async nextPage(): Promise<Page<A> | null> {
    return this.nextCursor === null ? null : await this.#next(this.nextCursor)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<A, void, undefined> {
    yield* this.data
    for (let page = await this.nextPage(); page !== null; page = await page.nextPage()) yield* page.data
  }
}

/**
 * A list that is under way: await it for the first page, iterate it for every item.
 * @example
 * ```ts
 * import type { PageCall, PageParams, Session } from "@parley/sdk"
 *
 * const params: PageParams = { limit: 50 }
 * const call: PageCall<Session> = parley.sessions.list(params)
 * for await (const session of call) console.log(session.id)
 * ```
 */
export class PageCall<A> extends ApiCall<Page<A>> implements AsyncIterable<A> {
  async *[Symbol.asyncIterator](): AsyncGenerator<A, void, undefined> {
    yield* await this
  }
}

/** Lists what is at a path. Pages are fetched as they are needed. */
export const list = <A>(transport: Transport, path: string, params: PageParams, options: RequestOptions | undefined): PageCall<A> => {
  const read = ({ body }: Answer) =>
    new Page(body as { readonly data: ReadonlyArray<A>; readonly nextCursor: string | null }, (cursor) => list<A>(transport, path, { ...params, cursor }, options))
  return new PageCall(transport.run({ method: "GET", path: path + toQuery(params) }, options), read)
}
