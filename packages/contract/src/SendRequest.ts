/** The body of a send: a text, files, or a template to make the text of. */
import { PhoneNumber } from "@parley/schema/PhoneNumber"
import { DateTime, Option, Schema, SchemaIssue } from "effect"
import { isAbout, meaning, mediaUrls, message, ofWordsOrFiles, someMediaUrls } from "./Said.ts"
import { Instant, wire } from "./Wire.ts"

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/u

/** A time with its offset: without one it would be read on the server's own clock. */
const SendAt = Schema.String.annotate({
  format: "date-time",
  description: "When to send, at most 35 days ahead: RFC 3339 with an offset. Absent: now.",
  examples: ["2026-11-25T09:00:00-05:00"]
}).check(
  Schema.makeFilter((text: string) =>
    rfc3339.test(text) && Option.isSome(DateTime.make(text)) ? undefined : "must be a date and time with its offset (RFC 3339), like 2026-11-25T09:00:00-05:00"
  )
).pipe(Schema.decodeTo(Instant))

const common = {
  userNumber: PhoneNumber.annotate({ description: "The recipient, E.164." }),
  agentNumber: Schema.optionalKey(
    PhoneNumber.annotate({ description: "The sender, E.164: a number of the connector's environment. Chosen when absent." })
  )
}

const withFiles = { mediaUrls: Schema.optionalKey(mediaUrls) }
const later = { sendAt: Schema.optionalKey(SendAt) }

const SendText = wire(
  "SendRequest",
  { message, ...common, ...withFiles, template: Schema.optionalKey(Schema.Never), ...later },
  "A text that opens a conversation."
)

const SendMedia = wire(
  "SendMedia",
  { message: Schema.optionalKey(message), ...common, mediaUrls: someMediaUrls, template: Schema.optionalKey(Schema.Never), ...later },
  "Pictures and other files that open a conversation, with a text or without."
)

const SendTemplate = wire(
  "SendTemplate",
  {
    ...common,
    message: Schema.optionalKey(Schema.Never),
    template: Schema.NonEmptyString.annotate({ description: "The name of a template of the connector's environment." }),
    variables: Schema.optionalKey(
      Schema.Record(Schema.String, Schema.String).annotate({ description: "What stands in the template's places. Others are ignored." })
    ),
    ...withFiles,
    ...later
  },
  "A template whose text opens a conversation."
)

const both = new SchemaIssue.Pointer(["template"], new SchemaIssue.InvalidValue({ message: "must not come with message: send one of the two" }))

/** What is wrong with the kind of body that was meant: with a template it is the last kind. */
const meant = ([words, files, template]: ReadonlyArray<SchemaIssue.Issue>): SchemaIssue.Issue | undefined => {
  if (words === undefined || files === undefined || template === undefined) return undefined
  if (!isAbout(words, "template")) return ofWordsOrFiles(words, files)
  return isAbout(template, "message") ? both : template
}

export const SendRequest = Schema.Union([SendText, SendMedia, SendTemplate]).pipe(Schema.middlewareDecoding(meaning(SendText, meant)))
export type SendRequest = typeof SendRequest.Type
