/** A message as the carrier keeps it, and as its API shows it. */
import type { MediaFile } from "./Media.ts"
import { accountPath, apiVersion, rfc2822 } from "./ResourceFormat.ts"

export type Direction = "inbound" | "outbound-api" | "outbound-reply"

export type Status =
  | "accepted"
  | "scheduled"
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "undelivered"
  | "failed"
  | "canceled"
  | "received"

/** Nothing changes after these. */
export const isFinal = (status: Status): boolean =>
  status === "delivered" || status === "undelivered" || status === "failed" || status === "canceled" || status === "received"

/** Twilio's longest validity period, and its default. */
const longestValidityMillis = 36_000_000

/** Times are Unix milliseconds on the simulator's clock. */
export interface MessageRecord {
  readonly sid: string
  readonly accountSid: string
  readonly direction: Direction
  readonly to: string
  /** `null` until a Messaging Service has chosen. */
  from: string | null
  body: string
  /** What the handset shows; a redaction does not reach it. */
  readonly originalBody: string
  status: Status
  /** 0 until a Messaging Service has chosen. */
  numSegments: number
  media: ReadonlyArray<MediaFile>
  readonly messagingServiceSid: string | null
  readonly statusCallback: string | null
  errorCode: number | null
  errorMessage: string | null
  readonly createdAtMillis: number
  updatedAtMillis: number
  sendingAtMillis: number | null
  sentAtMillis: number | null
  endedAtMillis: number | null
  /** Waiting longer than this in a queue ends it as failed. */
  validUntilMillis: number
}

type Given = Pick<MessageRecord, "sid" | "accountSid" | "direction" | "to" | "from" | "body" | "status" | "media" | "numSegments">

/** A message to which nothing has happened yet. */
export const newRecord = (given: Given & Partial<MessageRecord>, nowMillis: number): MessageRecord => ({
  originalBody: given.body,
  messagingServiceSid: null,
  statusCallback: null,
  errorCode: null,
  errorMessage: null,
  createdAtMillis: nowMillis,
  updatedAtMillis: nowMillis,
  sendingAtMillis: null,
  sentAtMillis: null,
  endedAtMillis: null,
  validUntilMillis: nowMillis + longestValidityMillis,
  ...given
})

/** The 20 keys of Twilio's message resource. */
export interface MessageResource {
  readonly body: string
  readonly num_segments: string
  readonly direction: Direction
  readonly from: string | null
  readonly to: string
  readonly date_updated: string
  readonly price: string | null
  readonly error_message: string | null
  readonly uri: string
  readonly account_sid: string
  readonly num_media: string
  readonly status: Status
  readonly messaging_service_sid: string | null
  readonly sid: string
  readonly date_sent: string | null
  readonly date_created: string
  readonly error_code: number | null
  readonly price_unit: string
  readonly api_version: string
  readonly subresource_uris: { readonly media: string }
}

/** US dollars per segment, an invented price. */
const segmentPrice = 0.0083

const priceOf = (record: MessageRecord): string | null =>
  record.sentAtMillis === null || record.direction === "inbound" ? null : (-segmentPrice * record.numSegments).toFixed(5)

export const toResource = (record: MessageRecord): MessageResource => {
  const path = accountPath(record.accountSid, `/Messages/${record.sid}`)
  return {
    body: record.body,
    num_segments: String(record.numSegments),
    direction: record.direction,
    from: record.from,
    to: record.to,
    date_updated: rfc2822(record.updatedAtMillis),
    price: priceOf(record),
    error_message: record.errorMessage,
    uri: `${path}.json`,
    account_sid: record.accountSid,
    num_media: String(record.media.length),
    status: record.status,
    messaging_service_sid: record.messagingServiceSid,
    sid: record.sid,
    date_sent: record.sentAtMillis === null ? null : rfc2822(record.sentAtMillis),
    date_created: rfc2822(record.createdAtMillis),
    error_code: record.errorCode,
    price_unit: "USD",
    api_version: apiVersion,
    subresource_uris: { media: `${path}/Media.json` }
  }
}

/** A message as a handset shows it. */
export interface HandsetMessage extends MessageResource {
  /** Where each picture or file is, for whoever has the account's credentials; left out where there are none. */
  readonly media?: ReadonlyArray<{ readonly url: string; readonly content_type: string }>
}

/** A message with the simulator's own figures beside Twilio's keys, for tests that count and time. */
export interface AccountedMessage extends MessageResource {
  readonly created_at_ms: number
  readonly sending_at_ms: number | null
  readonly sent_at_ms: number | null
  readonly ended_at_ms: number | null
}

export const toAccounted = (record: MessageRecord): AccountedMessage => ({
  ...toResource(record),
  created_at_ms: record.createdAtMillis,
  sending_at_ms: record.sendingAtMillis,
  sent_at_ms: record.sentAtMillis,
  ended_at_ms: record.endedAtMillis
})
