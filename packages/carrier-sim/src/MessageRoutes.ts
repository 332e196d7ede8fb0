/** `/Messages.json` and `/Messages/{SM…}.json` but for the create call, and what is below them. */
import type { Carrier } from "./Carrier.ts"
import { notFound, restFailure } from "./CarrierErrors.ts"
import { field, type Form } from "./CreateMessage.ts"
import { mediaRoutes } from "./Media.ts"
import { isFinal, toResource, type MessageRecord } from "./MessageResource.ts"
import { pageOf } from "./Paging.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"
import { singleResource } from "./SingleResource.ts"

/** From and to which Unix second a `DateSent` filter reaches. A plain date is the whole UTC day; both ends count. */
const span = (text: string): { readonly first: number; readonly last: number } => {
  const first = Math.floor(Date.parse(text) / 1000)
  if (Number.isNaN(first)) throw restFailure(20001, `DateSent must be a date like 2026-07-06 or 2026-07-06T12:00:00Z, not ${text}`)
  return { first, last: /^\d{4}-\d{2}-\d{2}$/u.test(text) ? first + 86_399 : first }
}

const filter = (query: URLSearchParams): ((record: MessageRecord) => boolean) => {
  const to = query.get("To")
  const from = query.get("From")
  const on = query.get("DateSent")
  // `DateSent<` and `DateSent>` are the names; written as `DateSent<=…` they look like the comparison that they are.
  const before = query.get("DateSent<")
  const after = query.get("DateSent>")
  const least = Math.max(on === null ? -Infinity : span(on).first, after === null ? -Infinity : span(after).first)
  const most = Math.min(on === null ? Infinity : span(on).last, before === null ? Infinity : span(before).first)
  const dated = on !== null || before !== null || after !== null
  return (record) => {
    if (to !== null && record.to !== to) return false
    if (from !== null && record.from !== from) return false
    if (!dated) return true
    if (record.sentAtMillis === null) return false
    const second = Math.floor(record.sentAtMillis / 1000)
    return second >= least && second <= most
  }
}

function* matching(carrier: Carrier, request: RestRequest): Iterable<MessageRecord> {
  const matches = filter(request.query)
  for (const record of carrier.store.newestFirst()) {
    if (record.accountSid === request.account.sid && matches(record)) yield record
  }
}

const update = (carrier: Carrier, record: MessageRecord, form: Form): void => {
  const status = field(form, "Status")
  const body = field(form, "Body")
  if (status !== undefined && status !== "canceled") throw restFailure(20001, "Status can only be set to canceled")
  if (body !== undefined && body !== "") throw restFailure(20001, "Body can only be set to an empty string")
  if (status === "canceled") {
    if (record.status !== "scheduled") throw restFailure(30409)
    carrier.cancel(record)
  }
  if (body === "") {
    if (!isFinal(record.status)) throw restFailure(20009, `Cannot redact message in state ${record.status.toUpperCase()}`)
    record.body = ""
    record.updatedAtMillis = carrier.clock.nowMillis()
  }
}

const remove = (carrier: Carrier, record: MessageRecord): void => {
  if (!isFinal(record.status)) throw restFailure(20009, `Cannot delete message in state ${record.status.toUpperCase()}`)
  carrier.store.remove(record)
}

export const messageRoutes = (carrier: Carrier, request: RestRequest): RestAnswer => {
  const [, sid, ...rest] = request.segments
  if (sid === undefined) {
    if (request.method === "GET") {
      return { status: 200, body: pageOf(request, { items: matching(carrier, request), key: "messages", sidOf: (record) => record.sid, show: toResource }) }
    }
    if (request.method === "POST") return { status: 201, body: toResource(carrier.create(request.account, request.form)) }
    throw restFailure(20004)
  }
  const isMedia = rest[0] === "Media" && rest.length <= 2
  const record = rest.length > 0 && !isMedia ? undefined : carrier.store.find(request.account.sid, sid)
  if (record === undefined) throw notFound(request.path)
  if (isMedia) return mediaRoutes(record, request, rest[1])
  return singleResource(request, {
    show: () => toResource(record),
    change: () => update(carrier, record, request.form),
    remove: () => remove(carrier, record)
  })
}
