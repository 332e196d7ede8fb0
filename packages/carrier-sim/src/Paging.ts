/** Twilio's paged lists: the envelope, and a token that stays right when new resources come in at the front. */
import type { RestRequest } from "./RestRequest.ts"

const standardSize = 50
const largestSize = 1000

const wholeNumber = (text: string | null, otherwise: number): number => (text !== null && /^\d{1,9}$/u.test(text) ? Number(text) : otherwise)

export interface Listed<A> {
  /** All that match, newest first; read only as far as needed. */
  readonly items: Iterable<A>
  /** The name of the list in the envelope. */
  readonly key: string
  sidOf(item: A): string
  show(item: A): unknown
}

/** The envelope: `end`, `first_page_uri`, `next_page_uri`, `page`, `page_size`, `previous_page_uri`, `start`, `uri` and the list. */
export const pageOf = <A>(request: RestRequest, listed: Listed<A>): Readonly<Record<string, unknown>> => {
  const size = Math.min(Math.max(wholeNumber(request.query.get("PageSize"), standardSize), 1), largestSize)
  const page = wholeNumber(request.query.get("Page"), 0)
  const after = request.query.get("PageToken")?.replace(/^PA/u, "")
  const shown: Array<A> = []
  let skip = after === undefined ? page * size : 0
  let found = after === undefined
  let more = false
  for (const item of listed.items) {
    if (!found) {
      found = listed.sidOf(item) === after
      continue
    }
    if (skip > 0) {
      skip--
      continue
    }
    if (shown.length === size) {
      more = true
      break
    }
    shown.push(item)
  }
  const link = (number: number, token?: string): string => {
    const query = new URLSearchParams(request.query)
    query.delete("PageToken")
    query.set("PageSize", String(size))
    query.set("Page", String(number))
    if (token !== undefined) query.set("PageToken", token)
    return `${request.path}?${query}`
  }
  const last = shown.at(-1)
  const start = page * size
  return {
    end: shown.length === 0 ? start : start + shown.length - 1,
    first_page_uri: link(0),
    next_page_uri: more && last !== undefined ? link(page + 1, `PA${listed.sidOf(last)}`) : null,
    page,
    page_size: size,
    previous_page_uri: page > 0 ? link(page - 1) : null,
    start,
    uri: request.query.size === 0 ? request.path : `${request.path}?${request.query}`,
    [listed.key]: shown.map(listed.show)
  }
}

/** The envelope of the APIs after 2010: `meta` with full URLs, and the list. */
export const metaPageOf = <A>(request: RestRequest, listed: Listed<A>): Readonly<Record<string, unknown>> => {
  const page = pageOf(request, listed)
  const url = (uri: unknown) => (typeof uri === "string" ? `https://messaging.twilio.com${uri}` : null)
  return {
    meta: {
      first_page_url: url(page["first_page_uri"]),
      key: listed.key,
      next_page_url: url(page["next_page_uri"]),
      page: page["page"],
      page_size: page["page_size"],
      previous_page_url: url(page["previous_page_uri"]),
      url: url(page["uri"])
    },
    [listed.key]: page[listed.key]
  }
}
