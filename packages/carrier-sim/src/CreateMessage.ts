/** `POST …/Messages.json`: what Twilio checks, in which order, and the message that comes of it. */
import { segment, toLookalikes } from "@parley/schema/MessageText"
import type { AccountOptions } from "./CarrierOptions.ts"
import { restFailure } from "./CarrierErrors.ts"
import { linked } from "./Media.ts"
import { type MessageRecord, newRecord } from "./MessageResource.ts"
import type { MessagingService } from "./MessagingServices.ts"
import { countryCodeOf, isNorthAmerican, type OwnedNumber } from "./Numbers.ts"
import { newSid } from "./ResourceFormat.ts"

/** Form fields as they came: each name with all its values. */
export type Form = ReadonlyMap<string, ReadonlyArray<string>>

export const field = (form: Form, name: string): string | undefined => form.get(name)?.[0]

export interface CreateParts {
  readonly account: AccountOptions
  readonly nowMillis: number
  readonly disabledCountries: ReadonlySet<string>
  numberOf(phoneNumber: string): OwnedNumber | undefined
  serviceOf(sid: string): MessagingService | undefined
  isFull(sender: string, segments: number): boolean
  optedOut(to: string, from: string, body: string): boolean
}

const longestBody = 1600
const mostMedia = 10
const longestValiditySeconds = 36_000
const scheduleMillis = { least: 15 * 60_000, most: 35 * 86_400_000 }

/** What the numbers of Twilio's test credentials answer. Source: Twilio's "Test credentials". */
const magicTo: Readonly<Record<string, number>> = {
  "+15005550001": 21211,
  "+15005550002": 21612,
  "+15005550003": 21408,
  "+15005550004": 21610,
  "+15005550009": 21614
}
const magicFrom: Readonly<Record<string, number>> = { "+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611 }
const validMagicFrom = "+15005550006"

const isAlphanumeric = (from: string) => /^[A-Za-z0-9 _&+-]{1,11}$/u.test(from) && /[A-Za-z]/u.test(from)
const isE164 = (number: string) => /^\+[1-9]\d{1,14}$/u.test(number)
const isWebUrl = (url: string) => /^https?:\/\//iu.test(url) && URL.canParse(url)

const checkTo = (to: string, parts: CreateParts): void => {
  const magic = magicTo[to]
  if (magic !== undefined) throw restFailure(magic, magic === 21211 ? `Invalid 'To' Phone Number: ${to}` : undefined)
  const country = countryCodeOf(to)
  if (!isE164(to) || country === "") throw restFailure(21211, `Invalid 'To' Phone Number: ${to}`)
  if (parts.disabledCountries.has(country)) throw restFailure(21408, `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}`)
}

const checkFrom = (from: string, to: string, segments: number, withMedia: boolean, parts: CreateParts): void => {
  const magic = magicFrom[from]
  if (magic !== undefined) throw restFailure(magic, magic === 21212 ? `Invalid 'From' Number: ${from}` : undefined)
  if (from === to) throw restFailure(21266)
  if (isAlphanumeric(from)) {
    if (isNorthAmerican(countryCodeOf(to))) throw restFailure(21612)
    return
  }
  if (!isE164(from) && !/^\d{5,6}$/u.test(from)) throw restFailure(21212, `Invalid 'From' Number: ${from}`)
  const number = parts.numberOf(from)
  if (number === undefined) {
    if (from === validMagicFrom) return
    throw restFailure(21659, `'From' ${from} is not a Twilio phone number or Short Code country mismatch`)
  }
  if (number.accountSid !== parts.account.sid) throw restFailure(21660, `Mismatch between the 'From' number ${from} and the account ${parts.account.sid}`)
  if (!number.capabilities.sms) throw restFailure(21606, `The 'From' phone number provided (${from}) is not a valid message-capable Twilio phone number for this destination/account`)
  if (withMedia && !(number.capabilities.mms && isNorthAmerican(countryCodeOf(to)))) throw restFailure(21612)
  if (number.kind === "short_code" && number.country !== countryCodeOf(to)) throw restFailure(21659, `'From' ${from} is not a Twilio phone number or Short Code country mismatch`)
  if (parts.isFull(from, segments)) throw restFailure(21611, `This 'From' number ${from} has exceeded the maximum number of queued messages`)
}

const validitySeconds = (form: Form, service: MessagingService | undefined): number => {
  const text = field(form, "ValidityPeriod")
  if (text === undefined) return service?.validityPeriod ?? longestValiditySeconds
  const seconds = Number(text)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestValiditySeconds) throw restFailure(20001, `ValidityPeriod must be between 1 and ${longestValiditySeconds}`)
  return seconds
}

