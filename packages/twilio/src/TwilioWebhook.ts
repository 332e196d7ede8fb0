/** Twilio's webhook forms, decoded. Pure, and total: a form that cannot be used is a value that says why. Fields that are not named here are ignored. */
import { Option, Result, Schema, SchemaIssue } from "effect"
import type { MessageStatus } from "@parley/schema/Conversation"
import { MessageId } from "@parley/schema/Ids"
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import { isPhoneNumber } from "@parley/schema/PhoneNumber"
import { explain, isOptOut } from "./TwilioErrors.ts"
import { statusOf } from "./TwilioStatus.ts"

/**
 * What every webhook's URL ends with: by default Twilio repeats only what met no connection, so a text that arrives while the
 * store is away would be lost. Five repeats are the most it grants; `all` is 4xx, 5xx and both time-outs. Source: Twilio's connection overrides.
 */
export const webhookRepeats = "#rc=5&rp=all"

/** The most that a form may hold. Media: Twilio's own limit. The body is far above Twilio's 1600 characters. */
export const formLimits = { media: 10, bodyCharacters: 10_000, urlCharacters: 2_048 } as const

/** The form is not what Twilio sends. `problem`: the rest of a sentence that begins with the field's name. */
export class MalformedWebhook extends Schema.TaggedError<MalformedWebhook>()("MalformedWebhook", { field: Schema.String, problem: Schema.String }) {
  override get message(): string {
    return `${this.field} ${this.problem}.`
  }
}

/** The form is Twilio's, and nothing can be done with it: an address that is no phone number, or a status that says nothing of an outbound text. */
export class UnusableWebhook extends Schema.TaggedError<UnusableWebhook>()("UnusableWebhook", {
  field: Schema.String,
  kind: Schema.Literals(["short_code", "alphanumeric", "other_channel", "other_status"])
}) {}

/** A text of a user. */
export interface InboundText {
  /** Twilio's SID of it: the same text may arrive more than once. */
  readonly carrierId: string
  readonly accountSid: string
  readonly from: PhoneNumber
  readonly to: PhoneNumber
  /** The Messaging Service that the number is a sender of; null: of none. */
  readonly messagingServiceSid: string | null
  /** Empty when only media came. */
  readonly body: string
  readonly media: ReadonlyArray<{ readonly url: string; readonly contentType: string }>
  /** What Twilio itself did about a consent keyword, and already answered; only with Advanced Opt-Out. */
  readonly optOutType: "STOP" | "START" | "HELP" | null
}

/** How far an outbound text is. Reports come in any order, and more than once. */
export interface StatusReport {
  readonly carrierId: string
  readonly accountSid: string
  readonly status: MessageStatus
  /** The number that it leaves from; null where the form names none. */
  readonly from: PhoneNumber | null
  /** It failed because the recipient opted out with Twilio. */
  readonly optedOut: boolean
  readonly code: string | null
  /** A sentence for people about `code`. */
  readonly detail: string | null
  /** From the callback's own address; null when it names none. */
  readonly messageIdFromUrl: MessageId | null
}

/** Any text without NUL, which neither SMS nor a database knows. */
const clean = (maximum: number) =>
  Schema.String.check(
    Schema.isMaxLength(maximum, { message: `must be at most ${maximum} characters long` }),
    Schema.makeFilter((text: string) => text.includes("\0") ? "must not contain NUL" : undefined)
  )

const matching = (pattern: RegExp, message: string) => Schema.String.check(Schema.isPattern(pattern, { message }))

const Sid = matching(/^(?:SM|MM)[0-9a-f]{32}$/iu, "must be SM or MM and 32 hex digits")
const AccountSid = matching(/^AC[0-9a-f]{32}$/iu, "must be AC and 32 hex digits")
const Address = matching(/^[\x20-\x7e]{1,100}$/u, "must be an address of 1 to 100 characters")
const Count = matching(/^(?:\d|10)$/u, `must be a number from 0 to ${formLimits.media}`)
const ErrorCode = matching(/^\d{0,6}$/u, "must be a number of at most 6 digits")
const MediaUrl = clean(formLimits.urlCharacters).check(Schema.isPattern(/^https?:\/\/[\x21-\x7e]+$/u, { message: "must be an http or https URL" }))

const InboundForm = Schema.Struct({
  MessageSid: Sid,
  AccountSid,
  From: Address,
  To: Address,
  Body: clean(formLimits.bodyCharacters),
  NumMedia: Schema.optionalKey(Count),
  MessagingServiceSid: Schema.optionalKey(clean(100)),
  OptOutType: Schema.optionalKey(clean(20))
})

const StatusForm = Schema.Struct({
  MessageSid: Sid,
  AccountSid,
  MessageStatus: clean(40),
  From: Schema.optionalKey(clean(100)),
  ErrorCode: Schema.optionalKey(ErrorCode),
  ErrorMessage: Schema.optionalKey(clean(formLimits.bodyCharacters))
})

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => issue._tag === "MissingKey" ? "is missing" : SchemaIssue.defaultLeafHook(issue)
})

