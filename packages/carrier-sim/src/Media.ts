/** Pictures and other files of messages: kept here when they came from a handset, elsewhere when an application sent them. */
import { notFound, restFailure } from "./CarrierErrors.ts"
import { amount, InvalidControl, objectOf, onlyFields, text } from "./InvalidControl.ts"
import type { MessageRecord } from "./MessageResource.ts"
import { pageOf } from "./Paging.ts"
import { accountPath, newSid, rfc2822 } from "./ResourceFormat.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"

/** A file of a handset: its bytes as base64, or so many of them, all zero. */
export type HandsetFile = { readonly contentType: string; readonly content: string } | { readonly contentType: string; readonly size: number }

export interface MediaFile {
  readonly sid: string
  readonly contentType: string
  /** Where it is, if it is elsewhere; the simulator never fetches it. */
  readonly url: string | null
  /** Its bytes, if it is here; a number stands for so many zeros. */
  readonly content: Uint8Array | number
  /** What opens it on the host of files, where nobody is asked for credentials. */
  readonly key: string
}

/** The largest file of a handset, in bytes. */
const largestFile = 64 * 1024 * 1024

const typeOf = (url: string) => /\.png$/iu.test(url) ? "image/png" : /\.gif$/iu.test(url) ? "image/gif" : "image/jpeg"

const stored = (file: Pick<MediaFile, "contentType" | "url" | "content">): MediaFile => ({ ...file, sid: newSid("ME"), key: newSid("") })

export const linked = (urls: ReadonlyArray<string>): ReadonlyArray<MediaFile> =>
  urls.map((url) => stored({ contentType: typeOf(url), url, content: 0 }))

export const received = (files: ReadonlyArray<string | HandsetFile>): ReadonlyArray<MediaFile> =>
  files.flatMap((file) =>
    typeof file === "string"
      ? linked([file])
      : [stored({ contentType: file.contentType, url: null, content: "content" in file ? Buffer.from(file.content, "base64") : file.size })]
  )

/** The file of a control call. */
export const parseFile = (value: unknown): string | HandsetFile => {
  if (typeof value === "string") return value
  const what = "A file of an inbound text"
  const fields = objectOf(value, what)
  onlyFields(fields, ["contentType", "content", "size"], what)
  const contentType = text.required(fields, "contentType", what)
  const content = text.optional(fields, "content", what)
  const size = amount.optional(fields, "size", what)
  if (content !== undefined && size === undefined) {
    if (Buffer.from(content, "base64").toString("base64") !== content) throw new InvalidControl({ message: `"content" of a file must be base64.` })
    return { contentType, content }
  }
  if (size === undefined || content !== undefined || !Number.isInteger(size) || size > largestFile) {
    throw new InvalidControl({ message: `${what} needs "content", its bytes as base64, or "size", at most ${largestFile} bytes.` })
  }
  return { contentType, size }
}

const pathOf = (record: MessageRecord, file: MediaFile) => accountPath(record.accountSid, `/Messages/${record.sid}/Media/${file.sid}`)

/** What an application is told. */
export const urlOf = (record: MessageRecord, file: MediaFile, origin: string): string => file.url ?? origin + pathOf(record, file)

const toMediaResource = (record: MessageRecord) => (file: MediaFile) => ({
  account_sid: record.accountSid,
  content_type: file.contentType,
  date_created: rfc2822(record.createdAtMillis),
  date_updated: rfc2822(record.createdAtMillis),
  parent_sid: record.sid,
  sid: file.sid,
  uri: `${pathOf(record, file)}.json`
})

/** `/Media.json`, `/Media/{ME…}.json`, and the file itself, which is on another host at Twilio: with the right credentials a redirect tells where. */
export const mediaRoutes = (record: MessageRecord, request: RestRequest, sid: string | undefined): RestAnswer => {
  if (sid === undefined) {
    if (request.method !== "GET") throw restFailure(20004)
    return { status: 200, body: pageOf(request, { items: record.media, key: "media_list", sidOf: (file) => file.sid, show: toMediaResource(record) }) }
  }
  const file = record.media.find((file) => file.sid === sid)
  if (file === undefined) throw notFound(request.path)
  if (request.method === "DELETE") {
    record.media = record.media.filter((other) => other !== file)
    return { status: 204 }
  }
  if (request.method !== "GET" && request.method !== "HEAD") throw restFailure(20004)
  if (request.path.endsWith(".json")) return { status: 200, body: toMediaResource(record)(file) }
  return { status: 307, location: file.url ?? `/_media/${record.accountSid}/${record.sid}/${file.sid}?key=${file.key}` }
}

/** The file that a path of the host of files opens. */
export const openedBy = (path: string, query: URLSearchParams, find: (accountSid: string, sid: string) => MessageRecord | undefined): MediaFile | undefined => {
  const [, host, accountSid = "", messageSid = "", sid] = path.split("/")
  const file = host === "_media" ? find(accountSid, messageSid)?.media.find((file) => file.sid === sid) : undefined
  return file?.url === null && file.key === query.get("key") ? file : undefined
}

const zeros = Buffer.alloc(64 * 1024)

/** A file's bytes, piece by piece. */
export function* bytesOf({ content }: MediaFile): Iterable<Uint8Array> {
  if (typeof content !== "number") return yield content
  for (let left = content; left > 0; left -= zeros.length) yield zeros.subarray(0, Math.min(left, zeros.length))
}

export const sizeOf = ({ content }: MediaFile): number => typeof content === "number" ? content : content.length