/** Without a Messaging Service the scheduling fields are ignored, as at Twilio. */
const sendAtMillis = (form: Form, nowMillis: number): number | undefined => {
  if (field(form, "ScheduleType") !== "fixed") return undefined
  const atMillis = Date.parse(field(form, "SendAt") ?? "")
  const aheadMillis = atMillis - nowMillis
  if (!(aheadMillis >= scheduleMillis.least && aheadMillis <= scheduleMillis.most)) throw restFailure(35114)
  return atMillis
}

export interface Created {
  readonly record: MessageRecord
  /** Set for a scheduled message. */
  readonly sendAtMillis: number | undefined
}

/** Throws `RestFailure`; the message is not stored yet. */
export const createMessage = (form: Form, parts: CreateParts): Created => {
  const { account, nowMillis } = parts
  const to = field(form, "To")?.trim() ?? ""
  const from = field(form, "From")?.trim() ?? ""
  const serviceSid = field(form, "MessagingServiceSid") ?? ""
  const written = field(form, "Body") ?? ""
  const service = serviceSid === "" ? undefined : parts.serviceOf(serviceSid)
  const isSmart = field(form, "SmartEncoded")
  const body = isSmart === "true" || (isSmart === undefined && service?.smartEncoding === true) ? toLookalikes(written) : written
  const mediaUrls = form.get("MediaUrl") ?? []
  if (to === "") throw restFailure(21604)
  if (from === "" && serviceSid === "") throw restFailure(21603)
  if (body === "" && mediaUrls.length === 0 && field(form, "ContentSid") === undefined) throw restFailure(21602)
  if (body.length > longestBody) throw restFailure(21617)
  if (mediaUrls.length > mostMedia) throw restFailure(21623)
  if (!mediaUrls.every(isWebUrl)) throw restFailure(21620)
  const statusCallback = field(form, "StatusCallback") ?? ""
  if (statusCallback !== "" && !isWebUrl(statusCallback)) throw restFailure(21609, `Invalid 'StatusCallback' URL: ${statusCallback}`)
  const validUntilMillis = nowMillis + validitySeconds(form, service) * 1000

  if (serviceSid !== "" && service === undefined) throw restFailure(21705, `The Messaging Service Sid ${serviceSid} is invalid`)
  if (service !== undefined && service.senders.size === 0 && from === "") throw restFailure(21704)
  const segments = Math.max(segment(body).segments, mediaUrls.length > 0 ? 1 : 0)
  checkTo(to, parts)
  if (from !== "") {
    checkFrom(from, to, segments, mediaUrls.length > 0, parts)
    if (parts.optedOut(to, from, body)) throw restFailure(21610)
  }
  const atMillis = service === undefined ? undefined : sendAtMillis(form, nowMillis)
  const record = newRecord({
    sid: newSid(mediaUrls.length > 0 ? "MM" : "SM"),
    accountSid: account.sid,
    direction: "outbound-api",
    to,
    from: from === "" ? null : from,
    body,
    status: atMillis !== undefined ? "scheduled" : service !== undefined ? "accepted" : "queued",
    numSegments: service === undefined ? segments : 0,
    media: linked(mediaUrls),
    messagingServiceSid: service?.sid ?? null,
    statusCallback: statusCallback !== "" ? statusCallback : (service?.statusCallback ?? null),
    validUntilMillis: validUntilMillis + (atMillis === undefined ? 0 : atMillis - nowMillis)
  }, nowMillis)
  return { record, sendAtMillis: atMillis }
}