const decode = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, fields: Readonly<Record<string, string>>): Result.Result<S["Type"], MalformedWebhook> =>
  Result.mapError(Schema.decodeUnknownResult(schema)(fields), ({ issue }) => {
    const first = format(issue).issues[0]
    const field = first?.path?.[0]
    return new MalformedWebhook({ field: String(typeof field === "object" ? field.key : field ?? "form"), problem: first?.message ?? "cannot be read" })
  })

/** The first value of each field, with the older names of the SID and the status under the newer ones. */
const fieldsOf = (form: URLSearchParams): Readonly<Record<string, string>> => {
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of form) fields[name] ??= value
  const either = (newer: string, older: string) => {
    const value = fields[newer] ?? fields[older]
    if (value !== undefined) fields[newer] = value
  }
  either("MessageSid", "SmsSid")
  either("MessageStatus", "SmsStatus")
  return { ...fields }
}

/** NUL is in no SMS alphabet and in no column of PostgreSQL; a text that holds one all the same is a text of the user, and must not be lost over it. */
const withoutNul = (text: string): string => text.replaceAll("\0", "\ufffd")

/** A form's fields. A leading `?` belongs to the first name, and is no query's. */
export const parseForm = (body: string): URLSearchParams => new URLSearchParams(body.replace(/^\?/u, "%3F"))

const phoneNumber = (field: "From" | "To", address: string): Result.Result<PhoneNumber, MalformedWebhook | UnusableWebhook> => {
  if (isPhoneNumber(address)) return Result.succeed(address)
  const unusable = (kind: UnusableWebhook["kind"]) => Result.fail(new UnusableWebhook({ field, kind }))
  if (/^[a-z]+:./iu.test(address)) return unusable("other_channel")
  if (/^\d{3,8}$/u.test(address)) return unusable("short_code")
  if (/^(?=.*[a-z])[a-z0-9 &_+-]{1,11}$/iu.test(address)) return unusable("alphanumeric")
  return Result.fail(new MalformedWebhook({ field, problem: "must be a phone number in E.164, like +15005550006" }))
}

const mediaOf = (fields: Readonly<Record<string, string>>, count: number) => {
  const media: Array<InboundText["media"][number]> = []
  for (let i = 0; i < count; i++) {
    const one = decode(Schema.Struct({ [`MediaUrl${i}`]: MediaUrl, [`MediaContentType${i}`]: Schema.optionalKey(clean(255)) }), fields)
    if (Result.isFailure(one)) return Result.fail(one.failure)
    media.push({ url: one.success[`MediaUrl${i}`] ?? "", contentType: one.success[`MediaContentType${i}`] ?? "application/octet-stream" })
  }
  return Result.succeed(media)
}

const optOutTypes = ["STOP", "START", "HELP"] as const

/** A text that arrived. `form`: the request's body. */
export const decodeInbound = (form: URLSearchParams | string): Result.Result<InboundText, MalformedWebhook | UnusableWebhook> =>
  Result.gen(function*() {
    const fields = fieldsOf(typeof form === "string" ? parseForm(form) : form)
    const count = Number(fields["NumMedia"] ?? 0)
    // A text of media alone may come without a body.
    const body = fields["Body"] ?? (count > 0 ? "" : undefined)
    const decoded = yield* decode(InboundForm, body === undefined ? fields : { ...fields, Body: withoutNul(body) })
    const media = yield* mediaOf(fields, count)
    const type = decoded.OptOutType?.toUpperCase()
    return {
      carrierId: decoded.MessageSid,
      accountSid: decoded.AccountSid,
      from: yield* phoneNumber("From", decoded.From),
      to: yield* phoneNumber("To", decoded.To),
      messagingServiceSid: /^MG[0-9a-f]{32}$/iu.exec(decoded.MessagingServiceSid ?? "")?.[0] ?? null,
      body: decoded.Body,
      media,
      optOutType: optOutTypes.find((known) => known === type) ?? null
    }
  })

/** A status callback. `query`: the query of the address that it was sent to, whose `message` is the text's own id. */
export const decodeStatus = (
  form: URLSearchParams | string,
  query: URLSearchParams
): Result.Result<StatusReport, MalformedWebhook | UnusableWebhook> =>
  Result.gen(function*() {
    const decoded = yield* decode(StatusForm, fieldsOf(typeof form === "string" ? parseForm(form) : form))
    const status = statusOf(decoded.MessageStatus)
    if (Option.isNone(status)) return yield* Result.fail(new UnusableWebhook({ field: "MessageStatus", kind: "other_status" }))
    const code = /^0*$/u.test(decoded.ErrorCode ?? "") ? null : decoded.ErrorCode ?? null
    const id = query.get("message")
    return {
      carrierId: decoded.MessageSid,
      accountSid: decoded.AccountSid,
      status: status.value,
      from: decoded.From !== undefined && isPhoneNumber(decoded.From) ? decoded.From : null,
      optedOut: code !== null && isOptOut(code),
      code,
      detail: code === null ? null : explain(code, decoded.ErrorMessage ?? null),
      messageIdFromUrl: id !== null && Schema.is(MessageId)(id) ? id : null
    }
  })
